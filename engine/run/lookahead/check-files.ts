import { type Place, Problem, Problems } from '../../errors/problem.ts';
import { resultsOf } from '../../playbook/base/brings.ts';
import type { Play, Playbook, Step, Task } from '../../playbook/base/play.ts';
import { walkSteps } from '../../playbook/base/select-tasks.ts';
import { type Scope, type Value, Unknown } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { layeredScope } from '../../values/scope.ts';
import { ControllerFiles } from '../controller/controller-files.ts';
import { MissingFile } from '../controller/controller-problems.ts';
import { DigestCache } from '../controller/digest-cache.ts';
import { placesOf } from '../preparation/prepare.ts';
import { MAY_WRITE_ANYTHING } from './files-to-come.ts';

/** Maximal depth of includes that are checked, because an include may include itself. */
const MOST_DEEP = 10;

/**
 * Returns the mistakes in templates and files that show without any host: a file with a fixed name that does not exist,
 * a template that cannot be parsed, and a template that uses a text as a condition, if the playbook itself says that it
 * is text.
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
      // The mistake was reported when the playbook was read.
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

/**
 * Makes a scope of the variables that the playbook itself sets. All others are unknown, because inventories and results
 * may set them.
 */
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
 * Returns whether a mistake does not depend on values, which may differ in the inventory: a template that cannot be
 * parsed, or that uses a text as a condition.
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

/** Returns whether the task may write a file on the controller that a later task reads. */
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
