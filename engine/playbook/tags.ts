import { type Fields, isTemplated, nodeKind } from './base/fields.ts';

/** Reads `tags: a`, `tags: a, b` or a list. */
export function readTags(fields: Fields): ReadonlySet<string> {
  const tags = new Set<string>();
  for (const node of fields.items('tags')) {
    if (
      node.kind !== 'scalar' ||
      (typeof node.value !== 'string' && typeof node.value !== 'number') ||
      isTemplated(node)
    ) {
      const what = isTemplated(node)
        ? 'A tag cannot contain a template'
        : `A tag must be text, and this is ${nodeKind(node)}`;
      fields.wrongNode(node, what, 'Write tags: [one, two].');
      continue;
    }
    for (const tag of (typeof node.value === 'string' ? node.value : node.source).split(',')) {
      if (tag.trim() !== '') tags.add(tag.trim());
    }
  }
  return tags;
}
