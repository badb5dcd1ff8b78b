import { adaptedLookup } from './jinja-adapt-lookup.ts';
import type { Adapting } from './jinja-adapting.ts';
import { binaryNode, choiceNode, filterNode, methodNode, numberNode, textNode } from './jinja-build.ts';
import type { Given, Jinja, JinjaOf } from './jinja-expression.ts';
import { lacking, lackingCall, NoCounterpart } from './jinja-translation.ts';

const NULL: Jinja = { kind: 'constant', value: 'null' };

/** Adapts `x[a:b:c]` of a text or a list. */
export function sliced(adapter: Adapting, { of, from, to, step }: JinjaOf<'slice'>): Jinja {
  const type = adapter.typeOf(of);
  if (type === 'map' || type === 'number' || type === 'boolean') return lacking('operator', 'x[a:b]');
  const bounds = [
    from ?? (step === undefined ? numberNode(0) : NULL),
    to ?? (step === undefined ? undefined : NULL),
    step,
  ];
  const given = bounds.filter((bound) => bound !== undefined).map((bound) => adapter.value(bound));
  return methodNode(adapter.value(of), 'slice', ...given);
}

/** Adapts `x | indent(4)`: indents all lines except the first one and empty ones. */
export function indented(adapter: Adapting, { of, given }: JinjaOf<'filter'>): Jinja | undefined {
  const width = given.plain[0] ?? given.named.get('width') ?? { kind: 'number', text: '4' };
  const first = given.plain[1] ?? given.named.get('first') ?? given.named.get('indentfirst');
  const isFirst = first?.kind === 'constant' && first.value === 'true';
  const isKnown = first === undefined || first.kind === 'constant';
  if (given.plain.length > 2 || given.named.has('blank') || width.kind !== 'number' || !isKnown) return undefined;
  const blanks = ' '.repeat(Number(width.text));
  const value = adapter.value(of);
  const others = methodNode(value, 'regexReplace', textNode(String.raw`\n(?=.)`), textNode(`\n${blanks}`));
  return isFirst ? binaryNode('~', textNode(blanks), others) : others;
}

/** Adapts `x | comment` in a style with the same text before each line. */
export function commented(adapter: Adapting, { of, given }: JinjaOf<'filter'>): Jinja | undefined {
  const form = formOf(given);
  if (form === undefined) return undefined;
  const { decoration, above, below } = form;
  const value = adapter.value(of);
  const lines =
    value.kind === 'text' && decoration.kind === 'text'
      ? textNode(marked(value.value, decoration.value))
      : markedLines(value, decoration.kind === 'text' ? decoration : adapter.value(decoration));
  return joined([adapter.value(above), lines, textNode(below)]);
}

/** Joins texts. Fixed texts beside each other become one. */
function joined(parts: readonly Jinja[]): Jinja {
  const merged: Jinja[] = [];
  for (const part of parts) {
    const before = merged.at(-1);
    if (part.kind === 'text' && before?.kind === 'text') merged.splice(-1, 1, textNode(before.value + part.value));
    else merged.push(part);
  }
  const [first = textNode(''), ...others] = merged.filter((part) => part.kind !== 'text' || part.value !== '');
  return others.reduce((left, right) => binaryNode('~', left, right), first);
}

/** Returns the text with the decoration before each line. It loses its blanks where nothing follows. */
function markedLines(value: Jinja, decoration: Jinja): Jinja {
  const [decorated, marksEmpty, empty] =
    decoration.kind === 'text'
      ? [`\n${decoration.value}`, `${decoration.value}\n`, `${decoration.value.trimEnd()}\n`].map(textNode)
      : [
          joined([textNode('\n'), decoration]),
          joined([decoration, textNode('\n')]),
          joined([methodNode(decoration, 'regexReplace', textNode(String.raw`\s+$`), textNode('')), textNode('\n')]),
        ];
  if (decorated === undefined || marksEmpty === undefined || empty === undefined) return value;
  const lines = joined([decoration, methodNode(value, 'replace', textNode('\n'), decorated)]);
  return methodNode(lines, 'replace', marksEmpty, empty);
}

interface CommentForm {
  readonly decoration: Jinja;
  /** The lines above the text. */
  readonly above: Jinja;
  readonly below: string;
}

/** Undefined for arguments that are not known before the template is rendered. */
function formOf(given: Given): CommentForm | undefined {
  const style = styleOf(given);
  if (style === undefined) return undefined;
  const { named } = given;
  const decoration = named.get('decoration') ?? textNode(style.decoration);
  const edge = decoration.kind === 'text' ? textNode(decoration.value.trimEnd()) : undefined;
  const [prefix, postfix] = ['prefix', 'postfix'].map((name) => named.get(name) ?? edge);
  const above = prefix === undefined ? undefined : lineAbove(style.begin, prefix);
  if (above === undefined || postfix?.kind !== 'text') return undefined;
  return { decoration, above, below: `\n${postfix.value}${style.end}` };
}

function styleOf({ plain, named }: Given): CommentStyle | undefined {
  if (plain.length > 1 || [...named.keys()].some((key) => !OF_COMMENTS.has(key))) return undefined;
  const style = plain[0] ?? named.get('style') ?? textNode('plain');
  return style.kind === 'text' ? STYLES.get(style.value) : undefined;
}

/** Returns the number of line breaks at the end of what `comment` writes. */
export function breaksBehindComment({ given }: JinjaOf<'filter'>): number {
  const below = formOf(given)?.below ?? '';
  return /(?<!\n)\n*$/.exec(below)?.[0].length ?? 0;
}

/** Ansible writes no line for an empty prefix, and no second line end after a line end. */
function lineAbove(begin: string, prefix: Jinja): Jinja | undefined {
  if (prefix.kind === 'text')
    return textNode(begin + (prefix.value === '' || prefix.value === '\n' ? prefix.value : `${prefix.value}\n`));
  if (prefix.kind !== 'choice') return undefined;
  const [yes, no] = [lineAbove(begin, prefix.yes), lineAbove(begin, prefix.no ?? textNode(''))];
  return yes === undefined || no === undefined ? undefined : choiceNode(prefix.condition, yes, no);
}

const OF_COMMENTS: ReadonlySet<string> = new Set(['style', 'decoration', 'prefix', 'postfix']);

function marked(text: string, decoration: string): string {
  return `${decoration}${text.replaceAll('\n', `\n${decoration}`)}`.replaceAll(
    `${decoration}\n`,
    `${decoration.trimEnd()}\n`,
  );
}

interface CommentStyle {
  readonly decoration: string;
  /** The first line, and the last line with the line break before it. */
  readonly begin: string;
  readonly end: string;
}

const STYLES: ReadonlyMap<string, CommentStyle> = new Map([
  ['plain', { decoration: '# ', begin: '', end: '' }],
  ['erlang', { decoration: '% ', begin: '', end: '' }],
  ['c', { decoration: '// ', begin: '', end: '' }],
  ['cblock', { decoration: ' * ', begin: '/*\n', end: '\n */' }],
  ['xml', { decoration: ' - ', begin: '<!--\n', end: '\n-->' }],
]);

/** Marks of a format that Python and the function `format` write in the same way; `%%`; a lone `%`. */
const FORMAT_MARK = /(%[-+ 0#]{0,5}\d{0,3}(?:\.\d{1,2})?(?:[sdi]|[uox]|[XeE]|[fF])|%%|%)/;

/** Adapts `"%s:%03d" | format(a, b)`. */
export function formatted(adapter: Adapting, { of, name, given }: JinjaOf<'filter'>): Jinja | undefined {
  if (of.kind !== 'text' || given.named.size > 0) return lacking('filter', `${name} with these arguments`);
  const textFor = (mark: string): string | undefined => (mark === '%%' ? '%' : undefined);
  const valueFor = (mark: string, operand: Jinja): Jinja | undefined => {
    if (mark === '%') return undefined;
    if (mark === '%s') return adapter.printed(operand);
    if (/^%[di]$/.test(mark) && isWhole(operand)) return adapter.printed(operand);
    const value = mark.endsWith('s') ? adapter.printed(operand) : adapter.value(operand);
    return methodNode(textNode(mark), 'format', value);
  };
  return filled(of.value.split(FORMAT_MARK), given.plain, { textFor, valueFor });
}

/** Returns whether the value is a whole number for sure: `%d` cuts off a fraction. */
function isWhole(node: Jinja): boolean {
  if (node.kind === 'number') return /^\d+$/.test(node.text);
  return node.kind === 'filter' && ['int', 'length', 'count'].includes(node.name);
}

/** Adapts `"{}:{}".format(a, b)`. */
function braced(adapter: Adapting, text: string, operands: readonly Jinja[]): Jinja | undefined {
  return filled(text.split(/(\{\}|\{\{|\}\}|\{|\})/), operands, {
    textFor: (mark) => (mark === '{{' || mark === '}}' ? mark.slice(1) : undefined),
    valueFor: (mark, operand) => (mark === '{}' ? adapter.printed(operand) : undefined),
  });
}

interface Filling {
  /** Returns the text of a mark that takes no operand. */
  textFor(mark: string): string | undefined;
  /** Returns the operand as the mark writes it; undefined if it has no counterpart. */
  valueFor(mark: string, operand: Jinja): Jinja | undefined;
}

/** Joins the parts of a format. Every second part is a mark: it is replaced with an operand or a text. */
function filled(parts: readonly string[], operands: readonly Jinja[], filling: Filling): Jinja | undefined {
  const joined: Jinja[] = [];
  let used = 0;
  for (const [index, part] of parts.entries()) {
    const text = index % 2 === 0 ? part : filling.textFor(part);
    if (text !== undefined) {
      if (text !== '') joined.push(textNode(text));
      continue;
    }
    const operand = operands[used++];
    const value = operand === undefined ? undefined : filling.valueFor(part, operand);
    if (value === undefined) return undefined;
    joined.push(value);
  }
  const [first = textNode(''), ...others] = joined;
  if (used !== operands.length) return undefined;
  return others.reduce((left, right) => binaryNode('~', left, right), first);
}

const PLAIN: ReadonlyMap<string, number> = new Map([
  ['startswith', 1],
  ['endswith', 1],
  ['strip', 0],
  ['lower', 0],
  ['upper', 0],
  ['replace', 2],
  ['keys', 0],
  ['values', 0],
  ['items', 0],
  ['join', 1],
  ['contains', 1],
]);

type AdaptMethod = (adapter: Adapting, of: Jinja, operands: readonly Jinja[]) => Jinja | undefined;

/** The ends of a text that `strip`, `lstrip` or `rstrip` shortens. */
type Ends = 'begin' | 'end' | 'both';

/** Adapts `x.rstrip()` and `x.rstrip(',')`. The argument is a set of characters, which must be fixed. */
const trimmedAt =
  (ends: Ends): AdaptMethod =>
  (adapter, of, [characters, ...others]) => {
    if (others.length > 0 || (characters !== undefined && characters.kind !== 'text')) return undefined;
    if (characters === undefined && ends === 'both') return undefined;
    const run = characters === undefined ? String.raw`\s+` : `[${characters.value.replaceAll(/[\\\]^-]/g, '\\$&')}]+`;
    const patterns = [...(ends === 'end' ? [] : [`^${run}`]), ...(ends === 'begin' ? [] : [`${run}$`])];
    return methodNode(adapter.value(of), 'regexReplace', textNode(patterns.join('|')), textNode(''));
  };

const isNumber: AdaptMethod = (adapter, of) => methodNode(adapter.value(of), 'matches', textNode('^[0-9]+$'));

/** Adapts `x.startswith(("a", "b"))`: one of several fixed texts. */
const anyOf =
  (name: string): AdaptMethod =>
  (adapter, of, [ends, ...others]) => {
    if (ends?.kind !== 'list' || others.length > 0) return undefined;
    const asked = ends.items.map((end) => methodNode(adapter.value(of), name, adapter.value(end)));
    return asked.reduceRight<Jinja>((later, one) => (later === NONE ? one : binaryNode('or', one, later)), NONE);
  };

const NONE: Jinja = { kind: 'constant', value: 'false' };

const METHODS: ReadonlyMap<string, AdaptMethod> = new Map<string, AdaptMethod>([
  ['startswith', anyOf('startswith')],
  ['endswith', anyOf('endswith')],
  ['strip', trimmedAt('both')],
  ['rstrip', trimmedAt('end')],
  ['lstrip', trimmedAt('begin')],
  [
    'split',
    (adapter, of, [separator, ...others]) => {
      if (others.length > 0) return undefined;
      if (separator !== undefined) return methodNode(adapter.value(of), 'split', adapter.value(separator));
      const words = methodNode(adapter.value(of), 'regexReplace', textNode(String.raw`\s+`), textNode(' '));
      adapter.assume({ kind: 'notEmpty', of: 'a text that is split' });
      return methodNode(filterNode(words, 'trim'), 'split', textNode(' '));
    },
  ],
  [
    'splitlines',
    (adapter, of) => {
      const text = methodNode(adapter.value(of), 'regexReplace', textNode(String.raw`\r?\n$`), textNode(''));
      adapter.assume({ kind: 'notEmpty', of: 'a text that is split' });
      return methodNode(text, 'split', textNode('\n'));
    },
  ],
  ['isdigit', isNumber],
  ['isnumeric', isNumber],
  ['isdecimal', isNumber],
  [
    'find',
    (adapter, of, [text]) =>
      text === undefined ? undefined : methodNode(adapter.value(of), 'indexOf', adapter.value(text)),
  ],
  [
    'rfind',
    (adapter, of, [text]) =>
      text === undefined ? undefined : methodNode(adapter.value(of), 'lastIndexOf', adapter.value(text)),
  ],
  ['format', (adapter, of, operands) => (of.kind === 'text' ? braced(adapter, of.value, operands) : undefined)],
  ['capitalize', (adapter, of) => adapter.value(filterNode(of, 'capitalize'))],
  [
    'get',
    (adapter, of, [key, fallback]) =>
      key === undefined
        ? undefined
        : methodNode(
            adapter.value(of),
            'get',
            adapter.value(key),
            fallback === undefined ? { kind: 'constant', value: 'null' } : adapter.value(fallback),
          ),
  ],
]);

/** Adapts a call of a function or method. Throws NoCounterpart. */
export function adaptedCall(adapter: Adapting, node: JinjaOf<'call'>): Jinja {
  const { callee, given } = node;
  if (callee.kind === 'name') return adaptedFunction(adapter, node, callee.name);
  if (callee.kind !== 'member' || callee.key.kind !== 'text') throw new NoCounterpart();
  const name = callee.key.value;
  const known = given.named.size > 0 ? undefined : METHODS.get(name)?.(adapter, callee.of, given.plain);
  if (known !== undefined) return known;
  if (name === 'append' || name === 'update' || name === 'extend') return lacking('method', name);
  if (given.named.size > 0 || PLAIN.get(name) !== given.plain.length) return lacking('method', name);
  return methodNode(adapter.value(callee.of), name, ...given.plain.map((part) => adapter.value(part)));
}

function adaptedFunction(adapter: Adapting, node: JinjaOf<'call'>, name: string): Jinja {
  const [first] = node.given.plain;
  switch (name) {
    case 'range':
    case 'dict':
      return { ...node, given: adapter.given(node.given) };
    case 'lookup':
    case 'query':
    case 'q':
      return adaptedLookup(adapter, node.given, name);
    default:
      return lackingCall(name, first === undefined ? { plain: [], named: new Map() } : node.given);
  }
}
