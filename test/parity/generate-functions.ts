import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

/** A call as Ansible writes it, as a template here, and, for some, as an expression. */
type Spellings = readonly [ansible: string, template: string, expression?: string];

type Draw = (chance: Chance) => Spellings;

/** Calls with the variables `s`, `xs`, `ys`, `deep`, `m`, `n` and `users`. */
const CALLS: readonly [Draw, ...Draw[]] = [
  (chance) => {
    const levels = chance.number(0, 3);
    return [`deep | flatten(levels=${levels})`, `flatten deep levels=${levels}`, `deep.flatten(${levels})`];
  },
  () => ['deep | flatten', 'flatten deep', 'deep.flatten()'],
  (chance) => {
    const [from, to, step] = [chance.number(-4, 4), chance.number(-4, 6), chance.one([1, 2, -1, -2] as const)];
    const of = chance.one(['xs', 's'] as const);
    return [
      `${of}[${from}:${to}:${step}]`,
      `slice ${of} ${from} ${to} ${step}`,
      `${of}.slice(${from}, ${to}, ${step})`,
    ];
  },
  (chance) => {
    const name = chance.one(['union', 'intersect', 'difference', 'symmetric_difference'] as const);
    const method = name.replace('_d', 'D');
    return [`xs | ${name}(ys) | sort`, `sort (${name} xs ys)`, `xs.${method}(ys).sort()`];
  },
  (chance) => {
    const name = chance.one(['product', 'zip'] as const);
    return [`xs | ${name}(ys) | list`, `${name} xs ys`, `xs.${name}(ys)`];
  },
  (chance) => {
    const key = chance.one(['keys', 'o.l', 'o.none'] as const);
    const skips = key === 'keys' ? '' : ', skip_missing=true';
    return [
      `users | subelements('${key}'${skips})`,
      `subelements users '${key}'${skips.replace(',', '')}`,
      `users.subelements('${key}'${skips === '' ? '' : ', true'})`,
    ];
  },
  (chance) => {
    const [start, count] = [chance.number(0, 12), chance.number(1, 4)];
    const stride = chance.one([1, 3, -2] as const);
    const term = `start=${start} count=${count} stride=${stride} format=${chance.one(['%d', 'web%02d', '0x%x'] as const)}`;
    return [`query('sequence', '${term}')`, `sequence '${term}'`, `sequence('${term}')`];
  },
  () => ['m | dict2items', 'dict2items m', 'm.dict2items()'],
  () => ['m | dict2items | items2dict', 'items2dict (dict2items m)', 'm.dict2items().items2dict()'],
  (chance) => {
    const lists = chance.one(['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp'] as const);
    const isDeep = chance.of(0.5);
    return [
      `m | combine(n, recursive=${isDeep}, list_merge='${lists}')`,
      `combine m n recursive=${isDeep} list_merge='${lists}'`,
      `m.combine(n, ${isDeep}, '${lists}')`,
    ];
  },
  (chance) => {
    const pattern = chance.one(['[a-z]+', 'o', '^[A-Z]', 'l+(o)', 'zzz|W'] as const);
    return [`s | regex_findall('${pattern}')`, `regex_findall s '${pattern}'`, `s.regexFindall('${pattern}')`];
  },
  (chance) => {
    const pattern = chance.one(['[a-z]+', 'o', '^.', 'l+(o)?'] as const);
    return [
      `s | regex_search('${pattern}') | default('none', true)`,
      `default (regex_search s '${pattern}') 'none'`,
      `default(s.regexSearch('${pattern}'), 'none')`,
    ];
  },
  (chance) => {
    const name = chance.one(['capitalize', 'title', 'reverse'] as const);
    return [`s | ${name}`, `${name} s`, `s.${name}()`];
  },
  (chance) => {
    const [end, seed] = [chance.number(1, 100_000), chance.one(['h1', 'ä', 'a.example.org'] as const)];
    return [`${end} | random(seed='${seed}')`, `random ${end} seed='${seed}'`, `random(${end}, '${seed}')`];
  },
  (chance) => {
    const seed = chance.number(0, 1_000_000);
    return [`[3, 1, 4, 1, 5] | shuffle(seed='s${seed}')`, `shuffle (list 3 1 4 1 5) seed='s${seed}'`];
  },
  (chance) => {
    const [number, digits] = [
      chance.number(-9999, 9999) / chance.one([8, 10, 100, 1000] as const),
      chance.number(0, 3),
    ];
    return [`(${number} | round(${digits})) * 1000`, `mul (round ${number} ${digits}) 1000`];
  },
  (chance) => {
    const size = chance.number(0, 4096) * chance.one([1, 1000, 1_048_576] as const);
    return [`${size} | human_readable`, `human_readable ${size}`, `humanReadable(${size})`];
  },
  (chance) => {
    const size = `${chance.number(0, 99)}.${chance.number(0, 99)}${chance.one(['', 'K', 'MB', ' GB', 'b'] as const)}`;
    return [`'${size}' | human_to_bytes`, `human_to_bytes '${size}'`, `humanToBytes('${size}')`];
  },
  (chance) => {
    const versions = ['1.2', '1.10', '1.2.0', '2.0', '1.2-3', '1.2rc1', '10'] as const;
    const [one, other] = [chance.one(versions), chance.one(versions)];
    const sign = chance.one(['==', '!=', '<', '<=', '>', '>=', 'lt', 'ge'] as const);
    return [
      `'${one}' is version('${other}', '${sign}')`,
      `version '${one}' '${other}' '${sign}'`,
      `'${one}'.version('${other}', '${sign}')`,
    ];
  },
  (chance) => {
    const kind = chance.one(['md5', 'sha1', 'sha256', 'sha512'] as const);
    return [`s | hash('${kind}')`, `hash s '${kind}'`, `hash(s, '${kind}')`];
  },
  () => ['s | to_uuid', 'to_uuid s', 'toUuid(s)'],
  (chance) => {
    const part = chance.one(['scheme', 'netloc', 'hostname', 'port', 'path', 'query', 'fragment'] as const);
    const url = chance.one(['http://u:p@Host:81/a/b?q=1#f', 'https://h:2/', 'ftp://[::1]:21/x'] as const);
    return [`'${url}' | urlsplit('${part}')`, `urlsplit '${url}' '${part}'`, `'${url}'.urlsplit('${part}')`];
  },
  () => ['s | urlencode', 'urlencode s', 'urlencode(s)'],
  (chance) => {
    const parts = [chance.one(['/a', 'a', 'a/'] as const), chance.one(['b', '/b', ''] as const), 'c'];
    const quoted = parts.map((part) => `'${part}'`);
    return [`[${quoted.join(', ')}] | path_join`, `path_join ${quoted.join(' ')}`, `pathJoin(${quoted.join(', ')})`];
  },
  (chance) => {
    const [path, start] = [chance.one(['/a/b', '/a', '/c/d/e'] as const), chance.one(['/a', '/', '/c/x'] as const)];
    return [`'${path}' | relpath('${start}')`, `relpath '${path}' '${start}'`, `'${path}'.relpath('${start}')`];
  },
  (chance) => {
    const [time, format] = [
      chance.number(0, 2_000_000_000),
      chance.one(['%F %T', '%j %U %W', '%V %G %u', '%e %I %p'] as const),
    ];
    return [
      `'${format}' | strftime(${time}, utc=true)`,
      `strftime '${format}' ${time}`,
      `strftime('${format}', ${time})`,
    ];
  },
  (chance) => {
    const test = chance.one(['string', 'mapping', 'sequence', 'iterable', 'boolean', 'none'] as const);
    const of = chance.one(['s', 'xs', 'm', 'deep'] as const);
    const name = `is${test.charAt(0).toUpperCase()}${test.slice(1)}`;
    return [`${of} is ${test}`, `is_${test} ${of}`, `${name}(${of})`];
  },
  () => ['text | from_json', 'from_json text', 'fromJson(text)'],
  () => ['text | from_yaml', 'from_yaml text', 'fromYaml(text)'],
];

/** Functions that templates and expressions share, with random values. */
export function functionCase(chance: Chance): Draft {
  const vars: Record<string, Json> = {
    s: chance.one(['Hello World', 'a-b c', 'o', 'Äb/ö?&'] as const),
    xs: chance.one<Json>([[1, 2, 3, 2], [5], [4, 1, 4]]),
    ys: chance.one<Json>([[2, 7], [1, 1, 5], [9]]),
    deep: chance.one<Json>([[1, [2, [3, null, [4]]], null], [[['a']], 'b'], []]),
    m: chance.one<Json>([{ a: { x: 1, l: [1, 2] }, l: [1, 2] }, { k: 'v', l: [3] }, { a: 1 }]),
    n: chance.one<Json>([{ a: { y: 2, l: [2, 3] }, l: [2, 5] }, { a: [1] }, { z: { l: [] } }]),
    users: chance.one<Json>([
      [
        { n: 1, keys: ['a', 'b'], o: { l: [5] } },
        { n: 2, keys: [] },
      ],
      { a: { keys: ['k'] }, b: { keys: ['l'], o: { l: [] } } },
      [],
    ]),
    text: chance.one<Json>(['{"a": [1, 2.5, null, true], "b": {"c": "d"}}', '{"k": "v"}']),
  };
  const tasks = Array.from({ length: 4 }, (): Json => {
    const [ansible, template, expression] = chance.one(CALLS)(chance);
    const here = expression !== undefined && chance.of(0.4) ? `{{expr "${expression}"}}` : `{{${template}}}`;
    return { debug: { msg: either(`{{ ${ansible} }}`, here) }, vars };
  });
  return { tasks };
}
