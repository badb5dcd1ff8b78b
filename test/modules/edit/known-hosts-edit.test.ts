import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { editKnownHosts, parseKnownHost } from '../../../engine/modules/edit/known-hosts-edit.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const OLD = 'AAAAC3NzaC1lZDI1NTE5AAAAIIiXCjh4t02f/fgH6r1qWwjiHM7EPgoodNZ095FcXboZ';
const NEW = 'AAAAC3NzaC1lZDI1NTE5AAAAIBD5v5XaZiHrqVXBYcFvgTwQ7tPUUhKEUZ4OyFSeCgMK';

function edited(text: string, key: string, more: Partial<Parameters<typeof editKnownHosts>[1]> = {}): string {
  const keys = key === '' ? [] : [parseKnownHost(key)].filter((one) => one !== undefined);
  return editKnownHosts(text, { name: 'git.x', keys, state: 'present', isHashed: false, ...more });
}

test.for([
  ['a new file', '', `git.x ssh-ed25519 ${NEW}`, `git.x ssh-ed25519 ${NEW}\n`],
  ['another key is replaced', `git.x ssh-ed25519 ${OLD}\n`, `git.x ssh-ed25519 ${NEW}`, `git.x ssh-ed25519 ${NEW}\n`],
  [
    'the same key stays, with its comment',
    `# a\ngit.x ssh-ed25519 ${NEW} me\n`,
    `git.x ssh-ed25519 ${NEW}`,
    `# a\ngit.x ssh-ed25519 ${NEW} me\n`,
  ],
  [
    'a key of another type stays',
    `git.x ssh-rsa ${OLD}\n`,
    `git.x ssh-ed25519 ${NEW}`,
    `git.x ssh-rsa ${OLD}\ngit.x ssh-ed25519 ${NEW}\n`,
  ],
  [
    'other hosts stay',
    `a.x ssh-ed25519 ${OLD}`,
    `git.x ssh-ed25519 ${NEW}`,
    `a.x ssh-ed25519 ${OLD}\ngit.x ssh-ed25519 ${NEW}\n`,
  ],
  [
    'other names of a line stay',
    `git.x,a.x ssh-ed25519 ${OLD}\n`,
    `git.x ssh-ed25519 ${NEW}`,
    `a.x ssh-ed25519 ${OLD}\ngit.x ssh-ed25519 ${NEW}\n`,
  ],
  [
    'an authority is another kind of line',
    `@cert-authority git.x ssh-ed25519 ${OLD}\n`,
    `git.x ssh-ed25519 ${NEW}`,
    `@cert-authority git.x ssh-ed25519 ${OLD}\ngit.x ssh-ed25519 ${NEW}\n`,
  ],
  [
    'names in capitals are the same',
    `GIT.X ssh-ed25519 ${NEW}\n`,
    `git.x ssh-ed25519 ${NEW}`,
    `GIT.X ssh-ed25519 ${NEW}\n`,
  ],
] as const)('%s', ([, before, key, after]) => {
  expect(edited(before, key)).toBe(after);
  expect(edited(after, key)).toBe(after);
});

test.for([
  ['all keys go', '', `a.x ssh-rsa ${OLD}\n`],
  ['one key goes', `git.x ssh-ed25519 ${NEW}`, `git.x ssh-rsa ${OLD}\na.x ssh-rsa ${OLD}\n`],
  ['another key is not there', `git.x ssh-ed25519 ${OLD}`, `git.x ssh-rsa ${OLD}\ngit.x,a.x ssh-ed25519 ${NEW}\n`],
] as const)('%s', ([what, key, after]) => {
  const before =
    what === 'another key is not there'
      ? after
      : `git.x ssh-rsa ${OLD}\ngit.x ssh-ed25519 ${NEW}\na.x ssh-rsa ${OLD}\n`;
  expect(edited(before, key, { state: 'absent' })).toBe(after);
});

test('ssh-keygen finds a hashed name, and a name that ssh-keygen has hashed is found', () => {
  const file = join(temporaryFolder('runbook-known-'), 'known_hosts');
  writeFileSync(file, edited('', `git.x ssh-ed25519 ${NEW}`, { isHashed: true }));
  expect(readFileSync(file, 'utf8')).not.toContain('git.x');
  expect(execFileSync('ssh-keygen', ['-F', 'git.x', '-f', file], { encoding: 'utf8' })).toContain(NEW);
  writeFileSync(file, `[git.x]:2222 ssh-ed25519 ${OLD}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('git.x');
  expect(edited(text, '', { name: '[git.x]:2222', state: 'absent' })).toBe('');
  expect(edited(text, '', { name: 'git.x', state: 'absent' })).toBe(text);
});
