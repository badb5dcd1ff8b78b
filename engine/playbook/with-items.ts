import { type Value, type ValueMap, OMIT, Unknown, isList, isMap } from '../values/base/value.ts';
import { sequenceOf } from '../values/functions/sequence.ts';
import { currentLookups } from '../values/language/current-lookups.ts';
import { ArgumentFault, UnknownTouched } from '../values/language/fault.ts';

/** Makes the items of a loop from the value after `with_NAME`. Throws ArgumentFault. */
export type WithLoop = (terms: readonly Value[]) => readonly Value[];

const MOST_ITEMS = 100_000;

/** The loops of Ansible that are here, by their keywords. Sources: the pages of ansible-core's lookup plugins. */
export const WITH_LOOPS: ReadonlyMap<string, WithLoop> = new Map<string, WithLoop>([
  ['with_items', (terms) => flattened(listOf(terms), 1)],
  ['with_list', listOf],
  ['with_flattened', (terms) => flattened(listOf(terms), Infinity)],
  ['with_indexed_items', (terms) => flattened(listOf(terms), 1).map((item, index) => [index, item])],
  ['with_dict', dictItems],
  ['with_together', together],
  ['with_nested', nested],
  ['with_cartesian', nested],
  ['with_subelements', (terms) => subelements(listOf(terms))],
  ['with_sequence', (terms) => listOf(terms).flatMap((term) => sequenceOf(known(term)))],
  ['with_fileglob', (terms) => listOf(terms).flatMap((term) => filesLike(textOf(term)))],
  ['with_file', (terms) => listOf(terms).map((term) => known(currentLookups().text(textOf(term))))],
  ['with_first_found', (terms) => firstFound(listOf(terms))],
]);

function known(value: Value): Exclude<Value, Unknown> {
  if (value instanceof Unknown) throw new UnknownTouched(value);
  return value;
}

/** A map gives its keys, as in Python. */
function listOf(terms: Value): readonly Value[] {
  const value = known(terms);
  if (isList(value)) return value.filter((item) => item !== OMIT);
  if (isMap(value)) return Object.keys(value);
  return [value];
}

function textOf(value: Value): string {
  const term = known(value);
  if (typeof term === 'string' || typeof term === 'number') return String(term);
  throw new ArgumentFault('each item must be text', 'Write the names as texts, one an item.');
}

function flattened(items: readonly Value[], levels: number): readonly Value[] {
  return items.flatMap((item) => {
    const value = known(item);
    return isList(value) && levels > 0 ? flattened(value, levels - 1) : [value];
  });
}

function dictItems(terms: readonly Value[]): readonly Value[] {
  return listOf(terms).flatMap((map) => {
    const value = known(map);
    if (!isMap(value)) throw new ArgumentFault('a map is needed', 'Write with_items: or loop: for a list.');
    return Object.entries(value).map(([key, member]) => ({ key, value: member }));
  });
}

function together(terms: readonly Value[]): readonly Value[] {
  const lists = listOf(terms).map(listOf);
  if (lists.length === 0) throw new ArgumentFault('it needs at least one list');
  const count = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: count }, (_, index) =>
    flattened(
      lists.map((list) => list[index] ?? null),
      1,
    ),
  );
}

function nested(terms: readonly Value[]): readonly Value[] {
  const lists = listOf(terms).map(listOf);
  if (lists.length === 0) throw new ArgumentFault('it needs at least one list');
  const count = lists.reduce((total, { length }) => total * length, 1);
  if (count > MOST_ITEMS) throw new ArgumentFault(`there are ${count} items; at most ${MOST_ITEMS} are made`);
  let rows: readonly (readonly Value[])[] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((item) => flattened([...row, item], 1)));
  return rows;
}

/** Reads `[list or map, key, {skip_missing: true}]`. */
function subelements([all, path, flags]: readonly Value[]): readonly Value[] {
  const remedy = 'Write it so: with_subelements: ["{{users}}", keys].';
  if (all === undefined || path === undefined) throw new ArgumentFault('it needs a list and the name of a key', remedy);
  const outer = known(all);
  const items = isMap(outer) ? Object.values(outer) : isList(outer) ? outer : undefined;
  if (items === undefined) throw new ArgumentFault('its first item must be a list or a map', remedy);
  const isSkipped = flags !== undefined && isMap(flags) && isSet(flags['skip_missing']);
  return items.flatMap((one) => {
    const item = known(one);
    if (!isMap(item)) throw new ArgumentFault('each item of the list must be a map', remedy);
    // As in Ansible: the result of a task that was skipped has no such key.
    if (item['skipped'] === true) return [];
    const keys = textOf(path).split('.');
    const outside = without(item, keys);
    return memberAt(item, keys, isSkipped).map((member) => [outside, member]);
  });
}

/** Returns the map without the member that is looped over, as Ansible's first item is. */
function without(map: ValueMap, [key = '', ...rest]: readonly string[]): ValueMap {
  const inner = Object.hasOwn(map, key) ? map[key] : undefined;
  if (inner === undefined) return map;
  if (rest.length > 0) return isMap(inner) ? { ...map, [key]: without(inner, rest) } : map;
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}

function isSet(flag: Value | undefined): boolean {
  return flag === true || flag === 'True' || flag === 'true' || flag === 'yes';
}

function memberAt(item: ValueMap, path: readonly string[], isSkipped: boolean): readonly Value[] {
  let at: Value = item;
  for (const name of path) {
    const inner: Value | undefined = isMap(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    if (inner === undefined) {
      if (isSkipped) return [];
      throw new ArgumentFault(
        `an item has no key "${path.join('.')}"`,
        'Give it the key, or add {skip_missing: true}.',
      );
    }
    at = known(inner);
  }
  if (isList(at)) return at;
  if (isSkipped) return [];
  throw new ArgumentFault(`"${path.join('.')}" of an item must be a list`, 'Write a list there, [] for none.');
}

function filesLike(pattern: string): readonly Value[] {
  return listOf(currentLookups().filesLike(pattern));
}

/** Returns one path, or none where `skip` is set. */
function firstFound(terms: readonly Value[]): readonly Value[] {
  let isSkipped = false;
  const names = terms.flatMap((term) => {
    const value = known(term);
    if (isList(value)) return value.map(textOf);
    if (!isMap(value)) return wordsOf(value, /[,;]/);
    if (isSet(value['skip'])) isSkipped = true;
    const files = wordsOf(value['files'], /[,;]/);
    const paths = wordsOf(value['paths'], /[,:;]/);
    return paths.length === 0
      ? files
      : paths.flatMap((path) =>
          files.map((file) => (file.startsWith('/') ? file : `${path.replace(/\/$/, '')}/${file}`)),
        );
  });
  const found = names.length === 0 ? undefined : currentLookups().firstFile(names);
  if (found !== undefined) return [known(found)];
  if (isSkipped) return [];
  throw new ArgumentFault(
    `none of these files exists on the controller: ${names.join(', ')}`,
    'Add a name that exists in any case, or write the map with skip: true.',
  );
}

function wordsOf(value: Value | undefined, separator: RegExp): readonly string[] {
  if (value === undefined || value === null) return [];
  return listOf(value)
    .flatMap((one) =>
      textOf(one)
        .split(separator)
        .map((word) => word.trim()),
    )
    .filter((word) => word !== '');
}
