import { dirname, resolve } from 'node:path';
import type { MapNode, Node } from '../values/base/node.ts';
import type { Layer } from '../values/scope.ts';
import type { Template } from '../values/template/template.ts';
import { readBatchSizes } from './base/batch-size.ts';
import { Fields, nodeKind } from './base/fields.ts';
import { PLAY_KEYWORDS, TASK_KEYWORDS } from './base/keywords.ts';
import { OF_ALL_HOSTS, type OfAllHosts } from './base/per-slice.ts';
import { type Handler, type Play, type Section, type Step, UNNAMED } from './base/play.ts';
import { checkNotified, readHandlers } from './handlers.ts';
import { readPrompts } from './prompts.ts';
import type { Reading, Surroundings } from './reading.ts';
import { type RoleUse, readRoleReference, readRoleSteps, resolveRole } from './role-use.ts';
import { displayPath } from './source-files.ts';
import { enter } from './surroundings.ts';
import { firstFile } from './task-files.ts';
import { readVariables } from './variables.ts';

const STRATEGIES = ['linear', 'free'] as const;
const ORDERS = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'] as const;

/**
 * Reads one play. `imported` has the keywords of import_playbook: its variables have priority over those of the play.
 */
export async function readPlay(map: MapNode, imported: Surroundings, reading: Reading): Promise<Play | undefined> {
  const fields = new Fields(map, reading.problems);
  if (isTask(fields))
    return fields.problems.add({
      code: 'play-without-hosts',
      what: 'This is a task, and a playbook is a list of plays',
      place: fields.map.place,
      remedy: 'Begin with a play, "- hosts: all", and put the tasks below its key tasks:.',
    });
  fields.refuseOthers(PLAY_KEYWORDS, 'A play', 'play', 'task');
  const hosts = readHosts(fields);
  const settingsOnly = fields.map.entries.filter((entry) => entry.key !== 'vars' && entry.key !== 'any_errors_fatal');
  const inner = enter(
    new Fields({ ...map, entries: settingsOnly }, reading.problems),
    { ...imported, layers: [] },
    reading,
  );
  const variables = await readPlayVariables(fields, reading);
  const sections = await readSections(fields, inner, reading);
  const { play } = reading;
  checkNotified(play, [...play.handlers, ...play.includedHandlers], reading);
  const name = fields.text('name')?.value;
  // Facts come with the connection, whatever the value is.
  fields.booleanOrTemplate('gather_facts');
  const options = {
    strategy: oneOf(fields, 'strategy', STRATEGIES) ?? 'linear',
    isOneByOne: fields.boolean('one_by_one') ?? false,
    order: oneOf(fields, 'order', ORDERS) ?? 'inventory',
    maxFailPercentage: readPercentage(fields),
    anyErrorsFatal: fields.booleanOrTemplate('any_errors_fatal'),
    serial: readBatchSizes(fields),
    serialPlace: fields.entry('serial')?.value.place,
    perSlice: readPerSlice(fields),
  };
  const hostsEntry = fields.entry('hosts');
  if (hosts === undefined || hostsEntry === undefined) return undefined;
  return {
    name: name ?? hostsName(hosts.literal),
    place: map.place,
    hosts,
    hostsPlace: hostsEntry.value.place,
    ...options,
    settings: inner.settings,
    layers: [...variables.layers, ...imported.layers.map((layer): Layer => ({ ...layer, level: 'play vars' }))],
    variableFiles: variables.files,
    sections,
    handlers: play.handlers,
    prompts: readPrompts(fields),
    roles: play.roles,
  };
}

/** Reads the sections of a play, and its handlers into the reading. */
async function readSections(fields: Fields, inner: Surroundings, reading: Reading): Promise<readonly Section[]> {
  const sections: Section[] = [];
  const addSection = (name: Section['name'], steps: readonly Step[]) => {
    if (steps.length > 0) sections.push({ name, steps });
  };
  const { handlers } = reading.play;
  addSection('pre_tasks', await readList(fields, 'pre_tasks', inner, reading));
  const beforeRoles = handlers.length;
  const ofRoles = await readRoles(fields, inner, reading);
  const afterRoles = handlers.length;
  addSection('tasks', [...ofRoles, ...(await readList(fields, 'tasks', inner, reading))]);
  addSection('post_tasks', await readList(fields, 'post_tasks', inner, reading));
  const beforeOwn = handlers.length;
  await readHandlers(async () => fields.list('handlers')?.items ?? [], fields.map.place, inner, reading);
  inOrder(handlers, { beforeRoles, afterRoles, beforeOwn });
  return sections;
}

/**
 * Puts the handlers into the order in which they run, that of Ansible: first those of `roles:`, then those of the play,
 * then those of roles that tasks import.
 */
function inOrder(
  handlers: Handler[],
  read: { readonly beforeRoles: number; readonly afterRoles: number; readonly beforeOwn: number },
): void {
  const ofRoles = handlers.slice(read.beforeRoles, read.afterRoles);
  const imported = [...handlers.slice(0, read.beforeRoles), ...handlers.slice(read.afterRoles, read.beforeOwn)];
  const own = handlers.slice(read.beforeOwn);
  handlers.splice(0, handlers.length, ...ofRoles, ...own, ...imported);
}

function readHosts(fields: Fields): Play['hosts'] | undefined {
  const entry = fields.entry('hosts');
  if (entry === undefined) return reportNoHosts(fields, 'Add hosts: with a group or host, or hosts: all.');
  const { value } = entry;
  const isText = value.kind === 'scalar' && typeof value.value === 'string' && value.value !== '';
  const isTextList =
    value.kind === 'list' &&
    value.items.length > 0 &&
    value.items.every((item) => item.kind === 'scalar' && typeof item.value === 'string');
  if (!isText && !isTextList)
    return fields.wrong(entry, 'a pattern of hosts, or a list of patterns', 'Name a host, a group, or all.');
  return fields.compile(value);
}

function reportNoHosts(fields: Fields, remedy: string): undefined {
  return fields.problems.add({
    code: 'play-without-hosts',
    what: 'The play does not say on which hosts it runs',
    place: fields.map.place,
    remedy,
  });
}

/** Returns whether the file is a task file that was given as a playbook. */
function isTask(fields: Fields): boolean {
  const { entries } = fields.map;
  return (
    !entries.some(({ key }) => PLAY_KEYWORDS.has(key) && !TASK_KEYWORDS.has(key)) &&
    entries.some(({ key }) => !PLAY_KEYWORDS.has(key))
  );
}

function hostsName(hosts: Play['hosts']['literal']): string {
  if (typeof hosts === 'string') return hosts;
  return Array.isArray(hosts) ? hosts.join(', ') : UNNAMED;
}

async function readPlayVariables(
  fields: Fields,
  reading: Reading,
): Promise<{ readonly layers: readonly Layer[]; readonly files: Play['variableFiles'] }> {
  const layers: Layer[] = [];
  const files: Play['variableFiles'][number][] = [];
  const vars = fields.entry('vars');
  if (vars !== undefined) layers.push(readVariables(vars.value, 'play vars', vars.keyPlace.file, reading.problems));
  for (const node of fields.items('vars_files')) {
    const names = (node.kind === 'list' ? node.items : [node]).flatMap((one) => readFileName(one, fields) ?? []);
    const known = names.map(({ template, text }) =>
      template.references.size === 0 ? resolve(reading.playbookDirectory, text) : undefined,
    );
    // If one file is read later, all files after it are read later too, because the last file that sets a variable
    // counts.
    if (files.length > 0 || known.includes(undefined))
      files.push({ names: names.map(({ template }) => template), place: node.place });
    else {
      const paths = known.filter((path) => path !== undefined);
      // A missing file is reported where it is read.
      const path = firstFile(paths) ?? paths[0];
      const content =
        path === undefined ? undefined : await reading.files.readVariables(path, reading.problems, node.place);
      if (path !== undefined && content !== undefined)
        layers.push(readVariables(content, 'play vars', displayPath(path), reading.problems));
    }
  }
  return { layers, files };
}

function readFileName(node: Node, fields: Fields): { readonly template: Template; readonly text: string } | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '')
    return fields.wrongNode(
      node,
      `vars_files must be a list of names of files, and this is ${nodeKind(node)}`,
      'Write vars_files: [vars/main.yml].',
    );
  const template = fields.templateOf(node, 'vars_files');
  return template === undefined ? undefined : { template, text: node.value };
}

/** Resolves all uses before it reads any: a role that is imported within them must know that it is used. */
async function readRoles(fields: Fields, outer: Surroundings, reading: Reading): Promise<readonly Step[]> {
  const uses: RoleUse[] = [];
  for (const node of fields.list('roles')?.items ?? []) {
    const reference = readRoleReference(node, reading);
    if (reference !== undefined) uses.push(...(await resolveRole(reference, outer, reading, 'once')));
  }
  const steps: Step[] = [];
  for (const use of uses) steps.push(...(await readRoleSteps(use, reading)));
  return steps;
}

async function readList(fields: Fields, name: string, outer: Surroundings, reading: Reading): Promise<readonly Step[]> {
  const list = fields.list(name);
  return list === undefined ? [] : reading.readSteps(list.items, outer, reading);
}

function oneOf<const Choice extends string>(
  fields: Fields,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const node = fields.text(name);
  if (node === undefined) return undefined;
  return (
    choices.find((choice) => choice === node.value) ??
    fields.problems.add({
      code: 'unknown-choice',
      what: `${name} cannot be "${node.value}"`,
      place: node.place,
      remedy: `Write one of: ${choices.join(', ')}.`,
    })
  );
}

function readPerSlice(fields: Fields): ReadonlySet<OfAllHosts> {
  const given = fields.items('per_slice').flatMap((node) => {
    const source = node.kind === 'scalar' ? node.value : undefined;
    return (
      OF_ALL_HOSTS.find((one) => one === source) ??
      fields.wrongNode(
        node,
        `per_slice cannot have ${node.kind === 'scalar' ? node.source : nodeKind(node)}`,
        `Write one or more of: ${OF_ALL_HOSTS.join(', ')}.`,
      ) ??
      []
    );
  });
  return new Set(given);
}

function readPercentage(fields: Fields): Play['maxFailPercentage'] {
  const percent = fields.numberOrTemplate('max_fail_percentage');
  if (percent === undefined || typeof percent.literal !== 'number' || percent.literal <= 100) return percent;
  const entry = fields.entry('max_fail_percentage');
  return entry === undefined ? undefined : fields.wrong(entry, 'a number from 0 to 100');
}

/** Returns the folders in which steps of a play in this file look for files. */
export function playSurroundings(file: string): Pick<Surroundings, 'searchPath' | 'taskDirectories'> {
  const directory = dirname(file);
  return { searchPath: [directory], taskDirectories: [directory, resolve(directory, 'tasks')] };
}
