import { type Aliases, isNamedIn, withAlias, withoutAliases } from './jinja-alias.ts';
import { binaryNode, choiceNode, filterNode, textNode } from './jinja-build.ts';
import type { Jinja } from './jinja-expression.ts';
import type { TemplateNode, TemplateNodeOf } from './jinja-template.ts';
import { lacking } from './jinja-translation.ts';

/** Returns the text of nodes as an expression. Throws NoCounterpart. */
export function textOf(nodes: readonly TemplateNode[], outer: Aliases): Jinja {
  let aliases = outer;
  const parts: Jinja[] = [];
  for (const node of nodes) {
    if (node.kind === 'text') parts.push(textNode(node.text));
    else if (node.kind === 'output') parts.push(withoutAliases(node.expression, aliases));
    else if (node.kind === 'set') aliases = withAlias(aliases, node.name, withoutAliases(node.value, aliases));
    else if (node.kind === 'if') parts.push(choiceOf(node, aliases));
    else if (node.kind !== 'comment') return lacking('statement', `${node.kind} within set`);
  }
  const [first = textNode(''), ...others] = parts;
  return others.reduce(
    (left, right) => binaryNode('~', left, right),
    others.length === 0 && first.kind !== 'text' ? filterNode(first, 'string') : first,
  );
}

function choiceOf({ branches, otherwise }: TemplateNodeOf<'if'>, aliases: Aliases): Jinja {
  return branches.reduceRight<Jinja>(
    (no, { condition, body }) => choiceNode(withoutAliases(condition, aliases), textOf(body, aliases), no),
    textOf(otherwise, aliases),
  );
}

/** Returns whether the expressions of nodes use a name. In an inner loop, `loop` is a different variable. */
export function isUsedIn(nodes: readonly TemplateNode[], name: string): boolean {
  return nodes.some(
    (node) =>
      expressionsOf(node).some((expression) => isNamedIn(expression, name)) ||
      bodiesOf(node, name).some((body) => isUsedIn(body, name)),
  );
}

function expressionsOf(node: TemplateNode): readonly Jinja[] {
  switch (node.kind) {
    case 'output':
      return [node.expression];
    case 'set':
      return [node.value];
    case 'if':
      return node.branches.map((branch) => branch.condition);
    case 'for':
      return [node.loop.list];
    case 'with':
      return node.set.map(([, value]) => value);
    case 'filter':
      return [node.filtered(textNode(''))];
    case 'text':
    case 'comment':
    case 'setText':
    case 'macro':
      return [];
    default:
      return node satisfies never;
  }
}

function bodiesOf(node: TemplateNode, name: string): readonly (readonly TemplateNode[])[] {
  switch (node.kind) {
    case 'if':
      return [...node.branches.map((branch) => branch.body), node.otherwise];
    case 'for':
      return name === 'loop' ? [node.otherwise] : [node.body, node.otherwise];
    case 'setText':
    case 'filter':
    case 'with':
    case 'macro':
      return [node.body];
    case 'text':
    case 'comment':
    case 'output':
    case 'set':
      return [];
    default:
      return node satisfies never;
  }
}
