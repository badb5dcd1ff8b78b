import type { MapEntry, Node } from '../values/base/node.ts';
import { type Compiled, compileNode } from '../values/compiled.ts';
import { variableNode } from '../values/hidden-node.ts';
import type { Layer } from '../values/scope.ts';
import { isNull, nodeKind } from './base/fields.ts';
import type { ProblemCollector } from './base/problem-collector.ts';
import { variableNameFault } from './base/variable-name-fault.ts';

/** Reads a map of variables as a layer. `origin` names the file for explanations of a value. */
export function readVariables(node: Node, level: Layer['level'], origin: string, problems: ProblemCollector): Layer {
  if (isNull(node)) return { level, origin, variables: new Map() };
  if (node.kind === 'map') return compileVariables(node.entries, level, origin, problems);
  problems.add({
    code: 'wrong-type',
    what: `Variables must be a map, and this is ${nodeKind(node)}`,
    place: node.place,
    remedy: 'Write one name: value on each line.',
  });
  return { level, origin, variables: new Map() };
}

/** Compiles the variables of one map. Wrong names and templates are reported, and such variables are left out. */
export function compileVariables(
  entries: readonly MapEntry[],
  level: Layer['level'],
  origin: string,
  problems: ProblemCollector,
): Layer {
  const variables = new Map<string, Compiled>();
  for (const entry of entries) {
    checkVariableName(entry.key, entry.keyPlace, problems);
    const compiled = problems.attempt(() => compileNode(variableNode(entry.key, entry.value)));
    if (compiled !== undefined) variables.set(entry.key, compiled);
  }
  return { level, origin, variables };
}

/** Reports a name that expressions cannot use, or that runbook itself sets. */
export function checkVariableName(name: string, place: MapEntry['keyPlace'], problems: ProblemCollector): void {
  const fault = variableNameFault(name, place);
  if (fault !== undefined) problems.take(fault);
}
