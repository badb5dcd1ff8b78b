import { type Place, Problem, Problems } from '../../errors/problem.ts';
import { resultsOf } from '../../playbook/base/brings.ts';
import type { Play, Playbook, Step, Task } from '../../playbook/base/play.ts';
import { walkSteps } from '../../playbook/base/select-tasks.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { layeredScope } from '../../values/scope.ts';
import { ControllerFiles, MissingFile } from '../controller/controller-files.ts';
import { DigestCache } from '../controller/digest-cache.ts';
import { placesOf } from '../preparation/prepare.ts';
import { MAY_WRITE_ANYTHING } from './files-to-come.ts';

/** Includes within includes that are looked into; one that includes itself ends somewhere. */
const MOST_DEEP = 10;

/**
 * What is wrong with the templates and files that tasks name, as far as no host is needed to know: a file with a fixed
 * name that is not there, a template that cannot be read, and one that takes a text for a condition where the playbook
 * itself says that it is text.
 */
export async function checkFiles(playbook: Playbook, access: ControllerAccess): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  const files = new ControllerFiles({ digests: new DigestCache(undefined), changes: { value: 0, done: 0 }, access });
  for (const play of playbook.plays) {
    const tasks = await tasksOf(
      [...play.sections.flatMap(({ steps }) => steps), ...play.handlers.map(({ step }) => step)],
      0,
    );
    const results = new Set(tasks.flatMap((task) => [...resultsOf(task)]));
    let mayCome = false;
    for (const task of tasks) {
      for (const problem of await problemsOf(task, knownScope(play, task, results), files)) {
        if (!(problem instanceof MissingFile && mayCome)) found.push(problem);
      }
      mayCome ||= writesHere(play, task);
    }
  }
  return found;
}

async function tasksOf(steps: readonly Step[], depth: number): Promise<readonly Task[]> {
  const tasks: Task[] = [];
  for (const step of walkSteps(steps)) {
    if (step.kind === 'task') tasks.push(step);
    if (step.kind !== 'include' || depth >= MOST_DEEP) continue;
    const name = fixedName(step.target.kind === 'tasks' ? step.target.file : step.target.role);
    if (name === undefined) continue;
    try {
      const opened = await step.open(name, []);
      tasks.push(...(await tasksOf([...opened.steps, ...opened.handlers.map((handler) => handler.step)], depth + 1)));
    } catch (error) {
      // What is wrong in it was told when the playbook was read.
      if (!(error instanceof Problem || error instanceof Problems)) throw error;
    }
  }
  return tasks;
}

function fixedName(template: {
  readonly references: ReadonlySet<string>;
  render(scope: Scope): Value;
}): string | undefined {
  if (template.references.size > 0) return undefined;
  const name = template.render(NOTHING_KNOWN);
  return typeof name === 'string' ? name : undefined;
}

const NOTHING_KNOWN: Scope = { lookup: () => new Unknown('a variable'), names: () => [] };

/** The variables that the playbook itself gives; all others are unknown, as inventories and results bring them. */
function knownScope(play: Play, task: Task, results: ReadonlySet<string>): Scope {
  const { role } = task;
  const layers = [
    ...(role === undefined ? [] : [role.defaults]),
    ...play.layers,
    ...(role === undefined ? [] : [role.variables, role.parameters]),
  ];
  const scope = layeredScope([...layers, ...task.layers]);
  return {
    lookup: (name) => (results.has(name) ? undefined : scope.lookup(name)) ?? new Unknown('a variable'),
    names: () => scope.names(),
  };
}

async function problemsOf(task: Task, scope: Scope, files: ControllerFiles): Promise<readonly Problem[]> {
  const known = runsSurely(task, scope) ? scope : NOTHING_KNOWN;
  const found: Problem[] = [];
  const attempt = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (isCertain(error)) found.push(error);
    }
  };
  for (const { value } of task.arguments.values()) await attempt(() => value.resolve(known));
  const src = task.arguments.get('src')?.value.literal;
  if (typeof src !== 'string' || src === '' || bringsNothing(task)) return found;
  const placeOf = placesOf(task);
  const controller = files.as(task.searchPath, known, (argument): Place => placeOf([argument]));
  if (task.module === 'template') await attempt(() => controller.template(src));
  else await attempt(() => controller.file(src));
  return found;
}

const BRINGS_SRC: ReadonlySet<string> = new Set(['template', 'copy', 'unarchive']);

function bringsNothing(task: Task): boolean {
  const isRemote = task.arguments.get('remote_src');
  return !BRINGS_SRC.has(task.module) || (isRemote !== undefined && isRemote.value.literal !== false);
}

/**
 * Values may be other ones in the inventory; that a template cannot be read, or takes a text for a condition, stays so.
 */
function isCertain({ code }: Problem): boolean {
  return !['undefined-variable', 'missing-key', 'variable-cycle'].includes(code);
}

function runsSurely(task: Task, scope: Scope): boolean {
  try {
    return task.when.every((condition) => condition.test(scope) === true);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** May the task write a file on the controller that a later one brings? */
function writesHere(play: Play, task: Task): boolean {
  const isHere =
    task.delegateTo !== undefined ||
    play.hosts.literal === undefined ||
    JSON.stringify(play.hosts.literal).includes('localhost');
  if (!isHere) return false;
  const writes = [...task.arguments].some(
    ([name, { value }]) => ['path', 'dest'].includes(name) && value.literal !== null,
  );
  return writes || MAY_WRITE_ANYTHING.has(task.module);
}
