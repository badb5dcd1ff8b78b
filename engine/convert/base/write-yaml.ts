/** The style of the old scalar, which the new one keeps. */
export type Style = 'plain' | 'single' | 'double';

export interface WriteOptions {
  readonly style?: Style;
  /** True within [ ] or { }. */
  readonly isFlow?: boolean;
}

/** Words that YAML 1.2 or people do not read as text. */
const NOT_TEXT = /^(?:~|null|true|false|yes|no|on|off|y|n|[-+]?(?:\.inf|\.nan)|[-+]?\.?\d.*)$/i;
const SPECIAL_START = /^[-?:,[\]{}#&*!|>'"%@`\s]/;

/** Returns whether YAML reads the text unchanged if it has no quotes. */
function canBePlain(text: string, isFlow: boolean): boolean {
  if (text === '' || text !== text.trim() || /\p{Cc}/u.test(text)) return false;
  if (SPECIAL_START.test(text) || NOT_TEXT.test(text)) return false;
  if (text.includes(': ') || text.includes(' #') || text.endsWith(':') || text.startsWith('---')) return false;
  return !(isFlow && /[[\]{},]/.test(text));
}

/** Writes a text as a scalar on one line. YAML reads it as the same text. */
export function scalarOf(text: string, { style = 'plain', isFlow = false }: WriteOptions = {}): string {
  if (style === 'plain' && canBePlain(text, isFlow)) return text;
  // Control characters and line ends can be written only in double quotes.
  if (/[\p{Cc}\u00a0\u2028\u2029\ufeff]/u.test(text)) return inDoubleQuotes(text);
  const isHard = text.includes('"') || text.includes('\\');
  if (style === 'single') return inSingleQuotes(text);
  return isHard ? inSingleQuotes(text) : `"${text}"`;
}

function inSingleQuotes(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function inDoubleQuotes(text: string): string {
  return JSON.stringify(text)
    .replaceAll('\u007f', String.raw`\x7f`)
    .replaceAll('\u0085', String.raw`\x85`);
}
