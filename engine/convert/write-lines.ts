import type { Draft } from './base/draft.ts';
import type { Entry } from './base/yaml-source.ts';
import type { Standing } from './scalars.ts';

/** Replaces the value of the entry with a map. `lines`: its entries, each as YAML on one line, or a comment. */
export function writeLines(entry: Entry, lines: readonly string[], { isFlow }: Standing, draft: Draft): void {
  const { source } = draft;
  const from = source.colonEnd(entry);
  const to = source.entryEnd(entry);
  if (isFlow) {
    draft.replace(from, to, ` {${lines.join(', ')}}`);
    return;
  }
  const indentation = ' '.repeat(source.column(entry.keyNode.range[0]) + 2);
  const end = source.text[to - 1] === '\n' ? '\n' : '';
  draft.replace(from, to, `${lines.map((line) => `\n${indentation}${line}`).join('')}${end}`);
}
