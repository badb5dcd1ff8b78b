import type { Place } from '../errors/problem.ts';
import type { MapEntry } from '../values/base/node.ts';
import type { Layer } from '../values/scope.ts';
import { BRINGS_ANYTHING, BRINGS_NOTHING, broughtBy } from './base/brings.ts';
import { Fields, isTemplated } from './base/fields.ts';
import { APPLY_KEYWORDS } from './base/keywords.ts';
import type { Brings, Handler, Include, Role, Step } from './base/play.ts';
import { ProblemCollector } from './base/problem-collector.ts';
import { checkNotified } from './handlers.ts';
import { fileNode, readReferencedRole, readRoleCall, ROLE_CALL, withoutVars } from './imports.ts';
import { readLoop } from './loop.ts';
import { type Reading, type Surroundings, apart } from './reading.ts';
import { displayPath } from './source-files.ts';
import { StepBudget } from './step-budget.ts';
import { enter, frameOf, isInChain } from './surroundings.ts';
import { findTaskFile, openTaskFile } from './task-files.ts';

/** Maximal depth of includes. A file that includes itself needs a condition that ends it. */
const MOST_DEEP = 100;

/** Reads the steps that are included under one name. `extra` has priority over the variables of the include. */
type Opener = (name: string, extra: readonly Layer[], reading: Reading) => Promise<readonly Step[]>;

/**
 * Reads include_tasks. A file with a fixed name is read immediately, so that its mistakes are reported before the first
 * connection.
 */
export async function readIncludedTasks(
  fields: Fields,
  action: MapEntry,
  outer: Surroundings,
  reading: Reading,
): Promise<readonly Step[]> {
  const node = fileNode(action, new Set(['file', 'apply']), reading);
  const file = node === undefined ? undefined : fields.templateOf(node, 'include_tasks');
  const frame = enter(fields, outer, reading);
  const inner = inside(fields, action, { ...outer, layers: frame.layers }, reading);
  if (node === undefined || file === undefined) return [];
  const open: Opener = async (name, extra, within) => {
    const path = findTaskFile(name, node.place, outer, within);
    if (path === undefined) return [];
    if (inner.chain.length >= MOST_DEEP) {
      within.problems.add({
        code: 'cycle',
        what: `${displayPath(path)} is included more than ${MOST_DEEP} deep`,
        place: node.place,
        remedy: 'If a file includes itself, give the include a condition that ends this, or write a loop.',
      });
      return [];
    }
    const link = { path, shown: displayPath(path) };
    const opened = await openTaskFile(
      path,
      node.place,
      { ...inner, layers: [...inner.layers, ...extra], chain: [...inner.chain, link] },
      within,
    );
    return within.readSteps(opened.nodes, opened.surroundings, within);
  };
  let ahead = BRINGS_ANYTHING;
  if (!isTemplated(node) && node.kind === 'scalar') {
    const path = findTaskFile(String(node.value), node.place, outer, reading);
    // A file that includes itself may end by a condition. It is not read ahead again, because that would not end and
    // would bring nothing new.
    ahead =
      path === undefined || isInChain(path, outer)
        ? BRINGS_NOTHING
        : await readAhead(open, String(node.value), reading);
  }
  return [include(fields, { target: { kind: 'tasks', file }, frame, ahead, open }, reading)];
}

/** Reads include_role, like include_tasks. */
export async function readIncludedRole(
  fields: Fields,
  action: MapEntry,
  outer: Surroundings,
  reading: Reading,
): Promise<readonly Step[]> {
  const call = readRoleCall(fields, action, new Set([...ROLE_CALL, 'apply']), reading);
  const role = call === undefined ? undefined : call.fields.templateOf(call.name, 'The name of a role');
  const frame = enter(withoutVars(fields), outer, reading);
  const inner = inside(withoutVars(fields), action, { ...outer, layers: frame.layers }, reading);
  if (call === undefined || role === undefined) return [];
  const none = new Fields({ kind: 'map', entries: [], place: action.keyPlace }, reading.problems);
  const parameters = fields.subMap('vars')?.entries ?? [];
  const open: Opener = (name, extra, within) => {
    const reference = { name, place: call.name.place, fields: none, parameters, parts: call.parts };
    return readReferencedRole(reference, { ...inner, layers: [...inner.layers, ...extra] }, within);
  };
  let ahead = BRINGS_ANYTHING;
  if (isTemplated(call.name)) reading.play.unknownHandlers.push(call.name.place);
  else if (call.name.kind === 'scalar') ahead = await readAhead(open, String(call.name.value), reading);
  // The include itself sees its vars, in the name of the role and in its condition; the role gets them as parameters.
  const own = enter(fields, outer, reading);
  const target = { kind: 'role' as const, role, tasksFrom: call.parts.tasksFrom };
  return [include(fields, { target, frame: own, ahead, open }, reading)];
}

/**
 * Returns the surroundings of the included steps: `base`, which has everything around the include and its vars, and its
 * `apply`. The condition and the tags of the include are not passed on.
 */
function inside(fields: Fields, action: MapEntry, base: Surroundings, reading: Reading): Surroundings {
  const apply = action.value.kind === 'map' ? new Fields(action.value, fields.problems).subMap('apply') : undefined;
  if (apply === undefined) return base;
  const applied = new Fields(apply, reading.problems);
  applied.refuseOthers(APPLY_KEYWORDS, 'apply', 'task');
  return enter(applied, base, reading);
}

async function readAhead(open: Opener, name: string, reading: Reading): Promise<Brings> {
  const roles: Role[] = [];
  const play = { ...apart(reading.play), handlers: reading.play.includedHandlers, roles };
  const brought = broughtBy(await open(name, [], { ...reading, play }));
  return { ...brought, roles: [...roles, ...brought.roles] };
}

interface Parts {
  readonly target: Include['target'];
  readonly frame: Surroundings;
  readonly ahead: Brings;
  readonly open: Opener;
}

function include(fields: Fields, { target, frame, ahead, open }: Parts, reading: Reading): Include {
  const place: Place = fields.map.place;
  return {
    kind: 'include',
    ...frameOf(place, frame, reading),
    name: fields.template('name'),
    target,
    loop: readLoop(fields),
    runOnce: frame.handedDown.runOnce,
    ahead,
    async open(name, extra) {
      const problems = new ProblemCollector();
      const handlers: Handler[] = [];
      const around = [...reading.play.around, ...reading.play.handlers, ...reading.play.includedHandlers];
      const play = {
        ...reading.play,
        handlers,
        around,
        roles: [],
        notified: [],
        unknownHandlers: [],
        uses: new Set<string>(),
      };
      const within = { ...reading, problems, play, budget: new StepBudget() };
      const steps = await open(name, extra, within);
      checkNotified(play, [...around, ...handlers], within);
      problems.throwIfAny();
      return { steps, handlers };
    },
  };
}
