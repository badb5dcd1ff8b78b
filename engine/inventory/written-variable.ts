import { Problem } from '../errors/problem.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import { Secret } from '../values/base/secret.ts';
import type { Value } from '../values/base/value.ts';
import { type Compiled, compileNode, isCompiled } from '../values/compiled.ts';
import type { Layer } from '../values/scope.ts';

/** A variable of the inventory. It can also be listed as it was written, with unrendered templates. */
export interface WrittenVariable extends Compiled {
  readonly written: () => Value;
  /** The mistake in its template. It is thrown when the value is used, which may be never. */
  readonly mistake?: Problem;
}

/**
 * Compiles a value of the inventory. A mistake in it is not thrown at once: it is thrown if the variable is used, and
 * `mistakesOf` lists it.
 */
export function writtenVariable(node: Node): WrittenVariable {
  const written = (): Value => plainValue(node);
  try {
    return { ...compileNode(node), written };
  } catch (mistake) {
    if (!(mistake instanceof Problem)) throw mistake;
    const { place } = node;
    const refuse = (): never => {
      throw mistake;
    };
    return {
      place,
      references: new Set(),
      literal: undefined,
      resolve: refuse,
      placeOf: () => place,
      written,
      mistake,
    };
  }
}

/** Returns the mistakes in the variables of some layers, including those of variables that are never used. */
export function mistakesOf(layers: readonly Pick<Layer, 'variables'>[]): readonly Problem[] {
  const values = layers.flatMap(({ variables }) => [...variables.values()]);
  return values.flatMap((value) =>
    isCompiled(value) && isWritten(value) && value.mistake !== undefined ? [value.mistake] : [],
  );
}

/** Returns a variable of any layer as it was written; null for a template whose text is not known. */
export function writtenValue(variable: Compiled | Value): Value {
  if (!isCompiled(variable)) return variable;
  return isWritten(variable) ? variable.written() : (variable.literal ?? null);
}

function isWritten(variable: Compiled): variable is WrittenVariable {
  return 'written' in variable;
}

function plainValue(node: Node): Value {
  if (node.kind === 'map') return plainMap(node.entries);
  if (node.kind === 'list') return node.items.map(plainValue);
  return node.renders === 'secret' ? Secret.around(String(node.value)) : node.value;
}

function plainMap(entries: readonly MapEntry[]): Value {
  const map: Record<string, Value> = Object.create(null);
  for (const { key, value } of entries) map[key] = plainValue(value);
  return map;
}
