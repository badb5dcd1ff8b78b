import type { MapNode, Node, ScalarNode } from '../../engine/values/base/node.ts';

/** A text of a file that is an expression or may contain templates. */
export interface WrittenText {
  readonly kind: 'condition' | 'text' | 'variable';
  readonly node: ScalarNode;
  readonly text: string;
}

const CONDITIONS: ReadonlySet<string> = new Set(['when', 'until', 'changed_when', 'failed_when']);
const STEPS: ReadonlySet<string> = new Set([
  'block',
  'rescue',
  'always',
  'tasks',
  'pre_tasks',
  'post_tasks',
  'handlers',
]);

/** Returns the conditions and templates of a task or play, without those of its inner tasks. */
export function textsOf(map: MapNode): readonly WrittenText[] {
  return map.entries.flatMap(({ key, value }) => {
    if (STEPS.has(key)) return [];
    return CONDITIONS.has(key) ? within(value, 'condition') : within(value, 'text').filter(isTemplate);
  });
}

/** Returns the templates of a file of variables. */
export function textsOfVariables(nodes: readonly Node[]): readonly WrittenText[] {
  return nodes.flatMap((node) => within(node, 'variable')).filter(isTemplate);
}

function isTemplate({ text }: WrittenText): boolean {
  return text.includes('{{') || text.includes('{%');
}

function within(node: Node, kind: WrittenText['kind']): readonly WrittenText[] {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' ? [{ kind, node, text: node.value }] : [];
    case 'list':
      return node.items.flatMap((item) => within(item, kind));
    case 'map':
      return node.entries.flatMap(({ value }) => within(value, kind));
  }
}
