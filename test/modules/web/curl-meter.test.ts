import { expect, it } from 'vitest';
import { CURL_METER } from '../../../engine/modules/web/curl-meter.ts';

const HEADING =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n' +
  '                                 Dload  Upload   Total   Spent    Left  Speed\n';
const START = '\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';
const THIRD = '\r 30 38.1M   30 11.4M    0     0  11.9M      0  0:00:03 --:--:--  0:00:03 11.9M';
const WHOLE = '\r100 38.1M  100 38.1M    0     0  11.6M      0  0:00:03  0:00:03 --:--:-- 11.6M\n';
const NO_SIZE = '\r100 20.0M    0 20.0M    0     0  11.8M      0 --:--:--  0:00:01 --:--:-- 11.8M';
const LONG = '\r  1 9999G    1 20.0G    0     0  11.8M      0 13d 04h  0:30:01 13d 03h 11.8M';
const REFUSED = 'curl: (22) The requested URL returned error: 404\n';

it.each([
  [HEADING, undefined],
  [`${HEADING}${START}${THIRD}`, { received: '11.4M', of: { percent: 30, size: '38.1M' } }],
  [WHOLE, { received: '38.1M', of: { percent: 100, size: '38.1M' } }],
  [NO_SIZE, { received: '20.0M', of: undefined }],
  [LONG, { received: '20.0G', of: { percent: 1, size: '9999G' } }],
  ['\r 30 38.', undefined],
  [REFUSED, undefined],
])('reads %j', (piece, download) => {
  expect(CURL_METER.read(piece)).toEqual(download);
});

it.each([
  [`${HEADING}${START}${THIRD}${WHOLE}`, ''],
  [`${HEADING}${START}\n${REFUSED}`, REFUSED],
  [`${HEADING}${START}${LONG}\ncurl: (56) broken\n`, 'curl: (56) broken\n'],
  [`before\n${HEADING}${START}${THIRD}\n${REFUSED}behind\r\n\nthe end\n`, `before\n${REFUSED}behind\n\nthe end\n`],
  [`${HEADING}${START}${REFUSED}`, REFUSED],
  [`${HEADING}${START}${THIRD}${LONG}curl: (56) broken\n`, 'curl: (56) broken\n'],
  ['', ''],
])('takes the drawing out of %j', (text, left) => {
  expect(CURL_METER.without(text)).toBe(left);
});
