import type { Place } from '../../errors/problem.ts';
import type { Edit } from './rule.ts';
import type { SourceFile } from './site.ts';

/**
 * Renames a key of a map, with or without Ansible's prefix. Returns no edit if the text at the place is something else,
 * such as an alias of YAML.
 */
export function keyEdit(file: SourceFile, place: Place, written: string, name: string): readonly Edit[] {
  const { text } = file;
  if (text === undefined || place.file !== file.shown) return [];
  const from = text.offsetOf(place);
  if (!text.text.startsWith(written, from) || !/^["']?\s*:/.test(text.text.slice(from + written.length))) return [];
  return [{ path: file.path, from, to: from + written.length, text: name }];
}

/** Removes the lines from `first` to `last`, both included and counted from 1, with their line ends. */
export function lineRemoval(file: SourceFile, first: number, last: number): readonly Edit[] {
  const { text } = file;
  if (text === undefined) return [];
  return [{ path: file.path, from: text.startOf(first), to: text.startOf(last + 1), text: '' }];
}
