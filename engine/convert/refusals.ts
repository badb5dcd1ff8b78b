import { type Problem, Problems } from '../errors/problem.ts';
import type { Catalogue } from '../modules/base/catalogue.ts';
import { ProblemCollector } from '../playbook/base/problem-collector.ts';
import { readPlay } from '../playbook/read-play.ts';
import { type Reading, newPlayReading, OUTERMOST } from '../playbook/reading.ts';
import { SourceFiles } from '../playbook/source-files.ts';
import { StepBudget } from '../playbook/step-budget.ts';
import { readSteps } from '../playbook/steps.ts';
import type { MapEntry, MapNode, Node } from '../values/base/node.ts';

/** One task, block or play of a file. */
export interface LoadedUnit {
  readonly kind: 'task' | 'block' | 'play';
  readonly map: MapNode;
  readonly isHandler: boolean;
}

/** Returns the tasks and blocks of a list, or of the plays in it. The tasks of a block follow the block. */
export function unitsIn(root: Node, kind: 'playbook' | 'tasks' | 'handlers'): readonly LoadedUnit[] {
  const maps = root.kind === 'list' ? root.items.filter((item) => item.kind === 'map') : [];
  return maps.flatMap((map) => (kind === 'playbook' ? unitsOfPlay(map) : unitsOf(map, kind === 'handlers')));
}

function unitsOfPlay(map: MapNode): readonly LoadedUnit[] {
  if (!has(map, 'hosts')) return [];
  const steps = ['pre_tasks', 'tasks', 'post_tasks', 'handlers'].flatMap((key) =>
    mapsUnder(map, key).flatMap((task) => unitsOf(task, key === 'handlers')),
  );
  return [{ kind: 'play', map, isHandler: false }, ...steps];
}

function unitsOf(map: MapNode, isHandler: boolean): readonly LoadedUnit[] {
  if (!has(map, 'block')) return [{ kind: 'task', map, isHandler }];
  const inner = ['block', 'rescue', 'always'].flatMap((key) => mapsUnder(map, key));
  return [{ kind: 'block', map, isHandler }, ...inner.flatMap((task) => unitsOf(task, false))];
}

function has(map: MapNode, key: string): boolean {
  return map.entries.some((entry) => entry.key === key);
}

function mapsUnder(map: MapNode, key: string): readonly MapNode[] {
  const value = map.entries.find((entry) => entry.key === key)?.value;
  return value?.kind === 'list' ? value.items.filter((item) => item.kind === 'map') : [];
}

/** A folder that does not exist, because files that a task names are not read. */
const NOWHERE = '/nowhere';
/** Codes of mistakes that only arise because no file is read, and no other part of the playbook. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['file-not-found', 'unknown-role', 'unknown-handler']);

/**
 * Returns the problems that the loader finds in one task, handler, head of a block, or head of a play: in its own text,
 * without the files and the other units that it names.
 */
export async function refusalsOf(
  { kind, map, isHandler }: LoadedUnit,
  modules: Catalogue,
): Promise<readonly Problem[]> {
  const problems = new ProblemCollector();
  const reading: Reading = {
    files: new SourceFiles({}),
    modules,
    problems,
    budget: new StepBudget(),
    rootDirectory: NOWHERE,
    playbookDirectory: NOWHERE,
    rolesPath: [],
    roleRefusal: () => undefined,
    roleFolders: new Map(),
    play: newPlayReading(),
    readSteps,
  };
  if (kind === 'play') await readPlay(withoutSections(map), OUTERMOST, reading);
  else await readSteps([withoutInner(map, isHandler)], OUTERMOST, reading);
  return found(problems).filter(({ code }) => !NOT_ITS_OWN.has(code));
}

function withoutSections(play: MapNode): MapNode {
  const sections = ['tasks', 'pre_tasks', 'post_tasks', 'handlers', 'roles'];
  return { ...play, entries: play.entries.filter(({ key }) => !sections.includes(key)) };
}

function withoutInner(task: MapNode, isHandler: boolean): MapNode {
  return { ...task, entries: task.entries.filter(({ key }) => !isHandler || key !== 'listen').map(withoutSteps) };
}

/** The tasks in a block are judged separately. */
function withoutSteps(entry: MapEntry): MapEntry {
  if (!['block', 'rescue', 'always'].includes(entry.key) || entry.value.kind !== 'list') return entry;
  const items = entry.value.items.slice(0, 1).map(({ place }): MapNode => {
    const value = { kind: 'scalar', value: 'noop', style: 'plain', place, source: 'noop' } as const;
    return { kind: 'map', place, entries: [{ key: 'meta', keyPlace: place, value }] };
  });
  return { ...entry, value: { ...entry.value, items } };
}

function found(problems: ProblemCollector): readonly Problem[] {
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    if (error instanceof Problems) return error.problems;
    throw error;
  }
}
