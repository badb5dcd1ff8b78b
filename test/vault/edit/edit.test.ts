import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../lab/until.ts';
import { Workshop } from '../workshop.ts';

const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');
const TERMINAL = join(import.meta.dirname, '../terminal.py');
const CLEAR = 'password: clear-canary\n';
const shop = new Workshop();
/** A folder in memory, in which no other process makes folders. */
const runtime = mkdtempSync('/dev/shm/runbook-test-');
const ready = shop.path('ready');
const env = { ...shop.env, XDG_RUNTIME_DIR: runtime, TMPDIR: shop.path('tmp') };

beforeAll(async () => {
  await shop.run(['mkdir', 'tmp']);
  await shop.identity('me.txt');
}, 60_000);
beforeEach(async () => {
  for (const name of ['f.yml', 'f.yml.edited', 'ready', 'recipients.txt'])
    rmSync(shop.path(name), { force: true, recursive: true });
  shop.write('f.yml', CLEAR);
  await shop.done(['vault', 'encrypt', 'f.yml']);
}, 60_000);
afterAll(() => {
  rmSync(runtime, { recursive: true });
  shop.end();
});

/** The words of a shell for `$EDITOR`. `"$1"` is the file. */
function editor(script: string): Readonly<Record<string, string>> {
  shop.write('editor.sh', `#!/bin/sh\n${script}\n`);
  chmodSync(shop.path('editor.sh'), 0o755);
  return { ...env, VISUAL: shop.path('editor.sh') };
}

function edit(visual: Readonly<Record<string, string>>): ReturnType<Workshop['run']> {
  return shop.run([RUNBOOK, 'vault', 'edit', 'f.yml'], { env: visual });
}

function onTerminal(
  visual: Readonly<Record<string, string>>,
  steps: readonly (readonly [string, string])[],
): ReturnType<Workshop['run']> {
  return shop.run(['python3', TERMINAL, JSON.stringify(steps), RUNBOOK, 'vault', 'edit', 'f.yml'], { env: visual });
}

async function clearOf(name: string): Promise<string> {
  return shop.done(['vault', 'view', name]);
}

function nothingIsLeft(): void {
  expect(readdirSync(runtime)).toEqual([]);
  expect(readdirSync(shop.path('tmp'))).toEqual([]);
  const holding = readdirSync(shop.folder).filter((name) => name !== 'editor.sh' && shopHolds(name));
  expect(holding).toEqual([]);
}

function shopHolds(name: string): boolean {
  try {
    return shop.text(name).includes('clear-canary');
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const EDITORS: readonly (readonly [string, string])[] = [
  ['an editor that waits', `echo 'more: saved' >>"$1"; echo $$ >${ready}; exec sleep 600`],
  [
    'an editor in a process group of its own',
    `echo 'more: saved' >>"$1"; exec setsid -w sh -c 'echo $$ >${ready}; exec sleep 600'`,
  ],
  [
    'an editor that does not listen',
    `trap '' INT TERM HUP QUIT; echo 'more: saved' >>"$1"; echo $$ >${ready}; sleep 600; sleep 600`,
  ],
];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

describe.each(EDITORS)('%s', (_what, script) => {
  test.each(SIGNALS)('is ended by %s, no clear text stays, and the edit is kept encrypted', async (signal) => {
    const child = spawn(RUNBOOK, ['vault', 'edit', 'f.yml'], {
      cwd: shop.folder,
      env: editor(script),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (some: Buffer) => (stderr += some.toString()));
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
    await until('the editor runs', async () => existsSync(ready) && shop.text('ready').endsWith('\n'), {
      timeoutMs: 30_000,
    });
    expect(readdirSync(runtime)).toHaveLength(1);
    child.kill(signal);
    expect(await ended).toBe(128 + constants.signals[signal]);
    expect(isAlive(Number(shop.text('ready')))).toBe(false);
    nothingIsLeft();
    expect(stderr).toMatch(/is kept, encrypted, in \S+f\.yml\.edited/);
    expect(await clearOf('f.yml.edited')).toBe(`${CLEAR}more: saved\n`);
    expect(await clearOf('f.yml')).toBe(CLEAR);
  });
});

describe('on a terminal', () => {
  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-\\', '\u001c'],
  ])('%s ends an editor that lets itself be ended, and the edit is kept', async (_key, typed) => {
    const visual = editor(`echo 'more: saved' >>"$1"; echo >${ready}; exec sleep 600`);
    const ended = await onTerminal(visual, [[`file:${ready}`, typed]]);
    expect(ended.status).toBe(1);
    expect(ended.stdout.toString()).toMatch(/is kept, encrypted, in \S+f\.yml\.edited/);
    nothingIsLeft();
    expect(await clearOf('f.yml.edited')).toBe(`${CLEAR}more: saved\n`);
  });

  test('Ctrl-C leaves alone an editor that makes something else of it', async () => {
    const visual = editor(`trap 'echo "more: after" >>"$1"; exit 0' INT; echo >${ready}; while :; do sleep 0.1; done`);
    const ended = await onTerminal(visual, [[`file:${ready}`, '\u0003']]);
    expect(ended).toMatchObject({ status: 0 });
    expect(await clearOf('f.yml')).toBe(`${CLEAR}more: after\n`);
    nothingIsLeft();
  });

  test('the terminal goes away: no clear text stays, and the edit is kept', async () => {
    const visual = editor(`echo 'more: saved' >>"$1"; echo >${ready}; exec sleep 600`);
    await onTerminal(visual, [[`file:${ready}`, 'hangup']]);
    nothingIsLeft();
    expect(await clearOf('f.yml.edited')).toBe(`${CLEAR}more: saved\n`);
  });
});

test.each([
  ['has changed nothing', ':', 0, /not changed/],
  ['fails', 'exit 3', 1, /exit status 3\. Nothing was changed/],
  ['is ended by a signal of its own', 'kill -KILL $$', 1, /ended by SIGKILL\. Nothing was changed/],
  ['removes the file', 'rm "$1"', 1, /has removed the file/],
])('an editor that %s leaves the file as it is', async (_what, script, status, says) => {
  const before = shop.read('f.yml');
  const ended = await edit(editor(script));
  expect(ended.status).toBe(status);
  expect(ended.stdout.toString() + ended.stderr).toMatch(says);
  expect(shop.read('f.yml').equals(before)).toBe(true);
  expect(existsSync(shop.path('f.yml.edited'))).toBe(false);
  nothingIsLeft();
});

test('an editor that writes beside and renames, as many do, is right', async () => {
  await edit(editor(`cp "$1" "$1~"; echo 'new: 1' >"$1.new"; mv "$1.new" "$1"`));
  expect(await clearOf('f.yml')).toBe('new: 1\n');
  nothingIsLeft();
});

test('where recipients are wrong, that is told before the editor is started', async () => {
  shop.write('recipients.txt', 'junk\n');
  const ended = await edit(editor(`touch ${ready}`));
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toMatch(/recipients\.txt:1:1/);
  expect(existsSync(ready)).toBe(false);
  nothingIsLeft();
});

test('recipients that are broken while the editor runs do not matter: they were read before', async () => {
  const ended = await edit(editor(`echo 'more: 1' >>"$1"; echo junk >${shop.path('recipients.txt')}`));
  expect(ended).toMatchObject({ status: 0 });
  rmSync(shop.path('recipients.txt'));
  expect(await clearOf('f.yml')).toBe(`${CLEAR}more: 1\n`);
});

test('what somebody else has written meanwhile is not overwritten, and the edit is kept', async () => {
  const other = shop
    .read('f.yml')
    .toString()
    .replace(/\n-----END/, '\n\n-----END');
  shop.write('other', other);
  const ended = await edit(editor(`echo 'more: mine' >>"$1"; cp ${shop.path('other')} ${shop.path('f.yml')}`));
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toMatch(/changed by somebody else/);
  expect(shop.text('f.yml')).toBe(other);
  expect(await clearOf('f.yml.edited')).toBe(`${CLEAR}more: mine\n`);
  nothingIsLeft();
});

test('where the file can no longer be written, the edit is kept elsewhere, encrypted', async () => {
  const folder = shop.path('gone');
  await shop.run(['sh', '-c', `mkdir -p ${folder} && cp f.yml ${folder}/f.yml`]);
  const ended = await shop.run([RUNBOOK, 'vault', 'edit', 'gone/f.yml'], {
    env: editor(`echo 'more: 1' >>"$1"; rm -r ${folder}`),
  });
  expect(ended).toMatchObject({ status: 1 });
  const kept = /is kept, encrypted, in (\S+f\.yml)/.exec(ended.stderr)?.[1] ?? '';
  expect(await clearOf(kept)).toBe(`${CLEAR}more: 1\n`);
  rmSync(join(kept, '..'), { recursive: true });
  nothingIsLeft();
});

test('the clear text is in memory, for its owner alone', async () => {
  await edit(editor(`stat -c '%a %n' "$(dirname "$1")" "$1" >${ready}; stat -f -c %T "$1" >>${ready}`));
  expect(shop.text('ready')).toMatch(
    new RegExp(`^700 ${runtime}/runbook-edit-\\S+\n600 ${runtime}/\\S+/f\\.yml\ntmpfs\n$`),
  );
});
