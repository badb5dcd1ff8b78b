import { MADE, MADE_MAP } from './jinja-alias.ts';
import { filterNode, joinedLists, textNode } from './jinja-build.ts';
import type { Given, Jinja, JinjaOf } from './jinja-expression.ts';
import type { TemplateNode, TemplateNodeOf } from './jinja-template.ts';

/** The items that a statement adds to the end of the list of this name, or to the pairs of the map of this name. */
export interface Added {
  readonly name: string;
  readonly mark: typeof MADE | typeof MADE_MAP;
  readonly items: Jinja;
  /** The value that becomes an item, so that a later change of it would change the item too. */
  readonly shared: Jinja | undefined;
}

/**
 * Returns what a statement adds to a list or a map: `{% set _ = xs.append(x) %}`, `{% set _ = xs.extend(ys) %}`,
 * `{% set _ = m.update({k: v}) %}`, or `{% set ns.xs = ns.xs + ys %}` for a member of a namespace. Undefined for any
 * other statement.
 */
export function addedBy({ name, value }: TemplateNodeOf<'set'>): Added | undefined {
  if (name.includes('.')) {
    const [first, ...added] = summed(value);
    if (first === undefined || added.length === 0 || pathOf(first) !== name) return undefined;
    return { name, mark: MADE, items: joinedLists(added), shared: undefined };
  }
  if (value.kind !== 'call' || value.callee.kind !== 'member' || value.callee.key.kind !== 'text') return undefined;
  const path = pathOf(value.callee.of);
  const [given, ...more] = value.given.plain;
  if (path === undefined || more.length > 0) return undefined;
  if (value.callee.key.value === 'update') return updatedBy(path, value.given);
  if (given === undefined || value.given.named.size > 0) return undefined;
  if (value.callee.key.value === 'extend') return { name: path, mark: MADE, items: given, shared: undefined };
  if (value.callee.key.value !== 'append') return undefined;
  return { name: path, mark: MADE, items: { kind: 'list', items: [given] }, shared: given };
}

/** Returns what `m.update({"a": 1})`, `m.update(other)` or `m.update(a=1)` adds to the pairs of a map. */
function updatedBy(name: string, { plain: [given], named }: Given): Added | undefined {
  if ((given === undefined) === (named.size === 0)) return undefined;
  if (given !== undefined && given.kind !== 'map')
    return { name, mark: MADE_MAP, items: filterNode(given, 'dict2items'), shared: given };
  const whole: JinjaOf<'map'> = given ?? {
    kind: 'map',
    entries: [...named].map(([key, value]) => [textNode(key), value]),
  };
  return { name, mark: MADE_MAP, items: pairsOfMap(whole), shared: whole };
}

export function pairsOfMap({ entries }: JinjaOf<'map'>): Jinja {
  return {
    kind: 'list',
    items: entries.map(([key, value]) => ({
      kind: 'map',
      entries: [
        [textNode('key'), key],
        [textNode('value'), value],
      ],
    })),
  };
}

/** Returns the name whose value a statement changes. */
export function changedName(node: TemplateNodeOf<'set'>): string {
  return addedBy(node)?.name ?? node.name;
}

/** Returns the operands of a sum, from left to right. */
export function summed(node: Jinja): readonly Jinja[] {
  return node.kind === 'binary' && node.operator === '+' ? [...summed(node.left), node.right] : [node];
}

/** Returns the name of a variable, or of a member of a namespace with its dot; undefined for other expressions. */
export function pathOf(node: Jinja): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind !== 'member' || node.of.kind !== 'name' || node.key.kind !== 'text') return undefined;
  return `${node.of.name}.${node.key.value}`;
}

/** Returns the names outside of the nodes whose values the nodes change: lists they add to, members of namespaces. */
export function changedIn(nodes: readonly TemplateNode[], outer: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const own = new Set(outer);
  const changed = new Set<string>();
  for (const node of nodes) {
    if (node.kind === 'set') {
      const name = changedName(node);
      const isChange = name !== node.name || name.includes('.');
      if (isChange && !own.has(name) && !own.has(name.split('.')[0] ?? '')) changed.add(name);
      if (!isChange) own.add(name);
    } else if (node.kind === 'setText') own.add(node.name);
    for (const body of bodiesOf(node)) for (const name of changedIn(body, own)) changed.add(name);
  }
  return changed;
}

function bodiesOf(node: TemplateNode): readonly (readonly TemplateNode[])[] {
  switch (node.kind) {
    case 'if':
      return [...node.branches.map(({ body }) => body), node.otherwise];
    case 'for':
      return [node.body, node.otherwise];
    case 'with':
    case 'filter':
    case 'macro':
    case 'setText':
      return [node.body];
    case 'set':
    case 'text':
    case 'output':
    case 'comment':
      return [];
    default:
      return node satisfies never;
  }
}

/** Returns whether nodes show nothing, whatever the values are: they only set names. */
export function showsNothing(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => {
    if (node.kind === 'set' || node.kind === 'setText' || node.kind === 'comment') return true;
    return (node.kind === 'if' || node.kind === 'for') && bodiesOf(node).every(showsNothing);
  });
}

/** Returns the nodes without the statements that change these names. */
export function withoutChanges(nodes: readonly TemplateNode[], names: ReadonlySet<string>): readonly TemplateNode[] {
  if (names.size === 0) return nodes;
  const inner = (body: readonly TemplateNode[]): readonly TemplateNode[] => withoutChanges(body, names);
  return nodes.flatMap((node): readonly TemplateNode[] => {
    if (node.kind === 'set') return names.has(changedName(node)) ? [] : [node];
    if (node.kind === 'for') return [{ ...node, body: inner(node.body), otherwise: inner(node.otherwise) }];
    if (node.kind !== 'if') return [node];
    const branches = node.branches.map((branch) => ({ ...branch, body: inner(branch.body) }));
    return [{ ...node, branches, otherwise: inner(node.otherwise) }];
  });
}

/** Returns whether the nodes set the name themselves. */
export function isSetIn(nodes: readonly TemplateNode[], name: string): boolean {
  return nodes.some(
    (node) =>
      ((node.kind === 'set' || node.kind === 'setText') && node.name === name) ||
      bodiesOf(node).some((body) => isSetIn(body, name)),
  );
}
