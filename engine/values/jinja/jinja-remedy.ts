import { innerOf, splitAtMustaches } from '../language/mustaches.ts';
import { type Jinja, readJinja } from './jinja-expression.ts';
import { celOf } from './jinja-to-cel.ts';
import { argumentOf, mustacheOf } from './jinja-to-handlebars.ts';
import { NoCounterpart } from './jinja-translation.ts';

/** Code in a remedy follows this word and extends to the end of the remedy. */
export const WRITE = 'Write: ';

/** Returns the quotes that the expression uses. Quotes of YAML around the expression are not part of the text. */
function quoteOf(text: string): '"' | "'" {
  const quote = /["']/.exec(text)?.[0];
  return quote === "'" ? "'" : '"';
}

/** Returns what to write in place of a Jinja expression or condition. `accepts` says whether a text is valid here. */
export function celRemedy(source: string, accepts: (text: string) => boolean): string | undefined {
  const bare = withoutMustaches(source).trim();
  // In templates, Ansible passes the backslashes in texts unchanged through Jinja.
  const jinja = readJinja(bare, /^\s*\{\{/.test(source) ? 'kept' : 'read');
  if (jinja === undefined) return undefined;
  return advice(() => celOf(jinja, quoteOf(bare)), source, accepts, noteOf(jinja) ?? noteOfDefault(jinja));
}

/** Removes the braces of each mustache. */
function withoutMustaches(text: string): string {
  return splitAtMustaches(text)
    .map((part, index) => (index % 2 === 1 ? innerOf(part) : part))
    .join('');
}

/**
 * Returns what to write in place of a mustache whose content is Jinja, `{{ … }}` or the head of a block. `accepts` gets
 * the whole mustache.
 */
export function mustacheRemedy(mustache: string, accepts: (text: string) => boolean): string | undefined {
  const parts = partsOf(mustache);
  if (parts === undefined) return undefined;
  const { head, inner, names } = parts;
  const jinja = readJinja(inner, 'kept');
  if (jinja === undefined) return undefined;
  const quote = quoteOf(inner);
  const write = (): string =>
    head === ''
      ? `{{${mustacheOf(jinja, quote)}}}`
      : `{{${head} ${argumentOf(jinja, quote)}${names === '' ? '' : ` ${names}`}}}`;
  // `{{- x -}}` removes the blanks around it, like `{{~ x ~}}`.
  const left = mustache.startsWith('{{-') ? '~' : '';
  const right = mustache.endsWith('-}}') ? '~' : '';
  return advice(() => `{{${left}${write().slice(2, -2)}${right}}}`, mustache, accepts, noteOfDefault(jinja));
}

/** A mustache without its braces: the name of the block, the expression, and the parameters of the block. */
interface MustacheParts {
  readonly head: string;
  readonly inner: string;
  readonly names: string;
}

const OPENING = /^\{\{\{?~?-?\s*(#(?:if|unless|each|with)\b|else if\b|\^)?/;
const CLOSING = /-?~?\}?\}\}$/;
const LONGEST_CLOSING = '-~}}}'.length;
const PARAMETERS = /(?<!\s)\s+(as\s+\|[^|]*\|)\s*$/;

function partsOf(mustache: string): MustacheParts | undefined {
  const [opening, head = ''] = OPENING.exec(mustache) ?? [];
  if (opening === undefined) return undefined;
  const rest = mustache.slice(opening.length);
  const closing = CLOSING.exec(rest.slice(-LONGEST_CLOSING))?.[0];
  if (closing === undefined) return undefined;
  const content = rest.slice(0, rest.length - closing.length);
  const parameters = PARAMETERS.exec(content);
  return { head, inner: content.slice(0, parameters?.index), names: parameters?.[1] ?? '' };
}

/** Returns the expression in a mustache: without braces, the name of the block and its parameters. */
export function contentOf(mustache: string): string {
  return partsOf(mustache)?.inner ?? mustache;
}

function advice(
  write: () => string,
  source: string,
  accepts: (text: string) => boolean,
  note: string | undefined,
): string | undefined {
  try {
    const text = write();
    if (text === source || !accepts(text)) return undefined;
    return `${note === undefined ? '' : `${note} `}${WRITE}${text}`;
  } catch (error) {
    if (error instanceof NoCounterpart) return error.instead;
    throw error;
  }
}

/** Jinja's `default(…, true)` replaces every empty value. */
function noteOfDefault(node: Jinja): string | undefined {
  if (node.kind === 'unary') return noteOfDefault(node.of);
  if (node.kind === 'binary') return noteOfDefault(node.left) ?? noteOfDefault(node.right);
  if (node.kind !== 'filter') return undefined;
  const isForEmpty =
    ['default', 'd'].includes(node.name) && (node.given.plain[1] ?? node.given.named.get('boolean')) !== undefined;
  return isForEmpty
    ? 'default stands in for what is missing or null, and not for an empty text, 0 or false.'
    : noteOfDefault(node.of);
}

/** Returns a note if the correct counterpart depends on the value of a variable. */
function noteOf(node: Jinja): string | undefined {
  if (
    node.kind === 'binary' &&
    (node.operator === 'in' || node.operator === 'not in') &&
    ['name', 'member'].includes(node.right.kind)
  ) {
    return 'in looks into a list or the keys of a map; for a part of a text there is x.contains("a").';
  }
  if (node.kind === 'binary') return noteOf(node.left) ?? noteOf(node.right);
  return node.kind === 'unary' ? noteOf(node.of) : undefined;
}
