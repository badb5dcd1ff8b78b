import { toldOf } from '../../convert/base/marks.ts';
import type { ConvertedFile } from '../../convert/base/outcome.ts';
import { type ConvertReport, countsOf, reasonsOf } from './convert-text.ts';

/** Returns the result of a conversion as JSON for programs: every mark with its place in the original file. */
export function convertJson({ paths }: ConvertReport): string {
  const documents = paths.map(({ path, target, files, unread, lintErrors }) => ({
    path,
    written: target,
    counts: countsOf(files),
    lint_errors: lintErrors ?? null,
    assumed: reasonsOf(files, 'assumed'),
    by_hand: reasonsOf(files, 'byHand'),
    files: [...files, ...unread.map(asLeft)].map((file) => ({
      path: file.path,
      new_path: file.newPath,
      kind: file.kind,
      counts: countsOf([file]),
      marks: file.marks.map(({ mark, place }) => ({
        kind: mark.kind === 'assumed' ? 'assumed' : 'by_hand',
        topic: toldOf(mark).topic,
        text: toldOf(mark).sentence,
        line: place.line,
        column: place.column,
      })),
      problem: file.problem === undefined ? null : { code: file.problem.code, message: file.problem.message },
    })),
  }));
  return `${JSON.stringify({ paths: documents }, undefined, 2)}\n`;
}

/** A file that could not be read stays as it is. */
function asLeft({ path, problem }: ConvertReport['paths'][number]['unread'][number]): ConvertedFile {
  return { path, newPath: path, kind: 'other', text: '', units: [], marks: [], problem };
}
