import type { ASTNode, EvaluationError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import { booleanOf } from '../base/boolean-word.ts';
import { foreignBlank } from '../base/foreign-blank.ts';
import type { Scope } from '../base/value.ts';
import { BOUNDED_MATCHES, celFunctions } from '../cel/cel-environment.ts';
import type { Evidence } from '../cel/cel-value.ts';
import { ansibleMember } from '../habits/ansible-variables.ts';
import { JINJA_WORDS } from '../habits/jinja-words.ts';
import { readJinja } from '../jinja/jinja-expression.ts';
import { jinjaTitle } from '../jinja/jinja-foreign.ts';
import { WRITE } from '../jinja/jinja-remedy.ts';
import { Fault } from '../language/fault.ts';
import { replaceQuoted } from '../language/quoted-text.ts';
import { didYouMean, listNames } from '../language/suggest.ts';

export type Missing = Evidence['missing'];

/** Returns the correction of a wrong expression; undefined if none is known. */
export type Advise = (source: string) => string | undefined;

/** Replaces the content of strings by blanks, so that a search for words does not find words in strings. */
export function blankStrings(source: string): string {
  return replaceQuoted(source, (quoted) => ' '.repeat(quoted.length));
}

/** The message of the parser and its position. */
interface Unparsed {
  readonly summary: string;
  readonly start: number;
  readonly length: number;
}

/** Makes the Fault of an expression that cannot be parsed. */
export function syntaxFault(unparsed: Unparsed, source: string, advise: Advise): Fault {
  const { start, length } = unparsed;
  const code = 'expression-syntax';
  const advice = advise(source);
  const sign = signRemedy(source, start);
  const remedy = advice ?? sign;
  if (/\{[%#]/.test(blankStrings(source)))
    return new Fault(
      {
        code,
        what: 'This is Jinja, and expressions are CEL',
        remedy: 'Write the condition itself, without {% … %}; a ? b : c is one of two values.',
      },
      start,
      length,
    );
  if (isJinja(source)) {
    const what = jinjaTitle(source, 'expressions are CEL') ?? 'This is Jinja, and expressions are CEL';
    return new Fault({ code, what, remedy }, start, length);
  }
  const { what, instead, from, long } =
    endlessText(unparsed, source) ??
    (remedy === undefined ? openBracket(source) : undefined) ??
    earlyEnd(unparsed, source) ??
    unreadable(unparsed, source);
  return new Fault({ code, what, remedy: remedy ?? instead }, from, long);
}

interface SyntaxFinding {
  readonly what: string;
  readonly instead: string;
  readonly from: number;
  readonly long: number;
}

function endlessText({ summary, start }: Unparsed, source: string): SyntaxFinding | undefined {
  if (!summary.endsWith('Unterminated string')) return undefined;
  return {
    what: 'The text that begins with this quote never ends',
    instead: `Add ${source[start] ?? '"'} where it ends.`,
    from: start,
    long: 1,
  };
}

function earlyEnd({ start }: Unparsed, source: string): SyntaxFinding | undefined {
  const written = source.trimEnd();
  if (start < written.length) return undefined;
  const last = /(?<!\S)\S+$/.exec(written)?.[0] ?? '';
  return {
    what: `The expression ends after ${last}, where more must follow`,
    instead: `Write what ${last} is for, or remove it.`,
    from: written.length - last.length,
    long: Math.max(1, last.length),
  };
}

function unreadable({ start, length }: Unparsed, source: string): SyntaxFinding {
  const blank = foreignBlank(source.slice(start));
  if (blank?.at === 0)
    return {
      what: `Here is ${blank.name}, which is not a space for an expression`,
      instead: REMOVE_BLANK,
      from: start,
      long: blank.length,
    };
  const word = source.slice(start).split(/\s/, 1)[0] ?? '';
  return {
    what: `The expression cannot be read at ${word}`,
    instead: /^(?:&&|\|\||and$|or$)/.test(word)
      ? 'Write a condition on both sides: x && y for both, x || y for one of them, !x for not.'
      : 'A text stands in quotes, and a list in brackets: x == "a", ["a", "b"].',
    from: start,
    long: length,
  };
}

const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Finds the last bracket that is not closed. */
function openBracket(source: string): SyntaxFinding | undefined {
  const open: { readonly sign: string; readonly at: number }[] = [];
  for (const { 0: sign, index } of blankStrings(source).matchAll(/[()[\]{}]/g)) {
    if (CLOSED_BY[sign] !== undefined) open.push({ sign, at: index });
    else if (CLOSED_BY[open.at(-1)?.sign ?? ''] === sign) open.pop();
    else return undefined;
  }
  const last = open.at(-1);
  return (
    last && {
      what: `This ${last.sign} is not closed`,
      instead: `Add ${CLOSED_BY[last.sign] ?? ''} where it ends.`,
      from: last.at,
      long: 1,
    }
  );
}

/** Returns the remedy for an operator of another language. */
function signRemedy(source: string, offset: number): string | undefined {
  const bare = blankStrings(source);
  if (bare.includes('===') || bare.includes('!==')) return 'Compare with == and !=.';
  if (bare.includes('<>')) return 'Compare with !=.';
  if (/[^=!<>]=(?!=)/.test(bare)) return 'Compare with ==.';
  if (source.slice(offset).startsWith('|'))
    return 'There are no filters: call functions, x.lower() or default(x, "…").';
  if (source.includes('{{')) return 'Expressions are bare CEL, without braces.';
  if (/\[[^[\]?]*:/.test(bare))
    return 'There are no slices. The beginning of a text is x.regexReplace("^(..).*$", "$1"), an item of a list xs[0].';
  if (source.includes('**')) return 'There are no powers: write the product, x * x.';
  return undefined;
}

/** Returns whether the text has words or operators of Jinja that make it unreadable as an expression. */
function isJinja(source: string): boolean {
  return (
    readJinja(source) !== undefined &&
    /(?:^|[\s()])(?:and|or|not|is|if)(?=[\s()]|$)|[^|]\|[^|]|~|\/\//.test(blankStrings(source))
  );
}

/** Functions of standard CEL. */
const FUNCTIONS_OF_CEL =
  'size has type string int double bool startsWith endsWith contains matches trim split join all exists exists_one filter map'.split(
    ' ',
  );

/** Makes the Fault of a function or method that does not exist, or that does not take these arguments. */
export function noFunction(
  summary: string,
  advise: () => string | undefined,
): { readonly what: string; readonly remedy: string | undefined } {
  const [, receiver, name = ''] = /'(?:([^'\n]*)\.)?(\w+)\(/.exec(summary) ?? [];
  const advice = advise();
  const signatures = celFunctions.filter((one) => one.name === name).map((one) => one.signature);
  if (signatures.length > 0 || name === '') {
    const usage = signatures.length === 0 ? undefined : `It is called as ${signatures.join(' or ')}.`;
    return { what: `No function fits: ${plainTypes(summary)}`, remedy: advice ?? usage };
  }
  return missingFunction({ summary, receiver, name, advice });
}

interface MissingFunction {
  readonly summary: string;
  readonly receiver: string | undefined;
  readonly name: string;
  readonly advice: string | undefined;
}

/** Explains a name that is not a function of runbook. It may be one of CEL that is called in another way. */
function missingFunction({ summary, receiver, name, advice }: MissingFunction): ReturnType<typeof noFunction> {
  const call = receiver === undefined ? `${name}()` : `.${name}()`;
  const word = receiver === undefined ? undefined : (USAGE.get(name) ?? JINJA_WORDS.get(`method ${name}`));
  const written = advice?.includes(WRITE) === true ? advice : word;
  if (FUNCTIONS_OF_CEL.includes(name))
    return { what: `No function ${call} fits: ${plainTypes(summary)}`, remedy: written ?? advice };
  return { what: `There is no function ${call}`, remedy: written ?? nearFunction(name) ?? advice ?? SEE_FUNCTIONS };
}

/** Methods of CEL that Python calls without an argument. */
const USAGE: ReadonlyMap<string, string> = new Map([['split', 'Write the separator: x.split(" ").']]);
const SEE_FUNCTIONS = 'docs/language.md lists the functions of expressions.';

function nearFunction(name: string): string | undefined {
  return didYouMean(name, [...celFunctions.map((one) => one.name), ...FUNCTIONS_OF_CEL]);
}

/** Makes the one Fault for an undefined name. `otherwise` is a clause: what to do if no similar name was meant. */
export function undefinedVariable(
  { name, scope, offset }: { readonly name: string; readonly scope: Scope; readonly offset: number },
  instead: string | undefined,
  otherwise: string,
): Fault {
  const blank = foreignBlank(name);
  if (blank !== undefined) {
    const what = `There is ${blank.name} in this name`;
    return new Fault({ code: 'undefined-variable', what, remedy: REMOVE_BLANK }, offset, name.length);
  }
  const suggestion = didYouMean(name, scope.names());
  const remedy = instead ?? (suggestion === undefined ? sentence(otherwise) : `${suggestion} If not, ${otherwise}`);
  const word = BOOLEAN_WORD.test(name) ? booleanOf(name) : undefined;
  const details =
    word === undefined
      ? { remedy }
      : { why: 'In YAML 1.2, yes, no, on and off are texts, and here they are names.', remedy: `Write ${word}.` };
  return new Fault(
    { code: 'undefined-variable', what: `There is no variable "${name}"`, ...details },
    offset,
    name.length,
  );
}

const BOOLEAN_WORD = /^(?:yes|no|on|off)$/i;
const REMOVE_BLANK = 'Put a space in its place, or remove it.';

/** Makes the Fault of a member that the map does not have. `missing` has the existing keys. */
export function missingKey(error: EvaluationError | CelTypeError, source: string, missing: Missing): Fault {
  const key = /^No such key: (.*)$/s.exec(error.summary)?.[1] ?? '';
  const parent = parentOf(error);
  const start = parent?.start ?? 0;
  const name = parent === undefined ? 'The value' : source.slice(parent.start, parent.end);
  // The name of the member follows its parent, after any blanks and operators.
  const at = parent === undefined ? -1 : source.indexOf(key, parent.end);
  const keys = missing?.key === key ? missing.keys : undefined;
  const why = keys === undefined ? undefined : `Its keys: ${listNames(keys)}.`;
  const remedy = ansibleMember(name, key) ?? memberRemedy(name, { key, keys, isComputed: at < 0 });
  const details = { code: 'missing-key', what: `${name} has no key "${key}"`, why, remedy };
  return at < 0
    ? new Fault(details, start, Math.max(1, (error.range?.end ?? source.length) - start))
    : new Fault(details, at, Math.max(1, key.length));
}

interface MissingMember {
  readonly key: string;
  readonly keys: readonly string[] | undefined;
  /** True if the value is computed: it may be a secret. */
  readonly isComputed: boolean;
}

function memberRemedy(name: string, { key, keys = [], isComputed }: MissingMember): string {
  if (isComputed) return 'Test with has(x.y), or give a fallback: default(x.y, …).';
  const member = /^[A-Za-z_]\w*$/.test(key) ? `${name}.${key}` : `${name}["${key}"]`;
  const otherwise = `Where it may be missing, test has(${member}), or give a fallback: default(${member}, …).`;
  const hint = didYouMean(key, keys);
  return hint === undefined ? otherwise : `${hint} ${otherwise}`;
}

/** Returns the node whose member or item was asked for. */
function parentOf({ node }: EvaluationError | CelTypeError): ASTNode | undefined {
  return node?.op === '.' || node?.op === '[]' ? node.args[0] : undefined;
}

/** Makes the Fault of an index outside of a list. */
export function missingItem({ node, range, summary }: EvaluationError | CelTypeError, source: string): Fault {
  const index = /index (-?\d+)/.exec(summary)?.[1] ?? '';
  const size = /size (\d+)/.exec(summary)?.[1];
  const { start, end } = range ?? { start: 0, end: source.length };
  const parent = node?.op === '[]' ? node.args[0] : undefined;
  const name = parent === undefined ? 'xs' : source.slice(parent.start, parent.end);
  const isBefore = index.startsWith('-');
  const what = isBefore
    ? `Items are counted from 0, so there is no item ${index}`
    : `${name} has no item ${index}: it has ${size ?? 'none'}`;
  const remedy = isBefore
    ? `The last item is ${name}[size(${name}) - 1].`
    : `The first item is ${name}[0]. If there may be fewer items, test size(${name}) > ${index} first.`;
  return new Fault({ code: 'expression-type', what, remedy, isMissing: true }, start, Math.max(1, end - start));
}

/** Returns the text with a capital letter at its beginning. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Rewrites a message of the library about types in plain words. */
export function plainTypes(summary: string): string {
  return summary
    .replace(BOUNDED_MATCHES, 'matches')
    .replaceAll(/dyn<((?:[^<>]|<[^<>]*>)+)>/g, '$1')
    .replaceAll(/(list|map)<[^<>]*>/g, '$1')
    .replaceAll(/(?<!\w)dyn(?!\w)/g, 'any value')
    .replace('found no matching overload for ', '')
    .replace('no such overload', 'These types do not go together');
}

/** Returns the remedy for a mistake of types, from the message of the library; undefined if none is known. */
export function typeRemedy(summary: string): string | undefined {
  if (/bool/.test(summary) && /'(dyn<)?string/.test(summary)) return 'Text is not a boolean: compare it, x == "true".';
  if (/ in /.test(summary)) return 'in looks into a list or the keys of a map; a text is asked by x.contains("a").';
  if (/\blist/.test(summary) && summary.includes(' + ')) return 'A list goes together with a list: xs + ["a"].';
  if (/no such overload/.test(summary)) return 'Convert one side with string(…), int(…) or double(…).';
  return undefined;
}
