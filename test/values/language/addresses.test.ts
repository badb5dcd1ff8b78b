import { isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cidrContains, cidrHost, cidrOverlaps, cidrPrefix } from '../../../engine/values/language/addresses.ts';
import { ArgumentFault } from '../../../engine/values/language/fault.ts';

test.each([
  ['10.96.0.0/12', 1, '10.96.0.1'],
  ['10.96.5.5/12', 0, '10.96.0.0'],
  ['10.0.0.0/29', -1, '10.0.0.7'],
  ['0.0.0.0/0', 256, '0.0.1.0'],
  ['fd00::/64', 10, 'fd00::a'],
  ['2001:db8:0:0:1::/80', 1, '2001:db8::1:0:0:1'],
  ['::/0', 0, '::'],
  ['::/0', 1, '::1'],
  ['1:0:0:2:0:0:0:0/64', 0, '1:0:0:2::'],
  ['::ffff:10.0.0.0/120', 1, '::ffff:a00:1'],
  ['10.0.0.5', 0, '10.0.0.5'],
])('cidrHost(%s, %d) is %s', (cidr, index, expected) => {
  expect(cidrHost(cidr, index)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '10.3.0.0/16', true],
  ['10.3.0.0/16', '10.0.0.0/8', false],
  ['fd00::/8', 'fdff::1', true],
  ['fd00::/8', 'fe00::1', false],
  ['::/0', '10.0.0.1', false],
])('%s contains %s: %s', (outer, inner, expected) => {
  expect(cidrContains(outer, inner)).toBe(expected);
});

test('networks overlap where one holds the other', () => {
  expect([cidrOverlaps('10.3.0.0/16', '10.0.0.0/8'), cidrOverlaps('10.96.0.0/12', '10.244.0.0/16')]).toEqual([
    true,
    false,
  ]);
});

test('a bare address is a network of one', () => {
  expect([cidrPrefix('10.0.0.1'), cidrPrefix('::1')]).toEqual([32, 128]);
});

test.each(['', 'x', '10.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', 'fe80::1%eth0', '010.0.0.1'])(
  '%j is no network',
  (text) => {
    expect(() => cidrPrefix(text)).toThrow(ArgumentFault);
  },
);

test('any IPv6 address is written so that it is read as the same', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const written = cidrHost(`${text}/128`, 0);
      expect(isIPv6(written)).toBe(true);
      expect(cidrHost(`${written}/128`, 0)).toBe(written);
      expect(cidrContains(written, text)).toBe(true);
      // The canonical form of the platform, except for embedded IPv4.
      const url = new URL(`http://[${text}]/`).hostname.slice(1, -1);
      expect(written).toBe(url);
    }),
  );
});
