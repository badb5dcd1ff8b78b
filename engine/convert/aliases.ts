import { isAlias, isMap, isSeq } from 'yaml';
import type { Draft } from './base/draft.ts';
import { type YamlNode, type YamlSource, endOf, entriesOf, itemsOf } from './base/yaml-source.ts';

/** Marks each `*name` whose `&name` contains something that is left by hand: the alias repeats it. */
export function markAliases({ roots }: YamlSource, draft: Draft): void {
  const anchors = new Map<string, YamlNode>();
  const uses: { readonly name: string; readonly anchor: number }[] = [];
  const walk = (node: YamlNode | null, anchor: number): void => {
    if (node === null) return;
    if (isAlias(node)) {
      uses.push({ name: node.source, anchor });
      return;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    const isFlow = (isMap(node) || isSeq(node)) && node.flow === true;
    if (isMap(node)) for (const { keyNode, value } of entriesOf(node)) walk(value, isFlow ? anchor : keyNode.range[0]);
    else if (isSeq(node)) for (const item of itemsOf(node)) walk(item, isFlow ? anchor : item.range[0]);
  };
  for (const root of roots) walk(root, root.range[0]);
  for (const { name, anchor } of uses) {
    const node = anchors.get(name);
    const isLeft = node !== undefined && draft.hasLeft(node.range[0], endOf(node));
    if (isLeft && !draft.isMarked(anchor)) draft.mark(anchor, { kind: 'byHand', why: { kind: 'alias', name } });
  }
}
