import { files } from '../../resources/file.ts';
import { isEncrypted } from '../../vault/base/armor.ts';
import type { Vault } from '../../vault/vault.ts';

/** Decrypts observed files in advance: modules plan synchronously, and age works asynchronously. */
export async function openSealedFiles(states: ReadonlyMap<string, unknown>, vault: Vault): Promise<void> {
  for (const [key, state] of states) {
    const text = key.startsWith(`${files.name}:`) ? contentOf(state)?.toString('utf8') : undefined;
    if (text !== undefined && isEncrypted(text)) await vault.openAhead(text);
  }
}

/** Returns the content of a file, or of the target of a link. */
function contentOf(state: unknown): Buffer | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  if ('content' in state && Buffer.isBuffer(state.content)) return state.content;
  if (!('to' in state) || typeof state.to !== 'object' || state.to === null || !('state' in state.to)) return undefined;
  return contentOf(state.to.state);
}
