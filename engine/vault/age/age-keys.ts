import { type Place, Problem } from '../../errors/problem.ts';
import type { Secret } from '../../values/base/secret.ts';
import { asBinary } from '../base/armor.ts';
import { type Ask, openedByPassphrase } from '../base/passphrase.ts';
import { noIdentity } from '../base/vault-problems.ts';
import { passphraseIdentity } from './age-scrypt.ts';
import { type OpenedBytes, decryptAge, recipientTypes } from './age.ts';
import { type VaultIdentity, identitiesIn, readIdentities } from './identities.ts';

export type OpenedAge =
  | { readonly kind: 'opened'; readonly bytes: Buffer; readonly passphrase: Secret | undefined }
  | { readonly kind: 'failed' | 'damaged'; readonly why: string };

/** Opens age files with the identities of some files, and with passphrases that it asks for. */
export class AgeKeys {
  readonly #files: readonly string[];
  readonly #ask: Ask;
  readonly #text: string;
  /** Passphrases that have opened a file. The next file may have the same passphrase. */
  readonly #passphrases: Secret[] = [];
  #identities: Promise<readonly VaultIdentity[]> | undefined;

  /** Takes files of identities, and in `text` more identities, one per line. */
  constructor(identityFiles: readonly string[], ask: Ask, text = '') {
    this.#files = identityFiles;
    this.#ask = ask;
    this.#text = text;
  }

  /**
   * Decrypts an armored age text. The question for a passphrase contains `name`. Returns `failed` with the reason if no
   * key fits, and `damaged` if the text is not whole. Throws Problem if there is no identity, or if an identity cannot be read.
   */
  openArmor(armored: string, name: string, place: Place | undefined): Promise<OpenedAge> {
    return this.open(Buffer.from(armored, 'latin1'), name, place);
  }

  /** Decrypts an age file, armored or binary. Results and errors are those of `openArmor`. */
  async open(bytes: Buffer, name: string, place: Place | undefined): Promise<OpenedAge> {
    try {
      const binary = asBinary(bytes);
      return recipientTypes(binary).includes('scrypt')
        ? await this.#byPassphrase(binary, name)
        : await this.#byIdentity(binary, place);
    } catch (error) {
      if (error instanceof Problem || !(error instanceof Error)) throw error;
      return { kind: 'damaged', why: error.message };
    }
  }

  async #byPassphrase(binary: Buffer, name: string): Promise<OpenedAge> {
    let right: Secret | undefined;
    const identity = passphraseIdentity(async (attempt) => {
      const kept = async (passphrase: Secret): Promise<Uint8Array | undefined> => {
        const fileKey = await attempt(passphrase);
        if (fileKey !== undefined) right = passphrase;
        return fileKey;
      };
      for (const passphrase of this.#passphrases) {
        const fileKey = await kept(passphrase);
        if (fileKey !== undefined) return fileKey;
      }
      return openedByPassphrase(`Passphrase of ${name}`, this.#ask, kept);
    });
    const opened = await decryptAge(binary, [identity]);
    if (opened.kind !== 'opened')
      return opened.kind === 'failed' && right === undefined
        ? { kind: 'failed', why: 'The passphrase was wrong.' }
        : opened;
    if (right !== undefined && !this.#passphrases.includes(right)) this.#passphrases.push(right);
    return { ...opened, passphrase: right };
  }

  async #byIdentity(binary: Buffer, place: Place | undefined): Promise<OpenedAge> {
    const identities = await (this.#identities ??= this.#read());
    if (identities.length === 0) throw noIdentity(this.#files, place);
    const atHand = identities.filter((one) => one.isAtHand);
    let opened: OpenedBytes = await decryptAge(binary, (await Promise.all(atHand.map((one) => one.keys()))).flat());
    // If an identity fits and the file is damaged, the other identities are not tried.
    for (const identity of identities) {
      if (opened.kind !== 'failed' || identity.isAtHand || !isForIdentity(binary)) continue;
      opened = await decryptAge(binary, await identity.keys());
    }
    return opened.kind === 'opened' ? { ...opened, passphrase: undefined } : opened;
  }

  async #read(): Promise<readonly VaultIdentity[]> {
    const identities: VaultIdentity[] = [...identitiesIn(this.#text, 'the environment')];
    for (const file of this.#files) identities.push(...(await readIdentities(file, this.#ask)));
    return identities;
  }
}

/** True if an `AGE-SECRET-KEY-…` identity may open the file. If only SSH keys can, no passphrase is asked for. */
function isForIdentity(binary: Buffer): boolean {
  return recipientTypes(binary).some((type) => !type.startsWith('ssh-'));
}
