import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FrameDecoder } from '../../engine/connection/shell/frame-decoder.ts';
import { SESSION_SETUP, short } from '../../engine/connection/shell/frame.ts';
import { GREETING } from '../../engine/connection/shell/greeting.ts';
import { SHELLS } from './test-shell.ts';

const MARKER = '_0123456789abcdef';

describe.each(SHELLS)('a short frame in %s', (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-shell-'));
  const shell = join(folder, 'sh');
  symlinkSync(program, shell);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Returns the answer to the script, and the output of a further script in the session's own shell. */
  function answer(
    script: string,
    behind = ':',
  ): { readonly output: string; readonly status: string; readonly behind: string } {
    const stdout = execFileSync(shell, {
      input: `${SESSION_SETUP}exec 9<&0\n${short(script).encode(() => MARKER)}${behind}\n`,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let output = '';
    const decoder = new FrameDecoder(MARKER, (data) => (output += data.toString()));
    decoder.write(stdout);
    const end = `${MARKER}}${decoder.status}\n`;
    return { output, status: decoder.status, behind: stdout.subarray(stdout.indexOf(end) + end.length).toString() };
  }

  test.each([
    ['what is printed', 'echo one; echo two', 'one\ntwo', '0'],
    ['nothing', ':', '', '0'],
    ['percent signs and backslashes as they are', String.raw`printf '%s' '%d\n\\'`, String.raw`%d\n\\`, '0'],
    ['no line ends at the end', "printf 'one\n\n\n'", 'one', '0'],
    ['the exit status', 'echo out; exit 3', 'out', '3'],
    ['the status of what takes the place of its shell', "exec sh -c 'echo replaced; exit 4'", 'replaced', '4'],
    ['nothing of stderr', 'echo out; echo err >&2', 'out', '0'],
    ['no input', 'cat; echo read', 'read', '0'],
    [
      'neither the session nor the lock',
      'for d in 8 9; do [ -e /proc/self/fd/$d ] || echo closed; done',
      'closed\nclosed',
      '0',
    ],
  ])('answers with %s', (_, script, output, status) => {
    expect(answer(script)).toEqual({ output, status, behind: '' });
  });

  test('is answered where it cannot be parsed', () => {
    const { output, status } = answer("echo 'open");
    expect({ output, failed: status !== '0' }).toEqual({ output: '', failed: true });
  });

  test('leaves nothing behind in the session', () => {
    const state = `name=kept; set -- kept; ${short(GREETING).encode(() => MARKER)}printf '%s\\n' "$name$*$init$memory$manager$S"`;
    expect(answer(':', state).behind).toMatch(/\}0\nkeptkept\n$/);
  });
});
