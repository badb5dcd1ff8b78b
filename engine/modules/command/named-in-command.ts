import { posix } from 'node:path';
import { revealed } from '../../values/base/revealed.ts';
import type { Secret } from '../../values/base/secret.ts';
import { Unknown } from '../../values/base/value.ts';

type CommandText = string | Secret | Unknown | undefined;

/** Everything that stands between words in a shell, in options (`of=/dev/sda`) and in lists of paths. */
const BETWEEN = /[\s'"`;|&<>(){}=,:]+/u;

/** The first sign of a pattern or a variable: the shell chooses the text that follows. */
const CHOSEN = /[*?[$]/u;

/**
 * Returns what a command names, each once: words such as `nginx`, and absolute paths, also for relative ones below
 * `chdir`, and `chdir` itself. Of a path with a pattern, the folder before the pattern. The root folder is left out,
 * because every file is in it.
 */
export function namedInCommand(texts: readonly CommandText[], chdir?: string): readonly string[] {
  const named = new Set(texts.flatMap(wordsOf).flatMap((word) => namesOf(word, chdir)));
  if (chdir !== undefined) named.add(normal(chdir));
  named.delete('/');
  return [...named];
}

function wordsOf(text: CommandText): readonly string[] {
  if (text === undefined || text instanceof Unknown) return [];
  const whole = revealed(text);
  return whole.split(BETWEEN).filter((word) => word !== '');
}

function namesOf(word: string, chdir: string | undefined): readonly string[] {
  const chosen = word.search(CHOSEN);
  const fixed = chosen === -1 ? word : word.slice(0, word.lastIndexOf('/', chosen) + 1);
  if (fixed === '' || fixed.startsWith('-')) return [];
  if (fixed.startsWith('/')) return [normal(fixed)];
  return chdir === undefined ? [fixed] : [fixed, normal(posix.join(chdir, fixed))];
}

function normal(path: string): string {
  const all = posix.normalize(path);
  return all.length > 1 && all.endsWith('/') ? all.slice(0, -1) : all;
}
