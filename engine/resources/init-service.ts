import { quote } from '../connection/base/quote.ts';
import { type Request, type ResourceKind, request } from './base/resource.ts';
import { isUndeclaredPackage } from './package.ts';

/** A service of OpenRC or System V init. */
export interface InitServiceState {
  readonly exists: boolean;
  readonly running: boolean;
  readonly enabled: boolean;
}

const initServices: ResourceKind<undefined, InitServiceState> = {
  name: 'init_service',
  observe: (requests) => `for name in ${requests.map((one) => quote(one.id)).join(' ')}; do
  exists=0 running=0 enabled=0
  if [ -x "/etc/init.d/$name" ]; then
    exists=1
    if command -v rc-service >/dev/null; then rc-service "$name" status >/dev/null 2>&1 && running=1
    else "/etc/init.d/$name" status >/dev/null 2>&1 && running=1; fi
    for link in /etc/runlevels/*/"$name" /etc/rc[2345].d/S[0-9][0-9]"$name"; do [ ! -e "$link" ] || enabled=1; done
  fi
  echo "$exists $running $enabled"
done
`,
  decode(output, requests) {
    const lines = output.toString('utf8').split('\n');
    return new Map(
      requests.map(({ id }, index) => {
        const [exists, running, enabled] = (lines[index] ?? '').split(' ').map((flag) => flag === '1');
        return [id, { exists: exists ?? false, running: running ?? false, enabled: enabled ?? false }];
      }),
    );
  },
  merge: () => undefined,
  disagreement(predicted, seen) {
    if (predicted.running !== seen.running) return seen.running ? 'still runs' : 'does not run';
    if (predicted.enabled !== seen.enabled) return seen.enabled ? 'is still enabled' : 'is not enabled';
    return undefined;
  },
  after(state, id, effect) {
    if (effect.request.id === `/etc/init.d/${id}`) return 'stale';
    return isUndeclaredPackage(effect) && !state.exists ? 'stale' : undefined;
  },
};

/** Asks for a service of OpenRC or System V init by its name. */
export function initServiceRequest(name: string): Request<undefined, InitServiceState> {
  return request(initServices, name, undefined);
}
