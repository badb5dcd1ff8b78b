import { Problem, formatPlace } from '../errors/problem.ts';
import type { MapEntry, MapNode, Node } from '../values/base/node.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { didYouMean } from '../values/language/suggest.ts';
import { Fields, nodeKind } from './base/fields.ts';
import {
  APPLY_KEYWORDS,
  BLOCK_KEYWORDS,
  IMPORT_KEYWORDS,
  INCLUDE_KEYWORDS,
  META_KEYWORDS,
  STRUCTURAL_ACTIONS,
  TASK_KEYWORDS,
} from './base/keywords.ts';
import type { Step } from './base/play.ts';
import { writtenStep } from './base/written-step.ts';
import { readBlock } from './block.ts';
import { readImportedRole, readImportedTasks } from './imports.ts';
import { readIncludedRole, readIncludedTasks } from './include.ts';
import { readMeta } from './meta.ts';
import type { Reading, Surroundings } from './reading.ts';
import { readTask } from './task.ts';

/**
 * Reads a list of tasks, blocks, includes and imports. Imports are resolved, so there may be more steps than entries.
 */
export async function readSteps(
  nodes: readonly Node[],
  outer: Surroundings,
  reading: Reading,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const node of nodes) {
    if (!reading.budget.take(node.place, outer.chain, reading.problems)) return [];
    if (node.kind === 'map') steps.push(...(await readStep(await writtenStep(node, reading.modules), outer, reading)));
    else {
      reading.problems.add({
        code: 'wrong-type',
        what: `A task must be a map, and this is ${nodeKind(node)}`,
        place: node.place,
        remedy: 'Write "- name: …" and below it the module with its arguments.',
      });
    }
  }
  return steps;
}

/**
 * The names of the arguments of the module; none for another action. Undefined, with a problem, if the module cannot be
 * loaded: a module of the project may be wrong, or not be trusted.
 */
async function argumentNames({ key, keyPlace }: MapEntry, reading: Reading): Promise<ReadonlySet<string> | undefined> {
  if (!reading.modules.has(key)) return new Set();
  try {
    return await reading.modules.argumentNames(key);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, what, why, remedy, cause } = error;
    reading.problems.take(new Problem({ code, what, place: keyPlace, why, remedy, cause }));
    return undefined;
  }
}

async function readStep(node: MapNode, outer: Surroundings, reading: Reading): Promise<readonly Step[]> {
  const fields = new Fields(node, reading.problems);
  if (fields.has('hosts') && !reading.modules.has('hosts')) return reportPlay(fields);
  const action = findAction(fields, reading);
  if (action === undefined) return [];
  const names = await argumentNames(action, reading);
  if (names === undefined) return [];
  const refuse = (allowed: ReadonlySet<string>, what: string, besides: readonly string[] = []) =>
    refuseKeywords(fields, { action: action.key, arguments: names, allowed, besides, what, reading });
  switch (action.key) {
    case 'block':
      refuse(BLOCK_KEYWORDS, 'A block');
      return [await readBlock(fields, action, outer, reading)];
    case 'meta':
      refuse(META_KEYWORDS, 'meta');
      return readMeta(fields, action, outer, reading);
    case 'import_tasks':
      refuse(IMPORT_KEYWORDS, 'import_tasks');
      return readImportedTasks(fields, action, outer, reading);
    case 'import_role':
      refuse(IMPORT_KEYWORDS, 'import_role');
      return readImportedRole(fields, action, outer, reading);
    case 'include_tasks':
      refuseAtInclude(fields, action, reading);
      return readIncludedTasks(fields, action, outer, reading);
    case 'include_role':
      refuseAtInclude(fields, action, reading);
      return readIncludedRole(fields, action, outer, reading);
    case 'import_playbook':
      reading.problems.add({
        code: 'misplaced-import',
        what: 'import_playbook cannot stand among tasks',
        place: action.keyPlace,
        remedy: 'Put it beside the plays of the playbook, or import tasks by import_tasks.',
      });
      return [];
    case 'check':
    case 'apply':
      refuse(TASK_KEYWORDS, 'A task', ['check', 'apply']);
      return [await readTask(fields, { module: 'check', entry: action }, outer, reading)];
    default:
      refuse(TASK_KEYWORDS, 'A task');
      return [await readTask(fields, { module: action.key, entry: action }, outer, reading)];
  }
}

function reportPlay(fields: Fields): readonly [] {
  fields.problems.add({
    code: 'play-among-tasks',
    what: 'This is a play, and a task is expected here',
    place: fields.placeOf('hosts'),
    remedy: 'A file of tasks contains only tasks. A whole playbook is imported beside the plays: import_playbook.',
  });
  return [];
}

/** Returns the one entry that says what the step does. */
function findAction(fields: Fields, reading: Reading): MapEntry | undefined {
  const { entries } = fields.map;
  const isAction = ({ key }: MapEntry) =>
    !TASK_KEYWORDS.has(key) &&
    (STRUCTURAL_ACTIONS.has(key) || reading.modules.has(key) || (key === 'apply' && !isApplied(fields)));
  const [action, second] = entries.filter(isAction);
  if (action === undefined) return reportNoAction(fields, reading);
  if (second === undefined) return action;
  return reading.problems.add({
    code: 'two-modules',
    what: `A task does one thing, and this one has both ${action.key} and ${second.key}`,
    place: second.keyPlace,
    why: `${action.key} stands at ${formatPlace(action.keyPlace)}.`,
    remedy: 'Make two tasks of it; put "- " before the second one.',
  });
}

/**
 * Returns whether `apply:` is not an action of its own: it is the second half of a check, or a misplaced keyword of an
 * include.
 */
function isApplied(fields: Fields): boolean {
  return fields.has('check') || fields.has('include_tasks') || fields.has('include_role');
}

function reportNoAction(fields: Fields, reading: Reading): undefined {
  const { problems } = reading;
  const lone = fields.entry('rescue') ?? fields.entry('always');
  if (lone !== undefined) {
    return problems.add({
      code: 'no-module',
      what: `${lone.key}: belongs to a block, and this entry has no block:`,
      place: lone.keyPlace,
      remedy: `Add block: with the tasks that ${lone.key}: belongs to.`,
    });
  }
  const unknown = fields.map.entries.filter((entry) => !TASK_KEYWORDS.has(entry.key));
  if (unknown.length === 0) {
    return problems.add({
      code: 'no-module',
      what: 'The task names no module',
      place: fields.map.place,
      remedy: 'Add a module, for example command: …',
    });
  }
  for (const entry of unknown) {
    const keyword = insteadOf(entry.key, 'task');
    const names = [...reading.modules.names(), ...STRUCTURAL_ACTIONS];
    const own = entry.key.split('.').at(-1) ?? entry.key;
    const known = [...names, ...TASK_KEYWORDS, 'apply', 'rescue', 'always'];
    const short = own !== entry.key && names.includes(own) ? `Module names are short: write ${own}.` : undefined;
    problems.add({
      code: keyword === undefined ? 'unknown-module' : 'unknown-keyword',
      what: keyword === undefined ? `There is no module "${entry.key}"` : `A task has no keyword "${entry.key}"`,
      place: entry.keyPlace,
      remedy:
        keyword ?? insteadOf(own, 'module') ?? short ?? didYouMean(own, known) ?? 'runbook docs lists the modules.',
    });
  }
  return undefined;
}

/**
 * Reports keywords beside an include that are meant for its steps. In Ansible they have no effect there, or are errors.
 */
function refuseAtInclude(fields: Fields, action: MapEntry, reading: Reading): void {
  const { problems } = reading;
  const own = action.key === 'include_role' ? 'name' : 'file';
  const inApply = (key: string): string =>
    `Write it for the steps in it: ${action.key}: {${own}: …, apply: {${key}: …}}.`;
  const others = fields.map.entries.filter((entry) => entry.key !== action.key && !INCLUDE_KEYWORDS.has(entry.key));
  for (const entry of others) {
    const remedies: Readonly<Record<string, string>> = {
      args: `Write ${action.key}: {${own}: …} with all of it in the map.`,
      register: 'An include has no result: register at the tasks in it.',
    };
    const remedy = APPLY_KEYWORDS.has(entry.key) ? inApply(entry.key) : remedies[entry.key];
    if (remedy === undefined)
      refuseKeywords(new Fields({ ...fields.map, entries: [entry] }, problems), {
        action: action.key,
        arguments: new Set(),
        allowed: INCLUDE_KEYWORDS,
        besides: [],
        what: action.key,
        reading,
      });
    else
      problems.add({
        code: 'unknown-keyword',
        what: `${action.key} has no keyword "${entry.key}"`,
        place: entry.keyPlace,
        remedy,
      });
  }
}

interface Refusal {
  /** The key that says what the step does. */
  readonly action: string;
  /** The arguments of the module of that name. */
  readonly arguments: ReadonlySet<string>;
  readonly allowed: ReadonlySet<string>;
  /** Further keys that are not keywords. */
  readonly besides: readonly string[];
  readonly what: string;
  readonly reading: Reading;
}

/** Reports keys that a task does not know. A module beside another action was already reported. */
function refuseKeywords(fields: Fields, refusal: Refusal): void {
  const { action, allowed, besides, what, reading } = refusal;
  for (const entry of fields.map.entries) {
    const isReported = STRUCTURAL_ACTIONS.has(entry.key) || reading.modules.has(entry.key);
    if (allowed.has(entry.key) || entry.key === action || besides.includes(entry.key) || isReported) continue;
    if (refusal.arguments.has(entry.key))
      reading.problems.add({
        code: 'unknown-keyword',
        what: `${what} has no keyword "${entry.key}": it is an argument of ${action}`,
        place: entry.keyPlace,
        remedy: `Indent the line, so that the argument stands below ${action}: with the other arguments.`,
      });
    else fields.refuse(entry, allowed, what, 'task', 'module');
  }
}
