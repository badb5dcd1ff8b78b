/** A word of a line, without its quotes. */
export interface ShellWord {
  readonly text: string;
  /** The word as it is in the line. */
  readonly source: string;
  /** Index of its first character in the line, from 0. */
  readonly start: number;
}

export type ShellWords =
  | { readonly kind: 'words'; readonly words: readonly ShellWord[] }
  | { readonly kind: 'open_quote'; readonly at: number };

/**
 * Splits a line like Python's shlex in its POSIX mode with comments: `#` ends the line unless it is quoted or escaped.
 */
export function shellWords(line: string): ShellWords {
  const words: ShellWord[] = [];
  let text = '';
  let start = -1;
  const end = (at: number): void => {
    if (start >= 0) words.push({ text, source: line.slice(start, at), start });
    text = '';
    start = -1;
  };
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === '#') {
      end(at);
      return { kind: 'words', words };
    }
    if (/\s/.test(character)) {
      end(at);
      continue;
    }
    if (start < 0) start = at;
    if (character === '"' || character === "'") {
      const quoted = quotedPart(line, at, character);
      if (quoted === undefined) return { kind: 'open_quote', at };
      text += quoted.text;
      at = quoted.end;
    } else if (character === '\\' && at + 1 < line.length) text += line[++at] ?? '';
    else text += character;
  }
  end(line.length);
  return { kind: 'words', words };
}

/** Returns the text between the quote at `start` and the closing one at `end`; undefined if there is no closing one. */
function quotedPart(
  line: string,
  start: number,
  quote: string,
): { readonly text: string; readonly end: number } | undefined {
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line[at] ?? '';
    const next = line[at + 1];
    if (character === quote) return { text, end: at };
    if (character === '\\' && quote === '"' && (next === '"' || next === '\\')) text += line[++at] ?? '';
    else text += character;
  }
  return undefined;
}
