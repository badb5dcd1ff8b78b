export type Shell = 'bash' | 'zsh' | 'fish';

export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/**
 * Removes the quotes and backslashes from a word, so that it is as the program would get it. The word may be
 * unfinished.
 */
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

/** The words, and the length of the part of the last one that bash counts as earlier words. */
export interface BashWords {
  readonly words: readonly string[];
  readonly cut: number;
}

/** Joins the words that bash separates at `=` and `:`. To bash, `--output=json` is three words. */
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
