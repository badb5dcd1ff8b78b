import { type ControllerLookups, type Scope, Unknown } from '../base/value.ts';
import { UnknownTouched } from './fault.ts';

/** The lookups of the template or expression that is being evaluated. */
class Current {
  #lookups: ControllerLookups | undefined;

  within<Result>(lookups: ControllerLookups | undefined, work: () => Result): Result {
    const before = this.#lookups;
    this.#lookups = lookups ?? before;
    try {
      return work();
    } finally {
      this.#lookups = before;
    }
  }

  get(): ControllerLookups {
    if (this.#lookups === undefined) throw new UnknownTouched(new Unknown('the controller, which a run asks'));
    return this.#lookups;
  }
}

const current = new Current();

/** Runs `work` with the lookups of the scope as the current ones. */
export function withLookups<Result>(scope: Scope, work: () => Result): Result {
  return current.within(scope.lookups, work);
}

/** Returns the lookups of the current evaluation. Throws UnknownTouched outside of a run. */
export function currentLookups(): ControllerLookups {
  return current.get();
}
