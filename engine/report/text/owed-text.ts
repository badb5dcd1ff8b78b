import type { Debt } from '../../run/base/owed.ts';
import { safeLine } from './safe-text.ts';

/** Returns the owed handlers of a host and what runs them: one text per playbook that owes any. */
export function owedTexts(debts: readonly Debt[]): readonly string[] {
  const byPlaybook = new Map<string | undefined, Set<string>>();
  for (const { playbook, handler } of debts) {
    const names = byPlaybook.get(playbook) ?? new Set();
    // A playbook has the place of its last debt: a recap of many keeps the last ones.
    byPlaybook.delete(playbook);
    byPlaybook.set(playbook, names.add(handler));
  }
  return [...byPlaybook].map(([playbook, names]) => {
    const who = playbook === undefined ? 'the next play with these handlers' : `the next play of ${safeLine(playbook)}`;
    return `${[...names].map(safeLine).join(', ')}: ${who} runs them`;
  });
}
