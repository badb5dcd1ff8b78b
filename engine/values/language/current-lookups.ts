import { type ControllerLookups, type Scope, Unknown } from '../base/value.ts';
import { UnknownTouched } from './fault.ts';

/** The variables and lookups of the template or expression that is being evaluated. */
class Current {
  #lookups: ControllerLookups | undefined;
  #scope: Scope | undefined;

  within<Result>(scope: Scope, work: () => Result): Result {
    const before = { lookups: this.#lookups, scope: this.#scope };
    this.#lookups = scope.lookups ?? before.lookups;
    this.#scope = scope;
    try {
      return work();
    } finally {
      this.#lookups = before.lookups;
      this.#scope = before.scope;
    }
  }

  scope(): Scope {
    if (this.#scope === undefined) throw new UnknownTouched(new Unknown('the variables, which a run has'));
    return this.#scope;
  }

  get(): ControllerLookups {
    if (this.#lookups === undefined) throw new UnknownTouched(new Unknown('the controller, which a run asks'));
    return this.#lookups;
  }
}

const current = new Current();

/** Runs `work` with the lookups of the scope as the current ones. */
export function withLookups<Result>(scope: Scope, work: () => Result): Result {
  return current.within(scope, work);
}

/** Returns the lookups of the current evaluation. Throws UnknownTouched outside of a run. */
export function currentLookups(): ControllerLookups {
  return current.get();
}

/** Returns the variables of the current evaluation. Throws UnknownTouched outside of a template and an expression. */
export function currentScope(): Scope {
  return current.scope();
}
