import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { wrapped } from './wrap.ts';

const SOURCE = join(import.meta.dirname, '../docs/differences.yml');

const text = z.string().min(1);
const difference = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  area: text,
  here: text,
  ansible: text,
  why: text,
  since: text,
});

/** A difference from Ansible on purpose. */
export type Difference = z.infer<typeof difference>;

/**
 * Returns all rows, in the order of the file.
 * @throws Error if a row is incomplete or an id occurs twice.
 */
export function differences(): readonly Difference[] {
  const rows = z.array(difference).parse(parse(readFileSync(SOURCE, 'utf8')));
  const twice = rows.find(({ id }, index) => rows.findIndex((one) => one.id === id) !== index);
  if (twice !== undefined) throw new Error(`${SOURCE}: ${twice.id} stands twice`);
  return rows;
}

/** Returns docs/differences.md. */
export function differencesPage(rows: readonly Difference[]): string {
  const areas = [...new Set(rows.map(({ area }) => area))];
  const head = `# Where this differs from Ansible on purpose

A keyword, module or argument with the same name as in Ansible means the same, except for the rows below. Names of
Ansible that are missing here are in [language.md](language.md#what-ansible-has-and-this-has-not), with their
replacements; \`runbook docs --ansible\` prints them. This page is made from differences.yml by \`npm run docs\`.
`;
  return wrapped(
    [
      head,
      ...areas.map((area) =>
        section(
          area,
          rows.filter((row) => row.area === area),
        ),
      ),
    ].join('\n'),
  );
}

function section(area: string, rows: readonly Difference[]): string {
  const lines = rows.map(({ here, ansible, why, since }) => `| ${[here, ansible, why, since].map(cell).join(' | ')} |`);
  return [`## ${area}`, '', '| here | Ansible | why | since |', '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

function cell(value: string): string {
  return value.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}
