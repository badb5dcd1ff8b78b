import { describe, expect, test } from 'vitest';
import { LocalTransport } from '../../engine/connection/local-transport.ts';
import { decodeFacts } from '../../engine/connection/shell/facts.ts';
import { watched, type Completed } from '../../engine/connection/shell/frame.ts';
import { GREETING } from '../../engine/connection/shell/greeting.ts';
import { lockScript } from '../../engine/connection/shell/lock.ts';
import { openLoginShell, type OpenedShell } from '../../engine/connection/shell/open-shell.ts';
import type { Shell } from '../../engine/connection/shell/shell.ts';
import { installedPath } from '../system-packages.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/**
 * Starts a login shell like sshd, with a start-up file that replaces the shell: the command line that asks for `sh` is
 * lost.
 */
function startWhere(replaced: string, variables = ''): Promise<OpenedShell> {
  const local = new LocalTransport('here');
  const transport = {
    lost: undefined,
    gone: local.gone,
    start: () => local.start(`${variables} exec ${replaced}`),
    name: 'local' as const,
    wireBytes: () => undefined,
    close: () => local.close(),
  };
  const traffic = { roundTrips: 0, bytesSent: 0, bytesReceived: 0 };
  return openLoginShell(transport, { kind: 'local', name: 'h' }, traffic, {
    script: GREETING,
    bare: lockScript('test').replaceAll('/run/runbook', temporaryFolder('runbook-lock-')),
  });
}

const run = (shell: Shell, script: string): Promise<Completed> => shell.exchange(watched(script), { script: {} });

const GLOB = "printf %s /nowhere-*-here; a='x y'; set -- $a; printf %s $#; : ${none#x}";

describe.each(['zsh -l', 'zsh', 'mksh', 'bash', 'bash -l', 'sh', 'dash'])(
  'a start-up file that runs `exec %s`',
  (replaced) => {
    test.skipIf(installedPath(replaced.split(' ')[0] ?? '') === undefined)(
      'leaves a session in a POSIX shell',
      async () => {
        const { shell, greeting } = await startWhere(replaced);
        expect(decodeFacts(greeting).kernel).not.toBe('');
        expect((await run(shell, GLOB)).stdout.toString()).toBe('/nowhere-*-here2');
        // A failed redirection ends a POSIX shell, and no other shell.
        expect((await run(shell, ': </nowhere/at/all; echo still there')).stdout.toString()).toBe('');
        await shell.end();
      },
    );
  },
);

test.skipIf(installedPath('tcsh') === undefined)(
  'a start-up file that runs `exec tcsh` is told as a reason',
  async () => {
    await expect(startWhere('tcsh')).rejects.toMatchObject({
      code: 'no-shell',
      remedy: expect.stringContaining('for terminals only: `case $- in *i*) exec fish;; esac`'),
    });
  },
);

test.each([
  'ZSH_VERSION=5',
  'KSH_VERSION=x',
  'BASH_VERSION=5',
  'POSIXLY_CORRECT=1',
  'GREP_OPTIONS=--color=always',
  'SHELLOPTS=x',
])('%s in the environment changes nothing', async (variable) => {
  const { shell, greeting } = await startWhere('dash', `export ${variable};`);
  expect(decodeFacts(greeting).kernel).not.toBe('');
  expect((await run(shell, `${GLOB}; printf ":%s%s" "$POSIXLY_CORRECT" "$GREP_OPTIONS"`)).stdout.toString()).toBe(
    '/nowhere-*-here2:',
  );
  await shell.end();
});

test.skipIf(process.getuid?.() !== 0)('who has become root by su is root', async () => {
  const { shell, greeting } = await startWhere('sh', 'export LOGNAME=nobody USER=nobody;');
  expect(decodeFacts(greeting)).toMatchObject({ user: 'root', uid: 0 });
  await shell.end();
});
