import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Progress } from '../../../engine/report/run/progress.ts';
import { changed, finished, playStarted, taskAt } from '../sink.ts';

/** What the program wrote to a pseudo-terminal. */
function onTerminal(how: string): { readonly text: string; readonly status: number | null } {
  const program = `"${process.execPath}" "${join(import.meta.dirname, '../live-run.ts')}" ${how}`;
  const { CI: _, ...env } = process.env;
  const done = spawnSync('script', ['-qec', `stty cols 100 rows 30; ${program}`, '/dev/null'], {
    env: { ...env, TERM: 'xterm', NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return { text: done.stdout, status: done.status };
}

const plain = (_: string, text: string): string => text;

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
    expect(done.text).toContain('Play: 1/1 host');
    expect(done.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(done.text.lastIndexOf('\u001b[?25l'));
  });
});

const following = (hosts: readonly string[]): Progress => {
  const progress = new Progress(plain);
  progress.follow(playStarted(hosts));
  return progress;
};

describe('progress', () => {
  it('has a row a host, with what it does', () => {
    const progress = following(['a', '日本', 'c']);
    progress.follow({ type: 'task_started', host: 'a', task: taskAt(1), item: 'x' });
    progress.follow(finished('日本', taskAt(2), changed()));
    expect(progress.rows(10, performance.now())).toEqual([
      'Play: 2/3 hosts, 1 changed',
      'a     Task 1 (x)',
      '日本  Task 2',
      'c     connecting',
    ]);
  });

  it('names those that are busy where hosts are many, the longest first, and tells their time', () => {
    const hosts = Array.from({ length: 120 }, (_, index) => `h${index}`);
    const progress = following(hosts);
    progress.follow({ type: 'task_started', host: 'h7', task: taskAt(1), item: undefined });
    progress.follow({ type: 'task_started', host: 'h3', task: taskAt(2), item: undefined });
    progress.follow(finished('h5', taskAt(1), changed()));
    expect(progress.rows(3, performance.now() + 5000)).toEqual([
      'Play: 3/120 hosts, 1 changed',
      expect.stringMatching(/^h7 {2}Task 1 [45] s$/),
      expect.stringMatching(/^h3 {2}Task 2 [45] s$/),
    ]);
  });

  it('counts what has failed, and names it no more', () => {
    const progress = following(['a', 'b']);
    progress.follow({ type: 'host_unreachable', host: 'a', problem: { what: 'x' } as never, during: undefined });
    expect(progress.rows(10, performance.now())).toEqual(['Play: 0/2 hosts, 1 failed', 'b  connecting']);
  });
});
