import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXPLANATIONS } from './differences.ts';
import type { Explanation } from './explanation.ts';
import { eachWithout, explainedBy } from './explanation.ts';
import { generated } from './generate.ts';

test('every explanation of a difference is a row of the docs', () => {
  const rows = parse(readFileSync(join(import.meta.dirname, '../../docs/differences.yml'), 'utf8')) as readonly { readonly id: string }[];
  const ids = new Set(rows.map(({ id }) => id));
  expect(EXPLANATIONS.map(({ id }) => id).filter((id) => !ids.has(id))).toEqual([]);
});

test('a seed gives the same cases, whichever areas are asked for', () => {
  const all = generated({ seed: 7, count: 300, area: undefined });
  const edits = generated({ seed: 7, count: 20, area: 'edits' });
  expect(all.filter(({ area }) => area === 'edits').slice(0, 20)).toEqual(edits.slice(0, 20));
  expect(generated({ seed: 8, count: 20, area: 'edits' })).not.toEqual(edits);
});

test('the whole run has at least 2,500 cases', () => {
  const cases = generated({ seed: 1, count: 2_500, area: undefined });
  expect(cases.length).toBeGreaterThanOrEqual(2_500);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

describe('rows that meet in one value', () => {
  const [input] = generated({ seed: 1, count: 1, area: 'edits' });
  if (input === undefined) throw new Error('no case was made');
  const without = (id: string, part: string): Explanation => ({
    id,
    without: (difference) => eachWithout(difference, (value) => (typeof value === 'string' ? value.replace(part, '') : value)),
  });
  const rows: readonly Explanation[] = [
    without('mode', ' 0644'),
    without('line end', ' LF'),
    { id: 'link', explains: ({ ansible, runbook }) => ansible === 'link' && runbook === 'file' },
  ];

  test.each([
    ['file 0644 LF', 'file', ['mode', 'line end']],
    ['link LF', 'file', ['line end', 'link']],
    ['link', 'file', ['link']],
    ['file 0644 CRLF', 'file', undefined],
    ['other', 'file', undefined],
  ])('%s beside %s', (ansible, runbook, expected) => {
    expect(explainedBy(rows, { fact: 'tree./t', ansible, runbook }, input)).toEqual(expected);
  });
});
