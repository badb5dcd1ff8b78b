import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { type FoundFile, findFile, replaceFile } from '../files/replace-file.ts';
import type { Edit } from './base/rule.ts';
import type { Reported } from './lint.ts';

/** The result of automatic corrections. */
export interface Fixed {
  /** The files that were written, by their names in the findings. */
  readonly files: readonly string[];
  readonly done: readonly Reported[];
  /** Files outside of the folder. */
  readonly refused: readonly string[];
  /** Further messages, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Writes the edits of the findings into their files, only below `folder`. An edit that overlaps an earlier one is left
 * for the next pass. Throws Problem if a file cannot be written; earlier files are corrected by then.
 */
export async function applyEdits(found: readonly Reported[], folder: string): Promise<Fixed> {
  const byFile = Map.groupBy(
    found.filter(({ edits }) => edits.length > 0),
    ({ edits }) => edits[0]?.path ?? '',
  );
  const files: string[] = [];
  const refused: string[] = [];
  const done: Reported[] = [];
  const notes: string[] = [];
  for (const [path, findings] of byFile) {
    const name = findings[0]?.place.file ?? path;
    const file = await findFile(path);
    if (!isWithin(file, folder)) {
      refused.push(name);
      continue;
    }
    const { result, applied } = edited(file.bytes.toString(), findings);
    notes.push(...(await replaceFile(file, Buffer.from(result))));
    files.push(name);
    done.push(...applied);
  }
  return { files, done, refused, notes };
}

/** Returns whether the file is below the folder, after links were followed. */
function isWithin({ path }: FoundFile, folder: string): boolean {
  const fromFolder = relative(realpathSync(folder), path);
  return fromFolder !== '' && !fromFolder.startsWith('..') && !isAbsolute(fromFolder);
}

/** The byte order mark at the beginning of a text. The positions of an edit do not count it as a character. */
const MARK = '\uFEFF';

function edited(
  text: string,
  findings: readonly Reported[],
): { readonly result: string; readonly applied: readonly Reported[] } {
  const shift = text.startsWith(MARK) ? 1 : 0;
  const taken: Edit[] = [];
  const applied: Reported[] = [];
  for (const finding of findings) {
    if (finding.edits.some((edit) => taken.some((other) => edit.from < other.to && other.from < edit.to))) continue;
    taken.push(...finding.edits);
    applied.push(finding);
  }
  let result = text;
  for (const { from, to, text: replacement } of taken.toSorted((one, other) => other.from - one.from))
    result = result.slice(0, from + shift) + replacement + result.slice(to + shift);
  return { result, applied };
}
