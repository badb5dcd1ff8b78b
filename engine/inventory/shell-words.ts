/** A word of a line, its quotes taken off. */
export interface ShellWord {
  readonly text: string;
  /** As it is in the line. */
  readonly source: string;
  /** Where it begins in the line, from 0. */
  readonly start: number;
}

export type ShellWords =
  | { readonly kind: 'words'; readonly words: readonly ShellWord[] }
  | { readonly kind: 'open_quote'; readonly at: number };

/**
 * Splits a line as Python's shlex does in its POSIX mode with comments: `#` ends the line unless it is quoted or
 * escaped.
 */
export function shellWords(line: string): ShellWords {
  const words: ShellWord[] = [];
  let text = '';
  let start = -1;
  let quote: '"' | "'" | undefined;
  let quotedAt = 0;
  const end = (at: number): void => {
    if (start >= 0) words.push({ text, source: line.slice(start, at), start });
    text = '';
    start = -1;
  };
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    const next = line[at + 1];
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else if (character === '\\' && quote === '"' && (next === '"' || next === '\\')) text += line[++at] ?? '';
      else text += character;
      continue;
    }
    if (/\s/.test(character)) {
      end(at);
      continue;
    }
    if (character === '#') {
      end(at);
      return { kind: 'words', words };
    }
    if (start < 0) start = at;
    if (character === '"' || character === "'") {
      quote = character;
      quotedAt = at;
    } else if (character === '\\' && next !== undefined) text += line[++at] ?? '';
    else text += character;
  }
  if (quote !== undefined) return { kind: 'open_quote', at: quotedAt };
  end(line.length);
  return { kind: 'words', words };
}
