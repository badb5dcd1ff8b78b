import { unguessable } from '../../connection/base/unguessable.ts';
import { lookUnanswered, TimedOut } from '../../connection/base/unreachable.ts';
import type { Completed, Looking } from '../../connection/connection.ts';
import { Problem } from '../../errors/problem.ts';
import { composeObservation } from '../../resources/base/observation.ts';
import { mergedRequest, type Prediction, type Request, type Seen } from '../../resources/base/resource.ts';
import type { ChangeCount } from '../base/change-count.ts';
import { type Decider, withDecider } from '../base/decider.ts';
import { type Naming, isNamed } from './named-resources.ts';

interface Known {
  readonly request: Request;
  readonly state: unknown;
  /** `predicted`: the state is a prediction of a plan, so a look at the host would not help. */
  readonly origin: 'seen' | 'predicted';
  readonly certainty: 'certain' | 'after_change';
  /** Number of changes of the run, on any host, when the state was seen. */
  readonly changes: number;
  stale: boolean;
  /** False after the task that requested the state has finished: then nobody needs it again. */
  wanted: boolean;
  /** In a plan: the steps that bring the state, or may change it. */
  readonly deciders: readonly Decider[];
}

/** The predicted effects of a step of a plan. */
export interface Laid {
  readonly predictions: readonly Prediction[];
  readonly touches: 'predicted' | 'everything';
  /** What the command of the step names: see `Module.names`. */
  readonly names: readonly string[];
  /** Requests whose states the step may change in an unknown way. */
  readonly open: readonly Request[];
  /** `after_change`: the run continues even if the prediction does not come true. */
  readonly certainty: Known['certainty'];
  readonly decider: Decider;
}

type LaidBy = Pick<Laid, 'certainty' | 'decider'>;

const NOBODY: readonly Decider[] = [];
const NOTHING: readonly Request[] = [];

/** The known state of one host, as one user sees it. */
export class View {
  readonly #known = new Map<string, Known>();
  readonly #changes: ChangeCount;
  readonly seen: Seen;
  /** In a plan: the steps that may change anything. Answers of commands are not certain after them. */
  #doubters: readonly Decider[] = [];

  constructor(changes: ChangeCount) {
    this.#changes = changes;
    this.seen = {
      of: <Detail, State>(request: Request<Detail, State>): State => {
        const known = this.#known.get(request.key);
        if (known === undefined) throw new Error(`nothing is known of ${request.key}: it was not observed`);
        return known.state as State;
      },
      certainty: (request) => {
        if (this.#doubters.length > 0 && request.kind.name === 'probe') return 'after_change';
        return this.#known.get(request.key)?.certainty ?? 'certain';
      },
    };
  }

  /**
   * Returns the requests that must be sent: states that were never seen, are stale, or were not seen in enough detail.
   * One request per key.
   */
  missing(requests: readonly Request[]): readonly Request[] {
    // Most tasks miss nothing.
    let missing: Map<string, Request> | undefined;
    for (const request of requests) {
      const asked = missing?.get(request.key);
      const lacking = asked === undefined ? this.#lacking(request) : mergedRequest(asked, request);
      if (lacking !== undefined) (missing ??= new Map()).set(request.key, lacking);
    }
    return missing === undefined ? NOTHING : [...missing.values()];
  }

  /** Returns what must be sent for a request; undefined if the state is known. */
  #lacking(request: Request): Request | undefined {
    const known = this.#known.get(request.key);
    if (known === undefined) return request;
    known.wanted = true;
    if (known.origin === 'predicted') return undefined;
    const old = request.kind.name === 'probe' && known.changes !== this.#changes.value;
    return known.stale || old || asksForMore(known, request) ? mergedRequest(known.request, request) : undefined;
  }

  /** Returns the state for a request if it was seen closely enough and is not stale; otherwise undefined. */
  fresh(request: Request): unknown {
    const known = this.#known.get(request.key);
    if (known === undefined || known.stale || known.origin !== 'seen') return undefined;
    return asksForMore(known, request) ? undefined : known.state;
  }

  /**
   * Returns the requests for stale states that a later task still needs. Commands of tasks are left out: they may be
   * slow, and each task sends its command again anyway.
   */
  staleAndWanted(): readonly Request[] {
    return [...this.#known.values()]
      .filter((known) => known.stale && known.wanted && known.origin === 'seen' && known.request.kind.name !== 'probe')
      .map((known) => known.request);
  }

  learn(requests: readonly Request[], states: ReadonlyMap<string, unknown>): void {
    for (const request of requests) {
      if (!states.has(request.key)) throw new Error(`the observation did not answer for ${request.key}`);
      this.#known.set(request.key, {
        request,
        state: states.get(request.key),
        origin: 'seen',
        certainty: 'certain',
        changes: this.#changes.value,
        stale: false,
        wanted: true,
        deciders: [],
      });
    }
  }

  /** Releases requests, because their task has finished. */
  release(requests: readonly Request[]): void {
    for (const request of requests) {
      const known = this.#known.get(request.key);
      if (known !== undefined) known.wanted = false;
    }
  }

  forget(requests: readonly Request[]): void {
    for (const request of requests) this.#known.delete(request.key);
  }

  /**
   * Confirms predictions after a change that went as predicted: parts of a state that only the prediction contains are
   * known from now on.
   */
  settle(predictions: readonly Prediction[]): void {
    for (const { request, state } of predictions) {
      const known = this.#known.get(request.key);
      if (known === undefined || known.origin !== 'seen' || known.stale) continue;
      const settled = request.kind.settled?.(state, known.state);
      if (settled !== undefined) this.#known.set(request.key, { ...known, state: settled });
    }
  }

  /** In a play, after a change: marks the states that it may have affected as stale. */
  invalidate(touched: readonly Prediction[] | 'everything'): void {
    for (const known of this.#known.values()) {
      if (touched === 'everything') known.stale = true;
      else if (touched.some((prediction) => prediction.request.key === known.request.key)) known.stale = true;
      else if (
        touched.some(
          (prediction) => known.request.kind.after?.(known.state, known.request.id, prediction) !== undefined,
        )
      )
        known.stale = true;
    }
  }

  /** Predictions so far. States that are first seen later are adjusted by them. */
  readonly #laid: { readonly prediction: Prediction; readonly by: LaidBy }[] = [];

  /** In a plan: adjusts the seen states by the effects of a step. */
  lay({ predictions, touches, names, open, certainty, decider }: Laid): void {
    if (touches === 'everything') this.#doubters = withDecider(this.#doubters, decider);
    if (names.length > 0) this.#leaveOpenNamed({ names: new Set(names), decider });
    const by = { certainty, decider };
    for (const prediction of predictions) {
      for (const key of this.#known.keys()) this.#follow(key, prediction, by);
      this.#laid.push({ prediction, by });
    }
    for (const { request, state } of predictions) {
      this.#known.set(request.key, {
        request,
        state,
        origin: 'predicted',
        certainty,
        changes: this.#changes.value,
        stale: false,
        wanted: true,
        deciders: withDecider(this.#known.get(request.key)?.deciders ?? [], decider),
      });
      if (certainty === 'certain') this.#open.delete(request.key);
    }
    for (const { key } of this.#endsOf(open)) this.#mayHaveChanged(key, decider);
  }

  /** In a plan: keys of states that an unknown step may change, with those steps. */
  readonly #open = new Map<string, readonly Decider[]>();

  /** In a plan: commands so far, with the resources that they name. */
  readonly #namings: Naming[] = [];

  /** In a plan, after a command: records that the resources which it names may have changed, also those seen later. */
  #leaveOpenNamed(naming: Naming): void {
    this.#namings.push(naming);
    for (const { request } of this.#known.values())
      if (isNamed(request, naming.names)) this.#mayHaveChanged(request.key, naming.decider);
  }

  #mayHaveChanged(key: string, decider: Decider): void {
    this.#leaveOpen(key, [decider]);
    this.#open.set(key, withDecider(this.#open.get(key) ?? [], decider));
  }

  /** In a plan: returns whether a step that cannot be planned may have changed the states of these requests. */
  isOpen(requests: readonly Request[]): boolean {
    return this.#open.size > 0 && this.#endsOf(requests).some(({ key }) => this.#open.has(key));
  }

  /** Returns the requests that a task works on, without existing folders that only lead to others of them. */
  #endsOf(requests: readonly Request[]): readonly Request[] {
    const ways = new Set(requests.flatMap(({ id }) => waysTo(id)));
    return requests.filter(({ id, key }) => !ways.has(id) || !isDirectory(this.#known.get(key)?.state));
  }

  #leaveOpen(key: string, by: readonly Decider[]): void {
    const known = this.#known.get(key);
    if (known === undefined || by.length === 0) return;
    const deciders = by.reduce(withDecider, known.deciders);
    this.#known.set(key, { ...known, certainty: 'after_change', deciders });
  }

  /** In a plan: returns the earlier steps that bring these states, or may change them. */
  decidersOf(requests: readonly Request[]): readonly Decider[] {
    const decidersOf = (some: readonly Request[]): readonly Decider[] =>
      some.flatMap(({ key }) => this.#known.get(key)?.deciders ?? []);
    const atEnds = decidersOf(this.#endsOf(requests));
    const own = atEnds.length > 0 ? atEnds : decidersOf(requests);
    return requests.some(({ kind }) => kind.name === 'probe') ? [...own, ...this.#doubters] : own;
  }

  /** Like `learn`, in a plan: the seen states do not contain the effects of earlier tasks yet. */
  learnUnderPlan(requests: readonly Request[], states: ReadonlyMap<string, unknown>): void {
    this.learn(requests, states);
    for (const request of requests) {
      this.#shown.set(request.key, states.get(request.key));
      for (const { prediction, by } of this.#laid) this.#follow(request.key, prediction, by);
    }
    for (const request of requests) {
      for (const { names, decider } of this.#namings)
        if (isNamed(request, names)) this.#mayHaveChanged(request.key, decider);
      this.#leaveOpen(request.key, this.#open.get(request.key) ?? NOBODY);
    }
  }

  #follow(key: string, prediction: Prediction, { certainty, decider }: LaidBy): void {
    const known = this.#known.get(key);
    if (known === undefined || key === prediction.request.key) return;
    const deciders = withDecider(known.deciders, decider);
    const decided = known.request.kind.decided?.(known.request.id, prediction);
    if (decided !== undefined) {
      this.#known.set(key, { ...known, state: decided, origin: 'predicted', certainty, deciders });
      return;
    }
    const state = known.request.kind.after?.(known.state, known.request.id, prediction);
    if (state === undefined || state === known.state) return;
    if (state === 'stale') this.#known.set(key, { ...known, certainty: 'after_change', deciders });
    else
      this.#known.set(key, {
        ...known,
        state,
        origin: 'predicted',
        certainty: certainty === 'certain' ? known.certainty : certainty,
        deciders,
      });
  }

  /** In a plan: the last seen states, without predictions. */
  readonly #shown = new Map<string, unknown>();
  /** Requests of tasks in their turn. */
  readonly #asked = new Map<string, Asked>();

  /**
   * Records that a task in its turn depends on these states. States that are only requested ahead may depend on the
   * order of hosts.
   */
  noteAsked(requests: readonly Request[], asked: Asked): void {
    for (const { kind, key } of requests) {
      // The answer of a command may differ each time, like a clock. Its effects are in the steps of the plan.
      if (kind.name !== 'probe') this.#asked.set(key, stricter(asked, this.#asked.get(key) ?? asked));
    }
  }

  /** Yields every state that tasks depend on, as it was seen. */
  *seenStates(): Generator<{ readonly key: string; readonly state: unknown; readonly asked: Asked }> {
    for (const [key, asked] of this.#asked) if (this.#shown.has(key)) yield { key, state: this.#shown.get(key), asked };
  }
}

/**
 * `secret`: the task has a secret in its arguments. `hidden`: the task is under no_log, so even the name of the state
 * is hidden.
 */
export type Asked = 'plain' | 'secret' | 'hidden';

const STRICTNESS: Readonly<Record<Asked, number>> = { plain: 0, secret: 1, hidden: 2 };

/** A state that any task hides is hidden, even if another task shows it. */
function stricter(one: Asked, other: Asked): Asked {
  if (one !== other && (one === 'hidden' || other === 'hidden')) return 'secret';
  return STRICTNESS[one] > STRICTNESS[other] ? one : other;
}

function waysTo(path: string): readonly string[] {
  if (!path.startsWith('/')) return [];
  const ways = ['/'];
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) ways.push(path.slice(0, at));
  return path === '/' ? [] : ways;
}

function isDirectory(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'type' in state && state.type === 'directory';
}

/** Compares plain data. */
function sameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const entries = Object.entries(one);
  if (entries.length !== Object.keys(other).length || Array.isArray(one) !== Array.isArray(other)) return false;
  return entries.every(([name, value]) => name in other && sameData(value, Reflect.get(other, name)));
}

/** Returns whether the state was not seen in enough detail for this request. */
function asksForMore(known: Known, request: Request): boolean {
  if (known.request === request) return false;
  const both = mergedRequest(known.request, request);
  return both !== known.request && !sameData(both.detail, known.request.detail) && !suffices(known, both);
}

function suffices({ request, state }: Known, both: Request): boolean {
  return request.kind.suffices?.(request.detail, state, both.detail) ?? false;
}

/** One observation: its script, and how to decode the answer. */
export interface Observation {
  readonly requests: readonly Request[];
  readonly script: string;
  decode(answer: Completed): ReadonlyMap<string, unknown>;
}

/** Composes the look for these requests: one script, and the decoder of its answer. */
export function observation(requests: readonly Request[]): Observation {
  return { requests, ...composeObservation(requests, unguessable(16)) };
}

/** Resolves to the states of all requests, in one round trip. */
export async function observe(
  looking: Looking,
  requests: readonly Request[],
  host: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, unknown>> {
  const asked = observation(requests);
  const remedy = 'Look for a file or a command output that is far larger than a configuration.';
  const askedFor = requests.slice(0, 10).map((request) => request.key);
  const why = `Asked for: ${askedFor.join(', ')}${requests.length > askedFor.length ? ' and more' : ''}`;
  const answer = await looking
    .look(asked.script, { maxOutputBytes: 16 * 1024 * 1024, signal })
    .catch((error: unknown) => {
      if (!(error instanceof TimedOut)) throw error;
      if (!requests.some(({ kind }) => kind.name === 'probe')) throw lookUnanswered(host, error);
      // A command of the operator may be what takes so long, so this is a failure of the task.
      const { what, why: told, remedy: patience } = lookUnanswered(host, error);
      throw new Problem({
        code: 'observation-too-slow',
        what,
        why: `${told ?? ''}\n${why}`,
        remedy: patience,
        cause: error,
      });
    });
  if (answer.cut) {
    throw new Problem({
      code: 'observation-too-large',
      what: `${host} answered with more than 16 MiB while it was looked at`,
      why,
      remedy,
    });
  }
  return asked.decode(answer);
}
