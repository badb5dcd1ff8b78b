/**
 * A kind of thing on a host: file, unit, package, user, … Looking never changes the host. One `observe` looks at many
 * things with as few processes as possible. States are plain data (JSON without loss, except buffers): they are
 * compared, digested into plan files, and replaced by predictions.
 */
export interface ResourceKind<Detail, State> {
  /** The name of the kind, and the first half of each key: `file`. */
  readonly name: string;
  /** True if an id is a digest, which says nothing to users. */
  readonly isNameless?: true;
  /**
   * Returns POSIX shell text that prints the input of `decode`. It runs in a subshell, or as the last part of the
   * script, with stdin /dev/null, umask 022 and LC_ALL=C. Every id and detail in it must go through `quote`. It exits 0
   * even if things are absent.
   */
  observe(requests: readonly Request<Detail, State>[]): string;
  /**
   * Decodes the standard output of `observe` for the same requests. Returns one state for each id; a missing one is a
   * fault.
   */
  decode(output: Buffer, requests: readonly Request<Detail, State>[]): ReadonlyMap<string, State>;
  /**
   * Returns the folder whose files the state of this id describes. Without this method, the state describes one thing.
   */
  treeOf?(id: string): string;
  /** True if the look ends before anybody could stop it. Without this method it may take long. */
  isBrief?(detail: Detail): boolean;
  /**
   * True if only changes of other tasks can affect the state. Then it is not looked at again after the task's own
   * change.
   */
  readonly isOfOthers?: true;
  /** Returns a detail that serves both requests of the same id: `one` itself if `other` asks for nothing more. */
  merge(one: Detail, other: Detail): Detail;
  /** Returns the detail for a look ahead of the task, if the whole detail would be too much. */
  ahead?(detail: Detail): Detail;
  /** True if a state that was seen with one detail also answers a request with another detail. */
  suffices?(known: Detail, state: State, asked: Detail): boolean;
  /** Returns a sentence that says how the host differs from the prediction; undefined if it agrees. */
  disagreement(predicted: State, seen: State): string | undefined;
  /** Returns the state that was seen after the predicted change, with the facts that only the prediction has. */
  settled?(predicted: State, seen: State): State;
  /**
   * Returns the state of one thing after a change of another thing on the same host:
   * - a new state, if it follows from the change;
   * - `stale`, if it must be looked at again (a plan believes it, but it is no longer certain);
   * - the same state, if it may have changed unseen (a play looks again, a plan believes it);
   * - undefined, if the change has no effect.
   * Without this method, changes of other things never affect this kind.
   */
  after?(state: State, id: string, effect: Prediction): State | 'stale' | undefined;
  /**
   * Returns the state of a thing after a change of another one if it does not depend on the earlier state; otherwise
   * undefined.
   */
  decided?(id: string, effect: Prediction): State | undefined;
  /** How quiet changes of this kind are made together with others. Without it, each is a round trip of its own. */
  readonly together?: Together<State>;
}

/**
 * What a kind knows of changes that go to the host in one script (`run/task/together.ts`). All methods are pure.
 */
export interface Together<State> {
  /**
   * Returns a condition of the shell that holds only if the thing is as predicted. If it does not hold, nothing more is
   * made in the script. Undefined: the shell cannot tell, so the change is made alone.
   */
  proof(id: string, predicted: State): string | undefined;
  /** Returns whether other tasks may be planned with a proven prediction. `user`: who makes the changes. */
  isFirm(predicted: State, user: string): boolean;
  /** Returns whether one script may change the thing a second time. */
  mayChangeAgain(first: State, second: State): boolean;
  /** Returns the state between two such changes, from what was seen after the second one. */
  earlier(first: State, seen: State): State;
}

/** One thing to look at, and how closely. */
export interface Request<Detail = unknown, State = unknown> {
  readonly kind: ResourceKind<Detail, State>;
  readonly id: string;
  readonly detail: Detail;
  /** `kind:id`, unique for a host and privilege. */
  readonly key: string;
}

/** The state that a thing will have after a change. */
export interface Prediction<State = unknown> {
  readonly request: Request<unknown, State>;
  readonly state: State;
}

/** Returns a request for one resource. Two requests with the same kind and id have the same key. */
export function request<Detail, State>(
  kind: ResourceKind<Detail, State>,
  id: string,
  detail: Detail,
): Request<Detail, State> {
  return { kind, id, detail, key: `${kind.name}:${id}` };
}

/** Returns a request that serves both requests of the same key: `one` itself if `other` asks for nothing more. */
export function mergedRequest(one: Request, other: Request): Request {
  const detail = one.kind.merge(one.detail, other.detail);
  return detail === one.detail ? one : { ...one, detail };
}

/** Returns the prediction that the requested resource will be in this state. */
export function predict<Detail, State>(of: Request<Detail, State>, state: State): Prediction {
  return { request: of, state };
}

/** Returns the predicted state if the prediction is about this kind. */
export function predictedOf<Detail, State>(
  kind: ResourceKind<Detail, State>,
  prediction: Prediction,
): State | undefined {
  return prediction.request.kind.name === kind.name ? (prediction.state as State) : undefined;
}

/** The observed states; in a plan, predictions replace the observed states. */
export interface Seen {
  of<Detail, State>(request: Request<Detail, State>): State;
  /** `after_change` if an earlier change of this run may have changed the state. Only in a plan. */
  certainty(request: Request): 'certain' | 'after_change';
}
