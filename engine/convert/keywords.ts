import { booleanOf } from '../values/base/boolean-word.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { onlyMustache } from './base/mustache.ts';
import { type Entry, endOf, isPlain, textOf } from './base/yaml-source.ts';
import { oldReading } from './base/yaml-words.ts';
import { convertConditions } from './conditions.ts';
import { convertLoop, convertWith } from './loops.ts';
import { type Scalars, type Standing, assume, convertValue, take } from './scalars.ts';

/** Converts a keyword of a task, block or play. */
type KeywordConverter = (entry: Entry, standing: Standing, use: Scalars) => void;

const removed: KeywordConverter = (entry, _standing, { draft }) => {
  draft.remove(entry);
};

const renamedTo =
  (name: string): KeywordConverter =>
  (entry, standing, use) => {
    use.draft.rename(entry, name);
    flag(entry, standing, use);
  };

/** Converts true, false or a template. */
const flag: KeywordConverter = (entry, standing, use) => {
  const { value } = entry;
  const { draft } = use;
  const text = value === null ? undefined : textOf(value);
  if (value === null || text === undefined) return;
  // In a plan there are no failures to ignore.
  if (/^ansible_check_mode(?:\s*\|\s*bool)?$/.test(onlyMustache(text) ?? '')) {
    draft.remove(entry);
    return;
  }
  const word = isPlain(value) ? oldReading(text) : undefined;
  const boolean = word?.kind === 'boolean' ? word.value : booleanOf(text);
  if (boolean !== undefined) draft.replace(value.range[0], endOf(value), String(boolean));
  else convertValue(value, standing, use);
};

const byHand: KeywordConverter = (entry, standing, use) => {
  leave(entry, standing, use);
};

/** Marks an entry that has no counterpart, with the remedy of the table. */
export function leave(entry: Entry, standing: Standing, { draft }: Pick<Scalars, 'draft'>, instead?: string): void {
  if (draft.isMarked(standing.anchor)) return;
  const { key } = entry;
  const told = instead ?? insteadOf(key, 'task', 'play') ?? 'Nothing here is like it.';
  draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'keyword', name: key, instead: told } });
}

/** Leaves out a keyword that Ansible applies to an include alone. */
export function leaveToInclude(entry: Entry, { anchor }: Standing, { draft }: Pick<Scalars, 'draft'>): void {
  draft.remove(entry);
  const sentence = `that ${entry.key} is not meant for the tasks in the include: Ansible does not hand it down. For these, write it under apply:`;
  assume([{ topic: 'keyword of an include', sentence }], anchor, draft);
}

/** Converts addresses of the controller that are not hosts of the inventory. */
const delegate: KeywordConverter = (entry, standing, use) => {
  const { value } = entry;
  const text = value === null ? undefined : textOf(value);
  if (value !== null && (text === '127.0.0.1' || text === '::1'))
    use.draft.replace(value.range[0], endOf(value), 'localhost');
  else convertValue(value, standing, use);
};

const value: KeywordConverter = (entry, standing, use) => {
  convertValue(entry.value, standing, use);
};

/** A random number in `delay` only keeps hosts apart: it may be the same in each run, if it differs between hosts. */
const delay: KeywordConverter = (entry, standing, use) => {
  const { draft, translator } = use;
  const text = entry.value === null ? undefined : textOf(entry.value);
  const seeded = text?.replaceAll(/\|\s*random\b(?!\s*\()/g, '| random(seed=inventory_hostname)');
  if (entry.value === null || seeded === undefined || seeded === text || draft.isMarked(standing.anchor)) {
    convertValue(entry.value, standing, use);
    return;
  }
  take(
    translator.template(seeded, 'string'),
    { node: entry.value, standing, kind: 'template', before: text ?? '' },
    use,
  );
};

/** Groups of modules belong to collections, so their modules must be written out. */
const moduleDefaults: KeywordConverter = (entry, standing, use) => {
  if (/^\s*["']?group\//m.test(use.draft.source.text.slice(entry.keyNode.range[1], use.draft.source.entryEnd(entry))))
    leave(entry, standing, use, 'Write the names of the modules in place of the group.');
  else convertValue(entry.value, standing, use);
};

const KEYWORDS: ReadonlyMap<string, KeywordConverter> = new Map<string, KeywordConverter>([
  ['when', convertConditions],
  ['until', convertConditions],
  ['changed_when', convertConditions],
  ['failed_when', convertConditions],
  ['loop', convertLoop],
  ['become', flag],
  ['ignore_errors', flag],
  ['run_once', flag],
  ['no_log', flag],
  ['check_mode', flag],
  ['any_errors_fatal', flag],
  ['gather_facts', flag],
  ['sudo', renamedTo('become')],
  ['sudo_user', renamedTo('become_user')],
  ['delay', delay],
  ['delegate_to', delegate],
  ['diff', flag],
  ['collections', removed],
  ['debugger', removed],
  ['force_handlers', removed],
  ['gather_subset', removed],
  ['gather_timeout', removed],
  ['delegate_facts', flag],
  ['module_defaults', moduleDefaults],
  ['port', byHand],
  ['become_flags', byHand],
  ['become_exe', byHand],
  ['ignore_unreachable', byHand],
  ['first_available_file', byHand],
  ['fact_path', byHand],
]);

/**
 * Converts one keyword of a task, block or play in its place, by the table of keywords. `with_NAME` becomes `loop`. A
 * keyword that is not in the table keeps its name, and its value is converted as a template.
 */
export function convertKeyword(entry: Entry, standing: Standing, use: Scalars): void {
  const { key } = entry;
  if (key.startsWith('with_')) convertWith(entry, standing, use);
  else (KEYWORDS.get(key) ?? value)(entry, standing, use);
}
