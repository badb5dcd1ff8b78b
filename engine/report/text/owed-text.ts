import type { Debt } from '../../run/base/owed.ts';
import { safeLine } from './safe-text.ts';

/** The handlers that a host owes, and what pays them: a text for each playbook that owes any. */
export function owedTexts(debts: readonly Debt[]): readonly string[] {
  const byPlaybook = new Map<string | undefined, Set<string>>();
  for (const { playbook, handler } of debts) {
    const names = byPlaybook.get(playbook);
    if (names === undefined) byPlaybook.set(playbook, new Set([handler]));
    else names.add(handler);
  }
  return [...byPlaybook].map(([playbook, names]) => {
    const who = playbook === undefined ? 'the next play with these handlers' : `the next play of ${safeLine(playbook)}`;
    return `${[...names].map(safeLine).join(', ')}: ${who} runs them`;
  });
}
