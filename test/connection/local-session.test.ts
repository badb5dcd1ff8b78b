import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { quote } from '../../engine/connection/base/quote.ts';
import { TimedOut, Unreachable } from '../../engine/connection/base/unreachable.ts';
import type { ChangeOptions, Changing, Connection, LookOptions } from '../../engine/connection/connection.ts';
import {
  briefChange,
  watchedChange,
  type ChangeFrame,
  type ChangeScripts,
} from '../../engine/connection/shell/frame.ts';
import type { UploadSource } from '../../engine/connection/shell/upload.ts';
import { SHELLS, testShell, type TestShell } from './test-shell.ts';

/** Kills the shell in which this text runs; `$$` would be that of the session. */
const KILL_SUBSHELL = 'sh -c \'kill -s KILL "$PPID"\'; sleep 5; :';

/** Commands before a change. */
const AHEAD = ['', 'echo ahead; echo noted >&2; umask 077; ahead=1'];

let folder: string;
let shell: TestShell;
let connection: Connection;
let host: Changing;

/** Opens a session for the tests of a `describe`. The session must survive every test. */
function useSession(program: string): void {
  beforeAll(async () => {
    shell = await testShell(program);
    folder = shell.folder;
    connection = await shell.connect();
    host = await connection.changing({ kind: 'login' });
  });
  afterAll(async () => {
    await connection.close();
    await shell.remove();
  });
  afterEach(async () => {
    expect((await host.look('echo alive')).stdout.toString()).toBe('alive\n');
  });
}

async function out(script: string): Promise<string> {
  return (await host.look(script)).stdout.toString();
}

const change = (scripts: ChangeScripts, brief: boolean): ChangeFrame =>
  brief ? briefChange(scripts) : watchedChange(scripts);

/** Starts a script and resolves when it has begun, or rejects if it fails. */
async function begun(
  { brief = false, ...scripts }: Partial<ChangeScripts> & { readonly brief?: boolean },
  options: ChangeOptions = {},
  lookOptions: LookOptions = {},
) {
  const answer = await host.changeAndLook(
    change({ ahead: '', change: ':', look: ':', ...scripts }, brief),
    options,
    lookOptions,
  );
  if (answer.kind === 'not_begun') throw new Error('it was not begun');
  return answer;
}

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  test('is the shell that it should be', async () => {
    expect(await out('readlink /proc/$$/exe')).toContain(program.slice('/bin/'.length));
  });

  test('brings facts', () => {
    expect(connection.facts).toMatchObject({
      user: execFileSync('id', ['-un']).toString().trim(),
      uid: process.getuid?.(),
    });
    expect(connection.facts.architecture).not.toBe('');
    expect(connection.facts.memory_mb).toBeGreaterThan(0);
  });

  test.each([
    ['exit status, stdout and stderr apart', 'echo out; echo err >&2; exit 3', 3, 'out\n', 'err\n'],
    ['output without a newline at its end', 'printf abc; printf def >&2', 0, 'abc', 'def'],
    ['no output', ':', 0, '', ''],
    ['set -e', 'set -e; echo before; false; echo after', 1, 'before\n', ''],
    ['exec', 'exec echo replaced', 0, 'replaced\n', ''],
    ['nothing on stdin', 'cat; read -r line || echo end', 0, 'end\n', ''],
    ['a script of several lines', 'for i in 1 2\ndo\n  echo "it\'s $i"\ndone\n', 0, "it's 1\nit's 2\n", ''],
    ['a here-document', 'cat <<END\n$((1 + 1))\nEND\n', 0, '2\n', ''],
    ['a comment at its end', 'echo x # comment', 0, 'x\n', ''],
    ['a script that ends its own group', 'echo x; kill -s TERM 0', 143, 'x\n', undefined],
  ])('%s', async (...[, script, status, stdout, stderr]) => {
    const completed = await host.look(script);
    expect(completed.status).toBe(status);
    expect(completed.stdout.toString()).toBe(stdout);
    if (stderr !== undefined) expect(completed.stderr.toString()).toBe(stderr);
  });

  test.each([
    "echo 'unbalanced",
    'echo "unbalanced',
    'if true',
    'fi',
    'echo $(',
    '}',
    ')',
    'echo \\',
    'cat <<END\nno end',
  ])('a script that cannot be parsed, %j, is its own failure only', async (script) => {
    const completed = await host.look(script);
    expect(Number.isInteger(completed.status)).toBe(true);
  });
});

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  test('nothing that a script does to its shell outlives it', async () => {
    await host.change(
      'variable=1; export exported=1; cd /; umask 077; set -f; trap "echo trapped" EXIT; f() { :; }; exec 1>/dev/null',
    );
    expect(await out('echo "[$variable$exported]"; pwd; umask; echo /b?n; f 2>/dev/null || echo none')).toBe(
      `[]\n${(await out('echo "$HOME"')).trim()}\n0022\n/bin\nnone\n`,
    );
  });

  test('the environment is fixed', async () => {
    expect(
      await out('echo "$LC_ALL"; umask; command -v ip >/dev/null; case $PATH in */usr/sbin*) echo sbin;; esac'),
    ).toBe('C\n0022\nsbin\n');
  });

  test('output is binary safe', async () => {
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
    const octal = [...bytes].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
    expect((await host.look(`printf %b ${quote(octal)}`)).stdout.equals(bytes)).toBe(true);
  });

  test('any text reaches the host as it is', async () => {
    const character = fc.constantFrom(...Array.from(`'"\\$\`;&|<>(){}*?~!# \t\n-ß😀a`));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: character, maxLength: 60 }), async (text) => {
        expect(await out(`printf %s ${quote(text)}`)).toBe(text);
      }),
      { numRuns: 25 },
    );
  });

  test('a large script is taken', async () => {
    const text = 'x'.repeat(300_000);
    expect((await host.look(`printf %s ${quote(text)} | wc -c`)).stdout.toString().trim()).toBe('300000');
  });

  test('output over the bound is dropped, and said to be', async () => {
    const completed = await host.look('head -c 3000000 /dev/zero; echo end >&2', { maxOutputBytes: 1000 });
    expect([completed.stdout.length, completed.cut, completed.stderr.toString()]).toEqual([1000, true, 'end\n']);
  });

  test('a background process that keeps stdout open holds nothing up, and its late output goes nowhere', async () => {
    const completed = await host.change(
      '(while [ -d /proc/$$ ] && read -r line; do echo late; done </dev/zero) & echo $!',
    );
    const background = Number(completed.stdout.toString());
    expect(background).toBeGreaterThan(0);
    await host.change(`kill -s KILL ${background}`);
    expect(await out('echo clean')).toBe('clean\n');
  });
});

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  test('many scripts asked at once are answered in turn', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => out(`echo ${index}`)));
    expect(answers).toEqual(Array.from({ length: 50 }, (_, index) => `${index}\n`));
  });

  test('each script is one round trip', async () => {
    const before = connection.counters.roundTrips;
    await host.look('true');
    await host.change('true');
    expect(connection.counters.roundTrips - before).toBe(2);
  });

  test('output is told while it comes', async () => {
    const file = join(folder, 'told');
    let told = '';
    const completed = await host.change(`echo asked; while [ ! -e ${quote(file)} ]; do :; done; echo done`, {
      onOutput: (text) => {
        told += text;
        if (told === 'asked\n') execFileSync('touch', [file]);
      },
    });
    expect(completed.stdout.toString()).toBe('asked\ndone\n');
    await rm(file);
  });

  test('a silent script is ended', async () => {
    const failure = await host
      .change('echo last words; sleep 600', { silenceMs: 200 })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'silent', lastOutput: 'last words' });
  });

  test('when the session shell is ended from outside, the script may have been done', async () => {
    const failure = await host.change('kill -s KILL $$; sleep 600').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Unreachable);
    expect(failure).toMatchObject({ code: 'session-ended', started: 'maybe' });
  });
});

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  describe('a file', () => {
    const content = Buffer.from('first\0line\n');
    test('arrives whole, with its mode', async () => {
      const path = join(folder, "it's a file");
      await host.send(source(content), path, { mode: '0640' });
      expect((await readFile(path)).equals(content)).toBe(true);
      expect((await stat(path)).mode & 0o7777).toBe(0o640);
    });

    test('of no bytes arrives', async () => {
      const path = join(folder, 'empty');
      await host.send(source(Buffer.alloc(0)), path, { mode: '0600' });
      expect((await stat(path)).size).toBe(0);
    });

    test('of a source that writes its pieces over arrives whole', async () => {
      const path = join(folder, 'pieces');
      const whole = randomBytes(300_000);
      async function* open(): AsyncGenerator<Uint8Array> {
        const piece = Buffer.alloc(1000);
        for (let at = 0; at < whole.length; at += piece.length) {
          whole.copy(piece, 0, at);
          yield piece;
        }
      }
      await host.send({ size: whole.length, open }, path, { mode: '0600' });
      expect((await readFile(path)).equals(whole)).toBe(true);
    });

    test.each([
      ['shorter than stated', source(content, content.length + 1)],
      ['longer than stated', source(content, content.length - 1)],
      ['of another digest', { ...source(content), sha256: '0'.repeat(64) }],
      ['of the digest, but written to meanwhile', { ...source(content), isUnchanged: () => Promise.resolve(false) }],
    ])('%s leaves nothing', async (_what, wrong) => {
      const path = join(folder, 'wrong');
      await expect(host.send(wrong, path, { mode: '0600' })).rejects.toMatchObject({ code: 'source-changed' });
      await expect(stat(path)).rejects.toThrow('ENOENT');
    });

    test('that cannot be written is told, and its content is not taken for commands', async () => {
      const trap = join(folder, 'trap');
      const commands = Buffer.from(`touch ${trap}\n`.repeat(1000));
      await expect(host.send(source(commands), join(folder, 'no', 'folder'), { mode: '0600' })).rejects.toMatchObject({
        code: 'upload-failed',
      });
      await expect(host.send(source(commands), '/dev/full/x', { mode: '0600' })).rejects.toMatchObject({
        code: 'upload-failed',
      });
      await expect(stat(trap)).rejects.toThrow('ENOENT');
    });
  });
});

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  describe.each(AHEAD)('with %j ahead of it', (ahead) => {
    test('a change and a look behind it are one round trip, and the look comes whatever the change came to', async () => {
      const before = connection.counters.roundTrips;
      const scripts = { ahead, change: 'echo made${ahead-}; echo oops >&2; exit 3', look: 'echo seen; echo quiet >&2' };
      const answer = await begun(scripts, {}, { maxOutputBytes: 4 });
      expect(connection.counters.roundTrips - before).toBe(1);
      expect(answer.change).toMatchObject({
        status: 3,
        stdout: Buffer.from('made\n'),
        stderr: Buffer.from('oops\n'),
        cut: false,
      });
      expect(answer.look).toMatchObject({
        status: 0,
        stdout: Buffer.from('seen'),
        stderr: Buffer.from('quie'),
        cut: true,
      });
      const slow = { ahead, change: 'echo begun; sleep 600', look: 'echo never' };
      // Long enough for a busy machine to start the script.
      const failure = await begun(slow, { timeoutMs: 1000 }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'timed-out', ended: true, lastOutput: 'begun' });
    });

    test('every status of a change is its own', async () => {
      for (const status of [1, 2, 95, 96, 97, 126, 127, 128, 255]) {
        for (const brief of [false, true])
          expect(await begun({ ahead, change: `exit ${status}`, brief })).toMatchObject({
            change: { status },
            look: { status: 0 },
          });
      }
    });

    test('a change finds the same shell, whatever went before it', async () => {
      const state =
        'set -o; trap; umask; pwd; export; echo "$-|$#|$*|${IFS-}|${look-}|${S-unset}|$(ls /proc/self/fd | wc -l)"; command -v look';
      const plain = await begun({ change: state });
      await begun({
        ahead: 'set -f; set -- a b; cd /; trap : USR1; exec 5>&1; IFS=x; S=1; look() { :; }',
        change: 'exit 1',
        brief: true,
      });
      const after = await begun({ ahead, change: state });
      expect(after.change.stdout.toString()).toBe(plain.change.stdout.toString());
    });
  });
});

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  describe.each(AHEAD)('with %j ahead of it', (ahead) => {
    describe('a brief change with a look behind it', () => {
      test.each([
        ['goes well', ':', 0],
        ['exits', 'exit 3', 3],
        ['fails under -e', 'set -e; false; echo never', 1],
        ['leaves options and a mask set', 'set -eC; umask 077', 0],
        ['is no shell text', 'if', 2],
        ['is long', `: ${'x'.repeat(200_000)}`, 0],
      ])('that %s', async (_, script, status) => {
        const before = connection.counters.roundTrips;
        const looked = join(folder, 'looked');
        const look = `false; umask; echo x >${quote(looked)}; echo y >${quote(looked)}; (exit 4)`;
        const answer = await begun({ ahead, change: script, look, brief: true });
        expect(connection.counters.roundTrips - before).toBe(1);
        expect(answer.change.status === 0).toBe(status === 0);
        if (status !== 2)
          expect(answer.change).toMatchObject({ status, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) });
        expect(answer.look).toMatchObject({ status: 4, stdout: Buffer.from('0022\n'), stderr: Buffer.alloc(0) });
      });

      test('tells what the change says, apart from what is seen', async () => {
        const scripts = { ahead, change: "echo made; printf 'oops\\n' >&2; exit 1", look: 'printf seen', brief: true };
        const answer = await begun(scripts);
        expect(answer.change).toMatchObject({ status: 1, stderr: Buffer.from('made\noops\n') });
        expect(answer.look).toMatchObject({ status: 0, stdout: Buffer.from('seen') });
      });

      test.each([
        ['the change', KILL_SUBSHELL, ':'],
        ['the look', ':', KILL_SUBSHELL],
      ])('is answered where %s is killed', async (_, change, look) => {
        const answer = await begun({ ahead, change, look, brief: true });
        expect(answer.change).toMatchObject({ status: change === ':' ? 0 : 137, stdout: Buffer.alloc(0) });
        expect(answer.look).toMatchObject({ status: 137, stdout: Buffer.alloc(0) });
      });

      test('is answered where another program takes the place of the change', async () => {
        const answer = await begun({ ahead, change: 'exec sh -c "exit 5"', look: 'printf seen', brief: true });
        expect(answer).toMatchObject({ change: { status: 5 }, look: { status: 5, stdout: Buffer.alloc(0) } });
      });
    });
  });
});

describe.each(SHELLS)('a session in %s', (program) => {
  useSession(program);

  test.each([false, true])('a change is not begun where what goes ahead of it fails (brief: %s)', async (brief) => {
    for (const ahead of ['echo said; echo why >&2; exit 96', 'if', KILL_SUBSHELL]) {
      const made = join(folder, 'made');
      const before = connection.counters.roundTrips;
      const answer = await host.changeAndLook(
        change({ ahead, change: `touch ${made}`, look: `touch ${made}` }, brief),
        {},
        {},
      );
      expect(answer).toMatchObject({ kind: 'not_begun', ahead: { status: 1, stdout: Buffer.alloc(0) } });
      expect(connection.counters.roundTrips - before).toBe(1);
      await expect(stat(made)).rejects.toThrow('ENOENT');
      expect((await host.look('echo well')).stdout.toString()).toBe('well\n');
    }
  });

  test('the lock is held by one, who is named, also after its shell was ended, and is free when he is gone', async () => {
    const told: (string | undefined)[] = [];
    const ben = (waitMs: number): Promise<Connection> =>
      shell.connect({ lock: { holder: 'ben', waitMs }, waiting: (holder) => told.push(holder) });
    const anna = await shell.connect({ lock: { holder: "anna@desk, it's site.yml", waitMs: 10_000 } });
    const hers = await anna.changing({ kind: 'login' });
    expect(anna.counters.roundTrips).toBe(0);
    await expect(ben(0)).rejects.toMatchObject({
      code: 'locked',
      why: expect.stringMatching(/^Held by anna@desk, it's site.yml \(process \d+ of user \d+\)\.$/),
    });
    await expect(hers.change('sleep 600', { timeoutMs: 50 })).rejects.toBeInstanceOf(TimedOut);
    await hers.look('true');
    await expect(ben(0)).rejects.toMatchObject({ code: 'locked' });
    expect(told).toEqual([]);
    const waiting = ben(20_000);
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), 10_000);
    expect(told[0]).toMatch(/^anna@desk, it's site.yml \(process \d+ of user \d+\)$/);
    await anna.close();
    await (await waiting).close();
    expect(told.filter((holder) => holder === undefined)).toEqual([undefined]);
    expect(told.at(-1)).toBeUndefined();
  });
});

function source(bytes: Buffer, size = bytes.length): UploadSource {
  return {
    size,
    async *open() {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    },
  };
}
