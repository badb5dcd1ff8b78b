import type { ASTNode } from '@marcbachmann/cel-js';
import { pathOf } from './cel-references.ts';

/**
 * Returns the path of a fact, which begins with `facts`: of this host, or of another one as in `hostvars[h].facts.os`.
 * Returns `undefined` for everything else.
 */
export function factNames(node: ASTNode): readonly string[] | undefined {
  const names = pathOf(node);
  if (names !== undefined) {
    if (names[0] === 'facts') return names;
    return names[0] === 'hostvars' && names[2] === 'facts' ? names.slice(2) : undefined;
  }
  const members: string[] = [];
  let at = node;
  while (at.op === '.') {
    members.unshift(at.args[1]);
    [at] = at.args;
  }
  const isOfHost = at.op === '[]' && pathOf(at.args[0])?.join('.') === 'hostvars' && members[0] === 'facts';
  return isOfHost ? members : undefined;
}
