import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import { asYaml } from './spelled.ts';

const GROUPS = ['web', 'db', 'lb', 'site', 'rack1', 'rack2', 'old_ones'] as const;
const HOSTS = [
  'a',
  'b',
  'c1',
  'c2',
  'web1',
  'web2',
  'db-a',
  '10.0.0.7',
  'x.example.org',
  'web[1:3]',
  'db-[a:c]',
  'n[01:03]',
  'r[1:5:2].x',
] as const;
const INI_VALUES = [
  '1',
  'text',
  '"quoted text"',
  "'single'",
  '2.5',
  'True',
  'no',
  '[1, 2]',
  "{'k': 'v'}",
  '0644',
  '1_0',
  "'a b'",
  'x=y',
  '"#"',
  'None',
  '-3',
  '007',
  '1e3',
  "''",
] as const;
const VALUES: readonly [Json, ...Json[]] = [
  'text',
  1,
  2.5,
  true,
  null,
  [1, 'a'],
  { k: 'v' },
  '',
  'a b',
  'yes',
  '0644',
  -4,
  { n: { d: [1] } },
];
const NAMES = ['v1', 'v2', 'v3', 'app_port', 'deep'] as const;

export function inventoryCase(chance: Chance): {
  readonly files: Record<string, Json>;
  readonly sources: readonly string[];
} {
  const files: Record<string, Json> = {};
  const sources = chance.of(0.15) ? ['one', 'two'] : ['one'];
  for (const [index, source] of sources.entries()) {
    if (chance.of(0.6)) files[source] = ini(chance);
    else files[`${source}.yml`] = asYaml(tree(chance));
    if (files[source] === undefined) sources[index] = `${source}.yml`;
  }
  for (const group of chance.some([...GROUPS, 'all'], 0.25))
    files[`group_vars/${group}${chance.one(['.yml', '.yaml', '.json', '', '/main.yml'] as const)}`] = variables(chance);
  for (const host of chance.some(['a', 'web1', 'c1', 'db-a'], 0.2)) files[`host_vars/${host}.yml`] = variables(chance);
  return { files, sources };
}

function variables(chance: Chance): string {
  const values = Object.fromEntries(chance.some(NAMES, 0.5).map((name) => [name, chance.one(VALUES)]));
  return `${JSON.stringify(values, null, 2)}\n`;
}

function ini(chance: Chance): string {
  const lines: string[] = chance.some(HOSTS, 0.15).map((host) => hostLine(chance, host));
  const groups = chance.shuffled(GROUPS).slice(0, chance.number(1, 5));
  for (const group of groups) {
    lines.push(
      '',
      `[${group}]`,
      ...(chance.of(0.1) ? ['# a comment', '; another'] : []),
      ...chance.some(HOSTS, 0.25).map((host) => hostLine(chance, host)),
    );
    if (chance.of(0.4))
      lines.push(
        `[${group}:vars]`,
        ...chance
          .some(NAMES, 0.4)
          .map((name) => `${name}${chance.one(['=', ' = '] as const)}${chance.one(INI_VALUES)}`),
      );
  }
  const children = groups.slice(1);
  if (children.length > 0 && chance.of(0.6)) lines.push(`[${groups[0] ?? ''}:children]`, ...chance.some(children, 0.6));
  if (chance.of(0.3))
    lines.push('[all:vars]', ...chance.some(NAMES, 0.4).map((name) => `${name}=${chance.one(INI_VALUES)}`));
  return `${lines.join('\n')}\n`;
}

function hostLine(chance: Chance, host: string): string {
  const values = chance
    .some(NAMES, 0.2)
    .map(
      (name) =>
        `${name}=${chance.one(['1', 'text', '"quoted text"', '2.5', 'True', '0644', "'s'", '[1,2]', 'no'] as const)}`,
    );
  const port = chance.of(0.05) && !host.includes('[') ? ':2222' : '';
  return [`${host}${port}`, ...values].join(' ') + (chance.of(0.05) ? ' # comment' : '');
}

function tree(chance: Chance): Json {
  const hosts = (): Json =>
    Object.fromEntries(
      chance.some(HOSTS, 0.25).map((host) => [host, chance.of(0.4) ? { [chance.one(NAMES)]: chance.one(VALUES) } : {}]),
    );
  const group = (depth: number): Json => {
    const found: Record<string, Json> = {};
    if (chance.of(0.8)) found['hosts'] = hosts();
    if (chance.of(0.4))
      found['vars'] = {
        [chance.one(NAMES)]: chance.one(VALUES),
        ...(chance.of(0.15) ? { ansible_group_priority: chance.number(0, 3) } : {}),
      };
    if (depth > 0 && chance.of(0.6))
      found['children'] = Object.fromEntries(chance.some(GROUPS, 0.25).map((name) => [name, group(0)]));
    return found;
  };
  return {
    all: {
      hosts: hosts(),
      children: Object.fromEntries(
        chance
          .shuffled(GROUPS)
          .slice(0, chance.number(1, 4))
          .map((name) => [name, group(1)]),
      ),
    },
  };
}

const PATTERN_INVENTORY = `lone
[web]
web1
web2
web10
m3
[db]
db-a
db-b
web1
[rack1]
db-b
m1
web2
[rack2:children]
db
[site:children]
web
db
[empty]
`;
const PARTS = [
  'all',
  'web',
  'db',
  'rack1',
  'rack2',
  'site',
  'empty',
  'lone',
  'web1',
  'm1',
  'web*',
  '*1',
  'db-?',
  '~web\\d$',
  '~^(m|l)',
  'web[0]',
  'web[-1]',
  'db[0:1]',
  'web[1:2]',
  'site[2]',
  '*-a',
  'w?b1',
  'web[12]',
  'm[13]',
  'ungrouped',
] as const;

/** All patterns of a run use the same hosts. */
export function patternCase(chance: Chance): { readonly files: Record<string, Json>; readonly pattern: string } {
  const parts = Array.from(
    { length: chance.one([1, 1, 2, 2, 3] as const) },
    (_, index) =>
      `${index > 0 ? chance.one(['', '&', '!', '!'] as const) : chance.one(['', '', '', '!', '&'] as const)}${chance.one(PARTS)}`,
  );
  return { files: { hosts: PATTERN_INVENTORY }, pattern: parts.join(chance.one([':', ',', ',', ', '] as const)) };
}
