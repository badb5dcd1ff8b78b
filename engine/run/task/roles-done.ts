import type { Role } from '../../playbook/base/play.ts';

/** The result of a step: `unknown` if a plan cannot know whether it runs. */
export type StepDone = 'done' | 'skipped' | 'unknown';

/**
 * Records which uses of roles have done something on a host in a play. Of equal uses (`Role.sameAs`) one is enough: if
 * a condition kept the first one from doing anything, the next one runs.
 */
export class RolesDone {
  readonly #first = new Map<string, { readonly role: Role; readonly done: 'done' | 'unknown' }>();

  /** Returns whether another use of the role has done the same; `unknown` if a plan cannot know. */
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
