import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listRuns, readRun } from '../../engine/report/journal/run-history.ts';
import { printRun, printRuns } from '../../engine/report/journal/runs.ts';
import { forgeLinks } from '../../engine/report/plan/forge-links.ts';
import { printPlan } from '../../engine/report/plan/show-plan.ts';
import type { PlanDocument } from '../../engine/run/saved-plan/plan-document.ts';
import { parsePlan, planPieces } from '../../engine/run/saved-plan/plan-file.ts';
import { Sink } from './sink.ts';

/**
 * Characters that a terminal obeys, that change the direction of writing, that Markdown or HTML interprets, or that
 * notify somebody.
 */
const EVIL =
  '\x1b[31m\x1b]0;title\x07\x9b2J\r\u202e\u2066\u200f\u2028\n### head\n```\n<img src=x onerror=alert(1)> @octocat #1 [a](https://evil.example) **b** ![i](http://evil.example/i.png) www.evil.example `c` $x$ </details>';

function forged(): PlanDocument {
  const task = { id: EVIL, name: EVIL, module: EVIL, role: EVIL, handler: true };
  const at = { task, item: EVIL, delegatedTo: EVIL, hosts: [EVIL, `${EVIL}2`] };
  const change = { kind: 'change', certainty: 'certain', doubt: EVIL, notifies: [EVIL] } as const;
  return {
    format: 'runbook-plan',
    version: 1,
    engine: EVIL,
    playbook: EVIL,
    inventory: [EVIL, EVIL],
    limit: EVIL,
    tags: [EVIL],
    skipTags: [EVIL],
    extraFiles: [EVIL],
    partial: [EVIL],
    summary: { hosts: 1, change: 1, unknown: 1, inSync: 1, skipped: 1 },
    plays: [
      {
        name: EVIL,
        place: EVIL,
        hosts: [EVIL],
        steps: [
          {
            ...at,
            outcome: {
              ...change,
              differences: [{ kind: 'text', path: EVIL, absent: 'never', lines: [EVIL, `+${EVIL}`], sha256: EVIL }],
            },
          },
          { ...at, outcome: { ...change, differences: [{ kind: 'content', path: EVIL, before: EVIL, after: EVIL }] } },
          {
            ...at,
            outcome: { ...change, differences: [{ kind: 'field', of: EVIL, field: EVIL, before: EVIL, after: EVIL }] },
          },
          { ...at, outcome: { ...change, differences: [{ kind: 'command', text: EVIL }] } },
          { ...at, outcome: { kind: 'unknown', because: EVIL } },
          { ...at, outcome: { kind: 'ok' } },
          { ...at, outcome: { kind: 'skipped', why: EVIL } },
        ],
      },
    ],
    extra: { [EVIL]: EVIL },
    inputs: { [EVIL]: EVIL },
    hosts: [{ name: EVIL, address: EVIL, variables: { [EVIL]: EVIL }, observed: { [EVIL]: EVIL } }],
  };
}

// oxlint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/;

const FORGE = {
  GITHUB_SERVER_URL: 'https://forge.example',
  GITHUB_REPOSITORY: 'owner/name',
  GITHUB_SHA: '0123abcd',
};

function shown(format: 'text' | 'json' | 'markdown'): string {
  const sink = new Sink();
  const plan = parsePlan([...planPieces(forged())].join(''), 'forged.plan');
  printPlan(plan, { file: `forged ${EVIL}`, format, verbosity: 2, stdout: sink, link: forgeLinks(FORGE, '') });
  return sink.text;
}

test.each(['text', 'json', 'markdown'] as const)(
  'of a forged plan no escape sequence reaches the output as %s',
  (format) => {
    const text = shown(format);
    expect(text).not.toMatch(OBEYED);
    expect(text).toContain('octocat');
  },
);

test('as text, a forged plan has no more lines than its parts', () => {
  expect(
    shown('text')
      .split('\n')
      .filter((line) => line.startsWith('### head')),
  ).toEqual([]);
});

test('as JSON, it is the same plan', () => {
  expect(parsePlan(shown('json'), 'x').playbook).toBe(EVIL);
});

test('as Markdown, a forged plan is text: nothing of it is markup, a link or a mention', () => {
  const text = shown('markdown');
  const fences = [...text.matchAll(/^(`{3,})diff\n([^]*?)\n\1$/gm)];
  expect(fences.length).toBeGreaterThan(3);
  // Text in code is shown literally, and notifies nobody.
  const prose = text.replaceAll(/^(`{3,})diff\n[^]*?\n\1$/gm, '').replaceAll(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, '');
  expect(prose).not.toContain('`');
  expect(prose).not.toMatch(/@|\*\*b|\]\(|https?:\/\/|www\.|(?<!&)#1\b|\$x\$/);
  expect(prose.match(/<[^>]*>/g)?.filter((tag) => !/^<\/?(?:details|summary|b|sub|code)>$/.test(tag))).toEqual([]);
  expect(prose.match(/<details>/g)).toHaveLength(prose.match(/<\/details>/g)?.length ?? 0);
  expect(prose.split('\n').filter((line) => /^#{1,6} head/.test(line))).toEqual([]);
  // A program that also decodes entities must not find a mention.
  const read = prose.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  expect(read).not.toMatch(/@octocat|#1\b/);
});

test('of a forged journal no escape sequence reaches the output', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-runs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const task = { id: EVIL, name: EVIL, module: EVIL, handler: true };
  const started = {
    type: 'run_started',
    playbook: EVIL,
    at: '2026-01-01T00:00:00Z',
    hosts: [EVIL],
    partial: [EVIL],
    resumed: EVIL,
  };
  const events = [
    { type: 'command', arguments: [EVIL] },
    started,
    { type: 'play_started', play: EVIL, place: EVIL, hosts: [EVIL] },
    { type: 'task_finished', host: EVIL, task, outcome: { kind: 'changed', notifies: [EVIL] } },
    { type: 'task_finished', host: EVIL, task, outcome: { kind: 'failed', problem: { what: EVIL, why: EVIL } } },
    { type: 'host_unreachable', host: EVIL, problem: { what: EVIL, why: EVIL }, during: task },
    { type: 'task_started', host: EVIL, task },
    { type: 'handler_owed', host: EVIL, handler: EVIL, playbook: EVIL },
    {
      type: 'run_finished',
      recap: [{ host: EVIL, failed: 1, unreachable: false, owed: [EVIL] }],
      stopped: EVIL,
      milliseconds: 1,
    },
  ];
  const write = (id: string, lines: readonly object[]): void => {
    mkdirSync(join(folder, id));
    writeFileSync(join(folder, id, 'journal.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  write('run-\x1b[31m', events);
  write('undated', [{ ...started, at: 'some day' }]);
  const sink = new Sink();
  printRuns(listRuns(folder), sink);
  printRun(readRun(folder, 'run'), sink);
  expect(sink.text).not.toMatch(OBEYED);
  expect(sink.text).toContain('octocat');
});
