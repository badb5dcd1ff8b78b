import { CONCAT_LISTS, IN_CEL } from './jinja-build.ts';
import type { Jinja, JinjaOf } from './jinja-expression.ts';
import { groupsMeant } from './jinja-translation.ts';

/** Writes Jinja as arguments of helpers, piece by piece. */
export interface HandlebarsWriting {
  argument(node: Jinja): string;
  text(value: string): string;
  /** Writes the call of a helper, in parentheses. */
  call(helper: string, ...operands: readonly Jinja[]): string;
  /** Writes an expression, for nodes without a helper. */
  expr(node: Jinja): string;
}

/** Filters and methods, and the helpers with the same arguments. */
export const FILTERS_AS_HELPERS: ReadonlyMap<string, string> = new Map([
  ['length', 'length'],
  ['count', 'length'],
  ['int', 'int'],
  ['to_int', 'to_int'],
  ['string', 'string'],
  ['lower', 'lower'],
  ['upper', 'upper'],
  ['trim', 'trim'],
  ['replace', 'replace'],
  ['first', 'first'],
  ['last', 'last'],
  ['unique', 'unique'],
  ['sort', 'sort'],
  ['split', 'split'],
  ['ternary', 'ternary'],
  ['to_bool', 'to_bool'],
  ['truthy', 'truthy'],
  ['basename', 'basename'],
  ['dirname', 'dirname'],
  ['quote', 'quote'],
  ['to_nice_json', 'to_nice_json'],
  ['b64encode', 'b64encode'],
  ['b64decode', 'b64decode'],
]);

/** Writes one use of a filter as an argument. */
type WriteFilter = (writer: HandlebarsWriting, filter: JinjaOf<'filter'>) => string;

export const EMPTY: Jinja = { kind: 'text', value: '' };

const fallback: WriteFilter = (writer, { of, given }) =>
  writer.call('default', of, given.plain[0] ?? given.named.get('default_value') ?? EMPTY);

const unchanged: WriteFilter = (writer, { of }) => writer.argument(of);

const withoutOptions =
  (helper: string): WriteFilter =>
  (writer, { of }) =>
    writer.call(helper, of);

const regexReplace: WriteFilter = (writer, node) => {
  const [pattern, to = EMPTY] = node.given.plain;
  if (pattern === undefined) return writer.expr(node);
  const written = to.kind === 'text' ? writer.text(groupsMeant(to.value)) : writer.argument(to);
  return `(regex_replace ${writer.argument(node.of)} ${writer.argument(pattern)} ${written})`;
};

const union: WriteFilter = (writer, node) => {
  const [other] = node.given.plain;
  return other === undefined ? writer.expr(node) : `(unique ${writer.call('concat', node.of, other)})`;
};

const hash: WriteFilter = (writer, node) => {
  const [algorithm] = node.given.plain;
  const isSha256 = algorithm?.kind === 'text' && algorithm.value === 'sha256';
  return isSha256 ? writer.call('sha256', node.of) : writer.expr(node);
};

const map: WriteFilter = (writer, node) => {
  const attribute = node.given.named.get('attribute');
  return attribute === undefined ? writer.expr(node) : writer.call('map', node.of, attribute);
};

/** The helper `merge` is `combine` of one level. */
const combine: WriteFilter = (writer, node) =>
  node.given.named.size > 0 ? writer.expr(node) : writer.call('merge', node.of, ...node.given.plain);

/** Writes `indent`. The helper also indents the first line; Jinja does so only on request. */
const indent: WriteFilter = (writer, { of, given }) => {
  const width = given.plain[0] ?? given.named.get('width') ?? { kind: 'number', text: '4' };
  const first = given.plain[1] ?? given.named.get('first');
  const isFirst = first?.kind === 'constant' && first.value === 'true';
  const all = writer.call('indent', of, width);
  return isFirst ? all : `(trim ${all})`;
};

/** Filters whose arguments differ from those of the helper. */
export const HANDLEBARS_FILTERS: ReadonlyMap<string, WriteFilter> = new Map<string, WriteFilter>([
  ['default', fallback],
  ['d', fallback],
  ['bool', unchanged],
  ['list', unchanged],
  ['safe', unchanged],
  ['join', (writer, { of, given }) => writer.call('join', of, given.plain[0] ?? EMPTY)],
  ['regex_replace', regexReplace],
  ['indent', indent],
  ['union', union],
  ['hash', hash],
  ['map', map],
  ['combine', combine],
  [CONCAT_LISTS, (writer, { of, given }) => writer.call('concat', of, ...given.plain)],
  [IN_CEL, (writer, { of }) => writer.expr(of)],
  ['to_yaml', withoutOptions('yaml')],
  ['to_nice_yaml', withoutOptions('yaml')],
  ['to_json', withoutOptions('json')],
  ['tojson', withoutOptions('json')],
]);
