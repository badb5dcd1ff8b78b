import type { AdaptFilter } from './jinja-adapting.ts';
import { filterNode, ITEM, methodNode, textNode } from './jinja-build.ts';
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
