import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { RULES } from '../../engine/lint/rules.ts';
import { exampleFiles, lintFiles } from './lint-example.ts';

interface Row {
  readonly of: readonly string[];
  readonly tasks: string;
  readonly finds: readonly string[];
}

const ROWS: readonly Row[] = parse(readFileSync(join(import.meta.dirname, 'planted.yml'), 'utf8'));
/** The number of lines of the play before the tasks. */
const BEFORE = 3;

test('each row is about rules that there are', () => {
  const known = new Set(RULES.map(({ name }) => name));
  expect(ROWS.flatMap(({ of }) => of).filter((name) => !known.has(name))).toEqual([]);
});

test.each(ROWS)('$of: $tasks', async ({ of, tasks, finds }) => {
  const isPlay = tasks.includes('hosts:');
  const found = (await lintFiles(exampleFiles(tasks))).filter(({ rule }) => of.includes(rule.name));
  const shown = found.map(({ rule, place }) => {
    const file = place.file.replace(/^.*\/runbook-lint-[^/]+\//, '');
    const line = file === 'site.yml' && !isPlay ? place.line - BEFORE : place.line;
    return [rule.name, ...(file === 'site.yml' ? [] : [file]), line].join(' ');
  });
  expect(shown).toEqual(finds);
});
