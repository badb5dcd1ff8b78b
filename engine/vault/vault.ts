import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type Place, Problem } from '../errors/problem.ts';
import { readWhole } from '../files/read-file.ts';
import type { Node } from '../values/base/node.ts';
import { Secret } from '../values/base/secret.ts';
import { hiddenNode } from '../values/hidden-node.ts';
import { oneDocument } from '../values/yaml/one-document.ts';
import { textIn } from '../values/yaml/text-file.ts';
import { readYaml } from '../values/yaml/yaml.ts';
import { AgeKeys } from './age/age-keys.ts';
import { type VaultPassword, ANSIBLE_BLOCK, openAnsible } from './base/ansible-vault.ts';
import { ARMOR_BLOCK, isAnsibleVault, tidyArmor } from './base/armor.ts';
import type { Ask } from './base/passphrase.ts';
import { type PasswordSource, readPasswords } from './base/passwords.ts';
import { type SealedForm, sealedForm } from './base/sealed-form.ts';
import { damaged, noText, noVaultValue, wrongKey, wrongPassword } from './base/vault-problems.ts';
import { hideValues } from './hide-values.ts';
import { readSopsFile } from './sops/sops-file.ts';
import { type SopsSources, SopsKeys } from './sops/sops-keys.ts';

/** What a value holds, or why nobody knows: no key fits, it is damaged, or it is no text. */
export type Opened =
  | { readonly kind: 'opened'; readonly text: string }
  | { readonly kind: 'failed' | 'damaged' | 'no-text'; readonly why: string };

/** How a file was opened, so that it can be closed again for the same people. */
export type OpenedBy =
  | { readonly kind: 'identity' }
  | { readonly kind: 'passphrase'; readonly passphrase: Secret }
  | { readonly kind: 'password'; readonly password: VaultPassword };

/** The keys to what is encrypted. */
export interface VaultKeys {
  /** Passwords of ansible-vault, in the order in which they are tried. */
  readonly passwords?: readonly PasswordSource[];
  /** Asks for passphrases and passwords; without it, nobody is there to be asked. */
  readonly ask?: Ask;
  readonly sops?: SopsSources;
}

/** A file as it is to be read. */
export interface Content {
  readonly text: string;
  /** Whether the whole file was encrypted. */
  readonly wasSealed: boolean;
}

/**
 * Opens what is encrypted: whole files, and `!vault` values in files. Keys are read when the first is met that needs
 * them.
 */
export class Vault {
  readonly #keys: AgeKeys;
  readonly #sopsKeys: SopsKeys;
  readonly #passwordSources: readonly PasswordSource[];
  readonly #ask: Ask;
  readonly #opened = new Map<string, Opened>();
  #passwords: Promise<readonly VaultPassword[]> | undefined;
  /** SHA-256 of every file that was read through it, as it is on the disk, by absolute path. */
  readonly files = new Map<string, string>();

  /** The files of identities (private keys), all of which are tried. */
  constructor(identityFiles: readonly string[], { passwords = [], ask = nobody, sops = {} }: VaultKeys = {}) {
    this.#keys = new AgeKeys(identityFiles, ask);
    this.#sopsKeys = new SopsKeys(identityFiles, sops, ask);
    this.#passwordSources = passwords;
    this.#ask = ask;
  }

  /**
   * The text of a file as it is to be read: decrypted where the whole file is encrypted. Its `!vault` values are opened
   * ahead, so that `decrypt` can give them at once. Every text value of an encrypted file is a secret from here on.
   * Throws Problem.
   */
  async content(bytes: Buffer, file: string): Promise<Content> {
    this.noteFile(file, bytes);
    const form = sealedForm(bytes);
    const text = textIn(form === undefined ? bytes : (await this.#unseal(bytes, form, file)).bytes, file);
    if (form !== undefined) hideValues(text, file);
    if (text.includes('!vault')) await this.#openValues(text);
    return { text, wasSealed: form !== undefined };
  }

  /**
   * The documents of a YAML file; the values of an encrypted one are marked, so that they are secrets as variables.
   * Throws Problem or Problems.
   */
  async documents(bytes: Buffer, file: string): Promise<readonly Node[]> {
    const sops = await this.#ofSops(bytes, file);
    if (sops !== undefined) return [sops];
    const { text, wasSealed } = await this.content(bytes, file);
    const nodes = readYaml(text, file, { decrypt: this.decrypt });
    return wasSealed ? nodes.map(hiddenNode) : nodes;
  }

  /**
   * The one document of a file of variables, undefined for an empty one, marked as `documents` marks them. Throws
   * Problem or Problems.
   */
  async variables(bytes: Buffer, file: string): Promise<Node | undefined> {
    return oneDocument(await this.documents(bytes, file));
  }

  /** The same, of what stands at a path. Throws what the system says, too. */
  async readFile(path: string): Promise<Node | undefined> {
    return await this.variables(await readWhole(path), path);
  }

  /** What a file holds that is encrypted as a whole; undefined for another one. Throws Problem. */
  async unseal(bytes: Buffer, file: string): Promise<{ readonly bytes: Buffer; readonly by: OpenedBy } | undefined> {
    const form = sealedForm(bytes);
    return form === undefined ? undefined : this.#unseal(bytes, form, file);
  }

  /** What a `!vault` value holds, byte for byte. Throws Problem. */
  async unsealValue(text: string, place: Place): Promise<Buffer> {
    if (isAnsibleVault(text)) return (await this.#openAnsible(text, place)).bytes;
    const opened = await this.#keys.openArmor(tidyArmor(text), place.file, place);
    if (opened.kind === 'failed') throw wrongKey(place, opened.why);
    return opened.bytes;
  }

  /** A file that was read without anything in it to decrypt. */
  noteFile(file: string, content: string | Buffer): void {
    this.files.set(resolve(file), createHash('sha256').update(content).digest('hex'));
  }

  /** A `!vault` value of a file that went through `content`. Throws Problem. */
  readonly decrypt = (sealed: string, place: Place): Secret => {
    const opened = this.opened(sealed);
    switch (opened?.kind) {
      case 'opened':
        return Secret.of(opened.text);
      case 'failed':
        throw isAnsibleVault(sealed) ? wrongPassword(place, opened.why) : wrongKey(place, opened.why);
      case 'damaged':
        throw damaged(place, opened.why);
      case 'no-text':
        throw noText(place, opened.why);
      case undefined:
        throw noVaultValue(place);
      default:
        return opened satisfies never;
    }
  };

  /** Opens an armored text, so that `opened` knows it. Where that fails, `opened` says why. */
  async openAhead(armored: string): Promise<void> {
    try {
      await this.#openOnce(tidyArmor(armored));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#opened.set(tidyArmor(armored), { kind: 'failed', why: `${error.what}. ${error.why ?? ''}`.trim() });
    }
  }

  /** What a text holds that went through `openAhead`; undefined for any other one. */
  opened(sealed: string): Opened | undefined {
    return this.#opened.get(tidyArmor(sealed));
  }

  /** The values of a file of SOPS; undefined for another one. */
  async #ofSops(bytes: Buffer, file: string): Promise<Node | undefined> {
    if (sealedForm(bytes) !== 'sops') return undefined;
    const sops = readSopsFile(textIn(bytes, file), file);
    if (sops === undefined) return undefined;
    this.noteFile(file, bytes);
    return this.#sopsKeys.open(sops, file);
  }

  async #openValues(text: string): Promise<void> {
    for (const pattern of [ARMOR_BLOCK, ANSIBLE_BLOCK])
      for (const [block] of text.matchAll(pattern)) await this.#openOnce(tidyArmor(block));
  }

  /** Throws Problem where there is no key at all. */
  async #openOnce(tidy: string): Promise<void> {
    if (this.#opened.has(tidy)) return;
    const opened = isAnsibleVault(tidy)
      ? openAnsible(tidy, await this.#givenPasswords())
      : await this.#keys.openArmor(tidy, 'a value', undefined);
    this.#opened.set(tidy, opened.kind === 'opened' ? asText(opened.bytes) : opened);
  }

  async #unseal(
    bytes: Buffer,
    form: SealedForm,
    file: string,
  ): Promise<{ readonly bytes: Buffer; readonly by: OpenedBy }> {
    const place: Place = { file, line: 1, column: 1 };
    switch (form) {
      case 'ansible-vault': {
        const opened = await this.#openAnsible(bytes.toString('latin1'), place);
        return { bytes: opened.bytes, by: { kind: 'password', password: opened.by } };
      }
      case 'age-armor':
      case 'age-binary': {
        const opened = await this.#keys.open(bytes, file, place);
        if (opened.kind === 'failed') throw wrongKey(place, opened.why);
        const { passphrase } = opened;
        return {
          bytes: opened.bytes,
          by: passphrase === undefined ? { kind: 'identity' } : { kind: 'passphrase', passphrase },
        };
      }
      case 'sops':
        throw new Problem({
          code: 'sops',
          what: 'this is encrypted by SOPS, and of such files runbook reads only variables in YAML, JSON or dotenv form',
          place,
          remedy: 'Decrypt it with `sops -d`, then encrypt it with `runbook vault encrypt`.',
        });
      default:
        return form satisfies never;
    }
  }

  async #openAnsible(text: string, place: Place): Promise<{ readonly bytes: Buffer; readonly by: VaultPassword }> {
    const opened = openAnsible(text, await this.#givenPasswords());
    if (opened.kind === 'opened') return opened;
    throw opened.kind === 'damaged' ? damaged(place, opened.why) : wrongPassword(place, opened.why);
  }

  #givenPasswords(): Promise<readonly VaultPassword[]> {
    return (this.#passwords ??= readPasswords(this.#passwordSources, this.#ask));
  }
}

/** A value is text: in no encoding but UTF-8 could it be written into a file of a host. */
function asText(bytes: Buffer): Opened {
  try {
    return { kind: 'opened', text: textIn(bytes, 'an encrypted value') };
  } catch (error) {
    if (error instanceof Problem) return { kind: 'no-text', why: error.why ?? '' };
    throw error;
  }
}

function nobody(question: string): Promise<Secret> {
  throw new Problem({ code: 'no-terminal', what: `${question} cannot be asked: there is no terminal` });
}
