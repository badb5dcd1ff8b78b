import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import type { Node } from '../../engine/values/base/node.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { ensureSops } from '../../lab/binaries.ts';
import { Workshop } from './workshop.ts';

// Compares with the program `sops` itself. If it is not available, the test fails.

const shop = new Workshop();
let sops = '';
const env: Record<string, string> = { ...shop.env };

beforeAll(async () => {
  sops = join(await ensureSops(), 'sops');
  env['SOPS_AGE_RECIPIENTS'] = await shop.identity('me.txt');
  shop.write('clear.yml', YAML);
  shop.write('clear.json', JSON_TEXT);
  shop.write('clear.env', 'WORD=canary-word\n# a comment\nLINES=canary-a\\ncanary-b\nOPEN_unencrypted=open-word\n');
}, 1_800_000);
afterAll(() => shop.end());

const YAML = `# a comment
word: canary-word # beside it
number: 80443217
fraction: 0.25
large: 1.5e22
tiny: 0.000000125
truth: true
empty: ""
nothing: null
day: 2024-02-29
words:
  # in a list
  - canary-one
  - { inner: canary-two, more: [1, canary-three] }
lines: |
  canary-first
  canary-second
template: "{{word}}@host"
port_unencrypted: 5432
share_unencrypted: 1e22
part_unencrypted: 0.1
octal_unencrypted: 0644
when_unencrypted: 2024-02-29
yes_unencrypted: yes
open:
  deep_unencrypted: [open-word, { a: true, b: null }]
`;
const JSON_TEXT =
  '{"word": "canary-word", "items": [1, "canary-one", {"a": null}], "part": 1.0, "open_unencrypted": ["open-word", 3, 0.5]}';

async function program(...args: readonly string[]): Promise<string> {
  const ended = await shop.run([sops, ...args], { env });
  if (ended.status !== 0) throw new Error(`sops ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout.toString();
}

async function sealed(file: string, rules = ''): Promise<string> {
  const name = `sealed.${file.split('.').at(-1)}`;
  const recipient = `age: ${env['SOPS_AGE_RECIPIENTS']}`;
  shop.write('rules.yml', `creation_rules: [{ ${[recipient, ...(rules === '' ? [] : [rules])].join(', ')} }]\n`);
  shop.write(name, await program('--config', 'rules.yml', 'encrypt', file));
  return name;
}

/** Returns the variables of a file. A template that takes them apart shows which are secrets. */
async function variables(name: string, more: readonly string[] = []): Promise<string> {
  return shop.done(['vars', '-i', 'h1,', 'h1', '-e', `@${name}`, ...more]);
}

/** Returns the values in clear, which a play writes into a file. */
async function written(name: string, template: string): Promise<string> {
  shop.write(
    'play.yml',
    `- hosts: h1\n  tasks:\n    - copy: { content: '${template}', dest: ${shop.path('out')}, mode: "0600" }\n`,
  );
  await shop.done(['play', '-i', 'h1,', '-e', 'ansible_connection=local', '-e', `@${name}`, 'play.yml']);
  return shop.text('out');
}

/** Returns the reason why a file is refused. */
async function refusal(name: string): Promise<Problem> {
  const error: unknown = await new Vault([shop.path('me.txt')])
    .variables(shop.read(name), name)
    .catch((reason: unknown) => reason);
  if (error instanceof Problem) return error;
  throw new Error(`${name} was read`);
}

const RULES: readonly (readonly [string, string])[] = [
  ['all values but those whose name ends as usual', ''],
  ['those whose name ends in a word', 'encrypted_suffix: word'],
  ['all but those whose name ends in a word', 'unencrypted_suffix: ber'],
  ['those whose name matches', 'encrypted_regex: "^(word|words|lines|template)$"'],
  ['those whose name matches, in any case', 'encrypted_regex: "(?i)^WORD"'],
  ['all but those whose name matches', 'unencrypted_regex: "^(number|truth)"'],
  ['the digest over what is encrypted only', 'mac_only_encrypted: true'],
  ['the digest over what is encrypted only, of some', 'mac_only_encrypted: true, encrypted_regex: "^word"'],
  ['those behind a comment', 'encrypted_comment_regex: "a comment|in a list"'],
  ['all but those behind a comment', 'unencrypted_comment_regex: "in a list"'],
  [
    'those behind a comment, and the digest over these only',
    'mac_only_encrypted: true, encrypted_comment_regex: "in a list"',
  ],
];

/** Returns the values of a file of variables by their paths, and whether each is a secret. */
async function leaves(
  name: string,
): Promise<ReadonlyMap<string, { readonly value: string; readonly isSecret: boolean }>> {
  const found = new Map<string, { readonly value: string; readonly isSecret: boolean }>();
  const visit = (node: Node, path: string): void => {
    if (node.kind === 'map') for (const { key, value } of node.entries) visit(value, `${path}.${key}`);
    else if (node.kind === 'list') for (const [index, item] of node.items.entries()) visit(item, `${path}.${index}`);
    else found.set(path, { value: String(node.value), isSecret: node.isHidden === true });
  };
  const node = await new Vault([shop.path('me.txt')]).variables(shop.read(name), name);
  if (node !== undefined) visit(node, '');
  return found;
}

describe('YAML', () => {
  test.each(RULES)('%s', async (_what, rules) => {
    const name = await sealed('clear.yml', rules);
    const text = shop.text(name);
    const clear = await leaves('clear.yml');
    const found = await leaves(name);
    expect([...found.keys()]).toEqual([...clear.keys()]);
    // SOPS writes these values in another form.
    const asWritten = new Map([
      ['.day', '2024-02-29T00:00:00Z'],
      ['.when_unencrypted', '2024-02-29T00:00:00Z'],
      ['.octal_unencrypted', '420'],
    ]);
    for (const [path, { value, isSecret }] of found) {
      expect([path, value]).toEqual([path, asWritten.get(path) ?? clear.get(path)?.value]);
      if (/canary|open-word|5432|80443217/.test(value))
        expect([path, isSecret]).toEqual([path, !text.includes(value.split('\n', 1)[0] ?? '')]);
    }
  });

  test('each value is as it was, with its type', async () => {
    const name = await sealed('clear.yml');
    const template = [
      '{{word}}|{{number}}|{{fraction}}|{{expr "large == 1.5e22"}}|{{expr "tiny == 0.000000125"}}|{{expr "truth == true"}}|{{empty}}',
      '{{expr "nothing == null"}}|{{words.[0]}}|{{words.[1].inner}}|{{words.[1].more.[1]}}|{{expr "size(words)"}}|{{template}}|{{port_unencrypted}}',
      '{{octal_unencrypted}}|{{yes_unencrypted}}|{{open.deep_unencrypted.[0]}}',
    ].join('|');
    expect(await written(name, template)).toBe(
      'canary-word|80443217|0.25|true|true|true||true|canary-one|canary-two|canary-three|2|canary-word@host|5432|420|yes|open-word',
    );
    expect(await written(name, '{{lines}}')).toBe('canary-first\ncanary-second\n');
  });
});

test('JSON', async () => {
  const name = await sealed('clear.json');
  const found = await variables(name);
  expect(found).toContain('open-word');
  expect(found).not.toContain('canary');
  expect(await written(name, '{{word}} {{items.[1]}} {{expr "size(items)"}} {{part}} {{open_unencrypted.[2]}}')).toBe(
    'canary-word canary-one 3 1 0.5',
  );
});

test('dotenv', async () => {
  const name = await sealed('clear.env');
  const found = await variables(name);
  expect(found).toContain('OPEN_unencrypted: "open-word"');
  expect(found).not.toContain('canary');
  expect(await written(name, '{{WORD}} {{LINES}}')).toBe('canary-word canary-a\ncanary-b');
});

test('files of groups, hosts, plays and roles, and inventories', async () => {
  const file = async (path: string, text: string, ...options: readonly string[]): Promise<void> => {
    shop.write('one.yml', text);
    shop.write(path, await program('encrypt', ...options, 'one.yml'));
  };
  await shop.run(['mkdir', '-p', 'site/group_vars', 'site/host_vars', 'site/roles/r/vars', 'site/roles/r/tasks']);
  await file('site/group_vars/all.yml', 'of_group: canary-1\n');
  await file('site/host_vars/h1.yml', 'of_host: canary-2\n');
  await file('site/vars.yml', 'of_play: canary-3\n');
  await file('site/h1.yml', 'of_template: canary-4\n');
  await file('site/roles/r/vars/main.yml', 'of_role: canary-5\n');
  await file(
    'site/inventory.yml',
    'all: { hosts: { h1: { ansible_connection: local, of_inventory: canary-6 } } }\n',
    '--encrypted-regex',
    '^of_',
  );
  const names = ['of_group', 'of_host', 'of_play', 'of_template', 'of_role', 'of_inventory'];
  const content = names.map((name) => `{{${name}}}`).join(' ');
  shop.write(
    'site/roles/r/tasks/main.yml',
    `- copy: { content: "${content}", dest: ${shop.path('out')}, mode: "0600" }\n`,
  );
  shop.write(
    'site/play.yml',
    `- hosts: all\n  vars: { which: h1 }\n  vars_files: [vars.yml, "{{which}}.yml"]\n  roles: [r]\n`,
  );
  const printed = await shop.done(['play', '--diff', '-v', '-i', 'site/inventory.yml', 'site/play.yml']);
  expect(shop.text('out')).toBe('canary-1 canary-2 canary-3 canary-4 canary-5 canary-6');
  expect(printed).not.toContain('canary');
});

test('identities that SOPS itself would take open its files', async () => {
  const name = await sealed('clear.yml');
  const nobody = { RUNBOOK_IDENTITY: 'nowhere' };
  const vars = ['vars', '-i', 'h1,', 'h1', 'word', '-e', `@${name}`];
  await shop.done(vars, { env: { ...nobody, SOPS_AGE_KEY_FILE: 'me.txt' } });
  await shop.done(vars, { env: { ...nobody, SOPS_AGE_KEY: shop.text('me.txt') } });
  await shop.run(['sh', '-c', 'mkdir -p config/sops/age && cp me.txt config/sops/age/keys.txt']);
  await shop.done(vars, { env: nobody });
  await shop.run(['rm', '-r', 'config']);
});

const CHANGES: readonly (readonly [string, string, (text: string) => string, RegExp])[] = [
  ['a value in clear', 'clear.yml', (text) => text.replace('port_unencrypted: 5432', 'port_unencrypted: 5433'), /mac/],
  ['a name', 'clear.yml', (text) => text.replace('word:', 'sword:'), /another place/],
  [
    'a digit of a value',
    'clear.yml',
    (text) =>
      text.replace(
        /^word: ENC\[AES256_GCM,data:(.)/m,
        (_all, one) => `word: ENC[AES256_GCM,data:${one === 'A' ? 'B' : 'A'}`,
      ),
    /changed, or comes/,
  ],
  ['two values for one another', 'clear.yml', swapped, /another place/],
  [
    'the order of a list',
    'clear.json',
    (text) => text.replace(/("ENC[^"]*type:int\]"),\s*("ENC[^"]*")/, '$2, $1'),
    /mac/,
  ],
  ['a value that is taken away', 'clear.yml', (text) => text.replace(/^truth:.*\n/m, ''), /mac/],
  ['a value that is added in clear', 'clear.yml', (text) => `added_unencrypted: 1\n${text}`, /mac/],
  [
    'a value in clear where it should be encrypted',
    'clear.yml',
    (text) => text.replace(/^truth: .*$/m, 'truth: true'),
    /is not encrypted/,
  ],
  [
    'the digest',
    'clear.yml',
    (text) => text.replace(/mac: ENC\[AES256_GCM,data:./, 'mac: ENC[AES256_GCM,data:-'),
    /mac/,
  ],
  ['the time', 'clear.yml', (text) => text.replace(/lastmodified: "\d{4}/, 'lastmodified: "1999'), /lastmodified/],
  [
    'which values are encrypted',
    'clear.yml',
    (text) => text.replace('unencrypted_suffix: _unencrypted', 'unencrypted_suffix: word'),
    /is not encrypted|mac/,
  ],
  ['a line of dotenv', 'clear.env', (text) => text.replace('=open-word', '=other-word'), /mac/],
];

function swapped(text: string): string {
  const [word = '', number = ''] = ['word', 'number'].map(
    (name) => new RegExp(`^"?${name}"?: (ENC\\S*)`, 'm').exec(text)?.[1],
  );
  return text.replace(word, '@').replace(number, word).replace('@', number);
}

test.each(CHANGES)('refused is a file of which somebody has changed %s', async (_what, file, change, says) => {
  const name = await sealed(file);
  const before = shop.text(name);
  shop.write(name, change(before));
  expect(shop.text(name)).not.toBe(before);
  const problem = await refusal(name);
  expect(problem.what).toMatch(/was changed after SOPS had encrypted it/);
  expect(problem.why).toMatch(says);
  // The program itself reports the same.
  expect((await shop.run([sops, 'decrypt', name], { env: { ...env, SOPS_AGE_KEY_FILE: 'me.txt' } })).status).not.toBe(
    0,
  );
});

test('a value that is added to a file whose digest is over what is encrypted only is refused where it should be encrypted', async () => {
  const name = await sealed('clear.yml', 'mac_only_encrypted: true');
  shop.write(name, `added: 1\n${shop.text(name)}`);
  expect((await refusal(name)).why).toMatch(/is not encrypted/);
});

describe('a file that only other keys open', () => {
  test.each(['kms', 'pgp', 'hc_vault'])('%s: refused with the remedy', async (kind) => {
    const name = await sealed('clear.yml');
    shop.write(name, shop.text(name).replace('    age:', `    ${kind}:`));
    const ended = await shop.runbook(['vars', '-i', 'h1,', 'h1', '-e', `@${name}`]);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(new RegExp(`encrypted for: ${kind}\\.[\\s\\S]*RUNBOOK_SOPS=sops[\\s\\S]*sops -d`));
  });

  test('is opened by the program, where that is named', async () => {
    const other = await shop.identity('other.txt');
    shop.write(
      'groups.yml',
      `creation_rules: [{ shamir_threshold: 2, key_groups: [{ age: [${env['SOPS_AGE_RECIPIENTS']}] }, { age: [${other}] }] }]\n`,
    );
    const { SOPS_AGE_RECIPIENTS: _unused, ...plain } = env;
    const ended = await shop.run([sops, '--config', 'groups.yml', 'encrypt', 'clear.yml'], { env: plain });
    shop.write('shared.yml', ended.stdout);
    const refused = await shop.runbook(['vars', '-i', 'h1,', 'h1', '-e', '@shared.yml']);
    expect(refused.stderr).toMatch(/encrypted for: key_groups/);
    const both = { RUNBOOK_SOPS: sops, SOPS_AGE_KEY: `${shop.text('me.txt')}\n${shop.text('other.txt')}` };
    const found = await shop.done(['vars', '-i', 'h1,', 'h1', '-e', '@shared.yml'], { env: both });
    expect(found).not.toContain('canary');
    expect(found).toContain('open-word');
    expect(found).toMatch(/^word: "\*{8}"$/m);
  });

  test('says why the program does not open it', async () => {
    const name = await sealed('clear.yml');
    shop.write(name, shop.text(name).replace('    age:', '    pgp:'));
    const ended = await shop.runbook(['vars', '-i', 'h1,', 'h1', '-e', `@${name}`], { env: { RUNBOOK_SOPS: sops } });
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(/cannot decrypt this/);
  });
});

test.each(['encrypt', 'decrypt', 'view', 'edit', 'rekey'])('vault %s leaves files of SOPS to sops', async (command) => {
  const name = await sealed('clear.yml');
  const before = shop.text(name);
  const ended = await shop.runbook(['vault', command, name]);
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toMatch(/SOPS[\s\S]*sops -d/);
  expect(shop.text(name)).toBe(before);
});

test('a plan and a play say nothing of what is in a file of SOPS', async () => {
  const name = await sealed('clear.yml');
  shop.write(
    'say.yml',
    '- hosts: h1\n  tasks:\n    - debug: { msg: "{{word}} {{words.[1].inner}} {{template}}" }\n    - debug: { var: words }\n',
  );
  for (const command of [
    ['plan', '-vv'],
    ['play', '-vv'],
    ['play', '--output', 'json'],
  ]) {
    const printed = await shop.done([
      ...command,
      '-i',
      'h1,',
      '-e',
      'ansible_connection=local',
      '-e',
      `@${name}`,
      'say.yml',
    ]);
    expect(printed).not.toContain('canary');
  }
});
