import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Answer, Case, Json } from './case.ts';
import { type Ansible, ansiblePlay } from './run-ansible.ts';
import { runbookRun } from './run-runbook.ts';
import { marked, unmarked } from './spelled.ts';
import type { TaskEvent } from './task-event.ts';
import { type Setting, prepare, workplace } from './workplace.ts';

/** Plays one playbook alone. Returns the tasks of each host in their order, and how the run ended. */
export async function playsByAnsible(
  ansible: Ansible,
  setting: Setting,
  cases: readonly Case[],
): Promise<ReadonlyMap<string, Answer>> {
  prepare(setting, cases);
  return await each(cases, async (one) => {
    const { controller, marks } = workplace(setting, one.id);
    const run = await ansiblePlay({ ...ansible, quick: false }, controller, [
      '-i',
      'hosts',
      '-e',
      `ansible_python_interpreter=${join(ansible.folder, 'bin/python3')}`,
      'site.yml',
      ...argumentsOf(one, marks),
    ]);
    if (run.events.length === 0 && ![0, 2].includes(run.status)) {
      return { facts: new Map(), refused: `${run.stdout}${run.stderr}`.trim().slice(0, 1_000), broken: [], open: 0 };
    }
    return { facts: told(run.events, run.status, marks), broken: [], open: 0 };
  });
}

export async function playsByRunbook(setting: Setting, cases: readonly Case[]): Promise<ReadonlyMap<string, Answer>> {
  prepare(setting, cases);
  return await each(cases, async (one) => {
    const { controller, marks } = workplace(setting, one.id);
    // Handlers that a run owes on this machine are owed under this name, and no other case may run them.
    const playbook = `site-${randomUUID()}.yml`;
    copyFileSync(join(controller, 'site.yml'), join(controller, playbook));
    const args = [playbook, '-i', 'hosts', ...argumentsOf(one, marks)];
    const plan = await runbookRun(setting.root, controller, ['plan', ...args]);
    if (plan.status === 1)
      return { facts: new Map(), refused: plan.stderr.trim().slice(0, 1_000), broken: [], open: 0 };
    const run = await runbookRun(setting.root, controller, ['play', ...args, '--no-lock']);
    return {
      facts: told(run.events, run.status, marks),
      broken: brokenPromises(plan.events, run.events),
      open: plan.events.filter(({ certain }) => !certain).length,
    };
  });
}

async function each(
  cases: readonly Case[],
  answer: (one: Case) => Promise<Answer>,
): Promise<ReadonlyMap<string, Answer>> {
  const atOnce = pLimit(1);
  return new Map(await Promise.all(cases.map((one) => atOnce(async () => [one.id, await answer(one)] as const))));
}

function argumentsOf({ input }: Case, marks: ReadonlyMap<string, string>): readonly string[] {
  return input.kind === 'play' ? input.args.map((arg) => marked(arg, marks)) : [];
}

/** Leaves out skipped tasks: the tools differ in whether they show each task of a block, or the block as a whole. */
function told(
  events: readonly TaskEvent[],
  status: number,
  marks: ReadonlyMap<string, string>,
): ReadonlyMap<string, Json> {
  const facts = new Map<string, Json>([['exit status', status]]);
  for (const [host, some] of Map.groupBy(events, (event) => event.host)) {
    const lines = some.filter((event) => event.status !== 'skipped').map((event) => line(event));
    if (lines.length > 0) facts.set(`host ${host}`, unmarked(lines, marks));
  }
  return facts;
}

function line({ task, handler, item, status, module, result }: TaskEvent): string {
  const name = `${handler ? 'handler ' : ''}${task}${item === undefined ? '' : `[${item}]`}`;
  // A change here is a program, and an empty message in Ansible.
  const tells = module === 'debug' && status === 'ok' && result['msg'] !== '';
  return `${name} ${status}${tells ? ` ${JSON.stringify(result['msg'] ?? null)}` : ''}`;
}

/**
 * Returns the broken promises of a plan: a certain change that the play did not make, or a task in sync that the play
 * changed; each as often as it occurs. If a task failed for which the plan was not certain, tasks that did not run
 * after it are not counted, because the plan assumes that the task succeeds.
 */
export function brokenPromises(plan: readonly TaskEvent[], play: readonly TaskEvent[]): readonly string[] {
  const key = ({ host, task, item, handler, place = '' }: TaskEvent): string =>
    `${host}: ${handler ? 'handler ' : ''}${task}[${item ?? ''}] of ${place}`;
  const done = Map.groupBy(play, key);
  const planned = Map.groupBy(plan, key);
  const isCutOff = (event: TaskEvent): boolean =>
    (done.get(key(event))?.length ?? 0) < (planned.get(key(event))?.length ?? 0);
  const open = new Set(plan.filter(({ certain }) => !certain).map(key));
  const mayEnd = play.some((event) => event.status === 'failed' && open.has(key(event)));
  return (
    plan
      .filter(({ certain, status }) => certain && status !== 'skipped')
      .filter((event) => !(mayEnd && isCutOff(event)))
      // A handler in sync has the same result if it is not notified.
      .filter((event) => !(event.handler && event.status === 'ok' && done.get(key(event)) === undefined))
      .filter((event) => done.get(key(event))?.some(({ status }) => status === event.status) !== true)
      .map((event) => {
        const statuses = done.get(key(event))?.map(({ status }) => status) ?? ['not run'];
        return `${key(event)}: the plan was sure of ${event.status}, the play was ${statuses.join(', ')}`;
      })
  );
}
