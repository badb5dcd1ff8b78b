import { isMap } from 'yaml';
import { booleanOf } from '../values/base/boolean-word.ts';
import type { Told } from './base/marks.ts';
import { type Entry, endOf, entriesOf, textOf } from './base/yaml-source.ts';
import { type Scalars, type Standing, assume, convertValue } from './scalars.ts';

/** Arguments that only say how rsync sends the files. */
const OF_THE_WAY: ReadonlySet<string> = new Set([
  'checksum',
  'compress',
  'delay_updates',
  'partial',
  'rsync_path',
  'rsync_timeout',
  'set_remote_user',
  'ssh_connection_multiplexing',
  'use_ssh_args',
  'verify_host',
]);
/** Arguments that `copy` has too. */
const KEPT: ReadonlySet<string> = new Set(['src', 'dest', 'delete']);
/** Arguments for the attributes that rsync copies with each file: by default all of them, because of `archive`. */
const TAKEN_OVER = ['owner', 'group', 'times', 'perms', 'links', 'recursive', 'copy_links', 'dirs'] as const;

/**
 * Converts the arguments of `synchronize` that sends files to the host, or copies them on the host, to those of `copy`.
 * Returns false and changes nothing if `copy` cannot do the same.
 */
export function convertSynchronize(
  action: Entry,
  entries: readonly Entry[],
  standing: Standing,
  use: Scalars,
): boolean {
  const { draft } = use;
  const { value } = action;
  if (value === null || !isMap(value) || value.flow === true) return false;
  const args = entriesOf(value);
  const delegated = entries.find(({ key }) => key === 'delegate_to');
  const isOnHost = delegated !== undefined;
  if (isOnHost && !/^\{\{\s*inventory_hostname\s*\}\}$/.test(textOf(delegated.value) ?? '')) return false;
  if (!canCopy(args) || (isOnHost && args.some(({ key }) => key === 'delete'))) return false;
  const dest = args.find(({ key }) => key === 'dest');
  if (dest === undefined) return false;
  for (const entry of args) {
    if (KEPT.has(entry.key)) convertKept(entry, standing, use);
    else draft.remove(entry);
  }
  const isTaken = (name: string): boolean => flagIn(args, name) ?? flagIn(args, 'archive') ?? true;
  if (isTaken('perms')) draft.addBehind(dest, 'mode', 'preserve');
  if (isOnHost) {
    draft.addBehind(dest, 'remote_src', 'true');
    draft.remove(delegated);
  }
  assume(assumptions(args, isTaken), standing.anchor, draft);
  return true;
}

function canCopy(args: readonly Entry[]): boolean {
  const isKnown = ({ key, value }: Entry): boolean => {
    if (KEPT.has(key) || OF_THE_WAY.has(key)) return true;
    if (key === 'mode') return textOf(value) === 'push';
    const isFlag = key === 'archive' || TAKEN_OVER.some((name) => name === key);
    return isFlag && booleanOf(textOf(value) ?? '') !== undefined;
  };
  const isWhole = flagIn(args, 'recursive') ?? flagIn(args, 'archive') ?? true;
  return args.every(isKnown) && isWhole && args.some(({ key }) => key === 'src');
}

function convertKept(entry: Entry, standing: Standing, use: Scalars): void {
  const { key, value } = entry;
  const flag = key === 'delete' && value !== null ? booleanOf(textOf(value) ?? '') : undefined;
  if (value === null || flag === undefined) convertValue(value, { ...standing, key }, use);
  else use.draft.replace(value.range[0], endOf(value), String(flag));
}

function assumptions(args: readonly Entry[], isTaken: (name: string) => boolean): readonly Told[] {
  const lost = ['owner', 'group', 'times'].filter(isTaken);
  const links = isTaken('links') && flagIn(args, 'copy_links') !== true;
  return [
    ...(lost.length === 0
      ? []
      : [{ topic: 'files of rsync', sentence: `that the files need not have the ${listed(lost)} of src` }]),
    ...(links ? [{ topic: 'files of rsync', sentence: 'that src has no links, which copy follows' }] : []),
  ];
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function flagIn(args: readonly Entry[], name: string): boolean | undefined {
  const entry = args.find(({ key }) => key === name);
  return entry === undefined ? undefined : booleanOf(textOf(entry.value) ?? '');
}
