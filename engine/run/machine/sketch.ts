import type { Prediction, Request, Seen } from '../../resources/base/resource.ts';
import type { View } from './view.ts';

/** What is known of one thing in a sketch. */
export interface Sketched {
  readonly state: unknown;
  /**
   * `predicted`: a change of the sketch is about this thing. `followed`: the state follows from changes of other things.
   */
  readonly origin: 'seen' | 'followed' | 'predicted';
  /** True if a change of the sketch may have touched the thing in an unknown way. */
  readonly isOpen: boolean;
}

interface Drawn extends Sketched {
  /** Number of predictions that the state contains. */
  readonly upTo: number;
}

/**
 * The states of a host as they will be after changes that are not made yet: what the view has seen, with the predictions
 * of these changes. The view stays as it is.
 */
export class Sketch {
  readonly #view: View;
  readonly #laid: Prediction[] = [];
  readonly #drawn = new Map<string, Drawn>();
  /** For the plan of a task whose requests are all known. */
  readonly seen: Seen;

  constructor(view: View) {
    this.#view = view;
    this.seen = {
      of: <Detail, State>(request: Request<Detail, State>): State => {
        const known = this.of(request);
        if (known === undefined) throw new Error(`nothing is known of ${request.key}: it was not observed`);
        return known.state as State;
      },
      certainty: (request) => (this.of(request)?.isOpen === false ? 'certain' : 'after_change'),
    };
  }

  /** Adds the predictions of a change. */
  lay(predictions: readonly Prediction[]): void {
    this.#laid.push(...predictions);
  }

  /** Returns the state for a request; undefined if the host must be asked. */
  of(request: Request): Sketched | undefined {
    const fresh = this.#view.fresh(request);
    if (fresh === undefined) return undefined;
    const before: Drawn = this.#drawn.get(request.key) ?? { state: fresh, origin: 'seen', isOpen: false, upTo: 0 };
    let now: Sketched = before;
    for (const prediction of this.#laid.slice(before.upTo)) now = after(now, request, prediction);
    const drawn: Drawn = { ...now, upTo: this.#laid.length };
    this.#drawn.set(request.key, drawn);
    return drawn;
  }
}

/** Returns what is known of a thing after one more change. */
function after(before: Sketched, { key, id, kind }: Request, prediction: Prediction): Sketched {
  if (prediction.request.key === key) return { state: prediction.state, origin: 'predicted', isOpen: false };
  const decided = kind.decided?.(id, prediction);
  if (decided !== undefined) return { state: decided, origin: 'followed', isOpen: false };
  const state = kind.after?.(before.state, id, prediction);
  if (state === undefined) return before;
  // The same state: it may have changed unseen, so a play looks again.
  return state === 'stale' || state === before.state
    ? { ...before, isOpen: true }
    : { state, origin: before.origin === 'predicted' ? 'predicted' : 'followed', isOpen: before.isOpen };
}
