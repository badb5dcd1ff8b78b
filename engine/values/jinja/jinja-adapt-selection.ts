import type { AdaptFilter } from './jinja-adapting.ts';
import { binaryNode, constantNode, filterNode, ITEM, methodNode, numberNode, textNode } from './jinja-build.ts';
import type { Jinja } from './jinja-expression.ts';

/** Adapts select, reject, selectattr or rejectattr. The test that the argument names is adapted for one item. */
export const selecting =
  (isByAttribute: boolean, isReject: boolean): AdaptFilter =>
  (adapter, { of, given }) => {
    if (given.named.size > 0) return undefined;
    const [attribute] = isByAttribute ? given.plain : [];
    if (isByAttribute && attribute?.kind !== 'text') return undefined;
    const [test, ...operands] = isByAttribute ? given.plain.slice(1) : given.plain;
    if (test !== undefined && test.kind !== 'text') return undefined;
    const item = attribute?.kind === 'text' ? memberAt(attribute.value) : ITEM;
    const asked: Jinja =
      test === undefined
        ? item
        : {
            kind: 'test',
            of: item,
            name: test.value.split('.').at(-1) ?? '',
            given: { plain: operands, named: new Map() },
            isNegated: false,
          };
    const condition = adapter.condition(asked);
    return methodNode(
      adapter.value(of),
      'filter',
      ITEM,
      isReject ? { kind: 'unary', operator: 'not', of: condition } : condition,
    );
  };

function memberAt(dotted: string): Jinja {
  return dotted
    .split('.')
    .reduce<Jinja>(
      (of, key) => ({ kind: 'member', of, key: /^\d+$/.test(key) ? { kind: 'number', text: key } : textNode(key) }),
      ITEM,
    );
}

/**
 * Adapts `map`: by an attribute (`map(attribute='a.b')`), by `extract`, or by a filter for each item. Undefined if
 * there is no counterpart with these arguments.
 */
export const mapping: AdaptFilter = (adapter, node) => {
  const { of, given } = node;
  const attribute = given.named.get('attribute');
  const [name, ...operands] = given.plain;
  if (attribute !== undefined) {
    if (attribute.kind !== 'text') return undefined;
    const fallbackValue = given.named.get('default');
    if (fallbackValue === undefined && adapter.options.target === 'handlebars')
      return { ...node, of: adapter.value(of) };
    const item = memberAt(attribute.value);
    const read = fallbackValue === undefined ? item : filterNode(item, 'default', adapter.value(fallbackValue));
    return methodNode(adapter.value(of), 'map', ITEM, read);
  }
  if (name?.kind !== 'text') return undefined;
  if (name.value === 'extract') return { ...node, of: adapter.value(of), given: adapter.given(given) };
  const inner: Jinja = {
    kind: 'filter',
    of: ITEM,
    name: name.value.split('.').at(-1) ?? '',
    given: { plain: operands, named: given.named },
  };
  return methodNode(adapter.value(of), 'map', ITEM, adapter.value(inner));
};

/**
 * Adapts a list that is made from each item of another list. If each item makes at most one item: a filter and a map.
 * Otherwise: a map, made flat.
 */
export const makingForEach: AdaptFilter = (adapter, { of, given }) => {
  const [item, made] = given.plain;
  if (item === undefined || made === undefined) return undefined;
  return adapter.inCel((inner) => {
    const items = inner.value(filterNode(of, 'list'));
    const { conditions, one } = onlyIf(made);
    const kept = conditions === undefined ? items : methodNode(items, 'filter', item, inner.condition(conditions));
    const [only, ...more] = one.kind === 'list' ? one.items : [];
    if (only === undefined || more.length > 0)
      return methodNode(methodNode(kept, 'map', item, inner.value(one)), 'flatten', numberNode(1), constantNode(false));
    const isItem = only.kind === 'name' && item.kind === 'name' && only.name === item.name;
    return isItem ? kept : methodNode(kept, 'map', item, inner.value(only));
  });
};

/** Separates a list from its conditions. The list is empty if a condition is not met. */
function onlyIf(made: Jinja): { readonly conditions: Jinja | undefined; readonly one: Jinja } {
  if (made.kind !== 'choice' || !isEmptyList(made.no)) return { conditions: undefined, one: made };
  const { conditions, one } = onlyIf(made.yes);
  return { conditions: conditions === undefined ? made.condition : binaryNode('and', made.condition, conditions), one };
}

function isEmptyList(node: Jinja | undefined): boolean {
  return node?.kind === 'list' && node.items.length === 0;
}
