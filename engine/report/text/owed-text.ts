import type { Debt } from '../../run/base/owed.ts';
import { safeLine } from './safe-text.ts';

/** Returns the owed handlers of a host and what runs them: one text per playbook that owes any. */
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
