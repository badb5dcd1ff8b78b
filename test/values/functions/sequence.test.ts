import { expect, test } from 'vitest';
import { sequenceOf } from '../../../engine/values/functions/sequence.ts';

// The results of ansible-core 2.19.
test.each([
  ['5', ['1', '2', '3', '4', '5']],
  ['5-8', ['5', '6', '7', '8']],
  ['2-10/4', ['2', '6', '10']],
  ['3:host%02d', ['host01', 'host02', 'host03']],
  ['start=5 end=11 stride=3 format=0x%02x', ['0x05', '0x08', '0x0b']],
  ['count=3', ['1', '2', '3']],
  ['start=0x0f00 count=2 format=%04x', ['0f00', '0f01']],
  ['start=0 count=3 stride=2', ['0', '2', '4']],
  ['start=4 end=0 stride=-2', ['4', '2', '0']],
  ['end=010', ['1', '2', '3', '4', '5', '6', '7', '8']],
  ['count=0', []],
  ['end=4 stride=0', []],
  ['start=1 end=2 format=%03o', ['001', '002']],
])('%s', (term, texts) => {
  expect(sequenceOf(term)).toEqual(texts);
});

test.each([
  ['start=1', /end or count/],
  ['start=1 end=2 count=3', /not both/],
  ['start=3 end=1', /stride negative/],
  ['start=1 end=3 stride=-1', /stride positive/],
  ['begin=1 end=2', /no "begin"/],
  ['one to five', /not understood/],
  ['end=x', /no whole number/],
  ['end=2 format=web', /one number/],
  ['end=2 format=%d%d', /one number/],
  ['end=9999999', /at most/],
])('%s is refused', (term, message) => {
  expect(() => sequenceOf(term)).toThrow(message);
});
