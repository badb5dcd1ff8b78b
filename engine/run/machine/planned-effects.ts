import type { Request } from '../../resources/base/resource.ts';
import { type Decider, withDecider } from '../base/decider.ts';
import type { Laid, View } from './view.ts';

/** A step that cannot be planned: it may change anything, and most likely these states, and what its command names. */
export interface UnknownStep {
  readonly requests: readonly Request[];
  readonly names: readonly string[];
  readonly decider: Decider;
}

/** In a plan: the effects of the planned changes of one host, for the views of all its users. */
export class PlannedEffects {
  readonly #laid: Laid[] = [];
  readonly #unknown: UnknownStep[] = [];
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

  /** Records a step that cannot be planned. */
  layUnknown(unknown: UnknownStep, views: Iterable<View>): void {
    const { names, decider, requests } = unknown;
    const all = [...views];
    this.lay({ predictions: [], touches: 'everything', names, certainty: 'certain', decider }, all);
    this.#unknown.push(unknown);
    for (const view of all) view.leaveOpen(requests, decider);
  }

  /** Lays all effects so far over the view of a user who comes late. */
  replay(view: View): void {
    for (const laid of this.#laid) view.lay(laid);
    for (const { requests, decider } of this.#unknown) view.leaveOpen(requests, decider);
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
