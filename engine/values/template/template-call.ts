import { Secret } from '../base/secret.ts';
import { type Scope, type Value, isList, isMap, Unknown } from '../base/value.ts';
import { neverEqual } from '../cel/fact-paths.ts';
import { neverHolds, type TextQuestion } from '../cel/fact-texts.ts';
import { compileExpression } from '../expression/expression.ts';
import { findHelper, helperNames } from '../helpers/helper-table.ts';
import { type Helper, callHelper } from '../helpers/helper.ts';
import { isTrue } from '../language/compare.ts';
import { ArgumentFault, Fault, isAboutMissing, NothingThere, UnknownTouched } from '../language/fault.ts';
import { didYouMean } from '../language/suggest.ts';
import type { Frame, Level } from './template-frame.ts';
import { type Evaluate, type PathOptions, compilePath, memberOf, whyNoMember } from './template-path.ts';
import { type Call, jinjaFinding, type SyntaxExpression } from './template-syntax.ts';

/** Compiles an argument or the content of a mustache. */
export function compileSyntaxExpression(expression: SyntaxExpression, options: PathOptions): Evaluate {
  switch (expression.type) {
    case 'PathExpression':
      return compilePath(expression, options);
    case 'SubExpression':
      return compileCall(expression, options);
    case 'NullLiteral':
    case 'UndefinedLiteral':
      return () => null;
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
    default: {
      const { value } = expression;
      return () => value;
    }
  }
}

/**
 * Compiles `name argument … key=argument`. Throws Fault for an unknown helper and for arguments that it cannot take.
 */
export function compileCall(call: Call, options: PathOptions): Evaluate {
  const { source } = options;
  const name = call.path.type === 'PathExpression' ? call.path.original : '';
  const helper = findHelper(name);
  if (helper === undefined) {
    const jinja = jinjaFinding(source, call);
    if (jinja !== undefined) throw source.fault('template-syntax', jinja.what, call, { remedy: jinja.remedy });
    const nearest = didYouMean(name, helperNames());
    throw source.fault('unknown-helper', `There is no helper "${name}"`, call.path, {
      remedy: nearest ?? 'Helpers are listed by `runbook docs --helpers`.',
    });
  }
  checkArguments(call, helper, options);
  checkFacts(call, helper, options);
  return compileSpecial(call, helper, options) ?? compilePlain(call, helper, options);
}

/** Helpers whose arguments by name have names of the author's choice. */
const TAKES_ANY_NAME: ReadonlySet<string> = new Set(['dict', 'expr']);

function checkArguments(call: Call, helper: Helper, { source }: PathOptions): void {
  const [least, most] = helper.arity;
  const count = call.params.length;
  if (count < least || count > most) {
    const wanted = least === most ? String(least) : most === Infinity ? `${least} or more` : `${least} to ${most}`;
    throw source.fault('helper-arguments', `${helper.name} takes ${wanted} arguments, and ${count} are given`, call, {
      remedy: `It is called as in ${helper.example[0]}.`,
    });
  }
  const extra = call.hash?.pairs.find((pair) => !TAKES_ANY_NAME.has(helper.name) && !helper.named?.includes(pair.key));
  if (extra !== undefined)
    throw source.fault('helper-arguments', `${helper.name} takes no argument named "${extra.key}"`, extra, {
      remedy:
        helper.named === undefined || helper.named.length === 0
          ? `Leave it out. It is called as in ${helper.example[0]}.`
          : `It takes ${helper.named.join(', ')}.`,
    });
}

const QUESTIONS: ReadonlyMap<string, TextQuestion> = new Map([
  ['starts_with', 'startsWith'],
  ['ends_with', 'endsWith'],
  ['contains', 'contains'],
]);

type Parameter = Call['params'][number];

function factNamesOf(node: Parameter): readonly string[] | undefined {
  return node.type === 'PathExpression' && node.parts[0] === 'facts' ? node.parts : undefined;
}

function equalityFault(path: Parameter | undefined, value: Parameter | undefined): Fault | undefined {
  const names = path === undefined ? undefined : factNamesOf(path);
  return names === undefined || value === undefined || !('value' in value) ? undefined : neverEqual(names, value.value);
}

/** Reports a comparison of a fact with a value that it can never have. */
function checkFacts(call: Call, { name }: Helper, { source }: PathOptions): void {
  const [left, right] = call.params;
  const report = (fault: Fault | undefined): void => {
    if (fault !== undefined) throw source.fault(fault.details.code, fault.details.what, call, fault.details);
  };
  if (name === 'eq' || name === 'ne') {
    report(equalityFault(left, right));
    report(equalityFault(right, left));
  }
  const question = QUESTIONS.get(name);
  const names = left === undefined ? undefined : factNamesOf(left);
  if (question !== undefined && names !== undefined && right !== undefined && 'value' in right)
    report(typeof right.value === 'string' ? neverHolds(names, question, right.value) : undefined);
  if (name === 'contains' && left?.type === 'SubExpression')
    for (const item of left.params) report(equalityFault(right, item));
}

/**
 * Wraps an evaluation: an ArgumentFault becomes a Fault at the place of the call, and a touched unknown value becomes
 * an unknown result.
 */
function guarded(call: Call, options: PathOptions, evaluate: Evaluate): Evaluate {
  return (frame) => {
    try {
      return evaluate(frame);
    } catch (error) {
      if (error instanceof UnknownTouched) return new Unknown(error.unknown.because);
      if (error instanceof NothingThere && options.isLenient) return undefined;
      if (error instanceof ArgumentFault)
        throw options.source.fault('template-value', error.message, call, { remedy: error.remedy });
      throw error;
    }
  };
}

function compilePlain(call: Call, helper: Helper, options: PathOptions): Evaluate {
  const strict = { ...options, isLenient: false };
  const operands = call.params.map((parameter) => compileSyntaxExpression(parameter, strict));
  const named = (call.hash?.pairs ?? []).map(
    (pair) => [pair.key, compileSyntaxExpression(pair.value, strict)] as const,
  );
  return guarded(call, options, (frame) => {
    const namedValues: Record<string, Value> = Object.create(null);
    for (const [key, evaluate] of named) namedValues[key] = evaluate(frame) ?? null;
    return callHelper(
      helper,
      operands.map((evaluate) => evaluate(frame) ?? null),
      namedValues,
    );
  });
}

function compileSpecial(call: Call, helper: Helper, options: PathOptions): Evaluate | undefined {
  const strict = { ...options, isLenient: false };
  const [first, second, third] = call.params;
  if (first === undefined) return undefined;
  switch (helper.name) {
    case 'and':
      return compileLogic(call, strict, false);
    case 'or':
      return compileLogic(call, strict, true);
    case 'default':
      return compileDefault(call, options);
    case 'defined': {
      const evaluate = compileSyntaxExpression(first, { ...options, isLenient: true });
      return (frame) => {
        const value = evaluate(frame) ?? null;
        return value instanceof Unknown ? new Unknown(value.because) : value !== null;
      };
    }
    case 'expr':
      return options.isLenient ? leniently(compileCel(call, first, strict)) : compileCel(call, first, strict);
    default:
      break;
  }
  if (second === undefined) return undefined;
  if (helper.name === 'lookup') return compileLookup(call, first, second, options);
  if (helper.name !== 'ternary' || third === undefined) return undefined;
  const condition = compileSyntaxExpression(first, strict);
  const whenTrue = compileSyntaxExpression(second, options);
  const whenFalse = compileSyntaxExpression(third, options);
  return guarded(call, options, (frame) => (isTrue(condition(frame) ?? null) ? whenTrue(frame) : whenFalse(frame)));
}

/**
 * Compiles `and` and `or` with three-valued logic: an unknown operand makes the result unknown only if the other
 * operands do not decide it.
 */
function compileLogic(call: Call, options: PathOptions, decisive: boolean): Evaluate {
  const conditions = call.params.map((parameter) => compileSyntaxExpression(parameter, options));
  return guarded(call, options, (frame) => {
    let unknown: Unknown | undefined;
    for (const condition of conditions) {
      const value = condition(frame) ?? null;
      if (value instanceof Unknown) unknown ??= value;
      else if (isTrue(value) === decisive) return decisive;
    }
    return unknown === undefined ? !decisive : new Unknown(unknown.because);
  });
}

function compileDefault(call: Call, options: PathOptions): Evaluate {
  const last = call.params.length - 1;
  const candidates = call.params.map((parameter, index) =>
    compileSyntaxExpression(parameter, { ...options, isLenient: index < last || options.isLenient }),
  );
  return (frame) => {
    let value: Value | undefined;
    for (const candidate of candidates) {
      value = candidate(frame);
      if (value !== undefined && value !== null) return value;
    }
    return value;
  };
}

function compileLookup(call: Call, whole: SyntaxExpression, key: SyntaxExpression, options: PathOptions): Evaluate {
  const evaluateWhole = compileSyntaxExpression(whole, options);
  const evaluateKey = compileSyntaxExpression(key, { ...options, isLenient: false });
  return guarded(call, options, (frame) => {
    const container = evaluateWhole(frame);
    if (container === undefined) return undefined;
    const name = evaluateKey(frame) ?? null;
    for (const value of [container, name]) if (value instanceof Unknown) throw new UnknownTouched(value);
    if (!isMap(container) && !isList(container))
      throw new ArgumentFault(
        'lookup takes a map or a list',
        `${whyNoMember(container)} Write the variable first, and the key after it: {{lookup labels "tier"}}.`,
      );
    const revealed = name instanceof Secret ? name.reveal() : name;
    if (typeof revealed !== 'string' && typeof revealed !== 'number')
      throw new ArgumentFault('The key of a lookup must be text or a number');
    const member = memberOf(container, revealed);
    if (member !== undefined || options.isLenient) return member;
    const shown = name instanceof Secret ? '********' : String(revealed);
    throw options.source.fault('missing-key', `There is no key "${shown}" to look up`, key, {
      why: whyNoMember(container),
      remedy: 'Give a fallback: {{default (lookup x "y") "…"}}.',
    });
  });
}

/** Makes what does not exist give `undefined`. */
function leniently(evaluate: Evaluate): Evaluate {
  return (frame) => {
    try {
      return evaluate(frame);
    } catch (error) {
      if (error instanceof Fault && isAboutMissing(error)) return undefined;
      throw error;
    }
  };
}

/**
 * Compiles `{{expr "CEL"}}`. Its variables are those of the top level, block parameters and, within a block, `item` in
 * place of `this`.
 */
function compileCel(call: Call, text: SyntaxExpression, options: PathOptions): Evaluate {
  const { source } = options;
  if (text.type !== 'StringLiteral' || typeof text.value !== 'string') {
    throw source.fault('template-syntax', 'expr takes a fixed text', text, { remedy: 'Write {{expr "a == b"}}.' });
  }
  const start = source.offset(text.loc.start) + 1;
  const shifted = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      if (error instanceof Fault && error.origin === undefined) {
        error.offset += start;
        error.origin = source.origin;
      }
      throw error;
    }
  };
  const expression = shifted(() => compileExpression(String(text.value)));
  const given = new Map((call.hash?.pairs ?? []).map((pair) => [pair.key, pair]));
  const idle = [...given.values()].find(({ key }) => !expression.references.has(key));
  if (idle !== undefined)
    throw source.fault('helper-arguments', `The expression does not use "${idle.key}"`, idle, {
      remedy: 'Leave it out, or write its name in the expression.',
    });
  const locals = new Map<string, Evaluate>();
  for (const name of expression.references) {
    const pair = given.get(name);
    const local =
      pair === undefined ? localVariable(name, options.level) : compileSyntaxExpression(pair.value, options);
    if (local === undefined) options.refer(name);
    else locals.set(name, local);
  }
  return guarded(call, options, (frame) =>
    shifted(() => expression.evaluate(locals.size === 0 ? frame.scope : new LocalScope(frame, locals))),
  );
}

/** Returns what a CEL name means within blocks: `this`, or a block parameter. */
function localVariable(name: string, level: Level): Evaluate | undefined {
  const up: ((frame: Frame) => Frame)[] = [];
  for (let current: Level | undefined = level; current !== undefined; current = current.outer) {
    const steps = up.length;
    const at = (frame: Frame) => {
      let found = frame;
      for (let step = 0; step < steps && found.outer !== undefined; step++) found = found.outer;
      return found;
    };
    const position = current.blockParameters.indexOf(name);
    if (position === 0 || (name === 'this' && (current.kind === 'each' || current.kind === 'with')))
      return (frame) => at(frame).context;
    if (position === 1) return (frame) => at(frame).loop?.key;
    up.push(at);
  }
  return undefined;
}

class LocalScope implements Scope {
  readonly #frame: Frame;
  readonly #locals: ReadonlyMap<string, Evaluate>;

  constructor(frame: Frame, locals: ReadonlyMap<string, Evaluate>) {
    this.#frame = frame;
    this.#locals = locals;
  }

  lookup(name: string): Value | undefined {
    const local = this.#locals.get(name);
    return local === undefined ? this.#frame.scope.lookup(name) : local(this.#frame);
  }

  names(): readonly string[] {
    return [...this.#locals.keys(), ...this.#frame.scope.names()];
  }
}
