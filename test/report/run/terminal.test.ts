import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Returns the output of the program on a pseudo-terminal. */
function onTerminal(how: string): { readonly text: string; readonly status: number | null } {
  const program = `"${process.execPath}" "${join(import.meta.dirname, '../live-run.ts')}" ${how}`;
  const { CI: _, ...env } = process.env;
  const done = spawnSync('script', ['-qec', `stty cols 100 rows 30; ${program}`, '/dev/null'], {
    env: { ...env, TERM: 'xterm', NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return { text: done.stdout, status: done.status };
}

describe('a run on a terminal', () => {
  const ways: readonly (readonly [string, string, number])[] = [
    ['to its end', 'ends', 0],
    ['until the process is ended amid it', 'exits', 7],
    ['until it throws', 'throws', 1],
  ];
  it.each(ways)('loses no line %s, and gives the cursor back', (_, how, status) => {
    const done = onTerminal(how);
    expect(done.status).toBe(status);
    for (let line = 1; line <= 20; line += 1) expect(done.text).toContain(`changed: [a] Task ${line}\r\n`);
    expect(done.text).toContain('a notice from elsewhere');
    expect(done.text).toContain('Play: 1 host');
    expect(done.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(done.text.lastIndexOf('\u001b[?25l'));
  });
});
