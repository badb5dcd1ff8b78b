import { join } from 'node:path';
import { type Answer, type Case, type Json, tasksOf } from './case.ts';
import { asOldYaml, convertFolder } from './converted.ts';
import { type Ansible, ansiblePlay } from './run-ansible.ts';
import { refusals, runbookRun } from './run-runbook.ts';
import { asYaml, spelled, unmarked } from './spelled.ts';
import type { Stage, Trees } from './stage.ts';
import { type TaskEvent, documented } from './task-event.ts';
import { writeText } from './workplace.ts';

/** The events of a batch, by case. */
type Events = ReadonlyMap<string, readonly TaskEvent[]>;

/**
 * Plays many cases by one call of the tool. Each case is a playbook of its own and, in runbook, a host of its own, so
 * that no case sees another one.
 */
export async function tasksByAnsible(
  ansible: Ansible,
  stage: Stage,
  cases: readonly Case[],
): Promise<ReadonlyMap<string, Answer>> {
  const root = join(stage.setting.root, 'ansible');
  await stage.prepare(cases);
  writeText(join(root, 'hosts'), `localhost ${stage.variables.join(' ')}\n`);
  await writePlaybooks(stage, cases, () => 'localhost');
  const reaching = stage.enter.length === 0 ? ansible : { ...ansible, enter: stage.enter };
  const play = async (some: readonly Case[]): Promise<Events> =>
    await whole(
      some,
      async (batch) => (await ansiblePlay(reaching, root, ['-i', 'hosts', await all(root, batch)])).events,
    );
  const first = await play(cases);
  const firstTrees = await stage.trees(cases);
  const second = await play(cases);
  const secondTrees = await stage.trees(cases);
  return new Map(
    cases.map((one) => [one.id, answer(stage, one, { first, second, firstTrees, secondTrees, plan: new Map() })]),
  );
}

export async function tasksByRunbook(stage: Stage, cases: readonly Case[]): Promise<ReadonlyMap<string, Answer>> {
  const root = join(stage.setting.root, 'runbook');
  await stage.prepare(cases);
  writeText(join(root, 'hosts'), cases.map(({ id }) => `${id} ${stage.variables.join(' ')}\n`).join(''));
  await writePlaybooks(stage, cases, (id) => id);
  const refused = new Map<string, string>();
  const run = async (command: 'plan' | 'play', batch: readonly Case[]): Promise<readonly TaskEvent[]> => {
    let rest = batch;
    for (;;) {
      const options = command === 'play' ? ['--no-lock'] : [];
      const result = await runbookRun(
        stage.setting.root,
        root,
        [command, await all(root, rest), '-i', 'hosts', ...options],
        stage.enter,
      );
      if (result.status !== 1) return result.events;
      const byFile = refusals(result, root);
      const remaining = rest.filter(({ id }) => {
        const { controller } = stage.place(id);
        const why = [...byFile].find(([file]) => file.startsWith(`${controller}/`))?.[1];
        if (why !== undefined) refused.set(id, why);
        return why === undefined;
      });
      if (remaining.length === rest.length)
        throw new Error(`runbook ${command} of ${root} ended with 1:\n${result.stderr}`);
      rest = remaining;
      if (rest.length === 0) return [];
    }
  };
  const play = async (command: 'plan' | 'play', some: readonly Case[]): Promise<Events> =>
    await whole(
      some.filter(({ id }) => !refused.has(id)),
      async (batch) => await run(command, batch),
    );
  const plan = await play('plan', cases);
  const first = await play('play', cases);
  const firstTrees = await stage.trees(cases);
  const second = await play('play', cases);
  const secondTrees = await stage.trees(cases);
  return new Map(
    cases.map((one) => {
      const why = refused.get(one.id);
      if (why !== undefined) return [one.id, { facts: new Map(), refused: why, broken: [], open: 0 }];
      return [one.id, answer(stage, one, { first, second, firstTrees, secondTrees, plan })];
    }),
  );
}

/** One playbook that imports the playbooks of all cases. */
async function all(root: string, cases: readonly Case[]): Promise<string> {
  const name = `all-${cases[0]?.id ?? 'none'}-${cases.length}.yml`;
  writeText(join(root, name), asYaml(cases.map(({ id }) => ({ import_playbook: `${id}/c/site.yml` }))));
  return await Promise.resolve(name);
}

/**
 * A failure that ends the run also ends it for the cases after it, so these are played again without the failed case.
 * If no case was run at all, the case that prevents the others is found by bisection.
 */
async function whole(
  cases: readonly Case[],
  play: (batch: readonly Case[]) => Promise<readonly TaskEvent[]>,
): Promise<Events> {
  if (cases.length === 0) return new Map();
  const found = new Map<string, TaskEvent[]>();
  for (const event of await play(cases)) {
    const id = cases.find((one) => event.task.startsWith(`${one.id} `))?.id;
    if (id === undefined) continue;
    const events = found.get(id) ?? [];
    found.set(id, events);
    events.push(event);
  }
  const reached = cases.findLastIndex(({ id }) => found.has(id)) + 1;
  if (reached === 0 && cases.length === 1) return found;
  const half = Math.ceil(cases.length / 2);
  const rest = reached > 0 ? [cases.slice(reached)] : [cases.slice(0, half), cases.slice(half)];
  for (const some of rest) for (const [id, events] of await whole(some, play)) found.set(id, [...events]);
  return found;
}

async function writePlaybooks(stage: Stage, cases: readonly Case[], host: (id: string) => string): Promise<void> {
  for (const { id, input } of cases) {
    const { controller, marks } = stage.place(id);
    const isConverted = input.kind === 'tasks' && input.isConverted === true;
    const tasks = tasksOf(input).map((task, index) => ({
      name: `${id} ${index}`,
      ...(task as object),
      ignore_errors: true,
    }));
    const tool = isConverted ? 'ansible' : stage.setting.tool;
    const play = [{ hosts: host(id), gather_facts: false, tasks: spelled(tasks, tool, marks) }];
    writeText(join(controller, 'site.yml'), isConverted ? asOldYaml(play) : asYaml(play));
    if (isConverted && stage.setting.tool === 'runbook') await convertFolder(controller);
  }
}

interface Runs {
  readonly plan: Events;
  readonly first: Events;
  readonly second: Events;
  readonly firstTrees: Trees;
  readonly secondTrees: Trees;
}

function answer(stage: Stage, { id, mayFail }: Case, runs: Runs): Answer {
  const { marks } = stage.place(id);
  const folders = new Map([...marks].filter(([mark]) => mark === '@W@' || mark === '@C@'));
  const facts = new Map<string, Json>();
  const failures: string[] = [];
  const tell = (when: string, events: readonly TaskEvent[] = []): void => {
    for (const event of events) {
      const name = `${when}.${textOf(unmarked(key(event, id), folders))}`;
      facts.set(`${name}.status`, event.status);
      if (event.status === 'failed') {
        failures.push(`${name}: ${event.failure?.join(': ') ?? textOf(event.result['msg'] ?? '')}`);
        continue;
      }
      for (const [member, value] of documented(event.module, event.result))
        facts.set(`${name}.result.${member}`, unmarked(value, folders));
    }
  };
  tell('first', runs.first.get(id));
  tell('second', runs.second.get(id));
  for (const [path, state] of runs.firstTrees.get(id) ?? []) facts.set(`tree.${path}`, unmarked(state, folders));
  for (const [path, state] of runs.secondTrees.get(id) ?? [])
    facts.set(`tree after the second run.${path}`, unmarked(state, folders));
  const planned = runs.plan.get(id) ?? [];
  return {
    facts,
    broken:
      stage.setting.tool === 'runbook'
        ? brokenPromises({ id, plan: planned, play: runs.first.get(id) ?? [], mayFail })
        : [],
    open: planned.filter(({ certain }) => !certain).length,
    failures,
  };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function key(event: TaskEvent, id: string): string {
  return `${event.task.slice(id.length + 1)}${event.item === undefined ? '' : `[${event.item}]`}`;
}

/** Returns steps of which the plan was certain, and which the play did differently. */
/** Returns an item of a loop that a plan left out as a whole, because its items were not known. */
function skippedItem({ task, item, status }: TaskEvent, play: readonly TaskEvent[]): TaskEvent | undefined {
  const items = play.filter((event) => event.task === task);
  const isSkipped = status === 'skipped' && item === undefined && items.every((event) => event.status === 'skipped');
  return isSkipped ? items[0] : undefined;
}

function brokenPromises({
  id,
  plan,
  play,
  mayFail,
}: {
  readonly id: string;
  readonly plan: readonly TaskEvent[];
  readonly play: readonly TaskEvent[];
  readonly mayFail: readonly string[] | undefined;
}): readonly string[] {
  const done = new Map(play.map((event) => [key(event, id), event]));
  return plan
    .filter(({ certain }) => certain)
    .flatMap((event) => {
      const { status = 'not run', failure = [] } = done.get(key(event, id)) ?? skippedItem(event, play) ?? {};
      const isForeseen = mayFail?.some((reason) => failure.some((text) => text.startsWith(reason))) === true;
      const couldNotBeSeen = isForeseen && (event.status === 'changed' || event.status === 'ok') && status === 'failed';
      return status === event.status || couldNotBeSeen
        ? []
        : [`task ${key(event, id)}: the plan was sure of ${event.status}, the play was ${status}`];
    });
}
