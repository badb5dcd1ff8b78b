import { parse, parser } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import { jinjaTitle } from '../jinja/jinja-foreign.ts';
import { contentOf } from '../jinja/jinja-remedy.ts';
import { refuseJinja } from '../jinja/jinja-statement.ts';
import { type Origin, Fault, isStackOverflow } from '../language/fault.ts';
import { firstUnreadable, mustacheAt, mustacheRemedyAt } from './template-remedy.ts';

/** Returns what to write in place of the mustache that contains this part, see `mustacheRemedyAt`. */
export function templateRemedy(source: TemplateSource, at: Located): string | undefined {
  return mustacheRemedyAt(source.text, source.offset(at.loc.start));
}

/** Returns the title and the remedy if the mustache that contains this part is Jinja. */
export function jinjaFinding(
  source: TemplateSource,
  at: Located,
): { readonly what: string; readonly remedy: string } | undefined {
  const mustache = mustacheAt(source.text, source.offset(at.loc.start));
  const what = mustache === undefined ? undefined : mustacheTitle(mustache);
  const remedy = what === undefined ? undefined : templateRemedy(source, at);
  return what === undefined || remedy === undefined ? undefined : { what, remedy };
}

function mustacheTitle(mustache: string): string | undefined {
  return jinjaTitle(contentOf(mustache), 'templates here are Handlebars');
}

interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Located {
  readonly loc: { readonly start: Position; readonly end: Position };
}

export interface Program {
  readonly body: readonly Statement[];
  readonly blockParams?: readonly string[] | undefined;
}

export type Statement = Content | Comment | Mustache | Block | Partial | Refused;
interface Content extends Located {
  readonly type: 'ContentStatement';
  readonly value: string;
}
interface Comment extends Located {
  readonly type: 'CommentStatement';
}
export interface Call extends Located {
  readonly path: SyntaxExpression;
  readonly params: readonly SyntaxExpression[];
  readonly hash?: Hash | undefined;
}
export interface Mustache extends Call {
  readonly type: 'MustacheStatement';
}
export interface Block extends Call {
  readonly type: 'BlockStatement' | 'DecoratorBlock';
  readonly program?: Program | undefined;
  readonly inverse?: Program | undefined;
}
export interface Partial extends Located {
  readonly type: 'PartialStatement';
  readonly name: SyntaxExpression;
  readonly params: readonly SyntaxExpression[];
  readonly hash?: Hash | undefined;
  readonly indent?: string | undefined;
}
interface Refused extends Located {
  readonly type: 'Decorator' | 'PartialBlockStatement';
}
export interface Hash extends Located {
  readonly pairs: readonly ({ readonly key: string; readonly value: SyntaxExpression } & Located)[];
}

export type SyntaxExpression = Path | SubExpression | Literal | NullLiteral;
export interface Path extends Located {
  readonly type: 'PathExpression';
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
}
export interface SubExpression extends Call {
  readonly type: 'SubExpression';
}
interface Literal extends Located {
  readonly type: 'StringLiteral' | 'NumberLiteral' | 'BooleanLiteral';
  readonly value: string | number | boolean;
}
interface NullLiteral extends Located {
  readonly type: 'NullLiteral' | 'UndefinedLiteral';
}

/** A text that templates are parsed from. Faults have offsets in this text. */
export class TemplateSource {
  readonly text: string;
  readonly origin: Origin;
  #lineStarts: readonly number[] | undefined;

  constructor(text: string, origin?: Origin) {
    this.text = text;
    this.origin = origin;
  }

  offset(position: Position): number {
    this.#lineStarts ??= [0, ...[...this.text.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
    return Math.min((this.#lineStarts[position.line - 1] ?? this.text.length) + position.column, this.text.length);
  }

  fault(
    code: string,
    what: string,
    at: Located,
    details: { readonly why?: string | undefined; readonly remedy?: string | undefined } = {},
  ): Fault {
    const start = this.offset(at.loc.start);
    const end = this.offset(at.loc.end);
    return new Fault(
      { code, what, ...details },
      start,
      Math.max(1, Math.min(end, lineEnd(this.text, start)) - start),
      this.origin,
    );
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Maximal length of a text with templates. In characters. */
const MAX_LENGTH = 4_000_000;
/** Maximal nesting of blocks, and of calls. `else if` counts once. */
const MAX_NESTING = 100;

class SyntaxFailure extends Error {
  readonly token: string | null;
  readonly position: Position | undefined;

  constructor(message: string, token: string | null, position: Position | undefined) {
    super(message);
    this.token = token;
    this.position = position;
  }
}

// The message of the library has only the line; its details have the column too.
parser.parseError = (message, details) => {
  // The location of the library is the token before the wrong one.
  const position =
    details.loc === undefined ? undefined : { line: details.loc.last_line, column: details.loc.last_column };
  throw new SyntaxFailure(message, details.token, position);
};

/** Parses Handlebars and applies its white space control. Throws Fault `template-syntax`. */
export function parseSyntax(source: TemplateSource): Program {
  const { text } = source;
  if (typeof text !== 'string') throw new TypeError('Only text is parsed as a template');
  if (text.length > MAX_LENGTH)
    throw new Fault(
      {
        code: 'template-syntax',
        what: `The template is too long: ${text.length} characters`,
        why: `At most ${MAX_LENGTH} are read as a template.`,
        remedy: 'Split the template, or use copy: {src: …} for a file without templates.',
      },
      0,
      1,
      source.origin,
    );
  refuseJinja(text, source.origin);
  checkNesting(source);
  try {
    return parse(text) as Program;
  } catch (error) {
    if (error instanceof SyntaxFailure) throw syntaxFault(error, source);
    if (!(error instanceof Error)) throw error;
    if (isStackOverflow(error))
      throw new Fault({ code: 'template-syntax', what: 'The template is nested too deeply' }, 0, 1, source.origin);
    throw libraryFault(error, source);
  }
}

/**
 * Checks the nesting before the text is parsed, by counting brackets and heads of blocks: parsing and rendering are
 * recursive, and the parser takes quadratic time.
 */
function checkNesting({ text, origin }: TemplateSource): void {
  let blocks = 0;
  let calls = 0;
  let isInside = false;
  for (const { 0: token, index } of text.matchAll(/\{\{\{?~?[#^](?!\})|\{\{~?\/|\{\{|\}\}|[()]/g)) {
    if (token === '}}') isInside = false;
    else if (token === '(' || token === ')') calls += isInside ? (token === '(' ? 1 : -1) : 0;
    else {
      isInside = true;
      calls = 0;
      if (token.endsWith('/')) blocks = Math.max(0, blocks - 1);
      else if (token !== '{{') blocks++;
    }
    if (blocks > MAX_NESTING || calls > MAX_NESTING)
      throw new Fault({ code: 'template-syntax', what: 'The template is nested too deeply' }, index, 1, origin);
  }
}

interface Finding {
  readonly what: string;
  readonly remedy: string | undefined;
  /** The offset in the text. */
  readonly at: number;
}

function syntaxFault(error: SyntaxFailure, source: TemplateSource): Fault {
  const { text, origin } = source;
  const offset = error.position === undefined ? lexicalOffset(text) : skipBlanks(text, source.offset(error.position));
  const { what, remedy, at } =
    unreadableMustache(text, offset) ??
    leadingDot(text, offset) ??
    endOfText(text) ??
    unexpectedToken(error, text, offset) ??
    unreadable(text, offset);
  return new Fault({ code: 'template-syntax', what, remedy }, Math.min(at, Math.max(0, text.length - 1)), 1, origin);
}

/** Returns the finding for a mustache that is Jinja or similar to Jinja, with what to write in its place. */
function unreadableMustache(text: string, offset: number): Finding | undefined {
  const bad = firstUnreadable(text);
  const remedy = bad === undefined ? undefined : mustacheRemedyAt(text, bad.offset);
  if (bad === undefined || remedy === undefined) return undefined;
  const { mustache, offset: begin } = bad;
  const isWithin = begin <= offset && offset < begin + mustache.length;
  const at = isWithin ? offset : begin;
  const what = mustacheTitle(mustache) ?? unreadable(text, at).what;
  return { what, remedy, at };
}

function leadingDot(text: string, offset: number): Finding | undefined {
  if (!/^\{\{~?\s*\.[A-Za-z]/.test(near(text, offset))) return undefined;
  return {
    what: 'A name cannot begin with a dot',
    remedy: 'If this is a template of another tool (Go, docker --format), write \\{{ to keep it as text.',
    at: text.lastIndexOf('{{', offset),
  };
}

function endOfText(text: string): Finding | undefined {
  const at = text.lastIndexOf('{{');
  if (text.slice(at).includes('}}')) return undefined;
  return { what: 'These braces are not closed', remedy: 'Close them with }}, or write \\{{ for braces as text.', at };
}

function unexpectedToken({ token }: SyntaxFailure, text: string, offset: number): Finding | undefined {
  const open = text.lastIndexOf('{{', offset);
  switch (token) {
    case 'CLOSE_UNESCAPED':
      return {
        what: '}}} closes only {{{',
        remedy: 'Put a blank between the template and the brace: }} }.',
        at: offset,
      };
    case 'CLOSE_BLOCK_PARAMS':
      return {
        what: 'There are no filters',
        remedy: 'Call a helper: {{lower name}}, {{default name "x"}}.',
        at: offset,
      };
    case 'EOF':
    case null:
      return unclosed(text, offset);
    case 'OPEN_ENDBLOCK':
      return {
        what: 'This closes a block that is not open',
        remedy: 'Remove it, or open the block before it: {{#if x}}.',
        at: open,
      };
    case 'INVERSE':
    case 'OPEN_INVERSE_CHAIN':
      return {
        what: 'This else belongs to no block',
        remedy: 'Remove it, or put it between {{#if x}} and {{/if}}.',
        at: open,
      };
    default:
      return undefined;
  }
}

function unclosed(text: string, offset: number): Finding {
  const at = unclosedOffset(text, offset);
  const block = /^\{\{~?[#^]\*?\s*([\w.]+)/.exec(text.slice(at))?.[1];
  return block === undefined
    ? {
        what: 'The template ends too soon',
        remedy: 'Close what is open: {{ with }}, {{#if}} with {{/if}}, a comment with --}}.',
        at,
      }
    : { what: `The block {{#${block}}} is not closed`, remedy: `Add {{/${block}}} where it ends.`, at };
}

function unreadable(text: string, at: number): Finding {
  const found = text.slice(at, at + 20).split('\n', 1)[0] ?? '';
  return { what: `The template cannot be read at "${found}"`, remedy: operatorRemedy(near(text, at)), at };
}

/** Returns the text from the last opening braces on. */
function near(text: string, offset: number): string {
  const open = text.lastIndexOf('{{', offset);
  return text.slice(Math.max(0, open), open + 40);
}

function operatorRemedy(near: string): string | undefined {
  if (/[=!<>]=|[<>+*]/.test(near))
    return 'Templates have helpers, not operators: {{#if (eq a b)}}, or {{expr "a == b"}}.';
  if (/\.\d/.test(near)) return 'Write the index of a list in brackets: list.[0].';
  if (/\[[^[\]]*:/.test(near))
    return 'There are no slices. The beginning of a text is {{regex_replace x "^(..).*$" "$1"}}, an item of a list {{xs.[0]}}.';
  if (near.includes('[')) return 'Write list.[0] for the first item, or {{lookup map "key"}}.';
  if (/\w\(/.test(near)) return 'Helpers are called without brackets: {{lower name}}.';
  return undefined;
}

function skipBlanks(text: string, from: number): number {
  return from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
}

function lexicalOffset(text: string): number {
  return Math.max(0, text.lastIndexOf('{{'));
}

function unclosedOffset(text: string, fallback: number): number {
  const open: number[] = [];
  for (const match of text.matchAll(/\{\{~?(#|\^(?=[A-Za-z])|\/)/g)) {
    if (match[1] === '/') open.pop();
    else open.push(match.index);
  }
  const lastOpening = text.lastIndexOf('{{');
  if (lastOpening >= 0 && !text.slice(lastOpening).includes('}}')) return lastOpening;
  return open.at(-1) ?? fallback;
}

/** Makes a Fault of an exception of the library, such as `if doesn't match each - 1:3`. */
function libraryFault(error: Error, source: TemplateSource): Fault {
  const position = /^(.*) - (\d+):(\d+)$/s.exec(error.message);
  if (position === null)
    return new Fault(
      { code: 'template-syntax', what: `The template cannot be read: ${error.message.split('\n', 1)[0]}` },
      0,
      1,
      source.origin,
    );
  const offset = source.offset({ line: Number(position[2]), column: Number(position[3]) });
  const mismatch = /^(\S+) doesn't match (\S+)$/.exec(position[1] ?? '');
  const what =
    mismatch === null
      ? `The template cannot be read: ${position[1]}`
      : `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`;
  return new Fault(
    { code: 'template-syntax', what, remedy: mismatch === null ? undefined : `Close it with {{/${mismatch[1]}}}.` },
    offset,
    1,
    source.origin,
  );
}
