import { Problem, Problems } from '../errors/problem.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import { variableNameProblem } from '../values/base/variable-name.ts';
import { variableNode } from '../values/hidden-node.ts';
import { type WrittenVariable, writtenVariable } from './written-variable.ts';

/**
 * Reads a map of variables and compiles their values. Throws Problems with all mistakes in it; `otherwise` is the
 * message if the node is not a map.
 */
export function variablesOf(node: Node, otherwise: string): ReadonlyMap<string, WrittenVariable> {
  const variables = new Map<string, WrittenVariable>();
  const problems: Problem[] = [];
  for (const { key, keyPlace, value } of optionalEntries(node, otherwise)) {
    const wrongName = variableNameProblem(key, keyPlace);
    if (wrongName !== undefined) problems.push(wrongName);
    try {
      variables.set(key, writtenVariable(variableNode(key, value)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw new Problems([first, ...rest]);
  return variables;
}

/** Returns the entries of a map; none if the node is empty. Throws Problem. */
export function optionalEntries(node: Node, otherwise: string): readonly MapEntry[] {
  return isEmpty(node) ? [] : entriesOf(node, otherwise);
}

/** Returns the entries of a map. Throws Problem if the node is not a map. */
export function entriesOf(node: Node, otherwise: string): readonly MapEntry[] {
  if (node.kind === 'map') return node.entries;
  throw new Problem({
    code: 'wrong-type',
    what: otherwise,
    place: node.place,
    remedy: 'Write one name: value on each line.',
  });
}

/** Returns whether nothing is written at the place of the node. */
export function isEmpty(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}
