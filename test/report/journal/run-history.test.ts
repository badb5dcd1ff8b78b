import { appendFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../../../engine/report/journal/read-record.ts';
import { listRuns } from '../../../engine/report/journal/run-history.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const RUN = '20260101T000000-abcdef';
const AT = '2026-01-01T00:00:00.000Z';
const STARTED = {
  type: 'run_started',
  at: AT,
  runId: RUN,
  mode: 'play',
  playbook: 'site.yml',
  inventory: ['hosts.yml'],
  hosts: ['web'],
  partial: [],
};
const FINISHED = { type: 'run_finished', at: AT, recap: [], rescued: [], milliseconds: 5 };

const jsonLines = (...events: readonly object[]): string => events.map((one) => `${JSON.stringify(one)}\n`).join('');

test('a journal of hundreds of MiB is read: a run of thousands of hosts is listed and resumed', () => {
  const folder = temporaryFolder('journal-');
  mkdirSync(join(folder, RUN));
  const file = join(folder, RUN, 'journal.jsonl');
  writeFileSync(file, jsonLines(STARTED));
  truncateSync(file, statSync(file).size + 300 * 1024 * 1024);
  appendFileSync(file, `\n${jsonLines(FINISHED)}`);
  const [run] = listRuns(folder);
  expect(run).toMatchObject({ id: RUN, playbook: 'site.yml', outcome: 'ok', milliseconds: 5 });
  expect(run === undefined ? undefined : readRecord(folder, run)).toMatchObject({ milliseconds: 5 });
});
