/**
 * Splits a command line into words like a shell: blanks, quotes and backslashes have their meaning, but nothing is
 * expanded. Undefined if a quote is not closed.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const part = readPart(text, at);
    if (part === undefined) return undefined;
    if (part.content !== undefined) word = (word ?? '') + part.content;
    at = part.end;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A part of a word. `end`: index of its last character. Without content, it is a line continuation. */
interface Part {
  readonly content: string | undefined;
  readonly end: number;
}

function readPart(text: string, at: number): Part | undefined {
  switch (text.charAt(at)) {
    case "'": {
      const end = text.indexOf("'", at + 1);
      return end === -1 ? undefined : { content: text.slice(at + 1, end), end };
    }
    case '"':
      return readDoubleQuotes(text, at + 1);
    case '\\': {
      const end = at + 1;
      if (end >= text.length) return undefined;
      return { content: text.charAt(end) === '\n' ? undefined : text.charAt(end), end };
    }
    default:
      return { content: text.charAt(at), end: at };
  }
}

function readDoubleQuotes(text: string, from: number): Part | undefined {
  let content = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { content, end: at };
    if (character === '\\' && '"\\$`\n'.includes(text.charAt(at + 1))) {
      at += 1;
      if (text.charAt(at) !== '\n') content += text.charAt(at);
    } else content += character;
  }
  return undefined;
}
