import type { InventoryFlags } from './common-options.ts';

export const GRAPH_FORMATS = ['mermaid', 'dot', 'svg'] as const;

export interface GraphFlags extends InventoryFlags {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly tasks?: true;
  readonly format: (typeof GRAPH_FORMATS)[number];
}
