import type { ASTNode } from '@marcbachmann/cel-js';
import { typeNames } from '../base/variable-name.ts';
import { BOUNDED_MATCHES } from './cel-environment.ts';

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

export interface References {
  /** Free variables, each with the range of its first use. */
  readonly variables: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
  /** Those whose value may become part of the result, not only decide over it. */
  readonly flowing: ReadonlySet<string>;
  /** Text that is written in the expression itself. */
  readonly literals: ReadonlySet<string>;
  /** Fixed paths from a variable on, such as `a.b["c"]`, each as long as it is. */
  readonly paths: readonly { readonly names: readonly string[]; readonly start: number; readonly end: number }[];
  /** Where a type's name is used as if it were a variable. */
  readonly typeAsVariable: { readonly name: string; readonly start: number; readonly end: number } | undefined;
}

const DECIDING_METHODS: ReadonlySet<string> = new Set([
  'all',
  'exists',
  'exists_one',
  'startsWith',
  'endsWith',
  'contains',
  BOUNDED_MATCHES,
  'size',
  'hasValue',
]);
const DECIDING_FUNCTIONS: ReadonlySet<string> = new Set([
  'has',
  'defined',
  'size',
  'semver',
  'cidrContains',
  'cidrOverlaps',
]);

/** What a parsed expression refers to. The macros' own variables are not counted. */
export function collectReferences(root: ASTNode): References {
  const variables = new Map<string, { start: number; end: number }>();
  const flowing = new Set<string>();
  const literals = new Set<string>();
  const paths: { names: readonly string[]; start: number; end: number }[] = [];
  let typeAsVariable: References['typeAsVariable'];

  const visit = (node: ASTNode, bound: ReadonlySet<string>, flows: boolean, isInPath = false): void => {
    const names = isInPath ? undefined : pathOf(node);
    if (names !== undefined && !bound.has(names[0] ?? '')) paths.push({ names, start: node.start, end: node.end });
    switch (node.op) {
      case 'id': {
        const name = node.args;
        if (bound.has(name) || typeNames.has(name)) return;
        if (!variables.has(name)) variables.set(name, { start: node.start, end: node.end });
        if (flows) flowing.add(name);
        return;
      }
      case 'value':
        if (typeof node.args === 'string') literals.add(node.args);
        return;
      case '.':
      case '.?': {
        const [object] = node.args;
        noteType(object, bound);
        visit(object, bound, flows, names !== undefined || isInPath);
        return;
      }
      case '[]':
      case '[?]':
        noteType(node.args[0], bound);
        visit(node.args[0], bound, flows, names !== undefined || isInPath);
        visit(node.args[1], bound, false);
        return;
      case 'call': {
        const [name, operands] = node.args;
        for (const operand of operands) visit(operand, bound, flows && !DECIDING_FUNCTIONS.has(name));
        return;
      }
      case 'rcall':
        visitMethod(node.args, bound, flows);
        return;
      case 'list':
        for (const item of node.args) visit(item, bound, flows);
        return;
      case 'map':
        for (const [key, item] of node.args) {
          visit(key, bound, flows);
          visit(item, bound, flows);
        }
        return;
      case '?:':
        visit(node.args[0], bound, false);
        visit(node.args[1], bound, flows);
        visit(node.args[2], bound, flows);
        return;
      case '!_':
      case '-_':
        visit(node.args, bound, flows && node.op === '-_');
        return;
      case '&&':
      case '||':
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case 'in':
        for (const operand of node.args) visit(operand, bound, false);
        return;
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      default:
        for (const operand of node.args) visit(operand, bound, flows);
    }
  };

  const noteType = (node: ASTNode, bound: ReadonlySet<string>): void => {
    if (node.op !== 'id' || bound.has(node.args) || node.args === 'cel' || node.args === 'optional') return;
    if (typeNames.has(node.args)) typeAsVariable ??= { name: node.args, start: node.start, end: node.end };
  };

  const visitMethod = (
    call: readonly [string, ASTNode, ASTNode[]],
    bound: ReadonlySet<string>,
    flows: boolean,
  ): void => {
    const [method, receiver, operands] = call;
    const [first, ...rest] = operands;
    const isBind = method === 'bind' && receiver.op === 'id' && receiver.args === 'cel';
    const isMacro = first?.op === 'id' && ((MACROS.has(method) && operands.length > 1) || isBind);
    const stillFlows = flows && !DECIDING_METHODS.has(method);
    noteType(receiver, bound);
    visit(receiver, bound, stillFlows);
    if (!isMacro) {
      for (const operand of operands) visit(operand, bound, stillFlows);
      return;
    }
    const inner = new Set(bound).add(first.args);
    if (isBind && rest[0] !== undefined) visit(rest.shift() ?? first, bound, stillFlows);
    for (const operand of rest) visit(operand, inner, stillFlows);
  };

  visit(root, new Set(), true);
  return { variables, flowing, literals, paths, typeAsVariable };
}

/** The names of `a.b["c"]`; undefined where a step is computed, or what it begins with is. */
export function pathOf(node: ASTNode): readonly string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op === '.') {
    const before = pathOf(node.args[0]);
    return before === undefined ? undefined : [...before, node.args[1]];
  }
  if (node.op !== '[]') return undefined;
  const [object, key] = node.args;
  const before = key.op === 'value' && typeof key.args === 'string' ? pathOf(object) : undefined;
  return before === undefined || key.op !== 'value' ? undefined : [...before, String(key.args)];
}
