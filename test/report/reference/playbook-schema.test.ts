import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const SCHEMA = JSON.parse(
  execFileSync(process.execPath, [join(ROOT, 'bin/runbook.js'), 'docs', '--schema'], {
    encoding: 'utf8',
    maxBuffer: 16 * 2 ** 20,
  }),
);
const ajv = new Ajv({ strict: false });
const isPlaybook = ajv.compile(SCHEMA);
const areTasks = ajv.compile({ definitions: SCHEMA.definitions, $ref: '#/definitions/tasks' });

const OWN = execFileSync('git', ['ls-files', 'playbooks', 'roles', 'examples', 'test/fidelity'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) =>
    /^(?:playbooks\/[^/]+|.*\/(?:tasks|handlers)\/.*|examples\/[^/]+\/[^/]+|test\/fidelity\/.*)\.yml$/.test(file),
  );

/** `!vault` and such are texts for an editor. */
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
    const validate = /\/(?:tasks|handlers)\//.test(file) ? areTasks : isPlaybook;
    validate(value);
    expect(validate.errors ?? []).toEqual([]);
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
    isPlaybook([{ hosts: 'all', tasks: [read(task)] }]);
    expect(isPlaybook.errors ?? []).toEqual([]);
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
    expect(isPlaybook([{ hosts: 'all', tasks: [read(task)] }])).toBe(false);
  });
});
