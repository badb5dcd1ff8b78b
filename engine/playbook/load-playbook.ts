import { dirname, join, resolve } from 'node:path';
import type { Place } from '../errors/problem.ts';
import type { MapNode, Node } from '../values/base/node.ts';
import { similarFile } from '../values/similar-file.ts';
import { Fields, nodeKind } from './base/fields.ts';
import { IMPORT_PLAYBOOK_KEYWORDS, shortName } from './base/keywords.ts';
import type { ModuleCatalogue } from './base/module-catalogue.ts';
import type { Play, Playbook } from './base/play.ts';
import { ProblemCollector } from './base/problem-collector.ts';
import { playSurroundings, readPlay } from './read-play.ts';
import { type Reading, type RoleFolder, type Surroundings, newPlayReading, OUTERMOST } from './reading.ts';
import { type SourceOptions, displayPath, SourceFiles } from './source-files.ts';
import { StepBudget } from './step-budget.ts';
import { readSteps } from './steps.ts';
import { enter, follow } from './surroundings.ts';
import { firstFile } from './task-files.ts';

export interface LoadOptions extends SourceOptions {
  readonly modules: ModuleCatalogue;
  /** Folders of roles. `roles/` beside the playbook and beside the playbook's folder are searched before them. */
  readonly rolesPath: readonly string[];
  /** Returns why a role that was found in `folder` must not be used; undefined if it may. */
  readonly roleRefusal?: RoleRefusal | undefined;
  /** Reads the files, and then lists them. Default: a new reader. */
  readonly files?: SourceFiles | undefined;
}

export type RoleRefusal = (role: string, folder: string) => string | undefined;

/**
 * Reads a playbook with all imports, and checks it: keywords, modules and their arguments, templates, expressions,
 * roles, handlers. Throws Problems with all mistakes in all files.
 */
export async function loadPlaybook(file: string, options: LoadOptions): Promise<Playbook> {
  const path = resolve(file);
  const problems = new ProblemCollector();
  const loading: Loading = {
    files: options.files ?? new SourceFiles(options),
    modules: options.modules,
    problems,
    budget: new StepBudget(),
    rootDirectory: dirname(path),
    configuredRoles: options.rolesPath.map((directory) => resolve(directory)),
    roleRefusal: options.roleRefusal ?? (() => undefined),
    roleFolders: new Map(),
  };
  const plays = await readPlaybook(
    path,
    undefined,
    { ...OUTERMOST, chain: [{ path, shown: displayPath(path) }] },
    loading,
  );
  problems.throwIfAny();
  return { file, plays };
}

interface Loading {
  readonly files: SourceFiles;
  readonly modules: ModuleCatalogue;
  readonly problems: ProblemCollector;
  readonly budget: StepBudget;
  readonly rootDirectory: string;
  readonly configuredRoles: readonly string[];
  readonly roleRefusal: RoleRefusal;
  readonly roleFolders: Map<string, Promise<RoleFolder | undefined>>;
}

async function readPlaybook(
  path: string,
  asked: Place | undefined,
  outer: Surroundings,
  loading: Loading,
): Promise<readonly Play[]> {
  const { reports } = loading.problems;
  const nodes = await loading.files.readList(path, loading.problems, 'plays', asked);
  // A file that was cut off must not count as a playbook without work.
  if (nodes.length === 0 && loading.problems.reports === reports)
    loading.problems.add({
      code: 'empty-playbook',
      what: 'There are no plays in this file',
      place: { file: displayPath(path), line: 1, column: 1 },
      remedy: 'Write "- hosts: …" and below it the tasks.',
    });
  const plays: Play[] = [];
  for (const node of nodes) plays.push(...(await readEntry(node, path, outer, loading)));
  return plays;
}

async function readEntry(node: Node, path: string, outer: Surroundings, loading: Loading): Promise<readonly Play[]> {
  if (!loading.budget.take(node.place, outer.chain, loading.problems)) return [];
  if (node.kind !== 'map') {
    loading.problems.add({
      code: 'wrong-type',
      what: `A play must be a map, and this is ${nodeKind(node)}`,
      place: node.place,
      remedy: 'Write "- hosts: …" and below it the tasks.',
    });
    return [];
  }
  const surroundings = { ...outer, ...playSurroundings(path) };
  if (node.entries.some((entry) => shortName(entry.key) === 'import_playbook'))
    return readImport(node, path, surroundings, loading);
  const play = await readPlay(node, surroundings, readingFor(path, loading));
  return play === undefined ? [] : [play];
}

async function readImport(
  node: MapNode,
  path: string,
  outer: Surroundings,
  loading: Loading,
): Promise<readonly Play[]> {
  const reading = readingFor(path, loading);
  const fields = new Fields(
    { ...node, entries: node.entries.map((entry) => ({ ...entry, key: shortName(entry.key) })) },
    reading.problems,
  );
  fields.refuseOthers(IMPORT_PLAYBOOK_KEYWORDS, 'import_playbook', 'play');
  const inner = enter(fields, outer, reading);
  const name = fields.text('import_playbook');
  if (name === undefined) return [];
  const imported = resolve(dirname(path), name.value);
  if (firstFile([imported]) === undefined) {
    reading.problems.add({
      code: 'file-not-found',
      what: `There is no playbook ${name.value}`,
      place: name.place,
      why: `Looked for ${displayPath(imported)}.`,
      remedy:
        similarFile(name.value, [imported]) ??
        'The name is relative to the playbook that imports it: correct the name, or put the playbook there.',
    });
    return [];
  }
  const link = { path: imported, shown: displayPath(imported) };
  const followed = follow(link, name.place, inner, reading);
  return followed === undefined ? [] : readPlaybook(imported, name.place, followed, loading);
}

function readingFor(path: string, loading: Loading): Reading {
  const { configuredRoles, ...shared } = loading;
  const directories = [dirname(path), loading.rootDirectory];
  return {
    ...shared,
    playbookDirectory: dirname(path),
    rolesPath: [
      ...new Set([
        ...directories.flatMap((directory) => [join(directory, 'roles'), join(dirname(directory), 'roles')]),
        ...configuredRoles,
      ]),
    ],
    play: newPlayReading(),
    readSteps,
  };
}
