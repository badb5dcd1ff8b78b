import type { Role } from '../../playbook/base/play.ts';

/** What a step came to: `unknown` where a plan cannot tell whether it is done. */
export type StepDone = 'done' | 'skipped' | 'unknown';

/**
 * Which uses of roles have done something on a host in a play. Of uses that are the same (`Role.sameAs`) one is enough:
 * where a condition kept the first one from doing anything, the next one does it.
 */
export class RolesDone {
  readonly #first = new Map<string, { readonly role: Role; readonly done: 'done' | 'unknown' }>();

  /** Whether another use of the role has done what this one does: yes, no, or not known in a plan. */
  isRepeated(role: Role | undefined): boolean | 'unknown' {
    const first = role?.sameAs === undefined ? undefined : this.#first.get(role.sameAs);
    if (first === undefined || first.role === role) return false;
    return first.done === 'done' ? true : 'unknown';
  }

  note(role: Role | undefined, done: StepDone): void {
    if (role?.sameAs === undefined || done === 'skipped') return;
    const first = this.#first.get(role.sameAs);
    if (first === undefined || (first.done === 'unknown' && done === 'done'))
      this.#first.set(role.sameAs, { role, done });
  }
}
