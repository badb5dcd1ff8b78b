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
import { noText, noVaultValue, unopened, unopenedAge } from './base/vault-problems.ts';
import { hideValues } from './hide-values.ts';
import { readSopsFile } from './sops/sops-file.ts';
import { type SopsSources, SopsKeys } from './sops/sops-keys.ts';

/** The content of a value, or why it is unknown: no key fits, the value is damaged, or it is not text. */
export type Opened =
  | { readonly kind: 'opened'; readonly text: string }
  | { readonly kind: 'failed' | 'damaged' | 'unsupported' | 'no-text'; readonly why: string };

/** How a file was opened, so that it can be encrypted again for the same people. */
export type OpenedBy =
  | { readonly kind: 'identity' }
  | { readonly kind: 'passphrase'; readonly passphrase: Secret }
  | { readonly kind: 'password'; readonly password: VaultPassword };

/** The keys that decrypt files and values. */
export interface VaultKeys {
  /** Passwords of ansible-vault, in the order in which they are tried. */
  readonly passwords?: readonly PasswordSource[];
  /** Asks for passphrases and passwords. Default: throws Problem `no-terminal`. */
  readonly ask?: Ask;
  readonly sops?: SopsSources;
}

/** The decrypted text of a file. */
export interface Content {
  readonly text: string;
  /** True if the whole file was encrypted. */
  readonly wasSealed: boolean;
}

/** Decrypts whole files, and `!vault` values in files. It reads the keys when it first needs them. */
export class Vault {
  readonly #keys: AgeKeys;
  readonly #sopsKeys: SopsKeys;
  readonly #passwordSources: readonly PasswordSource[];
  readonly #ask: Ask;
  readonly #opened = new Map<string, Opened>();
  #passwords: Promise<readonly VaultPassword[]> | undefined;
  /** SHA-256 (hex) of each file that was read, as it is on the disk, by absolute path. */
  readonly files = new Map<string, string>();

  /** Takes files of identities (private keys). All of them are tried. */
  constructor(identityFiles: readonly string[], { passwords = [], ask = nobody, sops = {} }: VaultKeys = {}) {
    this.#keys = new AgeKeys(identityFiles, ask);
    this.#sopsKeys = new SopsKeys(identityFiles, sops, ask);
    this.#passwordSources = passwords;
    this.#ask = ask;
  }

  /**
   * Returns the text of a file, decrypted if the whole file is encrypted. Opens its `!vault` values, so that `decrypt`
   * can return them at once. From then on, each text value of an encrypted file is a secret. Throws Problem.
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
   * Returns the documents of a YAML file. Values of an encrypted file are marked, so that they are secrets as
   * variables. If the file cannot be decrypted or is not valid YAML, throws Problem for one mistake, Problems for
   * several.
   */
  async documents(bytes: Buffer, file: string): Promise<readonly Node[]> {
    const sops = await this.#ofSops(bytes, file);
    if (sops !== undefined) return [sops];
    const { text, wasSealed } = await this.content(bytes, file);
    const nodes = readYaml(text, file, { decrypt: this.decrypt });
    return wasSealed ? nodes.map(hiddenNode) : nodes;
  }

  /**
   * Returns the only document of a file of variables, marked as in `documents`; undefined for an empty file. Throws
   * the same errors as `documents`, and Problem if the file has several documents.
   */
  async variables(bytes: Buffer, file: string): Promise<Node | undefined> {
    return oneDocument(await this.documents(bytes, file));
  }

  /** Does the same as `variables` for the file at a path. Also throws the system error if the file cannot be read. */
  async readFile(path: string): Promise<Node | undefined> {
    return await this.variables(await readWhole(path), path);
  }

  /** Decrypts a file that is encrypted as a whole. Returns undefined for any other file. Throws Problem. */
  async unseal(bytes: Buffer, file: string): Promise<{ readonly bytes: Buffer; readonly by: OpenedBy } | undefined> {
    const form = sealedForm(bytes);
    return form === undefined ? undefined : this.#unseal(bytes, form, file);
  }

  /** Returns the exact bytes of a `!vault` value. Throws Problem. */
  async unsealValue(text: string, place: Place): Promise<Buffer> {
    if (isAnsibleVault(text)) return (await this.#openAnsible(text, place)).bytes;
    const opened = await this.#keys.openArmor(tidyArmor(text), place.file, place);
    if (opened.kind !== 'opened') throw unopenedAge(opened.kind, place, opened.why);
    return opened.bytes;
  }

  /** Records a file in `files`. */
  noteFile(file: string, content: string | Buffer): void {
    this.files.set(resolve(file), createHash('sha256').update(content).digest('hex'));
  }

  /** Returns a `!vault` value of a file that `content` has read. Throws Problem. */
  readonly decrypt = (sealed: string, place: Place): Secret => {
    const opened = this.opened(sealed);
    switch (opened?.kind) {
      case 'opened':
        return Secret.of(opened.text);
      case 'failed':
      case 'damaged':
        throw (isAnsibleVault(sealed) ? unopened : unopenedAge)(opened.kind, place, opened.why);
      case 'unsupported':
        throw unopened(opened.kind, place, opened.why);
      case 'no-text':
        throw noText(place, opened.why);
      case undefined:
        throw noVaultValue(place);
      default:
        return opened satisfies never;
    }
  };

  /** Opens an armored text ahead, so that `opened` knows it. If that fails, `opened` returns the reason. */
  async openAhead(armored: string): Promise<void> {
    try {
      await this.#openOnce(tidyArmor(armored));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#opened.set(tidyArmor(armored), { kind: 'failed', why: `${error.what}. ${error.why ?? ''}`.trim() });
    }
  }

  /** Returns the content of a text that was opened ahead; undefined for any other text. */
  opened(sealed: string): Opened | undefined {
    return this.#opened.get(tidyArmor(sealed));
  }

  /** Returns the values of a SOPS file; undefined for any other file. */
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

  /** Throws Problem if there is no key. */
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
        if (opened.kind !== 'opened') throw unopenedAge(opened.kind, place, opened.why);
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
    throw unopened(opened.kind, place, opened.why);
  }

  #givenPasswords(): Promise<readonly VaultPassword[]> {
    return (this.#passwords ??= readPasswords(this.#passwordSources, this.#ask));
  }
}

/** A value must be UTF-8: no other encoding could be written into a file of a host. */
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
