import { type Request, type ResourceKind, request } from './base/resource.ts';
import { unescapeOctal } from './mount.ts';

/** The swap that the running kernel uses. */
export interface SwapState {
  /** Devices and files in use. */
  readonly active: readonly string[];
}

export const swaps: ResourceKind<undefined, SwapState> = {
  name: 'swap',
  observe: () =>
    '[ ! -r /proc/swaps ] || while read -r name rest; do case $name in /*) printf \'%s\\n\' "$name" ;; esac; done </proc/swaps\n',
  decode(output, requests) {
    const active = output
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(unescapeOctal);
    return new Map(requests.map(({ id }) => [id, { active }]));
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    const extra = seen.active.filter((name) => !predicted.active.includes(name));
    return extra.length === 0 ? undefined : `${extra.join(', ')} is still in use`;
  },
};

/** Asks for the swap that the running kernel uses. */
export function swapRequest(): Request<undefined, SwapState> {
  return request(swaps, 'active', undefined);
}
