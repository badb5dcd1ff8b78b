import type { Place } from '../../errors/problem.ts';
import type { Edit } from './rule.ts';
import type { SourceFile } from './site.ts';

/**
 * A key of a map, with or without the prefix of ansible, under another name. None where something else stands at that
 * place, such as an alias of YAML.
 */
export function keyEdit(file: SourceFile, place: Place, written: string, name: string): readonly Edit[] {
  const { text } = file;
  if (text === undefined || place.file !== file.shown) return [];
  const from = text.offsetOf(place);
  if (!text.text.startsWith(written, from) || !/^["']?\s*:/.test(text.text.slice(from + written.length))) return [];
  return [{ path: file.path, from, to: from + written.length, text: name }];
}

/** Whole lines, counted from 1, both ends included, taken out with their line ends. */
export function lineRemoval(file: SourceFile, first: number, last: number): readonly Edit[] {
  const { text } = file;
  if (text === undefined) return [];
  return [{ path: file.path, from: text.startOf(first), to: text.startOf(last + 1), text: '' }];
}
