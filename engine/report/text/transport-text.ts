import type { PatchedLibrary, TransportName } from '../../connection/base/transport.ts';
import { safeLine } from './safe-text.ts';

/** What is said behind an address: the usual way needs no word. */
export function byTransport(transport: TransportName): string {
  return transport === 'openssh' ? ' by openssh' : '';
}

/** Which patches of ssh2 took hold, and why others did not. */
export function patchesLine({ host, version, patches }: PatchedLibrary & { readonly host: string }): string {
  const took = patches.filter((patch) => patch.took).map(({ name }) => name);
  const others = patches.flatMap(({ name, took: isThere, why }) =>
    isThere ? [] : [`${name} (${safeLine(why ?? '')})`],
  );
  const without = others.length === 0 ? '' : `; without ${others.join(', ')}`;
  return `ssh2 ${safeLine(version)} for [${safeLine(host)}], with ${took.length === 0 ? 'no patch' : took.join(', ')}${without}`;
}
