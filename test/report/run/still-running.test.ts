import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Activities } from '../../../engine/report/run/activities.ts';
import { plain } from '../../../engine/report/run/plain.ts';
import { SignsOfLife, stillRunning } from '../../../engine/report/run/still-running.ts';
import { openOutput } from '../../../engine/report/text/output.ts';
import type { Activity } from '../../../engine/run/base/live-events.ts';
import { Sink, changed, ended, finished, playStarted, taskAt } from '../sink.ts';

class Run {
  now = 0;
  readonly #activities = new Activities(() => this.now);
  readonly #signs = new SignsOfLife(this.#activities, 0);

  constructor(hosts: readonly string[]) {
    this.#activities.follow(playStarted(hosts));
  }

  /** Lets hosts begin a task. */
  begin(hosts: readonly string[], line: number, activity: Activity = { kind: 'changing' }): void {
    for (const host of hosts) {
      this.#activities.live({
        host,
        activity: { kind: 'at_task', task: taskAt(line), item: undefined, number: line, of: 9 },
      });
      this.#activities.live({ host, activity });
    }
  }

  tell(host: string, activity: Activity): void {
    this.#activities.live({ host, activity });
  }

  /** Records that a result was printed. */
  said(): void {
    this.#signs.said(this.now);
  }

  /** Returns the lines of this number of seconds, each with its second. */
  until(second: number): readonly string[] {
    const lines: string[] = [];
    for (; this.now / 1000 <= second; this.now += 1000) {
      const line = this.#signs.at(this.now);
      if (line !== undefined) lines.push(`${this.now / 1000}: ${line}`);
    }
    return lines;
  }
}

const HOSTS = Array.from({ length: 171 }, (_, index) => `web-${index + 1}`);

describe('where rows cannot be drawn', () => {
  it('a long task is told of every thirty seconds, and a short one never', () => {
    const run = new Run(['web-1']);
    run.begin(['web-1'], 1);
    expect(run.until(95)).toEqual([
      '30: still running: Task 1 on web-1, 30 s',
      '60: still running: Task 1 on web-1, 1 min 0 s',
      '90: still running: Task 1 on web-1, 1 min 30 s',
    ]);
  });

  it('short tasks are told of only where nothing else has been told for so long', () => {
    const run = new Run(['web-1']);
    const lines: string[] = [];
    for (let line = 1; line < 7; line += 1) {
      run.begin(['web-1'], line);
      if (line <= 3) run.said();
      lines.push(...run.until(run.now / 1000 + 19));
    }
    expect(lines).toEqual(['70: still running: Task 4 on web-1, 10 s', '100: still running: Task 6 on web-1, 0 s']);
  });

  it('a play without anything to name is told of by its own name', () => {
    expect(new Run(['web-1']).until(31)).toEqual(['30: still running: Play']);
  });

  it('all that goes on is one line, with three names of each task and three tasks at most', () => {
    const run = new Run(HOSTS);
    run.begin(HOSTS.slice(0, 160), 1);
    run.now = 5000;
    run.begin(HOSTS.slice(160, 162), 2, { kind: 'pausing', milliseconds: 60_000, prompt: undefined });
    run.tell('web-163', { kind: 'connecting' });
    run.begin(HOSTS.slice(163, 165), 4);
    run.begin(HOSTS.slice(165), 5, { kind: 'waiting_for_turn' });
    expect(run.until(31)).toEqual([
      '30: still running: Task 1 on 160 hosts (web-1, web-2, web-3 and 157 more), 30 s; ' +
        'Task 2: pauses for 1 min 0 s on 2 hosts (web-161, web-162), 25 s; connecting on web-163, 25 s; 2 more hosts',
    ]);
  });

  it('names who holds the lock', () => {
    const run = new Run(['web-1']);
    run.tell('web-1', { kind: 'connecting' });
    run.now = 4000;
    run.tell('web-1', { kind: 'locked', holder: 'ops@ctl' });
    expect(run.until(31)).toEqual(['30: still running: waits for the lock, held by ops@ctl on web-1, 26 s']);
  });

  it('two tasks do not make more lines than one', () => {
    const run = new Run(['a', 'b']);
    run.begin(['a'], 1);
    run.now = 10_000;
    run.begin(['b'], 2);
    expect(run.until(75).map((line) => line.split(':')[0])).toEqual(['30', '60']);
  });
});

describe('beside the lines of a play', () => {
  const options = { diff: false, verbosity: 0, paint: (_: string, text: string) => text, read: () => undefined };
  const at = new Date(0);
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('one stands behind results that were put off, and none behind the end', () => {
    const [stdout, stderr] = [new Sink(), new Sink()];
    const renderer = stillRunning(
      (output) => plain(output, { ...options, isResumable: false }),
      openOutput(stdout),
      openOutput(stderr),
    );
    const hosts = HOSTS.slice(0, 20);
    renderer.show(playStarted(hosts), at);
    for (const host of hosts)
      renderer.live?.({ host, activity: { kind: 'at_task', task: taskAt(1), item: undefined, number: 1, of: 1 } });
    for (const host of hosts) renderer.live?.({ host, activity: { kind: 'changing' } });
    for (const host of hosts.slice(1)) renderer.show(finished(host, taskAt(1), changed()), at);
    expect(stdout.text).not.toContain('changed:');
    vi.advanceTimersByTime(31_000);
    expect(stdout.text).toContain('changed: [web-2, web-3, web-4, web-5, web-6, web-7 and 13 more] Task 1');
    expect(stderr.text).toBe('still running: Task 1 on web-1, 30 s\n');
    renderer.show(ended(), at);
    vi.advanceTimersByTime(120_000);
    expect(stderr.text).toBe('still running: Task 1 on web-1, 30 s\n');
  });
});
