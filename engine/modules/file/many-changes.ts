import { quote } from '../../connection/base/quote.ts';
import type { Prediction, Request, Seen } from '../../resources/base/resource.ts';
import type { Apply, CannotKnow, Change, Difference, Impossible, Outcome } from '../base/module.ts';
import { syncCommand } from '../write/file-to-write.ts';
import type { Parcel } from './parcel.ts';

/** The states after the earlier changes of the same task. Each step of the task is planned on these states. */
export class SeenAhead implements Seen {
  readonly #seen: Seen;
  readonly #effects: Prediction[] = [];
  readonly #known = new Map<string, unknown>();

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  of<Detail, State>(request: Request<Detail, State>): State {
    if (this.#known.has(request.key)) return this.#known.get(request.key) as State;
    let state = this.#seen.of(request);
    for (const effect of this.#effects) state = after(request, state, effect);
    this.#known.set(request.key, state);
    return state;
  }

  certainty(request: Request): 'certain' | 'after_change' {
    return this.#seen.certainty(request);
  }

  /** Adds the effects of a step. */
  expect(predictions: readonly Prediction[]): void {
    this.#effects.push(...predictions);
    if (predictions.length > 0) this.#known.clear();
  }
}

function after<Detail, State>(request: Request<Detail, State>, state: State, effect: Prediction): State {
  if (effect.request.key === request.key) return effect.state as State;
  const next = request.kind.after?.(state, request.id, effect);
  return next === undefined || next === 'stale' ? state : next;
}

/** The outcomes of the steps of one task, in their order. */
export interface Steps {
  readonly outcomes: readonly Outcome[];
  /** The contents that the changes send. */
  readonly parcel: () => Parcel;
  /** Called with the parcel before the scripts of the changes are made. */
  readonly begin: (parcel: Parcel) => void;
  /** The maximal number of listed changes, and the path that stands for the others. */
  readonly told: { readonly most: number; readonly of: string };
}

/**
 * Combines the outcomes of all steps. If one step is impossible, the whole task is. The change is certain only if every
 * step is.
 */
export function allOf({ outcomes, parcel, begin, told }: Steps): Change | CannotKnow | Impossible | undefined {
  const impossible = outcomes.find((one) => one.kind === 'impossible');
  if (impossible !== undefined) return impossible;
  const unknown = outcomes.find((one) => one.kind === 'cannot_know');
  const changes = outcomes.filter((one) => one.kind === 'change');
  if (changes.length === 0) return unknown;
  const isCertain = unknown === undefined && changes.every(({ certainty }) => certainty === 'certain');
  return {
    kind: 'change',
    differences: shortened(changes, told),
    certainty: isCertain ? 'certain' : 'after_change',
    predictions: [
      ...changes.flatMap(({ predictions }) => predictions),
      ...outcomes.flatMap((one) => (one.kind === 'cannot_know' ? (one.predictions ?? []) : [])),
    ],
    touches: 'predicted',
    async apply() {
      const sent = parcel();
      begin(sent);
      const applies: Apply[] = [];
      for (const change of changes) applies.push(await change.apply());
      return together(applies, sent);
    },
  };
}

function shortened(changes: readonly Change[], { most, of }: Steps['told']): readonly Difference[] {
  const all = changes.flatMap(({ differences }) => differences);
  if (changes.length <= most) return all;
  const first = changes.slice(0, most).flatMap(({ differences }) => differences);
  return [...first, { kind: 'field', of, field: 'further changes', before: null, after: changes.length - most }];
}

/** The number of files that are synced by their names. The arguments of a process are limited. */
const MOST_SYNCED = 500;

/** Returns one script that makes all changes, each in a subshell, and ends with the first that fails. */
function together(applies: readonly Apply[], parcel: Parcel): Apply {
  const unsynced = applies.flatMap((one) => one.unsynced ?? []);
  const names = unsynced.length > MOST_SYNCED ? '' : unsynced.map(quote).join(' ');
  const script = [
    '(',
    ...parcel.cleared(),
    ...applies.flatMap((one) => [`(\n${one.script}\n)`, 'failed=$?; [ "$failed" = 0 ] || exit "$failed"']),
    ...(unsynced.length === 0 ? [] : [syncCommand(names)]),
    ')',
  ].join('\n');
  const repairs = applies.flatMap((one) => one.repair ?? []);
  return {
    script,
    uploads: [...parcel.uploads(), ...applies.flatMap((one) => one.uploads ?? [])],
    ...(repairs.length === 0 ? {} : { repair: repairs.join('\n') }),
  };
}
