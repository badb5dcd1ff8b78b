import { isExpression } from '../values/expression/expression.ts';
import { type Jinja, type JinjaOf, readJinja } from '../values/jinja/jinja-expression.ts';
import { celOf } from '../values/jinja/jinja-to-cel.ts';
import { mustacheOf } from '../values/jinja/jinja-to-handlebars.ts';
import { NoCounterpart, RESULT_TESTS } from '../values/jinja/jinja-translation.ts';
import { Fault } from '../values/language/fault.ts';
import { compileTemplate } from '../values/template/template-compile.ts';
import { TemplateSource } from '../values/template/template-syntax.ts';
import type { Told } from './base/marks.ts';
import type { Converted, Translator, TypesKnown } from './base/translator.ts';

type Quote = '"' | "'";

const UNREADABLE: Told = { topic: 'Jinja that cannot be read', sentence: 'this Jinja cannot be read.' };
const STATEMENT: Told = {
  topic: 'statements of Jinja',
  sentence: 'statements of Jinja: write {{#if}}, {{#each}} and so on.',
};

export function jinjaTranslator(types: TypesKnown): Translator {
  return {
    expression: (text, purpose) => unlessOfHere(expression(text, purpose, types), text, () => isExpression(text)),
    template: (text) => unlessOfHere(template(text, types), text, () => isTemplate(text)),
  };
}

/** What is no Jinja, and right here, was converted before. */
function unlessOfHere(converted: Converted, text: string, isOfHere: () => boolean): Converted {
  const isUnreadable = converted.kind === 'byHand' && converted.reasons.includes(UNREADABLE);
  return isUnreadable && isOfHere() ? { kind: 'same', text, assumptions: [] } : converted;
}

function isTemplate(text: string): boolean {
  try {
    compileTemplate(new TemplateSource(text), () => new TemplateSource(''));
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

function expression(text: string, purpose: 'condition' | 'value', types: TypesKnown): Converted {
  const bare = text.replaceAll(/\{\{-?\s*([\s\S]*?)\s*-?\}\}/g, '$1').trim();
  if (bare === text.trim() && isOfHere(bare)) return { kind: 'same', text, assumptions: [] };
  const jinja = readJinja(bare);
  if (jinja === undefined) return { kind: 'byHand', reasons: [UNREADABLE] };
  return attempt(text, () => ({
    text: celOf(jinja, quoteOf(bare)),
    assumptions: assumptionsIn(jinja, purpose === 'condition', types),
  }));
}

/** Words that Jinja has not. */
function isOfHere(text: string): boolean {
  const code = text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  return /&&|\|\||(?:^|[^=!<>])!(?!=)|\b(?:defined|size|double|semver|semverCompare|has|cidr\w+|ipVersion)\(|\.(?:contains|startsWith|endsWith|matches|exists|all|filter|regexReplace|map)\(/.test(
    code,
  );
}

const MUSTACHE = /\{\{(-?)((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'])*?)(-?)\}\}/g;

function template(text: string, types: TypesKnown): Converted {
  if (/\{%|(?<![$\\{])\{#/.test(text)) return { kind: 'byHand', reasons: [STATEMENT] };
  const assumptions: Told[] = [];
  const reasons: Told[] = [];
  let isSame = true;
  const written = text.replaceAll(MUSTACHE, (whole, left: string, inner: string, right: string) => {
    // What only Handlebars can mean.
    if (/^\s*(?:[#/^>!&~]|else\b)|^\s*[a-z_]\w*\s+["'(@\w]/.test(inner) && readJinja(inner) === undefined) return whole;
    const one = mustache(inner, types);
    if (one.kind === 'byHand') {
      reasons.push(...one.reasons);
      return whole;
    }
    assumptions.push(...one.assumptions);
    if (one.text === inner.trim() && left === '' && right === '') return whole;
    isSame = false;
    return `{{${left === '' ? '' : '~'}${one.text}${right === '' ? '' : '~'}}}`;
  });
  if (reasons.length > 0) return { kind: 'byHand', reasons };
  if (assumptions.length > 0) return { kind: 'assumed', text: written, assumptions };
  return { kind: isSame ? 'same' : 'exact', text: written, assumptions };
}

function mustache(inner: string, types: TypesKnown): Converted {
  const jinja = readJinja(inner);
  if (jinja === undefined) return { kind: 'byHand', reasons: [UNREADABLE] };
  return attempt(inner, () => ({
    text: mustacheOf(jinja, quoteOf(inner)),
    assumptions: assumptionsIn(jinja, false, types),
  }));
}

function attempt(
  source: string,
  write: () => { readonly text: string; readonly assumptions: readonly Told[] },
): Converted {
  try {
    const { text, assumptions } = write();
    if (assumptions.length > 0) return { kind: 'assumed', text, assumptions };
    return { kind: text === source ? 'same' : 'exact', text, assumptions };
  } catch (error) {
    if (!(error instanceof NoCounterpart)) throw error;
    return {
      kind: 'byHand',
      reasons: [{ topic: error.instead ?? 'no counterpart', sentence: error.instead ?? 'there is no counterpart.' }],
    };
  }
}

function quoteOf(text: string): Quote {
  return /["']/.exec(text)?.[0] === "'" ? "'" : '"';
}

/** Where the result is the same only if a variable is of some type. */
function assumptionsIn(node: Jinja, isCondition: boolean, types: TypesKnown): readonly Told[] {
  return [...asked(node, isCondition)].flatMap(([path, wanted]) => {
    const type = types(path);
    const isKnown =
      wanted === 'boolean'
        ? type === 'boolean' || isResult(path)
        : type === 'list' || type === 'map' || path[0]?.startsWith('group') === true;
    return isKnown ? [] : [{ topic: wanted, sentence: `${wanted}: ${path.join('.')}` }];
  });
}

/** The variables of which it matters what they are. */
function* asked(node: Jinja, isBoolean: boolean): Generator<readonly [readonly string[], 'boolean' | 'list']> {
  const path = pathOf(node);
  if (path !== undefined && isBoolean) yield [path, 'boolean'];
  if (node.kind === 'unary') yield* asked(node.of, node.operator === 'not');
  else if (node.kind === 'binary') yield* askedOfTwo(node);
  else if (node.kind === 'choice') {
    yield* asked(node.condition, true);
    yield* asked(node.yes, isBoolean);
    if (node.no !== undefined) yield* asked(node.no, isBoolean);
  } else if (node.kind === 'filter')
    yield* asked(node.of, node.name === 'bool' || (isBoolean && /^d(?:efault)?$/.test(node.name)));
}

function* askedOfTwo({ operator, left, right }: JinjaOf<'binary'>): ReturnType<typeof asked> {
  const whole = operator === 'in' || operator === 'not in' ? pathOf(right) : undefined;
  if (whole !== undefined) yield [whole, 'list'];
  const isLogic = operator === 'and' || operator === 'or';
  yield* asked(left, isLogic);
  yield* asked(right, isLogic);
}

function pathOf(node: Jinja): readonly string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'member' || node.key.kind !== 'text') return undefined;
  const before = pathOf(node.of);
  return before === undefined ? undefined : [...before, node.key.value];
}

function isResult(path: readonly string[]): boolean {
  return path.length > 1 && RESULT_TESTS.has(path.at(-1) ?? '');
}
