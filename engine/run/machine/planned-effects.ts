import type { Request } from '../../resources/base/resource.ts';
import { type Decider, withDecider } from '../base/decider.ts';
import type { Laid, View } from './view.ts';

/** In a plan: the effects of the planned changes of one host, for the views of all its users. */
export class PlannedEffects {
  readonly #laid: Laid[] = [];
  #doubters: readonly Decider[] = [];

  /** The steps so far that may have changed anything. */
  get doubters(): readonly Decider[] {
    return this.#doubters;
  }

  /** Returns the steps so far that may create an account of that name. */
  mayBring(account: string): readonly Decider[] {
    const bringing = this.#laid.filter(({ predictions }) =>
      predictions.some(({ request }) => bringsAccount(request, account)),
    );
    return [...bringing.map(({ decider }) => decider), ...this.#doubters];
  }

  /** Records the predicted effects of a change, and lays them over these views. */
  lay(laid: Laid, views: Iterable<View>): void {
    this.#laid.push(laid);
    for (const view of views) view.lay(laid);
    if (laid.touches === 'everything') this.#doubters = withDecider(this.#doubters, laid.decider);
  }

  /** Lays all effects so far over the view of a user who comes late. */
  replay(view: View): void {
    for (const laid of this.#laid) view.lay(laid);
  }
}

/**
 * Returns whether the request may create the account: packages create accounts, and a unit may make a service start
 * that knows some.
 */
function bringsAccount({ kind, id }: Request, account: string): boolean {
  if (kind.name === 'user') return id === account;
  return (
    kind.name === 'package' ||
    kind.name === 'unit' ||
    kind.name === 'init_service' ||
    (kind.name === 'file' && id === '/etc/passwd')
  );
}
