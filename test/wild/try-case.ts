import { expect } from 'vitest';
import type { Step, WildCase } from './case.ts';
import type { Done, Place } from './place.ts';

/** Prepares a case, then runs its steps, and compares each result with the expected one. */
export async function tryCase(one: WildCase, place: Place): Promise<void> {
  if (one.given !== undefined) await expectSuccess(place.onHost(strict(one.given)), 'given');
  for (const [index, step] of one.steps.entries()) {
    const title = `step ${index + 1}: ${'runbook' in step ? `runbook ${step.runbook}` : step.sh}`;
    const done =
      'runbook' in step ? await place.onController(`runbook ${step.runbook}`) : await place.onHost(strict(step.sh));
    expectOf(step, done, title);
    if (step.after !== undefined) await expectSuccess(place.onHost(strict(step.after)), `${title}, after`, done.output);
  }
}

function strict(script: string): string {
  return `set -e\n${script}`;
}

function expectOf(step: Step, done: Done, title: string): void {
  const told = `${title}\n${done.output}`;
  expect(done.status, told).toBe(step.status);
  for (const text of step.shows) expect(done.output.includes(text), `${told}\nshould show: ${text}`).toBe(true);
  for (const text of step.hides) expect(done.output.includes(text), `${told}\nshould not show: ${text}`).toBe(false);
}

async function expectSuccess(running: Promise<Done>, title: string, before = ''): Promise<void> {
  const done = await running;
  expect(done.status, `${title}\n${before}\n${done.output}`).toBe(0);
}
