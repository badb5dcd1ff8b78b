/** First words of Jinja statements, as in Ansible. `{%` with any other word is plain text. */
export const STATEMENT_WORDS = [
  'if|elif|else|endif|for|endfor|set|endset|macro|endmacro|call|endcall|filter|endfilter|block|endblock|extends|include|import|from',
  'raw|endraw|with|endwith|do|autoescape|endautoescape|break|continue|trans|endtrans|pluralize|debug',
].join('|');

const STATEMENT = new RegExp(String.raw`^[-+]?\s*((?:${STATEMENT_WORDS})\b[\s\S]*?)[-+]?$`);

/** A statement or a comment of Jinja in a text. */
export interface JinjaMark {
  readonly kind: 'statement' | 'comment';
  /** Where it starts, with the backslash before it if there is one, and where it ends. */
  readonly start: number;
  readonly end: number;
  readonly isEscaped: boolean;
  /** The content between the braces and their signs for blanks. */
  readonly content: string;
}

/**
 * Finds the statements and comments of Jinja. A statement ends at the next `%}`, a comment at the next `#}`; another
 * one that begins before that makes it plain text. A comment does not begin after `$` (in shell, the length of a
 * variable) or within the braces of Handlebars. Raw blocks, comments and mustaches of Handlebars are skipped. The time
 * is linear in the length of the text, even if nothing is closed.
 */
export function jinjaMarks(text: string): readonly JinjaMark[] {
  const search = new Search(text);
  const marks: JinjaMark[] = [];
  let at = text.indexOf('{');
  while (at !== -1) {
    const mark = markAt(text, at, search);
    if (typeof mark === 'object') marks.push(mark);
    const next = mark === undefined ? at + 1 : typeof mark === 'number' ? mark : mark.end;
    at = text.indexOf('{', next);
  }
  return marks;
}

/** Returns the mark at a brace, or the end of an element of Handlebars there; undefined if the brace is plain text. */
function markAt(text: string, at: number, search: Search): JinjaMark | number | undefined {
  const sign = text[at + 1];
  if (sign === '{') return endOfMustache(text, at, search);
  if (sign !== '%' && sign !== '#') return undefined;
  if (sign === '#' && (text[at - 1] === '$' || text[at - 1] === '{')) return undefined;
  const found = contentAt(sign, at, search);
  if (found === undefined) return undefined;
  const inside = text.slice(at + 2, found);
  const content = sign === '#' ? inside : STATEMENT.exec(inside)?.[1];
  if (content === undefined) return undefined;
  return { kind: sign === '#' ? 'comment' : 'statement', ...spanOf(text, at, found), content };
}

/** Returns where the content of the mark ends; undefined if it is not closed, or if another one begins before. */
function contentAt(sign: '%' | '#', at: number, search: Search): number | undefined {
  const close = search.next(`${sign}}`, at + 2);
  const other = search.next(`{${sign}`, at + 2);
  return close === -1 || (other !== -1 && other < close) ? undefined : close;
}

function spanOf(text: string, at: number, close: number): Pick<JinjaMark, 'start' | 'end' | 'isEscaped'> {
  const isEscaped = text[at - 1] === '\\';
  return { start: isEscaped ? at - 1 : at, end: close + 2, isEscaped };
}

const RAW_NAME = /\{\{\{\{(\w+)/y;

function endOfMustache(text: string, at: number, search: Search): number | undefined {
  return endOfRawBlock(text, at, search) ?? endOfComment(text, at, search) ?? endAfter('}}', at + 2, search);
}

function endOfRawBlock(text: string, at: number, search: Search): number | undefined {
  RAW_NAME.lastIndex = at;
  const name = RAW_NAME.exec(text)?.[1];
  if (name === undefined) return undefined;
  const brace = search.next('}', at + 4 + name.length);
  if (brace === -1 || !text.startsWith('}}}}', brace)) return undefined;
  return endAfter(`{{{{/${name}}}}}`, brace + 4, search);
}

function endOfComment(text: string, at: number, search: Search): number | undefined {
  const open = ['{{!--', '{{~!--'].find((one) => text.startsWith(one, at));
  if (open === undefined) return undefined;
  const ends = ['--}}', '--~}}'].flatMap((close) => endAfter(close, at + open.length, search) ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function endAfter(close: string, from: number, search: Search): number | undefined {
  const found = search.next(close, from);
  return found === -1 ? undefined : found + close.length;
}

/**
 * Finds the next occurrence of a text. While the start moves forward, each part of the whole text is searched only
 * once.
 */
class Search {
  readonly #text: string;
  readonly #found = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns -1 if there is none. */
  next(wanted: string, from: number): number {
    const known = this.#found.get(wanted);
    if (known !== undefined && (known === -1 || known >= from)) return known;
    const found = this.#text.indexOf(wanted, from);
    this.#found.set(wanted, found);
    return found;
  }
}
