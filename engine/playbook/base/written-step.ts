import type { Place } from '../../errors/problem.ts';
import type { MapEntry, MapNode, Node, ScalarNode } from '../../values/base/node.ts';
import { otherName } from '../../values/habits/other-names.ts';
import { locateIn } from '../../values/language/placement.ts';
import { type Pair, type Word, pairIn, readWords } from './key-values.ts';
import { STRUCTURAL_ACTIONS, TASK_KEYWORDS, shortName } from './keywords.ts';
import type { ModuleCatalogue } from './module-catalogue.ts';

/**
 * Returns a task, block or include in the one form that the loader reads: the name of the module as it is here, and its
 * arguments as a map. `action: copy src=a` becomes `copy: {src: a}`. Text that cannot be read exactly stays.
 */
export async function writtenStep(map: MapNode, modules: ModuleCatalogue): Promise<MapNode> {
  const called = withAction(map);
  const entries = await Promise.all(called.entries.map((entry) => withMap(entry, modules)));
  const isSame = entries.every((entry, index) => entry === map.entries[index]);
  return withShortNames(isSame ? map : { ...map, entries });
}

/** Returns whether the arguments of an action stand in one text: its entry was `written`, and is `read` by the loader. */
export function isOneLine(written: MapEntry, read: MapEntry): boolean {
  return written.value.kind === 'scalar' && read.value.kind === 'map';
}

/** Modules whose text is a command. In such a text, Ansible takes only these `name=value` words as arguments. */
const COMMANDS: ReadonlySet<string> = new Set(['command', 'shell', 'script', 'query']);
const OF_COMMANDS: ReadonlySet<string> = new Set([
  'chdir',
  'creates',
  'removes',
  'executable',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
  'warn',
]);
/** Includes and imports with the arguments that distinguish them from the name of a file. */
const INCLUDES: ReadonlyMap<string, readonly string[]> = new Map([
  ['import_tasks', ['file']],
  ['include_tasks', ['file']],
  ['import_role', ['name', 'role']],
  ['include_role', ['name', 'role']],
]);

/** Why `name=value` after a module is not read: a quote has no end, other words are there, or a name is there twice. */
export type TextFault = 'open' | 'words' | 'twice';

/** Returns why a text with arguments is not read as such; undefined if it is plain text. */
export async function faultOf(text: string, module: string, modules: ModuleCatalogue): Promise<TextFault | undefined> {
  const { words, isClosed } = readWords(text);
  const pairs = words.map(pairIn);
  if (COMMANDS.has(module)) {
    const own = pairs.filter((pair) => pair !== undefined && OF_COMMANDS.has(pair.name));
    return isTwice(own) ? 'twice' : undefined;
  }
  const [first] = pairs;
  if (first === undefined || !(await modules.argumentNames(module)).has(first.name)) return undefined;
  if (!isClosed) return 'open';
  return pairs.includes(undefined) ? 'words' : isTwice(pairs) ? 'twice' : undefined;
}

async function withMap(entry: MapEntry, modules: ModuleCatalogue): Promise<MapEntry> {
  const { value } = entry;
  if (!isText(value) || !/[A-Za-z_]\w{0,30}=/.test(value.value)) return entry;
  const module = shortName(entry.key);
  if (TASK_KEYWORDS.has(module) || (!INCLUDES.has(module) && !isModule(module, modules))) return entry;
  const entries = await pairsIn(value, module, modules);
  return entries === undefined ? entry : { ...entry, value: { kind: 'map', entries, place: value.place } };
}

function isModule(name: string, modules: ModuleCatalogue): boolean {
  return !STRUCTURAL_ACTIONS.has(name) && modules.has(name);
}

type Text = ScalarNode & { readonly value: string };

function isText(node: Node): node is Text {
  return node.kind === 'scalar' && typeof node.value === 'string';
}

/** Returns the arguments in the text after a module; undefined if it is plain text, or cannot be read exactly. */
async function pairsIn(node: Text, module: string, modules: ModuleCatalogue): Promise<readonly MapEntry[] | undefined> {
  const { words, isClosed } = readWords(node.value);
  if (!isClosed) return undefined;
  if (COMMANDS.has(module)) return ofCommand(node, words, await modules.freeForm(module));
  const pairs = words.flatMap((word) => pairIn(word) ?? []);
  if (pairs.length < words.length || isTwice(pairs)) return undefined;
  const marks = await namesOf(module, modules);
  if (marks !== undefined && !pairs.some(({ name }) => marks.has(name))) return undefined;
  return pairs.map((pair) => entryOf(pair, node));
}

/** Returns the names that distinguish arguments from a text; undefined if the module takes no text. */
async function namesOf(module: string, modules: ModuleCatalogue): Promise<ReadonlySet<string> | undefined> {
  const own = INCLUDES.get(module);
  if (own !== undefined) return new Set(own);
  return (await modules.freeForm(module)) === undefined ? undefined : await modules.argumentNames(module);
}

/** Reads `tar -xf a.tar chdir=/opt`. */
function ofCommand(node: Text, words: readonly Word[], freeForm = 'cmd'): readonly MapEntry[] | undefined {
  const pairs: Pair[] = [];
  const others: Word[] = [];
  for (const word of words) {
    const pair = pairIn(word);
    if (pair !== undefined && OF_COMMANDS.has(pair.name)) pairs.push(pair);
    else others.push(word);
  }
  if (pairs.length === 0 || others.length === 0 || isTwice(pairs)) return undefined;
  const { text, place } = textOf(node, words, new Set(others));
  const value: ScalarNode = { kind: 'scalar', value: text, style: 'plain', place, source: text };
  return [{ key: freeForm, keyPlace: place, value }, ...pairs.map((pair) => entryOf(pair, node))];
}

interface Located {
  readonly text: string;
  readonly place: Place;
}

/** Returns the kept words as one text, with the blanks and line ends between them. */
function textOf(node: Text, words: readonly Word[], kept: ReadonlySet<Word>): Located {
  let text = '';
  let from: number | undefined;
  for (const [index, word] of words.entries()) {
    if (!kept.has(word)) continue;
    from ??= word.at;
    const end = words[index + 1]?.at ?? node.value.length;
    const piece = node.value.slice(word.at, end).replaceAll(/(?:^| )\\\n */g, ' ');
    text += piece.endsWith(' ') || piece.endsWith('\n') || index === words.length - 1 ? piece : `${piece} `;
  }
  return { text: text.trim(), place: locateIn({ ...node, text: node.value })(from ?? 0, text.trim().length) };
}

function isTwice(pairs: readonly (Pair | undefined)[]): boolean {
  return new Set(pairs.map((pair) => pair?.name)).size !== pairs.length;
}

function entryOf({ name, value, at, source }: Pair, node: Text): MapEntry {
  const locate = locateIn({ ...node, text: node.value });
  const isQuoted = value.length === source.length - 2 && /^["']/.test(source);
  const scalar: ScalarNode = {
    kind: 'scalar',
    value,
    style: isQuoted ? 'quoted' : 'plain',
    place: locate(isQuoted ? at + 1 : at, Math.max(1, value.length)),
    source,
    ...(node.isHidden === true ? { isHidden: true } : {}),
  };
  return { key: name, keyPlace: locate(at - name.length - 1, name.length), value: scalar };
}

/** Writes `action:` and `local_action:` as the module that they name. */
function withAction(map: MapNode): MapNode {
  const action = map.entries.find(({ key }) => key === 'action' || key === 'local_action');
  if (action === undefined) return map;
  const called = calledBy(action.value);
  if (called === undefined || map.entries.some(({ key }) => key === called.key)) return map;
  const isLocal = action.key === 'local_action';
  const others = map.entries.filter(({ key }) => !isLocal || key !== 'delegate_to');
  const entries = others.map((entry) => (entry === action ? called : entry));
  if (!isLocal) return { ...map, entries };
  const value: ScalarNode = {
    kind: 'scalar',
    value: 'localhost',
    style: 'plain',
    place: action.keyPlace,
    source: 'localhost',
  };
  return { ...map, entries: [...entries, { key: 'delegate_to', keyPlace: action.keyPlace, value }] };
}

/** Returns the module with its arguments; undefined if none is named, or in a form that is not clear. */
function calledBy(value: Node): MapEntry | undefined {
  if (value.kind === 'map') {
    const named = value.entries.find(({ key }) => key === 'module')?.value;
    if (named === undefined || !isText(named) || !/^[\w.]+$/.test(named.value)) return undefined;
    const entries = value.entries.filter(({ key }) => key !== 'module');
    return { key: named.value, keyPlace: named.place, value: { ...value, entries } };
  }
  if (!isText(value)) return undefined;
  const { 1: module = '', 2: blank = '', 3: rest = '' } = /^([\w.]+)(\s*)([\s\S]*)$/.exec(value.value) ?? [];
  if (module === '' || (blank === '' && rest !== '')) return undefined;
  const locate = locateIn({ ...value, text: value.value });
  const keyPlace = locate(0, module.length);
  const place = locate(module.length + blank.length, rest.length);
  const text: ScalarNode =
    rest === ''
      ? { kind: 'scalar', value: null, style: 'plain', place, source: '' }
      : { ...value, value: rest, style: 'plain', place, source: rest };
  return { key: module, keyPlace, value: text };
}

function withShortNames(node: MapNode): MapNode {
  if (!node.entries.some((entry) => shortName(entry.key) !== entry.key)) return node;
  return {
    ...node,
    entries: node.entries.map((entry) => ({
      ...withPresets(entry, node.entries),
      key: shortName(entry.key),
      written: entry.key,
    })),
  };
}

/** Returns the entry with the arguments that the name of Ansible's module stands for. */
function withPresets(entry: MapEntry, entries: readonly MapEntry[]): MapEntry {
  const { keyPlace, value } = entry;
  const presets = otherName(entry.key)?.presets;
  if (presets === undefined || value.kind !== 'map') return entry;
  const beside = entries.find(({ key }) => key === 'args')?.value;
  const given = new Set(
    [value, beside].flatMap((one) => (one?.kind === 'map' ? one.entries.map(({ key }) => key) : [])),
  );
  const added = Object.entries(presets).flatMap(([key, preset]): readonly MapEntry[] =>
    given.has(key)
      ? []
      : [
          {
            key,
            keyPlace,
            value: { kind: 'scalar', value: preset, style: 'plain', place: keyPlace, source: String(preset) },
          },
        ],
  );
  return { ...entry, value: { ...value, entries: [...value.entries, ...added] } };
}
