import type { ASTNode } from '@marcbachmann/cel-js';
import { typeNames } from '../base/variable-name.ts';
import { BOUNDED_MATCHES } from './cel-environment.ts';
import { sharedInCel } from './cel-shared.ts';

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

export interface References {
  /** Free variables, each with the range of its first use. */
  readonly variables: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
  /**
   * The variables whose value may become part of the result. Variables that only decide between results are not in it.
   */
  readonly flowing: ReadonlySet<string>;
  /** Texts that are literals of the expression. */
  readonly literals: ReadonlySet<string>;
  /** Fixed paths that begin with a variable, such as `a.b["c"]`, each in its full length. */
  readonly paths: readonly { readonly names: readonly string[]; readonly start: number; readonly end: number }[];
  /** A place where the name of a type is used like a variable. */
  readonly typeAsVariable: { readonly name: string; readonly start: number; readonly end: number } | undefined;
}

const DECIDING_OF_HELPERS = sharedInCel.filter(({ isDeciding }) => isDeciding).map(({ name }) => name);

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
  ...DECIDING_OF_HELPERS,
]);
const DECIDING_FUNCTIONS: ReadonlySet<string> = new Set([
  'has',
  'defined',
  'size',
  'semver',
  'cidrContains',
  'cidrOverlaps',
  ...DECIDING_OF_HELPERS,
]);

const DECIDING_OPERATORS: ReadonlySet<string> = new Set(['!_', '&&', '||', '==', '!=', '<', '<=', '>', '>=', 'in']);

/** Collects the variables, paths and literals of a parsed expression. Variables of macros are left out. */
export function collectReferences(root: ASTNode): References {
  const collector = new ReferenceCollector();
  collector.visit(root, { bound: new Set(), flows: true });
  return collector;
}

/** Operators whose operands need a rule of their own. */
const STRUCTURED = ['id', 'value', '.', '.?', '[]', '[?]', 'call', 'rcall', '?:'] as const;
type Structured = Extract<ASTNode, { readonly op: (typeof STRUCTURED)[number] }>;

function isStructured(node: ASTNode): node is Structured {
  return STRUCTURED.some((op) => op === node.op);
}

/** The context of a node. */
interface Surroundings {
  /** Variables of the surrounding macros. */
  readonly bound: ReadonlySet<string>;
  /** True if the value of the node may become part of the result. */
  readonly flows: boolean;
  /** True if the node is part of a path that is recorded as a whole. */
  readonly isInPath?: boolean;
}

class ReferenceCollector implements References {
  readonly variables = new Map<string, { start: number; end: number }>();
  readonly flowing = new Set<string>();
  readonly literals = new Set<string>();
  readonly paths: { names: readonly string[]; start: number; end: number }[] = [];
  typeAsVariable: References['typeAsVariable'];

  visit(node: ASTNode, around: Surroundings): void {
    const { bound, flows, isInPath } = around;
    const names = isInPath === true ? undefined : pathOf(node);
    if (names !== undefined && !bound.has(names[0] ?? '')) {
      this.paths.push({ names, start: node.start, end: node.end });
    }
    if (isStructured(node)) {
      this.#visitStructured(node, names === undefined ? around : { bound, flows, isInPath: true });
      return;
    }
    const stillFlows = flows && !DECIDING_OPERATORS.has(node.op);
    for (const operand of partsOf(node.args)) this.visit(operand, { bound, flows: stillFlows });
  }

  #visitStructured(node: Structured, around: Surroundings): void {
    const { bound, flows } = around;
    switch (node.op) {
      case 'id':
        return this.#visitName(node.args, node, around);
      case 'value':
        if (typeof node.args === 'string') this.literals.add(node.args);
        return undefined;
      case '.':
      case '.?':
        return this.#visitOwner(node.args[0], around);
      case '[]':
      case '[?]':
        this.#visitOwner(node.args[0], around);
        return this.visit(node.args[1], { bound, flows: false });
      case 'call':
        return this.#visitCall(node.args, { bound, flows });
      case 'rcall':
        return this.#visitMethod(node.args, { bound, flows });
      case '?:':
      default:
        this.visit(node.args[0], { bound, flows: false });
        this.visit(node.args[1], { bound, flows });
        return this.visit(node.args[2], { bound, flows });
    }
  }

  #visitCall([name, operands]: readonly [string, ASTNode[]], { bound, flows }: Surroundings): void {
    const stillFlows = flows && !DECIDING_FUNCTIONS.has(name);
    for (const operand of operands) this.visit(operand, { bound, flows: stillFlows });
  }

  #visitName(name: string, { start, end }: ASTNode, { bound, flows }: Surroundings): void {
    if (bound.has(name) || typeNames.has(name)) return;
    if (!this.variables.has(name)) this.variables.set(name, { start, end });
    if (flows) this.flowing.add(name);
  }

  /** Visits the object of a member or method. The name of a type would be a variable there. */
  #visitOwner(node: ASTNode, around: Surroundings): void {
    if (node.op === 'id' && !around.bound.has(node.args) && node.args !== 'cel' && node.args !== 'optional') {
      if (typeNames.has(node.args)) this.typeAsVariable ??= { name: node.args, start: node.start, end: node.end };
    }
    this.visit(node, around);
  }

  #visitMethod([method, receiver, operands]: readonly [string, ASTNode, ASTNode[]], around: Surroundings): void {
    const { bound } = around;
    const [first, ...rest] = operands;
    const isBind = method === 'bind' && receiver.op === 'id' && receiver.args === 'cel';
    const isMacro = first?.op === 'id' && ((MACROS.has(method) && operands.length > 1) || isBind);
    const flows = around.flows && !DECIDING_METHODS.has(method);
    this.#visitOwner(receiver, { bound, flows });
    if (!isMacro) {
      for (const operand of operands) this.visit(operand, { bound, flows });
      return;
    }
    const inner = new Set(bound).add(first.args);
    if (isBind && rest[0] !== undefined) this.visit(rest.shift() ?? first, { bound, flows });
    for (const operand of rest) this.visit(operand, { bound: inner, flows });
  }
}

/**
 * Returns the names of `a.b["c"]`; `undefined` if a step is computed, or if the path does not begin with a variable.
 */
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

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** Returns the direct child nodes in the arguments of a node, at any depth of lists. */
export function partsOf(args: unknown): readonly ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap((part: unknown) => partsOf(part)) : [];
}
