import type { MapEntry, MapNode, Node } from '../values/base/node.ts';
import { Fields, nodeKind } from './base/fields.ts';
import type { Step } from './base/play.ts';
import type { Reading, Surroundings } from './reading.ts';
import type { RoleParts } from './role-folder.ts';
import { type RoleReference, readRoleSteps, resolveRole } from './role-use.ts';
import { displayPath } from './source-files.ts';
import { enter, follow } from './surroundings.ts';
import { findTaskFile, openTaskFile, writtenAsPair } from './task-files.ts';

/** Reads import_tasks: the steps of the file, as if they were written here. */
export async function readImportedTasks(
  fields: Fields,
  action: MapEntry,
  outer: Surroundings,
  reading: Reading,
): Promise<readonly Step[]> {
  const inner = enter(fields, outer, reading);
  const file = fileNode(action, new Set(['file']), reading);
  const name = file === undefined ? undefined : fields.literalText(file, 'import_tasks');
  if (name === undefined) return [];
  const path = findTaskFile(name.value, name.place, outer, reading);
  const followed =
    path === undefined ? undefined : follow({ path, shown: displayPath(path) }, name.place, inner, reading);
  if (path === undefined || followed === undefined) return [];
  const opened = await openTaskFile(path, name.place, followed, reading);
  return reading.readSteps(opened.nodes, opened.surroundings, reading);
}

/** Reads import_role: the steps of the role and of its dependencies. */
export async function readImportedRole(
  fields: Fields,
  action: MapEntry,
  outer: Surroundings,
  reading: Reading,
): Promise<readonly Step[]> {
  const call = readRoleCall(fields, action, new Set(ROLE_CALL), reading);
  const name = call === undefined ? undefined : call.fields.literalText(call.name, 'The name of a role');
  if (call === undefined || name === undefined) return [];
  const reference = {
    name: name.value,
    place: name.place,
    fields: withoutVars(fields),
    parameters: fields.subMap('vars')?.entries ?? [],
    parts: call.parts,
  };
  return readReferencedRole(reference, outer, reading);
}

/**
 * Returns the steps of a role and of its dependencies, dependencies first. The role runs even if the play already names
 * it.
 */
export async function readReferencedRole(
  reference: RoleReference,
  outer: Surroundings,
  reading: Reading,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const use of await resolveRole(reference, outer, reading, 'each_time'))
    steps.push(...(await readRoleSteps(use, reading)));
  return steps;
}

export const ROLE_CALL = ['name', 'tasks_from', 'handlers_from', 'defaults_from', 'vars_from'];

export interface RoleCall {
  readonly fields: Fields;
  readonly name: Node;
  readonly parts: RoleParts;
}

/** `role` is another name of `name`, as in Ansible. */
function withNameOfRole(map: MapNode): MapNode {
  const isNamed = map.entries.some(({ key }) => key === 'name');
  if (isNamed) return map;
  return { ...map, entries: map.entries.map((entry) => (entry.key === 'role' ? { ...entry, key: 'name' } : entry)) };
}

/** Reads the map below import_role or include_role. */
export function readRoleCall(
  fields: Fields,
  action: MapEntry,
  allowed: ReadonlySet<string>,
  reading: Reading,
): RoleCall | undefined {
  if (action.value.kind !== 'map') {
    const remedy =
      action.value.kind === 'scalar' && typeof action.value.value === 'string'
        ? (writtenAsPair(action.value.value) ?? `Write ${action.key}: {name: ${action.value.value}}.`)
        : undefined;
    return fields.wrong(action, 'a map', remedy);
  }
  const call = new Fields(withNameOfRole(action.value), reading.problems);
  call.refuseOthers(allowed, action.key, 'role');
  const name =
    call.entry('name') ??
    reading.problems.add({
      code: 'role-without-name',
      what: `${action.key} does not name the role`,
      place: action.keyPlace,
      remedy: 'Write name: with the name of the role.',
    });
  if (name === undefined) return undefined;
  const part = (key: string) => call.text(key)?.value.replace(/\.ya?ml$/, '') ?? 'main';
  return {
    fields: call,
    name: name.value,
    parts: {
      tasksFrom: part('tasks_from'),
      handlersFrom: part('handlers_from'),
      defaultsFrom: part('defaults_from'),
      varsFrom: part('vars_from'),
    },
  };
}

/** Returns the fields of a use of a role without `vars`: those become parameters of the role. */
export function withoutVars(fields: Fields): Fields {
  return new Fields(
    { ...fields.map, entries: fields.map.entries.filter((entry) => entry.key !== 'vars') },
    fields.problems,
  );
}

/** Returns the file of import_tasks or include_tasks: a text, or the value of `file` in a map. */
export function fileNode(action: MapEntry, allowed: ReadonlySet<string>, reading: Reading): Node | undefined {
  const { value } = action;
  if (value.kind === 'scalar') return value;
  if (value.kind === 'list') {
    return reading.problems.add({
      code: 'wrong-type',
      what: `${action.key} must be the name of one file, and this is ${nodeKind(value)}`,
      place: value.place,
    });
  }
  const fields = new Fields(value, reading.problems);
  fields.refuseOthers(allowed, action.key);
  return fields.entry('file')?.value ?? fields.wrong(action, 'the name of a file', `Write ${action.key}: {file: …}.`);
}
