/** A token of a Jinja expression. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end';
  readonly text: string;
}

export const END: Token = { kind: 'end', text: '' };

/** Thrown if the text is not Jinja, or uses Jinja that this parser does not know. */
export class Unreadable extends Error {}

const TOKEN =
  /\s*(?:([\p{L}_][\p{L}\p{N}_]*)|(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(\/\/|\*\*|==|!=|<=|>=|&&|\|\||[-+~*/%<>=|.,:?()[\]{}!]))/uy;
const MOST_TOKENS = 2_000;

/**
 * How backslashes in texts are read: `read` as in Python, or `kept`, as in Ansible for braces in YAML, which has read
 * them already.
 */
export type Backslashes = 'read' | 'kept';

/** Splits an expression into tokens. Throws Unreadable. */
export function tokensOf(text: string, backslashes: Backslashes = 'read'): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const [, name, number, quoted, sign] = TOKEN.exec(trimmed) ?? [];
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: numberText(number) });
    else if (quoted !== undefined)
      tokens.push({
        kind: 'text',
        text: backslashes === 'kept' ? quoted.slice(1, -1) : unescaped(quoted.slice(1, -1)),
      });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: SAME_SIGNS.get(sign) ?? sign });
    else throw new Unreadable();
    if (tokens.length > MOST_TOKENS) throw new Unreadable();
  }
  return tokens;
}

/** Writes a number with digits only, as in CEL and JSON. `1.0` keeps its point. */
function numberText(number: string): string {
  const plain = number.replaceAll('_', '');
  return /^\d+(\.\d+)?$/.test(plain) && !/^0\d/.test(plain) ? plain : String(Number(plain));
}

const SAME_SIGNS: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['a', '\u0007'],
  ['\n', ''],
]);

/** As in Python, a backslash stays if the letter after it has no special meaning. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[\s\S])/g, (escape) => {
    const letter = escape[1] ?? '';
    const known = ESCAPES.get(escape.slice(1));
    if (known !== undefined) return known;
    if (/[\\'"]/.test(letter)) return letter;
    if (/[0-7]/.test(letter)) return codePoint(Number.parseInt(escape.slice(1), 8)) ?? escape;
    if (escape.length > 2) return codePoint(Number.parseInt(escape.slice(2), 16)) ?? escape;
    return escape;
  });
}

function codePoint(code: number): string | undefined {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}
