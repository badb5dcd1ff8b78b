import { type Place, type Problem, Problems } from '../../engine/errors/problem.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { ProblemCollector } from '../../engine/playbook/base/problem-collector.ts';
import { NO_SETTINGS } from '../../engine/playbook/base/settings.ts';
import { readPlay } from '../../engine/playbook/read-play.ts';
import { type Reading, type Surroundings, newPlayReading, NOTHING_HANDED_DOWN } from '../../engine/playbook/reading.ts';
import { SourceFiles } from '../../engine/playbook/source-files.ts';
import { StepBudget } from '../../engine/playbook/step-budget.ts';
import { readSteps } from '../../engine/playbook/steps.ts';
import type { MapEntry, MapNode } from '../../engine/values/base/node.ts';

/** A folder that does not exist, because files that a task names are not read. */
const NOWHERE = '/nowhere';
/** Codes of mistakes that only arise because no file is read, and no other part of the playbook. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['file-not-found', 'unknown-role', 'unknown-handler']);

const SURROUNDINGS: Surroundings = {
  when: [],
  tags: new Set(),
  layers: [],
  settings: NO_SETTINGS,
  role: undefined,
  searchPath: [],
  taskDirectories: [],
  chain: [],
  handedDown: NOTHING_HANDED_DOWN,
};

/** Returns the problems that the loader finds in a single task, handler or head of a block. */
export async function judgeTask(task: MapNode, isHandler: boolean): Promise<readonly Problem[]> {
  const entries = task.entries.filter(({ key }) => !isHandler || key !== 'listen').map(withoutSteps);
  return judge((reading) => readSteps([{ ...task, entries }], SURROUNDINGS, reading));
}

/** Returns the problems of a play without its tasks and roles. */
export async function judgePlay(play: MapNode): Promise<readonly Problem[]> {
  const steps = ['tasks', 'pre_tasks', 'post_tasks', 'handlers', 'roles'];
  const entries = play.entries.filter(({ key }) => !steps.includes(key));
  return judge((reading) => readPlay({ ...play, entries }, SURROUNDINGS, reading));
}

async function judge(read: (reading: Reading) => Promise<unknown>): Promise<readonly Problem[]> {
  const problems = new ProblemCollector();
  await read({
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
  });
  return found(problems).filter(({ code }) => !NOT_ITS_OWN.has(code));
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

/** The tasks in a block are judged separately. */
function withoutSteps(entry: MapEntry): MapEntry {
  if (!['block', 'rescue', 'always'].includes(entry.key) || entry.value.kind !== 'list') return entry;
  const items = entry.value.items.slice(0, 1).map(({ place }) => noop(place));
  return { ...entry, value: { ...entry.value, items } };
}

function noop(place: Place): MapNode {
  const value = { kind: 'scalar', value: 'noop', style: 'plain', place, source: 'noop' } as const;
  return { kind: 'map', place, entries: [{ key: 'meta', keyPlace: place, value }] };
}
