import { isTemplated } from '../playbook/base/fields.ts';
import { BLOCK_KEYWORDS, IMPORT_KEYWORDS, META_KEYWORDS, TASK_KEYWORDS } from '../playbook/base/keywords.ts';
import type { ModuleCatalogue } from '../playbook/base/module-catalogue.ts';
import { writtenStep } from '../playbook/base/written-step.ts';
import type { MapEntry, MapNode, Node } from '../values/base/node.ts';
import { hasNoEffect, insteadOfArgument } from '../values/habits/foreign-argument.ts';
import type { ArgumentSource, IdleSource, PlaySource, SourceFile, TaskSource } from './base/site.ts';
import { STRUCTURE } from './base/structure.ts';

const SECTIONS = ['pre_tasks', 'tasks', 'post_tasks', 'handlers'] as const;
/** Parts of a block. */
const PARTS = ['block', 'rescue', 'always'] as const;
const KEYWORDS: ReadonlySet<string> = new Set([
  ...TASK_KEYWORDS,
  ...IMPORT_KEYWORDS,
  ...META_KEYWORDS,
  ...BLOCK_KEYWORDS,
  'listen',
]);

/** Returns the plays of a file. Entries that import another playbook are not plays. */
export function playsOf(file: SourceFile): readonly PlaySource[] {
  if (file.kind !== 'plays') return [];
  return entriesOf(file).flatMap((map) => (map.entries.some(({ key }) => key === 'hosts') ? [playOf(file, map)] : []));
}

function playOf(file: SourceFile, map: MapNode): PlaySource {
  return { file, map, entry: (name) => map.entries.find(({ key }) => key === name) };
}

/** Returns the maps in a file that is a list. */
function entriesOf(file: SourceFile): readonly MapNode[] {
  return file.nodes.flatMap((node) => (node.kind === 'list' ? mapsOf(node.items) : []));
}

function mapsOf(nodes: readonly Node[]): readonly MapNode[] {
  return nodes.filter((node) => node.kind === 'map');
}

function listUnder(entry: MapEntry | undefined): readonly MapNode[] {
  return entry?.value.kind === 'list' ? mapsOf(entry.value.items) : [];
}

/** Returns all tasks of a file, each block before its content. */
export async function tasksOf(
  file: SourceFile,
  plays: readonly PlaySource[],
  modules: ModuleCatalogue,
): Promise<readonly TaskSource[]> {
  const found: TaskSource[] = [];
  const walk = async (siblings: readonly MapNode[], around: Around): Promise<void> => {
    for (const [index, map] of siblings.entries()) {
      const task = await taskOf(map, { ...around, file, siblings, index }, modules);
      if (task === undefined) continue;
      found.push(task);
      for (const part of PARTS) {
        const inner = { play: around.play, blocks: [...around.blocks, task] };
        if (task.module === 'block') await walk(listUnder(task.entry(part)), inner);
      }
    }
  };
  for (const play of plays)
    for (const section of SECTIONS) await walk(listUnder(play.entry(section)), { play, blocks: [] });
  if (file.kind === 'tasks' || file.kind === 'handlers') await walk(entriesOf(file), { play: undefined, blocks: [] });
  return found;
}

type Around = Pick<TaskSource, 'play' | 'blocks'>;
type Position = Pick<TaskSource, 'file' | 'play' | 'blocks' | 'siblings' | 'index'>;

async function taskOf(map: MapNode, position: Position, modules: ModuleCatalogue): Promise<TaskSource | undefined> {
  const { entries } = await writtenStep(map, modules);
  const entry = (name: string): MapEntry | undefined => entries.find(({ key }) => key === name);
  const action = entry('block') ?? entry('check') ?? entries.find(({ key }) => !KEYWORDS.has(key));
  if (action === undefined) return undefined;
  const isStructure = STRUCTURE.has(action.key);
  if (!isStructure && !modules.has(action.key)) return undefined;
  return {
    ...position,
    map,
    module: action.key,
    action,
    ...(isStructure ? { arguments: new Map(), idle: [] } : await argumentsOf(action, entry, modules)),
    entry,
  };
}

/** Returns the arguments of a module, from its map, its text, `args` and, for `check`, `apply`. */
async function argumentsOf(
  action: MapEntry,
  entry: (name: string) => MapEntry | undefined,
  modules: ModuleCatalogue,
): Promise<Pick<TaskSource, 'arguments' | 'idle'>> {
  const { key: module, keyPlace, value } = action;
  const beside = [entry('args')?.value].flatMap((node) => (node?.kind === 'map' ? node.entries : []));
  const pair = module === 'check' ? [action, entry('apply')].flatMap((one) => (one === undefined ? [] : [one])) : [];
  const own = value.kind === 'map' ? value.entries : [];
  const aliases = await modules.aliases(module);
  const foreign = await modules.foreign(module);
  const found = new Map<string, ArgumentSource>();
  const idle: IdleSource[] = [];
  const booleans = await modules.booleans(module);
  for (const { key, keyPlace, value } of [...beside, ...pair, ...own]) {
    const other = Object.hasOwn(foreign, key) ? foreign[key] : undefined;
    if (other !== undefined && hasNoEffect(other, literalOf(value))) {
      const isOnly = [beside, own].some((all) => all.length === 1 && all[0]?.keyPlace === keyPlace);
      idle.push({ written: key, isBoolean: false, keyPlace, value, instead: insteadOfArgument(other), isOnly });
      continue;
    }
    const name = Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key;
    found.set(name, { written: key, isBoolean: booleans.has(name), keyPlace, value });
  }
  const freeForm = await modules.freeForm(module);
  if (value.kind !== 'map' && module !== 'check' && freeForm !== undefined)
    found.set(freeForm, { written: freeForm, isBoolean: false, keyPlace, value });
  return { arguments: found, idle };
}

function literalOf(node: Node): unknown {
  return node.kind === 'scalar' && !isTemplated(node) ? node.value : undefined;
}
