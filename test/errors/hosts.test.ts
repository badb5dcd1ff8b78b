import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Place } from '../wild/place.ts';
import { sandboxFor, whyNoSandbox } from '../wild/sandbox.ts';
import { type HostCase, type HostFamily, HOSTS, hostFamilies } from './host-case.ts';
import { points } from './input-case.ts';
import { failureText } from './plain-text.ts';
import type { Ended } from './program.ts';

const families = hostFamilies();
/** Maximal time for all cases of a family on a busy machine, in milliseconds. */
const DEADLINE_MS = 300_000;
const PLAY_IN_TURN = join(import.meta.dirname, 'play-in-turn.ts');

describe.skipIf(whyNoSandbox() !== undefined).each(families)('$name', (family) => {
  const told: string[] = [];
  let place: Place;
  let ended: readonly Ended[];
  beforeAll(async () => {
    place = await sandboxFor(layout(family));
    const given = await place.onHost(`set -e\nchmod 755 "$w"\n${family.given}`);
    expect(given.status, given.output).toBe(0);
    const more = JSON.stringify(['-e', `w=${place.folder}`]);
    const { output } = await place.onController(
      `exec '${process.execPath}' '${PLAY_IN_TURN}' "$w" ${family.cases.length} '${more}'`,
    );
    ended = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Ended);
  }, DEADLINE_MS);
  afterAll(() => place.end());

  test.each(family.cases.map((one, index) => ({ ...one, index })))('$says', (one) => {
    const { status, output } = ended[one.index] ?? { status: -1, output: 'it was not played' };
    told.push(`## ${one.says}\n${failureText(output, place.folder)}`);
    expect(output, 'no stack trace').not.toMatch(/\n\s+at .*\d+:\d+/);
    expect(status, output).toBe(one.status);
  });

  test('the texts, word for word', async () => {
    await expect(`${told.join('\n')}\n`).toMatchFileSnapshot(join(HOSTS, `${family.name}.txt`));
  });
});

test('the texts say where, why and what to do', () => {
  const cases = families.flatMap((family) => family.cases);
  const scores = cases.map((one) => points(one.score));
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(cases.filter((one) => points(one.score) === 0).map((one) => one.says)).toEqual([]);
  expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeGreaterThanOrEqual(2.8);
});

/** A folder for each case, with its playbook. */
function layout({ name, cases }: HostFamily): Parameters<typeof sandboxFor>[0] {
  const files = cases.flatMap((one, index) => [
    [`${index}/site.yml`, playbookOf(one)] as const,
    ...Object.entries(one.files).map(([path, text]) => [`${index}/${path}`, text] as const),
  ]);
  return {
    name,
    says: name,
    source: 'own',
    sandbox: true,
    lab: false,
    needs: [],
    given: undefined,
    files: Object.fromEntries(files),
    steps: [{ sh: 'true', status: 0, shows: [], hides: [] }],
  };
}

function playbookOf({ as, tasks }: HostCase): string {
  const become = as === undefined ? '' : `  become: true\n  become_method: su\n  become_user: ${as}\n`;
  const indented = tasks
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');
  return `- hosts: localhost\n${become}  tasks:\n${indented}`;
}
