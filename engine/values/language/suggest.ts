/** Levenshtein distance with adjacent swaps. It stops if the distance is greater than `limit`. */
function distance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? limit + 1;
}

/**
 * Returns the candidate that is most similar to `name`, if one is similar enough: a third of the letters may differ, and
 * no more than `most` of them.
 */
export function nearestName(
  name: string,
  candidates: Iterable<string>,
  { most = Infinity }: { readonly most?: number } = {},
): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.min(most, Math.floor((name.length + 1) / 3));
  let nearest: string | undefined;
  let nearestDistance = limit + 1;
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase(), limit);
    if (found < nearestDistance) {
      nearest = candidate;
      nearestDistance = found;
    }
  }
  return nearest;
}

/** Returns `Did you mean "x"?`, or `undefined` if no candidate is similar. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
}

/** Joins names for a message. A long list is cut: `a, b, c and 12 more`. */
export function listNames(names: readonly string[], limit = 12): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}
