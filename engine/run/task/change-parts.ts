import type { Apply, Change } from '../../modules/base/module.ts';
import { ownScript } from '../../modules/base/own-script.ts';
import type { Prediction, Request, Seen } from '../../resources/base/resource.ts';
import type { Prepared } from '../preparation/prepare.ts';

/** Resolves to what a change does on the host, in the environment of its task. */
export async function applyIn({ preamble }: Prepared, change: Change): Promise<Apply> {
  const apply = await change.apply();
  if (preamble === '') return apply;
  return {
    ...apply,
    script: ownScript(apply.script, preamble),
    ...(apply.repair === undefined ? {} : { repair: ownScript(apply.repair, preamble) }),
  };
}

/** Returns all requests that the task named or predicted, each once. */
export function ownRequests(requests: readonly Request[], predictions: readonly Prediction[]): readonly Request[] {
  const own = new Map(predictions.map((prediction) => [prediction.request.key, prediction.request]));
  for (const request of requests) if (request.kind.isOfOthers !== true) own.set(request.key, request);
  return [...own.values()];
}

/** Returns how what was seen differs from the predictions, as sentences. */
export function disagreementsWith(seen: Seen, predictions: readonly Prediction[]): readonly string[] {
  return predictions.flatMap((prediction) => {
    const { kind, id } = prediction.request;
    const sentence = kind.disagreement(prediction.state, seen.of(prediction.request));
    return sentence === undefined ? [] : [kind.isNameless === true ? sentence : `${kind.name} ${id}: ${sentence}`];
  });
}

/** Returns what was seen, with other states for some keys. */
export function seenWith(seen: Seen, other: ReadonlyMap<string, unknown>): Seen {
  if (other.size === 0) return seen;
  return {
    of: <Detail, State>(request: Request<Detail, State>): State =>
      other.has(request.key) ? (other.get(request.key) as State) : seen.of(request),
    certainty: (request) => seen.certainty(request),
  };
}
