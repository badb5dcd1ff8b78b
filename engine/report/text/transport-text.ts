import type { PatchedLibrary, TransportName } from '../../connection/base/transport.ts';
import { safeLine } from './safe-text.ts';

/** Returns the words about the transport after an address; empty for the usual one. */
export function byTransport(transport: TransportName): string {
  return transport === 'openssh' ? ' by openssh' : '';
}

/** Returns which patches of ssh2 were applied, and why others were not. */
export function patchesLine({ host, version, patches }: PatchedLibrary & { readonly host: string }): string {
  const took = patches.filter((patch) => patch.took).map(({ name }) => name);
  const others = patches.flatMap(({ name, took: isThere, why }) =>
    isThere ? [] : [`${name} (${safeLine(why ?? '')})`],
  );
  const without = others.length === 0 ? '' : `; without ${others.join(', ')}`;
  return `ssh2 ${safeLine(version)} for [${safeLine(host)}], with ${took.length === 0 ? 'no patch' : took.join(', ')}${without}`;
}
