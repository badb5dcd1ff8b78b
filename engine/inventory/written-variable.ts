import type { MapEntry, Node } from '../values/node.ts';
import type { Compiled } from '../values/compiled.ts';
import { compileNode } from '../values/compiled.ts';
import type { Value } from '../values/value.ts';

/** A variable of the inventory, which is also listed as it was written, its templates not rendered. */
export interface WrittenVariable extends Compiled {
  readonly written: () => Value;
}

/** Throws Problem where a template in it cannot be parsed. */
export function writtenVariable(node: Node): WrittenVariable {
  return { ...compileNode(node), written: () => plainValue(node) };
}

/** A variable of any layer as it was written, as far as that is known. */
export function writtenValue(variable: Compiled | Value): Value | undefined {
  return isWritten(variable) ? variable.written() : undefined;
}

function isWritten(variable: Compiled | Value): variable is WrittenVariable {
  return typeof variable === 'object' && variable !== null && 'written' in variable && typeof variable.written === 'function';
}

function plainValue(node: Node): Value {
  if (node.kind === 'map') return plainMap(node.entries);
  return node.kind === 'list' ? node.items.map(plainValue) : node.value;
}

function plainMap(entries: readonly MapEntry[]): Value {
  const map: Record<string, Value> = Object.create(null);
  for (const { key, value } of entries) map[key] = plainValue(value);
  return map;
}
