import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Problems } from '../../engine/errors/problem.ts';
import { loadInventory } from '../../engine/inventory/load-inventory.ts';
import { mistakesOf } from '../../engine/inventory/written-variable.ts';

const root = mkdtempSync(join(tmpdir(), 'inventory-faults-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Name, files, and the reported problems: code and place. The first file is the source. */
const FAULTS: readonly (readonly [string, Readonly<Record<string, string | Buffer>>, readonly string[]])[] = [
  ['no such file', {}, ['file-not-found']],
  ['YAML: not a map', { 'h.yml': '- web1\n' }, ['wrong-type h.yml:1:1']],
  ['YAML: an unknown key', { 'h.yml': 'web:\n  host: {}\n' }, ['unknown-key h.yml:2:3']],
  ['YAML: hosts as a list', { 'h.yml': 'web:\n  hosts: [a, b]\n' }, ['wrong-type h.yml:2:10']],
  [
    'YAML: several faults',
    { 'h.yml': 'web:\n  hosts: { "w[3:1]": {}, w2: 5 }\n  vars: { a-b: 1 }\n' },
    ['wrong-range h.yml:2:13', 'wrong-type h.yml:2:30', 'variable-name h.yml:3:11'],
  ],
  ['YAML: a key twice', { 'h.yml': 'web: {}\nweb: {}\n' }, ['duplicate-key h.yml:2:1']],
  ['YAML: a group below itself', { 'h.yml': 'a: { children: { b: { children: { a: {} } } } }\n' }, ['group-cycle']],
  ['YAML: a plugin', { 'h.yml': 'plugin: aws_ec2\n' }, ['inventory-plugin h.yml:1:1']],
  [
    'YAML: two documents',
    { 'h.yml': 'web: { hosts: { a: {} } }\n---\nweb: { hosts: { b: {} } }\n' },
    ['two-documents h.yml:3:1'],
  ],
  [
    'variables in two documents',
    { h: 'a\n', 'group_vars/all.yml': 'a: 1\n---\nb: 1\n' },
    ['two-documents group_vars/all.yml:3:1'],
  ],
  [
    'YAML: names that no pattern could name',
    { 'h.yml': 'web: { hosts: { "a b": {}, "!c": {}, "d[1-3]": {} } }\n' },
    ['wrong-host h.yml:1:18', 'wrong-host h.yml:1:29', 'wrong-host h.yml:1:39'],
  ],
  ['INI: a variable in the place of a host', { h: 'a=1\nb\n' }, ['wrong-host h:1:1']],
  [
    'YAML: not UTF-8',
    { 'h.yml': Buffer.from('web:\n  vars: { v: "Gr\xfc\xdfe" }\n', 'latin1') },
    ['not-utf8 h.yml:2:17'],
  ],
  ['YAML: UTF-16', { 'h.yml': Buffer.from('\uFEFFweb:\n', 'utf16le') }, ['not-utf8 h.yml:1:1']],
  ['INI: not UTF-8', { h: Buffer.from('a v=\xe9\n', 'latin1') }, ['not-utf8 h:1:5']],
  [
    'variables: not UTF-8',
    { h: 'a\n', 'group_vars/all.yml': Buffer.from('é: 1\n\xff: 1\n', 'latin1') },
    ['not-utf8 group_vars/all.yml:1:1'],
  ],
  ['INI: a header that is not closed', { h: '[web]\na\n[db\nb\n' }, ['wrong-section h:3:1']],
  ['INI: a header with a blank that is not closed', { h: '[db b\n' }, ['wrong-section h:1:1']],
  [
    'INI: what is no range',
    { h: 'h[1-3]\nh[x]\nh[1:]\nh[aa:cc]\nh[1:3\n' },
    ['wrong-host h:1:1', 'wrong-host h:2:1', 'wrong-host h:3:1', 'wrong-host h:4:1', 'wrong-host h:5:1'],
  ],
  [
    'a program that prints what is no UTF-8',
    { 'h.sh': '#!/bin/sh\nprintf \'{"a": {"vars": {"b": "\\374"}}}\'\n' },
    ['not-utf8 h.sh --list:1:23'],
  ],
  [
    'a program that prints a number too large',
    { 'h.sh': '#!/bin/sh\necho \'{"a": {"vars": {"b": 12345678901234567890}}}\'\n' },
    ['yaml-number h.sh --list:1:1'],
  ],
  [
    'a program that prints a number beyond all',
    { 'h.sh': '#!/bin/sh\necho \'{"a": {"vars": {"b": 1e999}}}\'\n' },
    ['yaml-number h.sh --list:1:1'],
  ],
  ['YAML: a port out of range', { 'h.yml': 'web: { hosts: { "a:99999": {} } }\n' }, ['wrong-host h.yml:1:18']],
  [
    'INI: a header with blanks',
    { h: '[web servers]\nignored\n[b:childs]\n' },
    ['wrong-section h:1:1', 'wrong-section h:3:1'],
  ],
  ['INI: not name=value', { h: '[web]\nw1 user root\n[web:vars]\nx\n' }, ['ini-syntax h:2:4', 'ini-syntax h:4:1']],
  ['INI: an open quote', { h: 'a x="1\n' }, ['ini-syntax h:1:5']],
  [
    'INI: groups that are not there',
    { h: '[a:children]\nb\n[c:vars]\nx=1\n' },
    ['unknown-group h:2:1', 'unknown-group h:3:1'],
  ],
  ['INI: a number too large', { h: 'a n=12345678901234567890\n' }, ['yaml-number h:1:5']],
  ['a program that fails', { 'h.sh': '#!/bin/sh\nexit 3\n' }, ['inventory-script h.sh:1:1']],
  ['a program that prints no JSON', { 'h.sh': '#!/bin/sh\necho hello\n' }, ['inventory-script h.sh:1:1']],
  [
    'a program whose JSON goes deep',
    {
      'h.sh': `#!/bin/sh\nprintf '{"a":{"vars":{"x":'; head -c 100000 /dev/zero | tr '\\0' '['; head -c 100000 /dev/zero | tr '\\0' ']'; echo '}}}'\n`,
    },
    ['json-too-deep h.sh:1:1'],
  ],
  [
    'a program that prints too many values',
    {
      'h.sh':
        '#!/bin/sh\nprintf \'{"a":{"vars":{"x":[1\'; head -c 2100000 /dev/zero | sed \'s/\\x00/,1/g\'; echo \']}}}\'\n',
    },
    ['json-too-large h.sh:1:1'],
  ],
  ['a list of variables', { h: 'a\n', 'group_vars/all.yml': '- 1\n' }, ['wrong-type group_vars/all.yml:1:1']],
  [
    'two files of variables for one group',
    { h: 'a\n', 'group_vars/all.yml': 'a: 1\n', 'group_vars/all/x.yml': 'b: 1\n' },
    ['two-variable-files'],
  ],
  [
    'INI: ranges that go down, mix letters and numbers, stand still or never end',
    { h: 'w[3:1]\nw[c:a]\nw[1:3:0]\nw[1:c]\nw[a:9]\nw[1:999999999]\n' },
    [
      'wrong-range h:1:1',
      'wrong-range h:2:1',
      'wrong-range h:3:1',
      'wrong-range h:4:1',
      'wrong-range h:5:1',
      'wrong-range h:6:1',
    ],
  ],
  [
    'a priority of a group that is no number',
    { h: '[web]\na\n[web:vars]\nansible_group_priority=high\nx=1\n' },
    ['wrong-type h:4:24'],
  ],
  [
    'a program whose groups are of the wrong form',
    { 'h.sh': '#!/bin/sh\necho \'{"web": {"hosts": "a"}}\'\n' },
    ['wrong-type h.sh --list:1:1'],
  ],
  [
    'a program whose children are no names',
    { 'h.sh': '#!/bin/sh\necho \'{"web": {"children": [1]}}\'\n' },
    ['wrong-type h.sh --list:1:1'],
  ],
  [
    'a program whose variables are no map',
    { 'h.sh': '#!/bin/sh\necho \'{"web": {"hosts": ["a"], "vars": [1]}}\'\n' },
    ['wrong-type h.sh --list:1:1'],
  ],
  [
    'a program that fails for one of its hosts',
    {
      'h.sh':
        '#!/bin/sh\n[ "$1" = --list ] && echo \'{"web": {"hosts": ["a", "b"]}}\' && exit\n[ "$2" = a ] && echo {} && exit\nexit 4\n',
    },
    ['inventory-script h.sh:1:1'],
  ],
  ['TOML', { 'h.toml': '[web]\n' }, ['inventory-form']],
];

test.each(FAULTS)('%s', async (_name, files, expected) => {
  const folder = mkdtempSync(join(root, 'case-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    if (path.endsWith('.sh')) chmodSync(join(folder, path), 0o755);
  }
  const error = await loadInventory([join(folder, Object.keys(files)[0] ?? 'missing')]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problems)) throw new Error(`expected problems, got ${String(error)}`);
  const told = error.problems.map(({ code, place }) =>
    place === undefined ? code : `${code} ${relative(folder, place.file)}:${place.line}:${place.column}`,
  );
  expect(told).toEqual(expected);
});

test.each([
  ['h.yml', 'web:\n  hosts: {a: {}}\n  vars: { a: "x {{#if}}" }\n', 'template-syntax 3:17'],
  ['h', 'a n="{{b"\n', 'template-syntax 1:6'],
  ['h.yml', 'web:\n  hosts: {a: {b: "{% if x %}y{% endif %}"}}\n', 'jinja-statement 2:19'],
  ['h.yml', 'web:\n  hosts: {a: {b: {c: ["{{ x | lower }}"]}}}\n', 'template-syntax 2:29'],
])('%s: a value that cannot be read is told when it is asked for: %s', async (name, text, expected) => {
  const folder = mkdtempSync(join(root, 'case-'));
  writeFileSync(join(folder, name), text);
  const inventory = await loadInventory([join(folder, name)]);
  const mistakes = mistakesOf([...inventory.hosts.values()].flatMap(({ layers }) => layers));
  expect(mistakes.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`)).toEqual([expected]);
});

test('of ranges, the step, the zeros in front and the letters count', async () => {
  const folder = mkdtempSync(join(root, 'case-'));
  writeFileSync(join(folder, 'h'), 'w[01:07:3]\nd-[a:e:2]\nx[08:11]y[0:1]\nn[9:10]:2222\n');
  const inventory = await loadInventory([join(folder, 'h')]);
  expect([...inventory.hosts.keys()].toSorted()).toEqual([
    'd-a',
    'd-c',
    'd-e',
    'n10',
    'n9',
    'w01',
    'w04',
    'w07',
    'x08y0',
    'x08y1',
    'x09y0',
    'x09y1',
    'x10y0',
    'x10y1',
    'x11y0',
    'x11y1',
  ]);
});

test.each([
  ['a link to itself', 'group_vars/all.yml', 'all.yml'],
  ['a link to nowhere', 'group_vars/all.yml', 'nowhere'],
  ['a link to nowhere in a folder of variables', 'group_vars/all/a.yml', 'nowhere'],
  ['a folder that contains itself', 'group_vars/all/again', '.'],
])('%s is told with its name, and is no fault of the program', async (_what, name, target) => {
  const folder = mkdtempSync(join(root, 'case-'));
  writeFileSync(join(folder, 'h'), 'a\n');
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  symlinkSync(target, join(folder, name));
  const loaded = loadInventory([join(folder, 'h')]);
  await expect(loaded).rejects.toMatchObject({ problems: [{ code: 'file-unreadable' }] });
  await expect(loaded).rejects.toThrow(join(folder, name));
});
