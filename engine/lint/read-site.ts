import { resolve } from 'node:path';
import { formatPlace } from '../errors/problem.ts';
import { readAtOnce } from '../files/read-file.ts';
import type { ModuleCatalogue } from '../playbook/base/module-catalogue.ts';
import type { Playbook } from '../playbook/base/play.ts';
import { type ReadSource, displayPath } from '../playbook/source-files.ts';
import type { Layer } from '../values/scope.ts';
import { withoutMark } from '../values/yaml/text-file.ts';
import type { LoadedPlaybook, LoadedStep, Site, SourceFile, TaskSource } from './base/site.ts';
import { SourceText } from './base/source-text.ts';
import { loadedPlaybook } from './loaded-playbooks.ts';
import { projectFolders, projectTexts, wordsOf } from './project-files.ts';
import { playsOf, tasksOf } from './task-sources.ts';
import { variablesOfFiles, variablesOfLayers } from './variable-sources.ts';

/** The data that was read for the playbooks of one command. */
export interface LintInput {
  /** The playbooks without a problem. */
  readonly playbooks: readonly Playbook[];
  /** The files of these playbooks. */
  readonly sources: readonly ReadSource[];
  /** Variables of the inventory, group_vars and host_vars. */
  readonly layers: readonly Pick<Layer, 'variables'>[];
  readonly modules: ModuleCatalogue;
}

/** Prepares the input of the rules. */
export async function readSite({ playbooks, sources, layers, modules }: LintInput): Promise<Site> {
  const files = [...new Map(sources.map((source) => [source.path, source])).values()].map(sourceFile);
  const plays = files.flatMap(playsOf);
  const tasks: TaskSource[] = [];
  for (const file of files)
    tasks.push(
      ...(await tasksOf(
        file,
        plays.filter((play) => play.file === file),
        modules,
      )),
    );
  const loaded: LoadedPlaybook[] = [];
  for (const playbook of playbooks) loaded.push(await loadedPlaybook(playbook));
  const roles = playbooks.flatMap((playbook) => playbook.plays.flatMap((play) => play.roles.map(({ path }) => path)));
  const texts = projectTexts(
    projectFolders(
      playbooks.map(({ file }) => resolve(file)),
      roles,
    ),
  );
  const own = new Set(files.map(({ path }) => path));
  return {
    files,
    plays,
    tasks,
    loaded,
    variables: [...variablesOfFiles(files, plays, tasks), ...variablesOfLayers(layers)],
    words: wordsOf([...texts.values(), ...textsElsewhere(files, texts)]),
    others: [...texts].flatMap(([path, text]) => (own.has(path) ? [] : [{ shown: displayPath(path), text }])),
    ...uses(loaded),
  };
}

function textsElsewhere(files: readonly SourceFile[], texts: ReadonlyMap<string, string>): readonly string[] {
  return files.flatMap(({ path, text }) => (text === undefined || texts.has(path) ? [] : [text.text]));
}

function sourceFile(source: ReadSource): SourceFile {
  return { ...source, shown: displayPath(source.path), text: textOfSource(source) };
}

/** Returns the text of a file; undefined if the file or a value in it is encrypted, or if it cannot be read. */
function textOfSource({ path, nodes }: ReadSource): SourceText | undefined {
  if (nodes.some((node) => JSON.stringify(node).includes('"isHidden":true'))) return undefined;
  try {
    const text = withoutMark(readAtOnce(path).toString());
    return /^(?:\$ANSIBLE_VAULT;|age-encryption\.org\/|-----BEGIN AGE)/.test(text) ? undefined : new SourceText(text);
  } catch {
    return undefined;
  }
}

/** Indexes the steps by the places of their tasks in the files. */
function uses(loaded: readonly LoadedPlaybook[]): Pick<Site, 'stepsOf' | 'isHandler'> {
  const steps = new Map<string, LoadedStep[]>();
  const handlers = new Set<string>();
  const add = (one: LoadedStep): string => {
    const key = formatPlace(one.step.place);
    const known = steps.get(key);
    if (known === undefined) steps.set(key, [one]);
    else known.push(one);
    return key;
  };
  for (const play of loaded.flatMap(({ plays }) => plays)) {
    for (const step of play.steps) add(step);
    for (const step of play.handlerSteps) handlers.add(add(step));
  }
  return {
    stepsOf: (task) => steps.get(formatPlace(task.map.place)) ?? [],
    isHandler: (task) =>
      handlers.has(formatPlace(task.map.place)) || task.file.kind === 'handlers' || isBelowHandlers(task),
  };
}

/** Finds handlers by their place in the file: a handler that was replaced by another of the same name has no step. */
function isBelowHandlers(task: TaskSource): boolean {
  const list = task.play?.entry('handlers')?.value;
  const outermost = task.blocks[0] ?? task;
  return list?.kind === 'list' && list.items.includes(outermost.map);
}
