import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import type { Inventory } from '../../engine/inventory/inventory.ts';
import { loadInventory } from '../../engine/inventory/load-inventory.ts';
import { selectHosts } from '../../engine/inventory/select-hosts.ts';

let folder: string;
let inventory: Inventory;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inventory-'));
  const file = join(folder, 'hosts.yml');
  writeFileSync(
    file,
    `all:
  children:
    web: { hosts: { "web[1:4]": {} } }
    db: { hosts: { db-a: {}, db-b: {} } }
    rack1: { hosts: { web1: {}, web2: {}, db-a: {} } }
    site: { children: { web: {}, db: {} } }
`,
  );
  inventory = await loadInventory([file]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['all', 'web1 web2 web3 web4 db-a db-b'],
  ['web', 'web1 web2 web3 web4'],
  ['web:db', 'web1 web2 web3 web4 db-a db-b'],
  ['db,web1', 'db-a db-b web1'],
  ['localhost', 'localhost'],
  ['localhost,web1', 'localhost web1'],
  ['all:!localhost', 'web1 web2 web3 web4 db-a db-b'],
  ['site:&rack1', 'web1 web2 db-a'],
  ['site:&rack1:!db', 'web1 web2'],
  ['!db:site', 'web1 web2 web3 web4'],
  ['web*', 'web1 web2 web3 web4'],
  ['web?', 'web1 web2 web3 web4'],
  ['*-a', 'db-a'],
  ['~web1:~web2', 'web1 web2'],
  ['~web\\d:!~web[12]', 'web3 web4'],
  ['~web(?:1|2)', 'web1 web2'],
  ['web[1-2]', 'web2 web3'],
  ['web[1-]', 'web2 web3 web4'],
  ['web[:1]', 'web1 web2'],
  ['[w]eb1', 'web1'],
  ['web[0]', 'web1'],
  ['web[-1]', 'web4'],
  ['web[1:2]', 'web2 web3'],
  ['web[2:]', 'web3 web4'],
  ['web[3:9]', 'web4'],
  ['nothing*[0]', ''],
  ['~web[24]$', 'web2 web4'],
  ['!web1', 'web2 web3 web4 db-a db-b'],
])('%s', (pattern, hosts) => {
  expect(
    selectHosts(inventory, pattern, undefined)
      .map((host) => host.name)
      .join(' '),
  ).toBe(hosts);
});

test('a name that is nothing is an error with the nearest name', () => {
  expect(() => selectHosts(inventory, 'wbe', undefined)).toThrow(Problem);
  try {
    selectHosts(inventory, 'wbe', undefined);
  } catch (error) {
    expect(error).toMatchObject({ code: 'unknown-pattern', remedy: 'Did you mean "web"?' });
  }
});

test('an expression that takes too long is an error', () => {
  const long = new Map([...inventory.hosts].slice(0, 1).map(([, host]) => [`${'a'.repeat(40)}!`, host]));
  expect(() => selectHosts({ ...inventory, hosts: long }, '~^(a+)+$', undefined)).toThrow(
    expect.objectContaining({ code: 'wrong-pattern', what: expect.stringContaining('takes too long') }),
  );
  const many = new Map([...inventory.hosts].slice(0, 1).map(([, host]) => ['a'.repeat(5_000), host]));
  expect(selectHosts({ ...inventory, hosts: many }, `${'*a'.repeat(100)}*c`, undefined)).toEqual([]);
});

test.each([':'.repeat(4_999), `${':'.repeat(3_000)}x`, 'x'.repeat(10_000)])(
  'a pattern that is no pattern comes to an end: %#',
  (pattern) => {
    expect(() => selectHosts(inventory, pattern, undefined)).toThrow(Problem);
  },
);

test('brackets that do not close are an error', () => {
  expect(() => selectHosts(inventory, 'web[', undefined)).toThrow(expect.objectContaining({ code: 'wrong-pattern' }));
});

test.each(['web[13]', 'web[4]', 'web[-5]', '!web[13]', 'db:&web[4]', 'web*[9]'])(
  '%s: a number beyond the hosts is an error',
  (pattern) => {
    expect(() => selectHosts(inventory, pattern, undefined)).toThrow(expect.objectContaining({ code: 'no-such-host' }));
  },
);

test('a number beyond the hosts is told with the regular expression that may have been meant, which works', () => {
  expect(() => selectHosts(inventory, 'web[12]', undefined)).toThrow(
    expect.objectContaining({
      what: '"web[12]" names no host, as "web" has 4',
      remedy: expect.stringContaining('~web[12]$'),
    }),
  );
  expect(selectHosts(inventory, '~web[12]$', undefined).map(({ name }) => name)).toEqual(['web1', 'web2']);
});
