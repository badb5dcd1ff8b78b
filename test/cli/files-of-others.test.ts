import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

/** Files that are found above a project in a place where any user may have put them, such as a folder below /tmp. */
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const SOMEBODY = 12_345;

interface Shared {
  /** A folder to which everybody may write, with the sticky bit, like /tmp. */
  readonly shared: string;
  readonly project: string;
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => { readonly status: number | null; readonly output: string };
}

function shared(files: Readonly<Record<string, string>>): Shared {
  const base = temporaryFolder('runbook-shared-');
  const above = join(base, 'shared');
  const project = join(above, 'project');
  for (const [name, text] of Object.entries({ 'project/p.yml': PLAYBOOK, ...files })) {
    mkdirSync(dirname(join(above, name)), { recursive: true });
    writeFileSync(join(above, name), text);
  }
  chmodSync(above, 0o1777);
  return {
    shared: above,
    project,
    run: (args, env = {}) => {
      const { RUNBOOK_TRUST: _, ...inherited } = process.env;
      const own = { HOME: base, RUNBOOK_STATE: join(base, '.state'), XDG_CACHE_HOME: join(base, '.cache') };
      const done = spawnSync(RUNBOOK, args, { cwd: project, env: { ...inherited, ...own, ...env }, encoding: 'utf8' });
      return { status: done.status, output: done.stdout + done.stderr };
    },
  };
}

const PLAYBOOK = '- { hosts: localhost, roles: [common] }\n';
const ROLE = { 'roles/common/tasks/main.yml': '- { name: Of the role, debug: { msg: m } }\n' };

const SPOILED: readonly (readonly [string, (above: string) => void])[] = [
  ['the role belongs to another user', (above) => chownSync(join(above, 'roles/common'), SOMEBODY, SOMEBODY)],
  ['the folder of roles belongs to another user', (above) => chownSync(join(above, 'roles'), SOMEBODY, SOMEBODY)],
  ['everybody may write to the folder of roles', (above) => chmodSync(join(above, 'roles'), 0o777)],
  ['the folder above belongs to another user', (above) => chownSync(above, SOMEBODY, SOMEBODY)],
  ['everybody may take away what is in the folder above', (above) => chmodSync(above, 0o777)],
  [
    'the role is a link of another user',
    (above) => {
      renameSync(join(above, 'roles/common'), join(above, 'elsewhere'));
      symlinkSync('../elsewhere', join(above, 'roles/common'));
      lchownSync(join(above, 'roles/common'), SOMEBODY, SOMEBODY);
    },
  ],
  [
    'the role is a link to a folder of another user',
    (above) => {
      renameSync(join(above, 'roles/common'), join(above, 'elsewhere'));
      symlinkSync('../elsewhere', join(above, 'roles/common'));
      chownSync(join(above, 'elsewhere'), SOMEBODY, SOMEBODY);
    },
  ],
];

describe.skipIf(process.getuid?.() !== 0)('files of others above a project (the tests need root, for owners)', () => {
  test.each(SPOILED)('a role is not taken where %s, unless the folder is trusted', (_what, spoil) => {
    const here = shared(ROLE);
    expect(here.run(['play', 'p.yml'])).toMatchObject({ status: 0, output: expect.stringContaining('Of the role') });
    spoil(here.shared);
    for (const command of ['play', 'plan', 'lint']) {
      const { status, output } = here.run([command, 'p.yml']);
      expect({ status, isRun: output.includes('Of the role') }).toEqual({ status: 1, isRun: false });
      expect(output).toMatch(/The role "common" is not taken from .*roles/);
      expect(output).toContain('p.yml:1:');
    }
    const remedy = /RUNBOOK_TRUST=(\S+)\./.exec(here.run(['play', 'p.yml']).output)?.[1] ?? '';
    expect(here.run(['play', 'p.yml'], { RUNBOOK_TRUST: `${remedy}:${here.shared}` }).status).toBe(0);
    expect(here.run(['play', 'p.yml', '--trust']).status).toBe(0);
  });

  test('the role of another user may be named by its path', () => {
    const here = shared(ROLE);
    chownSync(join(here.shared, 'roles/common'), SOMEBODY, SOMEBODY);
    const named = /\(role: (\S+)\)/.exec(here.run(['play', 'p.yml']).output)?.[1];
    writeFileSync(join(here.project, 'p.yml'), `- { hosts: localhost, roles: [{ role: ${named ?? ''} }] }\n`);
    expect(here.run(['play', 'p.yml'])).toMatchObject({ status: 0, output: expect.stringContaining('Of the role') });
  });

  test('secrets are not encrypted for the recipients of another user, unless their file is named', () => {
    const here = shared({ 'project/s.yml': 'word: x\n' });
    expect(here.run(['vault', 'keygen'])).toMatchObject({ status: 0 });
    const recipient =
      /age1\w+/.exec(here.run(['vault', 'keygen', '--output', join(here.project, 'k')]).output)?.[0] ?? '';
    const file = join(here.shared, 'recipients.txt');
    writeFileSync(file, `${recipient}\n`);
    chownSync(file, SOMEBODY, SOMEBODY);
    const before = readFileSync(join(here.project, 's.yml'), 'utf8');
    const refused = here.run(['vault', 'encrypt', 's.yml']);
    expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('is not your own') });
    expect(readFileSync(join(here.project, 's.yml'), 'utf8')).toBe(before);
    const remedy = /--recipients-file (\S+)\./.exec(refused.output)?.[1] ?? '';
    cpSync(join(here.project, 's.yml'), join(here.project, 't.yml'));
    expect(here.run(['vault', 'encrypt', 't.yml', '--recipients-file', remedy]).status).toBe(0);
    chownSync(file, 0, 0);
    expect(here.run(['vault', 'encrypt', 's.yml']).status).toBe(0);
    expect(existsSync(file)).toBe(true);
  });
});

test('a password program that prints without end is ended', () => {
  const sealed = `$ANSIBLE_VAULT;1.1;AES256\n${'61'.repeat(40)}\n`;
  const here = shared({ 'project/group_vars/all.yml': sealed, 'project/endless': '#!/bin/sh\nexec yes\n' });
  writeFileSync(join(here.project, 'p.yml'), '- { hosts: localhost, tasks: [{ debug: { msg: m } }] }\n');
  chmodSync(join(here.project, 'endless'), 0o755);
  const { status, output } = here.run(['play', 'p.yml', '--vault-password-file', './endless']);
  expect(status).toBe(1);
  expect(output).toMatch(/prints more than \d+ bytes/);
});

test.each(['a"b', 'a\\b', 'a\nb'])('a path that ssh would take for another one is refused: %j', (name) => {
  const hosts = JSON.stringify({
    all: { hosts: { h: { ansible_host: '192.0.2.1', ansible_ssh_private_key_file: `/k/${name}` } } },
  });
  const here = shared({ 'project/hosts.yml': hosts });
  const { status, output } = here.run(['ping', 'all', '-i', 'hosts.yml']);
  expect(status).not.toBe(0);
  expect(output).toContain('cannot be given to ssh');
});
