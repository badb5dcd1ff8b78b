import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { systemReason } from '../../files/system-reason.ts';
import { similarFile } from '../../values/similar-file.ts';
import { textIn, withoutMark } from '../../values/yaml/text-file.ts';

/**
 * Returns the pattern of `--limit`. For `@file`, joins the names and patterns in the file, one per line. Throws
 * Problem.
 */
export function limitPattern(given: string): string {
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  const names = withoutMark(textIn(readLimit(file), file))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (names.length > 0) return names.join(',');
  throw new Problem({
    code: 'empty-pattern',
    what: `the file of --limit ${given} names no host`,
    remedy: 'Write one host or pattern on each line.',
  });
}

function readLimit(file: string): Buffer {
  try {
    return readAtOnce(file);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({
      code: 'file-not-found',
      what: `the file of --limit @${file} cannot be read`,
      why: systemReason(error),
      remedy: similarFile(file, [file]) ?? 'Correct the path; it is looked for in the working folder.',
    });
  }
}
