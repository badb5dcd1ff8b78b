import { type ParseResult, EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import type { Place } from '../../errors/problem.ts';
import type { ScalarNode } from '../base/node.ts';
import { Secret } from '../base/secret.ts';
import { type Scope, type Value, Unknown } from '../base/value.ts';
import { parseCel } from '../cel/cel-environment.ts';
import { type References, collectReferences } from '../cel/cel-references.ts';
import { Converter } from '../cel/cel-value.ts';
import { checkParts } from '../cel/fact-checks.ts';
import { ansibleVariable } from '../habits/ansible-variables.ts';
import { PYTHON_CONSTANTS } from '../habits/jinja-words.ts';
import { celRemedy } from '../jinja/jinja-remedy.ts';
import { withLookups } from '../language/current-lookups.ts';
import { describe } from '../language/describe.ts';
import {
  type Locate,
  ArgumentFault,
  Fault,
  isStackOverflow,
  isTooLarge,
  NothingThere,
  omitHasNoValue,
  tooLarge,
  UnknownTouched,
} from '../language/fault.ts';
import { locateIn } from '../language/placement.ts';
import { withinSteps } from '../language/step-limit.ts';
import {
  type Advise,
  type Missing,
  blankStrings,
  missingItem,
  missingKey,
  noFunction,
  plainTypes,
  sentence,
  syntaxFault,
  typeRemedy,
  undefinedVariable,
} from './expression-fault.ts';

export interface Expression {
  readonly source: string;
  /** The top-level variables that the expression uses. */
  readonly references: ReadonlySet<string>;
  /** Throws a Problem with the place within the expression. */
  evaluate(scope: Scope): Value;
  /** Like `evaluate`, but throws a Problem if the result is neither true nor false. */
  test(scope: Scope): boolean | Unknown;
}

/** An expression that does not know its place. Its mistakes are Faults. */
export interface CompiledExpression {
  readonly source: string;
  readonly references: ReadonlySet<string>;
  evaluate(scope: Scope): Value;
}

const MAX_LENGTH = 20_000;
const MAX_CACHED = 10_000;
const cache = new Map<string, CompiledExpression>();

/**
 * Parses a CEL expression. `place` is the place of its text; `style` and `source` are those of the ScalarNode. Throws
 * Problem `expression-syntax` or `expression-type`.
 */
export function parseExpression(
  text: string,
  place: Place,
  style: ScalarNode['style'] = 'plain',
  source?: string,
): Expression {
  const locate = locateIn({ text, place, style, source });
  const compiled = withProblems(locate, () => compileExpression(text));
  const evaluate = (scope: Scope) => withProblems(locate, () => compiled.evaluate(scope));
  return {
    source: text,
    references: compiled.references,
    evaluate,
    test(scope) {
      const result = evaluate(scope);
      if (typeof result === 'boolean' || result instanceof Unknown) return result;
      throw new Fault(
        {
          code: 'condition-type',
          what: `A condition must be true or false, and this is ${describe(result)}`,
          remedy:
            result instanceof Secret || typeof result === 'string'
              ? 'Compare it: x == "…".'
              : 'Compare it, or use size(…) > 0 or defined(…).',
        },
        0,
        text.length,
      ).toProblem(locate);
    },
  };
}

function withProblems<T>(locate: Locate, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) throw error.toProblem(locate);
    if (isTooLarge(error)) throw tooLarge().toProblem(locate);
    if (isStackOverflow(error))
      throw new Fault({ code: 'expression-syntax', what: 'The expression is nested too deeply' }).toProblem(locate);
    throw error;
  }
}

/** Parses and checks an expression; each text only once. Throws Fault. */
export function compileExpression(text: string): CompiledExpression {
  return compile(text, (source) => celRemedy(source, isExpression));
}

function compile(text: string, advise: Advise): CompiledExpression {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const compiled = new CelExpression(text, advise);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, compiled);
  return compiled;
}

class CelExpression implements CompiledExpression {
  readonly source: string;
  readonly references: ReadonlySet<string>;
  readonly #used: References;
  readonly #program: ParseResult;
  /**
   * The library keeps loop variables in the parsed expression, so it must not be evaluated while it is being evaluated.
   */
  #isRunning = false;

  constructor(source: string, advise: Advise) {
    this.source = source;
    this.#program = parse(source, advise);
    this.#used = collectReferences(this.#program.ast);
    this.references = new Set(this.#used.variables.keys());
    const typeName = this.#used.typeAsVariable;
    if (typeName !== undefined) {
      const what = `${typeName.name} is a type in expressions, so it cannot be a variable`;
      throw new Fault(
        { code: 'expression-type', what, remedy: 'Give the variable another name.' },
        typeName.start,
        typeName.end - typeName.start,
      );
    }
    refuseForeignNames(source, this.#used, advise);
    checkParts(this.#program.ast, () => advise(source));
    const checked = this.#program.check();
    if (checked.error !== undefined) throw toFault(checked.error, { source, advise, missing: undefined });
  }

  evaluate(scope: Scope): Value {
    const isNested = this.#isRunning;
    const program = isNested ? parseCel(this.source) : this.#program;
    const converter = new Converter();
    this.#isRunning = true;
    try {
      return withinSteps(() => {
        const result: unknown = withLookups(scope, () => program(new Variables(scope, converter, this.#used)));
        return converter.fromCel(result, (text) => this.#protect(text, converter));
      });
    } catch (error) {
      if (error instanceof UnknownTouched) return error.unknown;
      throw toFault(error, { source: this.source, advise: () => undefined, missing: converter.evidence.missing });
    } finally {
      this.#isRunning = isNested;
    }
  }

  /** Text that contains a secret is a secret. A result that a secret only selects is not. */
  #protect(text: string, converter: Converter): string | Secret {
    const { secrets } = converter.evidence;
    if (secrets.size === 0 || text === '') return text;
    let isDerived = false;
    for (const [secret, variable] of secrets) {
      const revealed = secret.reveal();
      if (text === revealed) return secret;
      if (revealed !== '' && text.includes(revealed)) return Secret.around(text);
      isDerived ||= this.#used.flowing.has(variable);
    }
    if (!isDerived || this.#used.literals.has(text) || converter.cameIn(text)) return text;
    return Secret.madeOf(
      text,
      [...secrets.keys()].map((secret) => secret.reveal()),
    );
  }
}

/** The variables of a scope in the form that the library reads: by name, one at a time. */
class Variables extends Map<string, unknown> {
  readonly #scope: Scope;
  readonly #converter: Converter;
  readonly #used: References;

  constructor(scope: Scope, converter: Converter, used: References) {
    super();
    this.#scope = scope;
    this.#converter = converter;
    this.#used = used;
  }

  override get(name: string): unknown {
    const value = this.#scope.lookup(name);
    if (value !== undefined) return this.#converter.variable(name, value);
    const range = this.#used.variables.get(name);
    if (range === undefined) return undefined;
    throw undefinedVariable(
      { name, scope: this.#scope, offset: range.start },
      ansibleVariable([name])?.variable.instead,
      `give it a value, such as with \`-e ${name}=…\`, or write default(${name}, …) or defined(${name}).`,
    );
  }
}

function parse(source: string, advise: Advise): ParseResult {
  const trimmed = source.trimStart();
  if (source.length > MAX_LENGTH)
    throw new Fault({ code: 'expression-syntax', what: `The expression is too long: ${source.length} characters` });
  if (trimmed === '')
    throw new Fault({
      code: 'expression-syntax',
      what: 'The expression is empty',
      remedy: 'Write an expression, or remove the keyword.',
    });
  if (trimmed.startsWith('{{')) {
    throw new Fault(
      {
        code: 'expression-syntax',
        what: 'Conditions are bare CEL, without braces',
        remedy: advise(source) ?? 'Write the expression itself: x == "y", not {{x}} == "y".',
      },
      source.length - trimmed.length,
      2,
    );
  }
  refuseComment(source, advise);
  try {
    return parseCel(source);
  } catch (error) {
    throw toFault(error, { source, advise, missing: undefined });
  }
}

/**
 * CEL begins a comment with two slashes: everything after the division operator of Python would be ignored silently.
 */
function refuseComment(source: string, advise: Advise): void {
  const at = blankStrings(source).indexOf('//');
  if (at < 0) return;
  const remedy =
    advise(source) ?? 'Divide by /: of whole numbers it gives the whole part. A comment begins with the # of YAML.';
  throw new Fault({ code: 'expression-syntax', what: '// is not an operator here', remedy }, at, 2);
}

/** Reports constants of Python and variables of Ansible, which would otherwise look like undefined variables. */
function refuseForeignNames(source: string, { variables, paths }: References, advise: Advise): void {
  for (const [name, { start, end }] of variables) {
    const constant = PYTHON_CONSTANTS.get(name);
    if (constant === undefined) continue;
    const remedy = advise(source) ?? `Write ${constant}.`;
    throw new Fault(
      { code: 'expression-syntax', what: `${name} is written ${constant} here`, remedy },
      start,
      end - start,
    );
  }
  for (const { names, start, end } of paths) {
    const fault = ansibleNameFault(names, () => advise(source));
    if (fault === undefined) continue;
    fault.offset = start;
    fault.length = end - start;
    throw fault;
  }
}

/**
 * Returns a Fault if the name is a variable of Ansible that runbook does not have. `advise` returns the correction of
 * the whole expression.
 */
export function ansibleNameFault(names: readonly string[], advise: () => string | undefined): Fault | undefined {
  const found = ansibleVariable(names);
  if (found === undefined || found.variable.isAccepted === true || found.variable.isHere === true) return undefined;
  const { path, instead } = found.variable;
  const remedy = path === undefined ? undefined : advise();
  const name = names.slice(0, found.length).join('.');
  return new Fault({
    code: 'ansible-variable',
    what: `There is no variable "${name}": it is Ansible's`,
    why: remedy === undefined ? undefined : instead,
    remedy: path === undefined ? instead : (remedy ?? `Write ${path}. ${instead}`),
  });
}

/** Returns whether the text is a valid expression that can be right for some values. */
export function isExpression(text: string): boolean {
  try {
    compile(text, () => undefined);
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

interface Mistaken {
  readonly source: string;
  readonly advise: Advise;
  readonly missing: Missing;
}

function toFault(error: unknown, { source, advise, missing }: Mistaken): unknown {
  if (error instanceof ArgumentFault) {
    const { message: what, remedy } = error;
    const isMissing = error instanceof NothingThere;
    return new Fault({ code: 'expression-value', what, remedy, isMissing }, 0, source.length);
  }
  if (!(error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError)) return error;
  const { start, end } = error.range ?? { start: 0, end: source.length };
  const length = Math.max(1, end - start);
  if (/\bOmitted\b/.test(error.summary)) {
    const { message, remedy } = omitHasNoValue();
    return new Fault({ code: 'expression-value', what: message, remedy }, start, length);
  }
  if (error instanceof ParseError) return syntaxFault({ summary: error.summary, start, length }, source, advise);
  switch (error.code) {
    case 'no_such_key':
      return missingKey(error, source, missing);
    case 'no_matching_overload':
      return new Fault({ code: 'expression-type', ...noFunction(error.summary, () => advise(source)) }, start, length);
    case 'index_out_of_bounds':
      return missingItem(error, source);
    case 'invalid_macro_argument':
      return new Fault(
        {
          code: 'expression-type',
          what: error.summary,
          remedy: 'has() takes a member, as in has(x.y); for a variable write defined(x).',
        },
        start,
        length,
      );
    default:
      return new Fault(
        { code: 'expression-type', what: sentence(plainTypes(error.summary)), remedy: typeRemedy(error.summary) },
        start,
        length,
      );
  }
}
