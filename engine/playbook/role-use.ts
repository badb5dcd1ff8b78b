import { join } from 'node:path';
import type { Place } from '../errors/problem.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { didYouMean, nearestName } from '../values/language/suggest.ts';
import type { Layer } from '../values/scope.ts';
import { similarFile } from '../values/similar-file.ts';
import { Fields, nodeKind } from './base/fields.ts';
import { NO_ROLE_PARAMETERS, ROLE_KEYWORDS } from './base/keywords.ts';
import type { Role, Step } from './base/play.ts';
import { readHandlers } from './handlers.ts';
import type { Reading, RoleFolder, Surroundings } from './reading.ts';
import { type RoleParts, MAIN_PARTS, openRole, rolePart } from './role-folder.ts';
import { displayPath } from './source-files.ts';
import { enter, follow } from './surroundings.ts';
import { openTaskFile } from './task-files.ts';
import { compileVariables } from './variables.ts';

/** A reference to a role with its parameters: an entry of `roles:` or `dependencies:`, an import or an include. */
export interface RoleReference {
  readonly name: string;
  readonly place: Place;
  /** when, tags and settings of the use. Its vars are among the parameters. */
  readonly fields: Fields;
  readonly parameters: readonly MapEntry[];
  /** The parameters that are written beside the name of the role, not below vars. */
  readonly beside?: readonly MapEntry[];
  readonly parts: RoleParts;
}

/** A use of a role that will run. */
export interface RoleUse {
  readonly role: Role;
  readonly parts: RoleParts;
  readonly surroundings: Surroundings;
}

/** Whether a role that is named again runs again: one of `roles:` does not, one of `import_role` does. */
export type Repetition = 'once' | 'each_time';

/** Reads an entry of `roles:` or of a role's `dependencies:`. */
export function readRoleReference(node: Node, reading: Reading): RoleReference | undefined {
  const { problems } = reading;
  if (node.kind === 'scalar') {
    const fields = new Fields({ kind: 'map', entries: [], place: node.place }, problems);
    const name = fields.literalText(node, 'The name of a role');
    return name === undefined
      ? undefined
      : { name: name.value, place: node.place, fields, parameters: [], parts: MAIN_PARTS };
  }
  if (node.kind === 'list') {
    return problems.add({
      code: 'wrong-type',
      what: `A role must be a name or a map, and this is ${nodeKind(node)}`,
      place: node.place,
    });
  }
  const all = new Fields(node, problems);
  const key = all.has('role') ? 'role' : 'name';
  if (!all.has(key)) {
    return problems.add({
      code: 'role-without-name',
      what: 'This entry does not name a role',
      place: node.place,
      remedy: 'Write role: with the name of the role.',
    });
  }
  const name = all.text(key);
  if (name === undefined) return undefined;
  const parameters = node.entries.filter((entry) => !ROLE_KEYWORDS.has(entry.key));
  const own = node.entries.filter((entry) => ROLE_KEYWORDS.has(entry.key) && entry.key !== 'vars');
  return {
    name: name.value,
    place: name.place,
    fields: new Fields({ ...node, entries: own }, problems),
    parameters: [...parameters, ...(all.subMap('vars')?.entries ?? [])],
    beside: parameters,
    parts: MAIN_PARTS,
  };
}

/** Returns the uses that follow from a reference, dependencies first. */
export async function resolveRole(
  reference: RoleReference,
  outer: Surroundings,
  reading: Reading,
  repetition: Repetition,
): Promise<readonly RoleUse[]> {
  return resolve(reference, outer, reading, { repetition, kind: 'direct' });
}

interface Resolving {
  readonly repetition: Repetition;
  readonly kind: 'direct' | 'dependency';
}

async function resolve(
  reference: RoleReference,
  outer: Surroundings,
  reading: Reading,
  { repetition, kind }: Resolving,
): Promise<readonly RoleUse[]> {
  if (!reading.budget.take(reference.place, outer.chain, reading.problems)) return [];
  const folder = await openRole(reference.name, reference.place, reference.parts, reading);
  if (folder === undefined) {
    reading.play.unknownHandlers.push(reference.place);
    return [];
  }
  const link = { path: `${folder.path}\0${reference.parts.tasksFrom}`, shown: `role ${folder.name}` };
  const followed = follow(link, reference.place, outer, reading);
  if (followed === undefined) return [];
  const inner = enter(reference.fields, followed, reading);
  checkParameters(reference, folder, reading);
  const isOnceEnough = !folder.allowDuplicates && (kind === 'dependency' || repetition === 'once');
  const sameAs = isOnceEnough ? ownKey(reference, folder) : undefined;
  const role = buildRole(reference, folder, inner, { sameAs, reading });
  const surroundings = { ...inner, role, ...lookup(folder.path, reading) };
  const conditions = inner.when.map((expression) => expression.source).join('\0');
  const uses: RoleUse[] = [];
  for (const node of folder.dependencies) {
    const dependency = readRoleReference(node, reading);
    if (dependency !== undefined)
      uses.push(...(await resolve(dependency, surroundings, reading, { repetition, kind: 'dependency' })));
  }
  const key = useKey(reference, folder, conditions, inner.tags);
  if (isOnceEnough && reading.play.uses.has(key)) return uses;
  reading.play.uses.add(key);
  reading.play.roles.push(role);
  return [...uses, { role, parts: reference.parts, surroundings }];
}

/**
 * Returns the key of a use of a role. Uses with the same key have the same effect. The key has the tags of the use,
 * because --tags and --skip-tags may choose only one of two uses. While the play runs, one of them is enough
 * (`Role.sameAs`).
 */
function useKey(reference: RoleReference, folder: RoleFolder, conditions: string, tags: ReadonlySet<string>): string {
  return [ownKey(reference, folder), conditions, ...[...tags].toSorted()].join('\0');
}

/** Returns a key of the use itself, without its surroundings. */
function ownKey(reference: RoleReference, folder: RoleFolder): string {
  return keyOf(reference, folder, ['role', 'name', 'tags']);
}

function keyOf(reference: RoleReference, folder: RoleFolder, without: readonly string[]): string {
  const said = [
    ...reference.parameters,
    ...reference.fields.map.entries.filter((entry) => !without.includes(entry.key)),
  ];
  const text = said.map((entry) => `${entry.key}=${textOf(entry.value)}`);
  return [folder.path, ...Object.values(reference.parts), ...text].join('\0');
}

function textOf(node: Node): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'place' || key === 'keyPlace' ? undefined : value));
}

function buildRole(
  reference: RoleReference,
  folder: RoleFolder,
  inner: Surroundings,
  { sameAs, reading }: { readonly sameAs: string | undefined; readonly reading: Reading },
): Role {
  const parameters = compileVariables(reference.parameters, 'role vars', reference.place.file, reading.problems);
  const dependent = inner.role;
  return {
    name: folder.name,
    path: folder.path,
    place: reference.place,
    defaults: over(dependent?.defaults, folder.defaults),
    variables: over(dependent?.variables, folder.variables),
    parameters: over(dependent?.parameters, parameters),
    arguments: folder.arguments,
    when: inner.when,
    tags: inner.tags,
    sameAs,
  };
}

/** A dependency sees the variables of the role that depends on it, with lower priority than its own. */
function over(dependent: Layer | undefined, own: Layer): Layer {
  if (dependent === undefined || dependent.variables.size === 0) return own;
  return { ...own, variables: new Map([...dependent.variables, ...own.variables]) };
}

function lookup(path: string, reading: Reading): Pick<Surroundings, 'searchPath' | 'taskDirectories'> {
  return {
    searchPath: [...new Set([path, reading.playbookDirectory])],
    taskDirectories: [...new Set([join(path, 'tasks'), path, reading.playbookDirectory])],
  };
}

/** Reports misspelt keywords, which would silently become parameters that nobody reads. */
function checkParameters(reference: RoleReference, folder: RoleFolder, reading: Reading): void {
  const names = [...folder.arguments.map((argument) => argument.name), ...folder.defaults.variables.keys()];
  const declared = [...new Set(names)];
  for (const entry of reference.parameters) {
    const { key, keyPlace } = entry;
    if (declared.includes(key)) continue;
    if (NO_ROLE_PARAMETERS.has(key) && reference.beside?.includes(entry) === true) {
      const remedy =
        insteadOf(key, 'task', 'play') ??
        `Write it at the role's tasks; if it is a variable of the role, write vars: {${key}: …}.`;
      reading.problems.add({
        code: 'unknown-keyword',
        what: `A use of a role has no keyword "${key}"`,
        place: keyPlace,
        remedy,
      });
      continue;
    }
    const keyword = nearestName(key, ROLE_KEYWORDS);
    if (folder.arguments.length === 0 && keyword === undefined) continue;
    const remedy =
      didYouMean(key, [...declared, ...ROLE_KEYWORDS]) ?? `Its arguments are: ${declared.toSorted().join(', ')}.`;
    reading.problems.add({
      code: 'unknown-role-argument',
      what: `The role ${folder.name} has no argument "${key}"`,
      place: keyPlace,
      remedy,
    });
  }
}

/** Reads the steps of one use. Its handlers are added to the play. */
export async function readRoleSteps(use: RoleUse, reading: Reading): Promise<readonly Step[]> {
  const { role, parts, surroundings } = use;
  const handlers = rolePart(role.path, 'handlers', parts.handlersFrom);
  if (handlers === undefined && parts.handlersFrom !== 'main')
    missingPart(role, 'handlers', parts.handlersFrom, reading);
  if (handlers !== undefined) {
    const inner = { ...surroundings, taskDirectories: [join(role.path, 'handlers'), ...surroundings.taskDirectories] };
    await readHandlers(
      () => reading.files.readList(handlers, reading.problems, 'handlers', role.place),
      role.place,
      inner,
      reading,
    );
  }
  const tasks = rolePart(role.path, 'tasks', parts.tasksFrom);
  if (tasks === undefined) {
    if (parts.tasksFrom !== 'main') missingPart(role, 'tasks', parts.tasksFrom, reading);
    return [];
  }
  const followed = follow({ path: tasks, shown: displayPath(tasks) }, role.place, surroundings, reading);
  if (followed === undefined) return [];
  const opened = await openTaskFile(tasks, role.place, followed, reading);
  return reading.readSteps(opened.nodes, opened.surroundings, reading);
}

function missingPart(role: Role, part: string, from: string, reading: Reading): void {
  reading.problems.add({
    code: 'file-not-found',
    what: `The role ${role.name} has no file ${part}/${from}.yml`,
    place: role.place,
    why: `Looked in ${displayPath(role.path)}.`,
    remedy:
      similarFile(`${from}.yml`, [join(role.path, part, `${from}.yml`)]) ?? 'Put the file there, or correct the name.',
  });
}
