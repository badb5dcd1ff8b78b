/**
 * Words of a command line, split as a shell would: spaces, quotes and backslashes count, nothing is expanded. Undefined
 * where a quote is left open.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) return undefined;
      word = (word ?? '') + text.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const quoted = readDoubleQuotes(text, at + 1);
      if (quoted === undefined) return undefined;
      word = (word ?? '') + quoted.content;
      at = quoted.end;
    } else if (character === '\\') {
      if (at + 1 >= text.length) return undefined;
      at += 1;
      if (text.charAt(at) !== '\n') word = (word ?? '') + text.charAt(at);
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readDoubleQuotes(text: string, from: number): { readonly content: string; readonly end: number } | undefined {
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
