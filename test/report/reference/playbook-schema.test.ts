import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { KEYWORDS } from '../../../engine/report/reference/keyword-schemas.ts';

const ROOT = join(import.meta.dirname, '../../..');
const ajv = new Ajv({ strict: false });

function schemaOf(name: string): Readonly<Record<string, unknown>> {
  const args = [join(ROOT, 'bin/runbook.js'), 'docs', '--schema', name];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 16 * 2 ** 20 }));
}

const SCHEMAS = new Map(['playbook', 'tasks', 'inventory', 'meta'].map((name) => [name, schemaOf(name)]));
const VALIDATORS = new Map([...SCHEMAS].map(([name, schema]) => [name, ajv.compile(schema)]));

/** Returns the mistakes in a value by its schema; none if it is valid. */
function errorsOf(name: string, value: unknown): readonly unknown[] {
  const validate = VALIDATORS.get(name);
  if (validate === undefined) throw new Error(`no schema ${name}`);
  validate(value);
  return validate.errors ?? [];
}

const OWN = execFileSync('git', ['ls-files', 'playbooks', 'roles', 'examples', 'test/fidelity'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) =>
    /^(?:playbooks\/[^/]+|.*\/(?:tasks|handlers)\/.*|examples\/[^/]+\/[^/]+|test\/fidelity\/.*)\.yml$/.test(file),
  );

/** For an editor, `!vault` and similar tags are texts. */
function read(text: string): unknown {
  const customTags = ['!vault', '!unsafe'].map((tag) => ({ tag, resolve: (value: string) => value }));
  return parse(text, { merge: true, customTags });
}

describe('takes what stands in this repository', () => {
  const files = OWN.map((file) => ({ file, value: read(readFileSync(join(ROOT, file), 'utf8')) })).filter(({ value }) =>
    Array.isArray(value),
  );
  test('which are not few', () => {
    expect(files.length).toBeGreaterThan(60);
  });
  test.each(files)('$file', ({ file, value }) => {
    expect(errorsOf(/\/(?:tasks|handlers)\//.test(file) ? 'tasks' : 'playbook', value)).toEqual([]);
  });
});

describe('takes', () => {
  test.each([
    ['a check and what brings it about', 'check: "true"\napply: "true"'],
    ['a template for a number', 'wait_for: { port: "{{port}}" }'],
    [
      'a template within a list of an argument',
      'package: { name: nginx, brings: [{ unit: nginx, enabled: "{{on}}" }] }',
    ],
    ['the name that Ansible writes out', 'ansible.builtin.copy: { content: x, dest: /x }'],
  ])('%s', (_, task) => {
    expect(errorsOf('playbook', [{ hosts: 'all', tasks: [read(task)] }])).toEqual([]);
  });
});

test('takes the examples of all modules', async () => {
  const all = await Promise.all(modules.names().map((name) => modules.module(name)));
  const examples = all.flatMap(({ examples: ofOne }) => ofOne);
  expect(examples.length).toBeGreaterThan(all.length);
  expect(examples.filter((example) => errorsOf('tasks', [read(example)]).length > 0)).toEqual([]);
});

describe('takes inventories and meta files of this repository', () => {
  const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const found = files.flatMap((file) => {
    const name = /^roles\/[^/]+\/meta\/main\.yml$/.test(file)
      ? 'meta'
      : /^(?:examples\/[^/]+\/inventory|inventory\/[^/]+)\.yml$/.test(file)
        ? 'inventory'
        : '';
    return name === '' ? [] : [{ file, name }];
  });
  test('which are not few', () => {
    expect(found.length).toBeGreaterThan(15);
  });
  test.each(found)('$file', ({ file, name }) => {
    expect(errorsOf(name, read(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });
});

test.each([...SCHEMAS])('%s: every keyword says what it is for', (_, schema) => {
  expect(schema['$id']).toMatch(/^urn:runbook:schema:\w+$/);
  expect(unexplained(schema, '#')).toEqual([]);
});

/** Returns the paths of properties without a description. */
function unexplained(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    const at = `${path}/${key}`;
    if (key !== 'properties') return unexplained(value, at);
    return Object.entries(value ?? {}).flatMap(([name, one]) => {
      const isSaid = 'description' in one || ('$ref' in one && one.$ref.startsWith('#/definitions/module_'));
      return [...(isSaid ? [] : [`${at}/${name}`]), ...unexplained(one, `${at}/${name}`)];
    });
  });
}

test('every keyword stands in the page on the language', () => {
  const page = readFileSync(join(ROOT, 'docs/language.md'), 'utf8');
  expect(Object.keys(KEYWORDS).filter((name) => !new RegExp(`\`${name}[\`:]`).test(page))).toEqual([]);
});

describe('takes, of each kind of file,', () => {
  test.each([
    ['playbook', '- { hosts: [a, b], serial: ["10%", 5], roles: [r, { role: s, port: 80, when: "x" }], vars: }'],
    ['playbook', '- { import_playbook: x.yml, when: "true", vars: { a: 1 } }'],
    ['playbook', '- { hosts: all, environment: [{ A: b }, "{{e}}"], vars_files: [a.yml, [b.yml, c.yml]] }'],
    ['tasks', '- { include_tasks: { file: "{{os}}.yml", apply: { become: true } }, loop: "xs.filter(x, x > 1)" }'],
    [
      'tasks',
      '- { command: id, until: ["a", "b"], retries: 3, delay: "{{d}}", loop: [1], loop_control: { label: "{{item}}" } }',
    ],
    ['tasks', '- { name: Restart, listen: [a, b], block: [{ meta: flush_handlers }], rescue: }'],
    [
      'inventory',
      'all: { hosts: { "web[01:10]": , b: { x: 1 } }, children: { web: { hosts: a }, db: }, vars: { y: [1] } }',
    ],
    ['inventory', ''],
    [
      'meta',
      'dependencies: [a, { role: b, port: 1 }]\narguments: { p: { type: list, elements: ipv4, required: true } }',
    ],
    ['meta', 'argument_specs: { main: { options: { a: { type: str } } } }\ngalaxy_info: { author: x }'],
  ])('%s: %s', (name, text) => {
    expect(errorsOf(name, read(text))).toEqual([]);
  });
});

describe('refuses, of each kind of file,', () => {
  test.each([
    ['playbook', '- { tasks: [] }'],
    ['playbook', '- { hosts: all, task: [] }'],
    ['playbook', '- { hosts: all, strategy: fre }'],
    ['playbook', '- { hosts: all, gather_facts: maybe }'],
    ['playbook', '- { hosts: all, roles: [{ port: 1 }] }'],
    ['playbook', '- { import_playbook: x.yml, tasks: [] }'],
    ['tasks', '- { command: id, when: 5 }'],
    ['tasks', '- { command: id, register: "a b" }'],
    ['tasks', '- { command: id, loop: { a: 1 } }'],
    ['tasks', '- { command: id, loop_control: { loopvar: x } }'],
    ['tasks', '- { command: id, retries: many }'],
    ['tasks', '- { meta: refresh_inventory }'],
    ['tasks', '- { import_role: { nam: x } }'],
    ['tasks', '- { import_tasks: { file: x.yml, apply: {} } }'],
    ['tasks', '- { block: { command: id } }'],
    ['tasks', 'hosts: all'],
    ['inventory', 'all: { host: { a: } }'],
    ['inventory', 'all: { hosts: [a, b] }'],
    ['inventory', 'all: { children: { web: { hosts: { a: 5 } } } }'],
    ['inventory', '[a]'],
    ['meta', 'dependency: []'],
    ['meta', 'arguments: { p: { type: text } }'],
    ['meta', 'allow_duplicates: sometimes'],
  ])('%s: %s', (name, text) => {
    expect(errorsOf(name, read(text))).not.toEqual([]);
  });
});

describe('refuses', () => {
  test.each([
    ['an argument that the module has not', 'copy: { contnt: x, dest: /x }'],
    ['a value that is none of those it may be', 'file: { path: /x, state: directry }'],
    ['a keyword that is none', 'command: "true"\nwhn: "true"'],
    ['a word where true or false is meant', 'command: "true"\nbecome: maybe'],
    ['a list as a check', 'check: [x]\napply: "true"'],
  ])('%s', (_, task) => {
    expect(errorsOf('playbook', [{ hosts: 'all', tasks: [read(task)] }])).not.toEqual([]);
  });
});
