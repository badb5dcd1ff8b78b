import { describe, expect, test } from 'vitest';
import { Recap } from '../../../engine/report/run/recap.ts';
import type { HostRecap } from '../../../engine/run/base/events.ts';
import { changed, finished, recapOf, started, taskAt } from '../sink.ts';

const plainly = (_: string, text: string): string => text;

interface Given {
  readonly recap: readonly HostRecap[];
  readonly stopped?: string;
  readonly milliseconds?: number;
  readonly slow?: Readonly<Record<string, number>>;
}

function told(
  { recap, stopped, milliseconds = 1234, slow = {} }: Given,
  mode: 'play' | 'plan' = 'play',
  isResumable = true,
): readonly string[] {
  const end = new Recap(mode, isResumable);
  const begun = started(
    mode,
    recap.map(({ host }) => host),
  );
  if (begun.type === 'run_started') end.note(begun);
  for (const [title, took] of Object.entries(slow))
    end.note(finished('a', taskAt(1, title), changed(), { milliseconds: took }));
  return end.lines({ type: 'run_finished', recap, stopped, milliseconds }, plainly);
}

const many = (count: number, more: Partial<HostRecap>): readonly HostRecap[] =>
  Array.from({ length: count }, (_, index) => recapOf(`web-${index}`, more));

describe('a run ends with one sentence', () => {
  test.each<readonly [string, Given, string]>([
    [
      'of what was done',
      { recap: [recapOf('a', { changed: 2 }), recapOf('b', { ok: 1 }), recapOf('c', { changed: 1, failed: 1 })] },
      'site.yml on 3 hosts in 1.2 s: 1 changed, 1 in sync, 1 failed (run run-1)',
    ],
    [
      'where nothing was',
      { recap: [recapOf('a', { ok: 3 })] },
      'site.yml on 1 host in 1.2 s: nothing to do (run run-1)',
    ],
    [
      'also of hosts that went away',
      { recap: [recapOf('a', { unreachable: true, changed: 1 })], milliseconds: 134_000 },
      'site.yml on 1 host in 2 min 14 s: 1 unreachable (run run-1)',
    ],
  ])('%s', (_, given, sentence) => {
    expect(told(given)[0]).toBe(sentence);
  });
});

test('only columns with something in them are shown, beside the usual ones', () => {
  expect(told({ recap: [recapOf('a', { ok: 12, skipped: 1 })] }).slice(1)).toEqual([
    '      ok  changed  skipped  failed',
    'a     12        0        1       0',
  ]);
});

test('of many hosts only those that need somebody have a row', () => {
  const recap = [...many(2998, { changed: 1 }), recapOf('bad', { failed: 1 }), recapOf('gone', { unreachable: true })];
  expect(told({ recap, milliseconds: 61_000 })).toEqual([
    'site.yml on 3000 hosts in 1 min 1 s: 2998 changed, 1 failed, 1 unreachable (run run-1)',
    '      ok  changed  failed  unreachable',
    'bad    0        0       1            0',
    'gone   0        0       0            1',
    'Next: run the same command with --resume run-1; without --resume, if you change one of its files.',
  ]);
});

test('of many failures those with the same counts share a row', () => {
  const recap = [...many(200, { failed: 1 }), recapOf('odd', { ok: 3, failed: 1 })];
  expect(told({ recap }).slice(-3)).toEqual([
    'web-0 and 199 more   0        0       1',
    'odd                  3        0       1',
    'Next: run the same command with --resume run-1; without --resume, if you change one of its files.',
  ]);
});

test('what many hosts owe is told once', () => {
  const owed = [{ handler: 'Restart web', playbook: 'site.yml', play: 'Play' }];
  expect(told({ recap: many(3, { failed: 1, owed }) }).filter((line) => line.includes('Restart'))).toEqual([
    'web-0, web-1, web-2 owe the handlers Restart web: the next play of site.yml runs them.',
  ]);
});

test('of what many earlier runs have left only the last is told', () => {
  const owed = Array.from({ length: 30 }, (_, index) => ({
    handler: 'Restart web',
    playbook: `${index}.yml`,
    play: 'Play',
  }));
  const lines = told({ recap: [recapOf('a', { failed: 1, owed })] }).filter((line) => /owes|lines/.test(line));
  expect(lines).toHaveLength(6);
  expect(lines.slice(-2)).toEqual([
    'a owes the handlers Restart web: the next play of 29.yml runs them.',
    '… and 25 more lines like these, of earlier runs',
  ]);
});

test('what the run itself has left is told, also if its playbook owed something long before', () => {
  const debt = (handler: string, playbook: string): HostRecap['owed'][number] => ({ handler, playbook, play: 'Play' });
  const others = Array.from({ length: 30 }, (_, index) => debt('Restart web', `${index}.yml`));
  const owed = [debt('Reload', 'site.yml'), ...others, debt('Tell', 'site.yml')];
  expect(told({ recap: [recapOf('a', { failed: 1, owed })] })).toContain(
    'a owes the handlers Reload, Tell: the next play of site.yml runs them.',
  );
});

test('of very many different rows the rest is counted', () => {
  const recap = Array.from({ length: 200 }, (_, index) => recapOf(`web-${index}`, { failed: 1, ok: index }));
  expect(told({ recap }).slice(-2)).toEqual([
    '… and 180 more hosts like these',
    'Next: run the same command with --resume run-1; without --resume, if you change one of its files.',
  ]);
});

test('a command that cannot be resumed, such as apply, has no next step', () => {
  expect(told({ recap: [recapOf('a', { failed: 1 })] }, 'play', false).at(-1)).toBe('a      0        0       1');
});

test('the slowest tasks are named, each by the host that took longest', () => {
  expect(told({ recap: [], slow: { Long: 4100, Short: 30, Longer: 65_000, Some: 1200, Others: 1000 } })).toContain(
    'Slowest: Longer 1 min 5 s · Long 4.1 s · Some 1.2 s',
  );
});

test('a plan has no sentence of its own, and names what is to change', () => {
  expect(told({ recap: [recapOf('a', { changed: 1 })] }, 'plan')).toEqual([
    '      ok  to change  failed',
    'a      0          1       0',
  ]);
  expect(told({ recap: many(600, { changed: 1 }) }, 'plan')).toEqual([]);
});
