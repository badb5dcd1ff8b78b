import { describe, expect, test } from 'vitest';
import { hostNames } from '../../../engine/report/text/host-names.ts';

const many = (count: number, domain = ''): readonly string[] =>
  Array.from({ length: count }, (_, index) => `web-${index + 1}${domain}`);
const DOMAIN = '.eu-central.prod.example.com';

describe('names of hosts on one line', () => {
  const CASES: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ['one', ['a'], ['a'], 'a'],
    ['few', ['a', 'b'], ['a', 'b'], 'a, b'],
    ['one twice', ['a', 'a', 'b'], [], 'a, b'],
    ['many', many(12), [], 'web-1, web-2, web-3, web-4, web-5, web-6 and 6 more'],
    ['all of many', many(12), many(12), 'all 12 hosts'],
    ['long names that fit', many(2, DOMAIN), many(9, DOMAIN), `web-1${DOMAIN}, web-2${DOMAIN}`],
    ['long names', many(3, DOMAIN), many(9, DOMAIN), `web-1, web-2, web-3 (${DOMAIN})`],
    ['all of few with long names', many(3, DOMAIN), many(3, DOMAIN), 'all 3 hosts'],
    [
      'many long names',
      many(12, DOMAIN),
      many(30, DOMAIN),
      `web-1, web-2, web-3, web-4, web-5, web-6 and 6 more (${DOMAIN})`,
    ],
    [
      'long names of two domains',
      [...many(2, DOMAIN), 'web-3.us-east.prod.example.com'],
      [],
      `web-1${DOMAIN}, web-2${DOMAIN}, web-3.us-east.prod.example.com`,
    ],
    [
      'addresses',
      Array.from({ length: 7 }, (_, index) => `100.100.100.${index + 1}`),
      [],
      Array.from({ length: 7 }, (_, index) => `100.100.100.${index + 1}`).join(', '),
    ],
    ['a name with a line break', ['a\nb'], [], 'a\\nb'],
  ];
  test.each(CASES)('%s', (_, hosts, all, expected) => {
    expect(hostNames(hosts, all)).toBe(expected);
  });
});
