import type { ASTNode } from '@marcbachmann/cel-js';
import { Problem, type Place } from '../../errors/problem.ts';
import { type Scope, Unknown } from '../base/value.ts';
import { parseCel } from '../cel/cel-environment.ts';
import { mask, maskValue } from '../mask/mask.ts';
import { type Expression, parseExpression } from './expression.ts';

const LONGEST = 200;
const NOWHERE: Place = { file: '', line: 1, column: 1 };
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
/** Functions that test whether a value exists. Their arguments need not exist. */
const ASKING: ReadonlySet<string> = new Set(['has', 'defined', 'default']);

/** Lists the values of the operands of all comparisons, one line each: `result.rc is 1`. Secrets are masked. */
export function explain({ source }: Expression, scope: Scope): readonly string[] {
  const lines = new Set<string>();
  for (const { start, end } of operands(parseCel(source).ast)) {
    const text = source.slice(start, end);
    lines.add(`${text} ${valueOf(text, scope)}`);
  }
  return [...lines];
}

function* operands(node: ASTNode): Generator<{ readonly start: number; readonly end: number }> {
  if (node.op === 'value') return;
  if (node.op === '&&' || node.op === '||') {
    for (const side of node.args) yield* operands(side);
  } else if (node.op === '!_') yield* operands(node.args);
  else if (node.op === 'call' && !ASKING.has(node.args[0])) {
    for (const argument of node.args[1]) yield* operands(argument);
  } else if (node.op === 'rcall') {
    // The body of a macro has no single value: it is evaluated once per item.
    yield* operands(node.args[1]);
  } else if (COMPARISONS.has(node.op) && isPair(node.args)) {
    for (const side of node.args) if (side.op !== 'value') yield side;
  } else yield node;
}

function isPair(args: ASTNode['args']): args is [ASTNode, ASTNode] {
  return Array.isArray(args) && args.length === 2 && args.every((one) => typeof one === 'object' && 'op' in one);
}

function valueOf(text: string, scope: Scope): string {
  try {
    const value = parseExpression(text, NOWHERE).evaluate(scope);
    if (value instanceof Unknown) return 'is not known yet';
    const shown = JSON.stringify(maskValue(value));
    return `is ${shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown}`;
  } catch (error) {
    if (error instanceof Problem) return `is not known: ${mask(error.what)}`;
    throw error;
  }
}
