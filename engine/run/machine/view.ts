import { unguessable } from '../../connection/base/unguessable.ts';
import { lookUnanswered, TimedOut } from '../../connection/base/unreachable.ts';
import type { Completed, Looking } from '../../connection/connection.ts';
import { Problem } from '../../errors/problem.ts';
import { composeObservation } from '../../resources/base/observation.ts';
import type { Prediction, Request, Seen } from '../../resources/base/resource.ts';
import type { ChangeCount } from '../base/change-count.ts';
import { type Decider, withDecider } from '../base/decider.ts';

interface Known {
  readonly request: Request;
  readonly state: unknown;
  /** `predicted`: laid over in a plan, so no look at the host can tell more. */
  readonly origin: 'seen' | 'predicted';
  readonly certainty: 'certain' | 'after_change';
  /** How many changes the run had made, anywhere, when it was looked at. */
  readonly changes: number;
  stale: boolean;
  /** False once the task that asked is finished: then nobody needs it looked at again. */
  wanted: boolean;
  /** In a plan: the steps that bring the state, or may change it. */
  readonly deciders: readonly Decider[];
}

/** What a step of a plan will do to a host. */
export interface Laid {
  readonly predictions: readonly Prediction[];
  /** `after_change`: the run goes on also where it has not come about. */
  readonly certainty: Known['certainty'];
  readonly decider: Decider;
}

const NOBODY: readonly Decider[] = [];

/** What is known of one host, seen with one user's eyes. */
export class View {
  readonly #known = new Map<string, Known>();
  readonly #changes: ChangeCount;
  readonly seen: Seen;
  /** In a plan: the steps that may touch anything. What commands answer is no longer certain after them. */
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

  /** Of these, what has to be looked at: never seen, gone stale, or not looked at closely enough. One request a key. */
  missing(requests: readonly Request[]): readonly Request[] {
    const missing = new Map<string, Request>();
    for (const request of requests) {
      const known = this.#known.get(request.key);
      const asked = missing.get(request.key);
      if (asked !== undefined) missing.set(request.key, merged(asked, request));
      else if (known === undefined) missing.set(request.key, request);
      else {
        known.wanted = true;
        if (known.origin === 'predicted') continue;
        const both = known.request === request ? request : merged(known.request, request);
        const closer = both !== known.request && !sameData(both.detail, known.request.detail) && !suffices(known, both);
        const old = request.kind.name === 'probe' && known.changes !== this.#changes.value;
        if (known.stale || closer || old) missing.set(request.key, both);
      }
    }
    return [...missing.values()];
  }

  /**
   * What is stale and still wanted by a task to come. Commands are left out: they may be slow, and are asked again in
   * their turn anyway.
   */
  staleAndWanted(): readonly Request[] {
    return [...this.#known.values()]
      .filter((known) => known.stale && known.wanted && known.origin === 'seen' && known.request.kind.name !== 'probe')
      .map((known) => known.request);
  }

  learn(requests: readonly Request[], states: ReadonlyMap<string, unknown>): void {
    for (const request of requests) {
      if (!states.has(request.key)) throw new Error(`the observation did not answer for ${request.key}`);
      this.#shown.set(request.key, states.get(request.key));
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

  /** The task that asked for these is finished. */
  release(requests: readonly Request[]): void {
    for (const request of requests) {
      const known = this.#known.get(request.key);
      if (known !== undefined) known.wanted = false;
    }
  }

  forget(requests: readonly Request[]): void {
    for (const request of requests) this.#known.delete(request.key);
  }

  /** A change went as predicted: what only the prediction tells of what was seen is known from here on. */
  settle(predictions: readonly Prediction[]): void {
    for (const { request, state } of predictions) {
      const known = this.#known.get(request.key);
      if (known === undefined || known.origin !== 'seen' || known.stale) continue;
      const settled = request.kind.settled?.(state, known.state);
      if (settled !== undefined) this.#known.set(request.key, { ...known, state: settled });
    }
  }

  /** In a play, after a change: what it may have touched must be looked at again. */
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

  /** Predictions so far: what is first looked at later must still be seen through them. */
  readonly #laid: { readonly prediction: Prediction; readonly by: Omit<Laid, 'predictions'> }[] = [];

  /** In a plan: what the host will be like is laid over what was seen. */
  lay({ predictions, certainty, decider }: Laid): void {
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
  }

  /** In a plan: a step of which nothing more is known may change these. */
  readonly #open = new Map<string, readonly Decider[]>();

  /** In a plan, after a step of which only the requests are known: what they show may be different then. */
  leaveOpen(requests: readonly Request[], decider: Decider): void {
    for (const { key } of this.#endsOf(requests)) {
      this.#leaveOpen(key, [decider]);
      this.#open.set(key, withDecider(this.#open.get(key) ?? [], decider));
    }
  }

  /** In a plan: whether a step that nobody can plan may have changed what these show. */
  isOpen(requests: readonly Request[]): boolean {
    return this.#open.size > 0 && this.#endsOf(requests).some(({ key }) => this.#open.has(key));
  }

  /** What a task works on: the requests without the folders that are there, on the way to others of them. */
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

  /** In a plan, after a change that may touch anything: what commands answer is no longer certain. */
  doubt(decider: Decider): void {
    this.#doubters = withDecider(this.#doubters, decider);
  }

  /** In a plan: the steps before that bring these states, or may change them. */
  decidersOf(requests: readonly Request[]): readonly Decider[] {
    const decidersOf = (some: readonly Request[]): readonly Decider[] =>
      some.flatMap(({ key }) => this.#known.get(key)?.deciders ?? []);
    const atEnds = decidersOf(this.#endsOf(requests));
    const own = atEnds.length > 0 ? atEnds : decidersOf(requests);
    return requests.some(({ kind }) => kind.name === 'probe') ? [...own, ...this.#doubters] : own;
  }

  /** As `learn`, in a plan: the host does not show yet what earlier tasks will have done to it. */
  learnUnderPlan(requests: readonly Request[], states: ReadonlyMap<string, unknown>): void {
    this.learn(requests, states);
    for (const request of requests) {
      for (const { prediction, by } of this.#laid) this.#follow(request.key, prediction, by);
    }
    for (const { key } of requests) this.#leaveOpen(key, this.#open.get(key) ?? NOBODY);
  }

  #follow(key: string, prediction: Prediction, { certainty, decider }: Omit<Laid, 'predictions'>): void {
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

  /** As the host itself showed it last, without any prediction. */
  readonly #shown = new Map<string, unknown>();
  /** What tasks asked for in their turn. */
  readonly #asked = new Map<string, Asked>();

  /** A task in its turn rests on these: what is only foreseen may depend on how hosts overtake each other. */
  noteAsked(requests: readonly Request[], asked: Asked): void {
    for (const { kind, key } of requests) {
      // What a command answers may differ each time, as a clock does. What follows from it is in the plan's steps.
      if (kind.name !== 'probe') this.#asked.set(key, stricter(asked, this.#asked.get(key) ?? asked));
    }
  }

  /** Every state that tasks rest on, as it was seen. */
  *seenStates(): Generator<{ readonly key: string; readonly state: unknown; readonly asked: Asked }> {
    for (const [key, asked] of this.#asked) if (this.#shown.has(key)) yield { key, state: this.#shown.get(key), asked };
  }
}

/**
 * `secret`: of a task with a secret in its hands. `hidden`: of a task under no_log, so that not even its name may be
 * told.
 */
export type Asked = 'plain' | 'secret' | 'hidden';

const STRICTNESS: Readonly<Record<Asked, number>> = { plain: 0, secret: 1, hidden: 2 };

/** A task that may be told names what another one hides all the same. */
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

/** Of plain data, as details are. */
function sameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const entries = Object.entries(one);
  if (entries.length !== Object.keys(other).length || Array.isArray(one) !== Array.isArray(other)) return false;
  return entries.every(([name, value]) => name in other && sameData(value, Reflect.get(other, name)));
}

function suffices({ request, state }: Known, both: Request): boolean {
  return request.kind.suffices?.(request.detail, state, both.detail) ?? false;
}

function merged(one: Request, other: Request): Request {
  const detail = one.kind.merge(one.detail, other.detail);
  return detail === one.detail ? one : { ...one, detail };
}

/** One observation as it goes to a host: the script, and how to read the answer. */
export interface Observation {
  readonly requests: readonly Request[];
  readonly script: string;
  decode(answer: Completed): ReadonlyMap<string, unknown>;
}

export function observation(requests: readonly Request[]): Observation {
  return { requests, ...composeObservation(requests, unguessable(16)) };
}

/** Looks at all of these in one round trip. */
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
      // It may be the operator's own command that takes so long, so the task failed.
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
