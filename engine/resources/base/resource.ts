/**
 * A kind of thing that can be looked at on a host: file, unit, package, user, …
 * Looking never changes the host. One `observe` looks at many things with as few processes as it can.
 * States are plain data (JSON without loss, buffers apart): they are compared, digested into plan files and laid over.
 */
export interface ResourceKind<Detail, State> {
  /** The field's word for it; the first half of every key: `file`. */
  readonly name: string;
  /** True where an id is a digest, which tells people nothing. */
  readonly isNameless?: true;
  /**
   * POSIX shell text that prints what `decode` reads. Runs in a subshell, stdin is /dev/null, umask 022, LC_ALL=C.
   * Every id and detail in it went through `quote`. It exits 0 also where things are absent.
   */
  observe(requests: readonly Request<Detail, State>[]): string;
  /** Reads the standard output of `observe` for the same requests. One state an id; a missing one is a fault. */
  decode(output: Buffer, requests: readonly Request<Detail, State>[]): ReadonlyMap<string, State>;
  /** Whether such a look is over before anybody could end it. Without this method it may take its time. */
  isBrief?(detail: Detail): boolean;
  /** Only changes of other tasks can touch it: behind a task's own change it is not looked at again. */
  readonly isOfOthers?: true;
  /** One detail that serves both askers of the same id: the first one itself where the other asks for nothing more. */
  merge(one: Detail, other: Detail): Detail;
  /** The request as it is made ahead of its task's turn, where all of it would be too much. */
  ahead?(detail: Detail): Detail;
  /** Whether what was seen with one detail tells all that is asked for by another, closer one. */
  suffices?(known: Detail, state: State, asked: Detail): boolean;
  /** A sentence about how the host differs from the prediction, or undefined where it has settled. */
  disagreement(predicted: State, seen: State): string | undefined;
  /** What was seen behind a change that went as predicted, with what only the prediction tells. */
  settled?(predicted: State, seen: State): State;
  /**
   * What is known of one thing after something else on the same host has changed: a new state that follows from it,
   * `stale` where it must be looked at again (in a plan: believed, but no longer certain), the very state where it may
   * have changed and nothing tells (a play looks again, a plan believes it), or undefined where it is untouched.
   * Without this method a change elsewhere never touches this kind.
   */
  after?(state: State, id: string, effect: Prediction): State | 'stale' | undefined;
  /**
   * The state that one thing has behind such a change of another, whatever it was before; undefined where that counts.
   */
  decided?(id: string, effect: Prediction): State | undefined;
}

/** One thing to look at, and how closely. */
export interface Request<Detail = unknown, State = unknown> {
  readonly kind: ResourceKind<Detail, State>;
  readonly id: string;
  readonly detail: Detail;
  /** `kind:id`, unique on a host and privilege. */
  readonly key: string;
}

/** The state that a thing will have after a change. */
export interface Prediction<State = unknown> {
  readonly request: Request<unknown, State>;
  readonly state: State;
}

export function request<Detail, State>(
  kind: ResourceKind<Detail, State>,
  id: string,
  detail: Detail,
): Request<Detail, State> {
  return { kind, id, detail, key: `${kind.name}:${id}` };
}

export function predict<Detail, State>(of: Request<Detail, State>, state: State): Prediction {
  return { request: of, state };
}

/** The predicted state if the prediction is about this kind. */
export function predictedOf<Detail, State>(
  kind: ResourceKind<Detail, State>,
  prediction: Prediction,
): State | undefined {
  return prediction.request.kind.name === kind.name ? (prediction.state as State) : undefined;
}

/** What was observed, or in a plan: what was observed with the predictions laid over it. */
export interface Seen {
  of<Detail, State>(request: Request<Detail, State>): State;
  /** `after_change` where an earlier change of this run may have made it different. Only happens in a plan. */
  certainty(request: Request): 'certain' | 'after_change';
}
