import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { driftMarkdown } from '../../../engine/report/drift/drift-formats.ts';
import { driftLines } from '../../../engine/report/drift/drift-text.ts';
import { DriftRecorder } from '../../../engine/report/drift/drift.ts';
import { documentPlan } from '../../../engine/report/plan/document-plan.ts';
import { COMMENT_LIMIT } from '../../../engine/report/plan/plan-markdown.ts';
import { RecordedPlan } from '../../../engine/report/plan/recorded-plan.ts';
import { printPlan, type PlanFormat } from '../../../engine/report/plan/show-plan.ts';
import { startReport } from '../../../engine/report/report.ts';
import type { Mode } from '../../../engine/run/base/events.ts';
import { Sink } from '../sink.ts';
import { siteEvents } from './site-events.ts';

const journals = mkdtempSync(join(tmpdir(), 'runbook-golden-'));
afterAll(() => rmSync(journals, { recursive: true, force: true }));

const COUNTS = [1, 3, 30, 600, 3000];
/** Rows of a usual terminal, with room for the prompt. */
const SCREEN = 54;

async function run(mode: Mode, count: number): Promise<string> {
  const stdout = new Sink();
  const journal = mkdtempSync(join(journals, 'of-'));
  const common = { format: 'plain', diff: mode === 'plan', verbosity: 0, journal, command: [], inputs: 'x' } as const;
  const report = startReport({ ...common, mode, stdout, stderr: stdout });
  for (const event of siteEvents(mode, count)) report.emit(event);
  await report.finish();
  return stdout.text;
}

function saved(format: PlanFormat, count: number): string {
  const recorded = new RecordedPlan();
  for (const event of siteEvents('plan', count)) recorded.note(event);
  const origin = { engine: '0.1.0', playbook: 'site.yml', inventory: ['inventory/prod.yml'], limit: null, inputs: {} };
  const plan = documentPlan(
    recorded,
    { extra: {}, files: new Map<string, string>(), hosts: [] },
    { ...origin, tags: [], skipTags: [], extraFiles: [] },
  );
  const stdout = new Sink();
  printPlan(plan, { file: 'site.plan', format, verbosity: 0, stdout, link: () => undefined });
  return stdout.text;
}

function drift(format: 'text' | 'markdown', count: number): string {
  const recorder = new DriftRecorder();
  for (const event of siteEvents('plan', count)) recorder.note(event);
  const found = recorder.drift();
  if (found === undefined) throw new Error('there is no drift');
  if (format === 'markdown') return driftMarkdown(found, () => undefined);
  return `${driftLines(found, { paint: (_, text) => text, verbosity: 0 }).join('\n')}\n`;
}

const OUTPUTS: Readonly<Record<string, (count: number) => Promise<string> | string>> = {
  'plan.txt': (count) => run('plan', count),
  'play.txt': (count) => run('play', count),
  'show.txt': (count) => saved('text', count),
  'show.md': (count) => saved('markdown', count),
  'drift.txt': (count) => drift('text', count),
  'drift.md': (count) => drift('markdown', count),
};

describe.each(COUNTS)('what is told of a site of %i hosts', (count) => {
  test.each(Object.entries(OUTPUTS))('%s', async (name, output) => {
    await expect(await output(count)).toMatchFileSnapshot(`expected/${count}-${name}`);
  });

  test('its plan fits a screen, with the command, the removal and the restart in its upper half', async () => {
    const lines = (await run('plan', count)).split('\n');
    expect(lines.length).toBeLessThanOrEqual(SCREEN);
    const upper = lines.slice(0, SCREEN / 2).join('\n');
    for (const step of ['/opt/app/migrate', '- web : No old configuration', '↻ web : Restart web'])
      expect(upper).toContain(step);
  });

  test('its plan fits a comment, with the command, the removal and the restart unfolded', () => {
    const markdown = saved('markdown', count);
    expect(markdown.length).toBeLessThan(COMMENT_LIMIT);
    const unfolded = markdown.slice(0, markdown.indexOf('<details>'));
    for (const step of ['/opt/app/migrate', 'No old configuration', 'Restart web']) expect(unfolded).toContain(step);
  });

  test('its drift fits a screen', () => {
    expect(drift('text', count).split('\n').length).toBeLessThanOrEqual(SCREEN);
  });

  test('its play fits a screen', async () => {
    expect((await run('play', count)).split('\n').length).toBeLessThanOrEqual(SCREEN);
  });
});
