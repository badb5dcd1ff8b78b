import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { module as knownHosts } from '../../engine/modules/known_hosts.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { CONTEXT, planHere, settleHere } from './try-module.ts';

const LINE = 'git.x ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIiXCjh4t02f/fgH6r1qWwjiHM7EPgoodNZ095FcXboZ';

test('the file of the user of the task is made, and the host goes again', async () => {
  const home = temporaryFolder('runbook-known-');
  const context = { ...CONTEXT, facts: { ...CONTEXT.facts, home } };
  await settleHere(knownHosts, { name: 'git.x', key: `# git.x:22 SSH-2.0\n${LINE}\n` }, { context });
  expect(readFileSync(join(home, '.ssh/known_hosts'), 'utf8')).toBe(`${LINE}\n`);
  await settleHere(knownHosts, { name: 'git.x', state: 'absent' }, { context });
  expect(readFileSync(join(home, '.ssh/known_hosts'), 'utf8')).toBe('');
});

test.for([
  [{ name: 'a.x', key: LINE }, 'root', 'line 1 of key is for git.x, not for a.x'],
  [{ name: 'git.x', key: 'git.x nonsense' }, 'root', 'line 1 of key is not a line of a file of known hosts'],
  [{ name: 'git.x', key: LINE }, 'app', 'the home directory of app is not known'],
] as const)('%j as %s: %s', async ([args, user, what]) => {
  const { outcome } = await planHere(knownHosts, args, { context: { ...CONTEXT, user } });
  expect(outcome).toMatchObject({ kind: 'impossible', what });
});

test.for([[{ name: 'git.x' }], [{ name: 'a b', key: LINE }], [{ name: 'git.x\n', key: LINE }]] as const)(
  'refuses %j',
  async ([args]) => {
    await expect(planHere(knownHosts, args)).rejects.toThrow(/needs "key"|must be a host/);
  },
);
