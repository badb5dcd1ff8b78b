/** How a scalar was written, so that the new one looks like it. */
export type Style = 'plain' | 'single' | 'double';

export interface WriteOptions {
  readonly style?: Style;
  /** Within [ ] or { }. */
  readonly isFlow?: boolean;
}

/** Words that YAML 1.2 or people take for something else than text. */
const NOT_TEXT = /^(?:~|null|true|false|yes|no|on|off|y|n|[-+]?(?:\.inf|\.nan)|[-+]?\.?\d.*)$/i;
const SPECIAL_START = /^[-?:,[\]{}#&*!|>'"%@`\s]/;

/** Would YAML read it as the same text without quotes? */
function canBePlain(text: string, isFlow: boolean): boolean {
  if (text === '' || text !== text.trim() || /\p{Cc}/u.test(text)) return false;
  if (SPECIAL_START.test(text) || NOT_TEXT.test(text)) return false;
  if (text.includes(': ') || text.includes(' #') || text.endsWith(':') || text.startsWith('---')) return false;
  return !(isFlow && /[[\]{},]/.test(text));
}

/** A text as a scalar of one line, read back as the same text. */
export function scalarOf(text: string, { style = 'plain', isFlow = false }: WriteOptions = {}): string {
  if (style === 'plain' && canBePlain(text, isFlow)) return text;
  // Control characters and line ends have a form in double quotes only.
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
