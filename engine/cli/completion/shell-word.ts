export type Shell = 'bash' | 'zsh' | 'fish';

export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** A word as its author wrote it, with quotes and backslashes, as the program would get it; it may be unfinished. */
export function plainWord(raw: string): string {
  let text = '';
  let quote = '';
  for (let at = 0; at < raw.length; at += 1) {
    const character = raw[at] ?? '';
    if (quote === "'" ? character === "'" : character === quote && quote !== '') quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (character === '\\' && quote !== "'") text += raw[(at += 1)] ?? '';
    else text += character;
  }
  return text;
}

/** The words, and how much of the last one the shell takes for a word before it. */
export interface BashWords {
  readonly words: readonly string[];
  readonly cut: number;
}

/** Bash takes `=` and `:` for words: `--output=json` is three. Joins them again. */
export function joinedWords(raw: readonly string[]): BashWords {
  const words: string[] = [];
  let cut = 0;
  let joinsNext = false;
  for (const word of raw) {
    const isBreak = /^[=:]+$/.test(word);
    const last = words.at(-1);
    if ((isBreak || joinsNext) && last !== undefined) {
      cut = last.length + (isBreak ? word.length : 0);
      words.splice(-1, 1, last + word);
    } else {
      words.push(word);
      cut = 0;
    }
    joinsNext = isBreak;
  }
  return { words, cut };
}
