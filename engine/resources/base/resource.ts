/**
 * A kind of thing that can be looked at on a host: file, unit, package, user, …
 * Looking never changes the host. One `observe` looks at many things with as few processes as it can.
 * States are plain data (JSON without loss, buffers apart): they are compared, digested into plan files and laid over.
 */
export interface ResourceKind<Detail, State> {
  /** The field's word for it; the first half of every key: `file`. */
  readonly name: string;
  /** True if an id is a digest, which is of no use to people. */
  readonly isNameless?: true;
  /**
   * POSIX shell text that prints what `decode` reads. Runs in a subshell, stdin is /dev/null, umask 022, LC_ALL=C.
   * Every id and detail in it went through `quote`. It exits 0 also where things are absent.
   */
  observe(requests: readonly Request<Detail, State>[]): string;
  /** Reads the standard output of `observe` for the same requests. One state an id; a missing one is a fault. */
  decode(output: Buffer, requests: readonly Request<Detail, State>[]): ReadonlyMap<string, State>;
  /** Whether such a look is over before anybody could end it. Without this method it may take long. */
  isBrief?(detail: Detail): boolean;
  /** Only changes of other tasks can affect it: after a task's own change it is not looked at again. */
  readonly isOfOthers?: true;
  /** One detail that serves both askers of the same id: the first one itself where the other asks for nothing more. */
  merge(one: Detail, other: Detail): Detail;
  /** The request for a look ahead of the task, if the whole request would be too much. */
  ahead?(detail: Detail): Detail;
  /** Whether a state that was seen with one detail also answers a request with another detail. */
  suffices?(known: Detail, state: State, asked: Detail): boolean;
  /** How the host differs from the prediction, as a sentence; undefined if it agrees. */
  disagreement(predicted: State, seen: State): string | undefined;
  /** The state that was seen after a change as predicted, with the facts that only the prediction has. */
  settled?(predicted: State, seen: State): State;
  /**
   * The state of one thing after a change of another thing on the same host: a new state that follows; `stale` if it
   * must be looked at again (in a plan: believed, but no longer certain); the same state if it may have changed unseen
   * (a play looks again, a plan believes it); undefined if the change has no effect. Without this method a change
   * elsewhere never affects this kind.
   */
  after?(state: State, id: string, effect: Prediction): State | 'stale' | undefined;
  /**
   * The state that a thing has after a change of another one, whatever its state was before; undefined if its state
   * before matters.
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
