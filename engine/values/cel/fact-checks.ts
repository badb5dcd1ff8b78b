import type { ASTNode } from '@marcbachmann/cel-js';
import { Fault } from '../language/fault.ts';
import { ansibleNeverEqual } from './ansible-fact-checks.ts';
import { partsOf, pathOf } from './cel-references.ts';
import { factNames } from './fact-names.ts';
import { factPathFault, neverEqual } from './fact-paths.ts';
import { otherCase, questionFault } from './fact-texts.ts';

/**
 * Throws the Fault of the first part that can never be right: a fact that does not exist, a comparison that can never
 * be true, or text that is used as a list. `advise` returns the correction of the whole expression.
 */
export function checkParts(node: ASTNode, advise: () => string | undefined): void {
  const names = pathOf(node);
  const facts = factNames(node);
  const fault = facts === undefined ? comparisonFault(node) : factPathFault(facts);
  if (fault !== undefined) {
    const { details } = fault;
    const remedy = details.code === 'expression-type' ? (advise() ?? details.remedy) : details.remedy;
    throw new Fault({ ...details, remedy }, node.start, node.end - node.start);
  }
  if (names === undefined) for (const part of partsOf(node.args)) checkParts(part, advise);
}

/** Members of results that are always text. */
const TEXTS_OF_RESULTS: ReadonlySet<string> = new Set(['stdout', 'stderr']);

function comparisonFault(node: ASTNode): Fault | undefined {
  if (node.op === 'in') return membershipFault(...node.args);
  if (node.op !== '==' && node.op !== '!=') return questionFault(node);
  const [left, right] = node.args;
  return valueFault(left, right) ?? valueFault(right, left);
}

function membershipFault(item: ASTNode, whole: ASTNode): Fault | undefined {
  if (TEXTS_OF_RESULTS.has(pathOf(whole)?.slice(1).at(-1) ?? '')) {
    const what = 'in looks into a list or the keys of a map, and this is text';
    return new Fault({ code: 'expression-type', what, remedy: 'Write r.stdout.contains("a"), not "a" in r.stdout.' });
  }
  if (whole.op !== 'list') return undefined;
  for (const value of whole.args) {
    const fault = valueFault(item, value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Returns a Fault if the value at a path can never equal a fixed value that it is compared with. */
function valueFault(path: ASTNode, value: ASTNode): Fault | undefined {
  if (value.op !== 'value') return undefined;
  const names = factNames(path);
  const ansible = names === undefined ? ansibleNeverEqual(pathOf(path) ?? [], value.args) : undefined;
  if (ansible !== undefined) return ansible;
  return names === undefined ? otherCase(path, value.args) : neverEqual(names, value.args);
}
