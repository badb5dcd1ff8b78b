import { isMap } from 'yaml';
import { readKeyValues } from '../playbook/base/key-values.ts';
import { booleanOf } from '../values/base/boolean-word.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { withoutCollection } from '../values/habits/other-names.ts';
import type { Told } from './base/marks.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, type MapOfFile, entriesOf, ownEntriesOf, textOf } from './base/yaml-source.ts';
import { leave } from './keywords.ts';
import { type Scalars, type Standing, convertValue } from './scalars.ts';

const INCLUDES: ReadonlySet<string> = new Set([
  'include',
  'include_tasks',
  'import_tasks',
  'include_role',
  'import_role',
  'import_playbook',
]);

/** Returns whether a key of a task is an include or an import, in Ansible or here. */
export function isInclude(name: string): boolean {
  return INCLUDES.has(name);
}

/** Arguments of an include or import, for a file or a role. */
const OF_FILE: ReadonlySet<string> = new Set(['file', 'apply']);
const OF_ROLE: ReadonlySet<string> = new Set([
  'name',
  'tasks_from',
  'handlers_from',
  'defaults_from',
  'vars_from',
  'apply',
]);

/** The mark for an import of a file whose name is a template. */
const INCLUDED: Told = {
  topic: 'import by template',
  sentence: 'that tags and names of these tasks are not asked for before they are reached',
};

/** Returns the name of the include here. An import is read before the run, so that its name must be fixed. */
function includeNamed({ key, value }: Entry, entries: readonly Entry[]): string {
  const short = withoutCollection(key);
  const isTemplated = textOf(value)?.includes('{{') === true;
  const isLooped = entries.some((entry) => entry.key === 'loop' || entry.key.startsWith('with_'));
  if (short === 'import_tasks') return isTemplated ? 'include_tasks' : short;
  if (short !== 'include') return short;
  return isTemplated || isLooped ? 'include_tasks' : 'import_tasks';
}

/** Converts include_tasks, import_role and the other includes. */
export function convertInclude(action: Entry, entries: readonly Entry[], standing: Standing, use: Scalars): void {
  const { draft } = use;
  const name = includeNamed(action, entries);
  if (draft.isMarked(standing.anchor)) return;
  if (name !== action.key) draft.rename(action, name);
  if (name === 'include_tasks' && withoutCollection(action.key) === 'import_tasks')
    draft.mark(standing.anchor, { kind: 'assumed', what: INCLUDED });
  const { value } = action;
  if (value !== null && isMap(value)) convertIncludeMap(value, name, standing, use);
  else if (value !== null && textOf(value) !== undefined) convertIncludeText(action, name, standing, use);
  const args = entries.find(({ key }) => key === 'args');
  if (args !== undefined && !takeArgs(action, args, entries, { standing, use }))
    leave(args, { ...standing, anchor: args.keyNode.range[0] }, use, `Write it below ${name}.`);
}

/**
 * Moves the arguments below `args:`, as in `args: {apply: …}`, into the include. Returns false if they stay: only a map
 * of lines that follows the name of the file or role can be moved.
 */
function takeArgs(
  action: Entry,
  args: Entry,
  entries: readonly Entry[],
  { standing, use }: { readonly standing: Standing; readonly use: Scalars },
): boolean {
  const { draft } = use;
  const { source } = draft;
  const isRole = withoutCollection(action.key).endsWith('_role');
  const map = args.value;
  const text = action.value === null ? undefined : textOf(action.value);
  const isNext = entries.indexOf(args) === entries.indexOf(action) + 1;
  if (map === null || !isMap(map) || map.flow === true || standing.isFlow || !isNext) return false;
  if (action.value === null || text === undefined || text.includes('=') || text.includes('\n')) return false;
  const inner = entriesOf(map);
  const [first] = inner;
  if (first === undefined || !inner.every(({ key }) => (isRole ? OF_ROLE : OF_FILE).has(key))) return false;
  const at = first.keyNode.range[0];
  const indentation = source.text.slice(source.lineStart(at), at);
  draft.replace(source.colonEnd(action), action.value.range[0], `\n${indentation}${isRole ? 'name' : 'file'}: `);
  const line = source.lineStart(args.keyNode.range[0]);
  draft.replace(line, source.lineEnd(line) + 1, '');
  convertIncludeMap(map, isRole ? 'include_role' : 'include_tasks', standing, use);
  return true;
}

function convertIncludeMap(map: MapOfFile, name: string, standing: Standing, use: Scalars): void {
  const { draft } = use;
  const isRole = name.endsWith('_role');
  const isFlow = standing.isFlow || map.flow === true;
  for (const entry of ownEntriesOf(map)) {
    const own = { anchor: isFlow ? standing.anchor : entry.keyNode.range[0], isFlow, key: entry.key };
    if (isRole && entry.key === 'role') draft.rename(entry, 'name');
    if ((isRole ? OF_ROLE : OF_FILE).has(entry.key) || entry.key === 'role') convertValue(entry.value, own, use);
    else if (hasNoEffect(entry)) draft.remove(entry);
    else leave(entry, own, use, insteadOf(entry.key, 'role') ?? `${name} does not take it.`);
  }
}

/** Returns whether the argument asks only for what is so here in any case. */
function hasNoEffect({ key, value }: Entry): boolean {
  if (key === 'allow_duplicates') return booleanOf((value === null ? undefined : textOf(value)) ?? '') === true;
  return insteadOf(key, 'role')?.startsWith('Leave it out') === true;
}

/** Converts `include_role: name=x` and `include: a.yml`. Pairs after the name of a file are variables. */
function convertIncludeText(action: Entry, name: string, standing: Standing, use: Scalars): void {
  const { draft } = use;
  const text = action.value === null ? '' : (textOf(action.value) ?? '');
  const { pairs, others } = readKeyValues(text);
  if (pairs.length === 0) {
    convertValue(action.value, standing, use);
    return;
  }
  if (draft.isMarked(standing.anchor)) return;
  const known = name.endsWith('_role') ? OF_ROLE : OF_FILE;
  const [file] = others;
  if (others.length > 0 && (others.length > 1 || name.endsWith('_role') || file === undefined)) {
    leave(action, standing, use, 'Write the variables under vars:.');
    return;
  }
  if (file !== undefined || pairs.some(([key]) => !known.has(key) && key !== 'role')) {
    leave(action, standing, use, 'Write the variables under vars:.');
    return;
  }
  const written = pairs.map(([key, value]) => {
    const converted = use.translator.template(value, 'string');
    return `${key === 'role' ? 'name' : key}: ${scalarOf(converted.kind === 'byHand' ? value : converted.text, { isFlow: true })}`;
  });
  draft.replace(draft.source.colonEnd(action), draft.source.entryEnd(action), ` {${written.join(', ')}}`);
}
