import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Place } from '../errors/problem.ts';
import { Problem, Problems } from '../errors/problem.ts';
import type { Node } from '../values/node.ts';
import { oneDocument } from '../values/one-document.ts';
import { Secret } from '../values/secret.ts';
import { textIn, withoutMark } from '../values/text-file.ts';
import { readYaml } from '../values/yaml.ts';
import { ARMOR_BLOCK, isAnsibleVault, isEncrypted, tidyArmor } from './armor.ts';

export type Opened = { readonly kind: 'opened'; readonly text: string } | { readonly kind: 'failed'; readonly why: string };

/** Opens what is encrypted with age: whole files, and `!vault` values in files. Identities are read when the first is met. */
export class Vault {
  readonly #identityFiles: readonly string[];
  readonly #opened = new Map<string, Opened>();
  #identities: Promise<readonly string[]> | undefined;
  /** SHA-256 of every file that was read through it, as it is on the disk, by absolute path. */
  readonly files = new Map<string, string>();

  /** The files of identities (private keys), all of which are tried. */
  constructor(identityFiles: readonly string[]) {
    this.#identityFiles = identityFiles;
  }

  /**
   * The text of a file as it is to be read: decrypted where the whole file is encrypted. Its `!vault` values are opened ahead, so that
   * `decrypt` can give them at once. Every text value of an encrypted file is a secret from here on. Throws Problem.
   */
  async decryptFile(text: string, file: string): Promise<string> {
    this.noteFile(file, text);
    const place: Place = { file, line: 1, column: 1 };
    if (isAnsibleVault(text)) throw ansibleVault(place);
    if (isEncrypted(text)) {
      const opened = await this.#open(tidyArmor(text), place);
      if (opened.kind === 'failed') throw wrongKey(place, opened.why);
      const content = opened.text;
      for (const node of readQuietly(content, file)) hideTexts(node);
      return content;
    }
    if (!text.includes('!vault')) return text;
    for (const [block] of text.matchAll(ARMOR_BLOCK)) await this.#openOnce(tidyArmor(block));
    return text;
  }

  /** A file that was read without anything in it to decrypt. */
  noteFile(file: string, content: string | Buffer): void {
    this.files.set(resolve(file), createHash('sha256').update(content).digest('hex'));
  }

  /** A `!vault` value of a file that went through `decryptFile`. Throws Problem. */
  readonly decrypt = (armored: string, place: Place): Secret => {
    if (isAnsibleVault(armored)) throw ansibleVault(place);
    const opened = this.opened(armored);
    if (opened?.kind === 'opened') return Secret.of(opened.text);
    if (opened?.kind === 'failed') throw wrongKey(place, opened.why);
    throw new Problem({
      code: 'vault-syntax',
      what: 'this !vault value is not an armored age file',
      place,
      remedy: 'Make it with `runbook vault encrypt --value`.',
    });
  };

  /** The one document of a YAML file, undefined for an empty one; the text values of an encrypted file come as secrets. Throws Problem or Problems. */
  async readFile(path: string): Promise<Node | undefined> {
    const text = textIn(readFileSync(path), path);
    const content = await this.decryptFile(text, path);
    const node = oneDocument(readYaml(content, path, { decrypt: this.decrypt }));
    return node !== undefined && isEncrypted(text) ? asSecret(node) : node;
  }

  /** Opens an armored text, so that `opened` knows it. Where that fails, `opened` says why. */
  async openAhead(armored: string): Promise<void> {
    const tidy = tidyArmor(armored);
    try {
      await this.#openOnce(tidy);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#opened.set(tidy, { kind: 'failed', why: `${error.what}. ${error.why ?? ''}`.trim() });
    }
  }

  /** What an armored text holds that went through `openAhead`; undefined for any other one. */
  opened(armored: string): Opened | undefined {
    return this.#opened.get(tidyArmor(armored));
  }

  /** Throws Problem where there is no identity at all. */
  async #openOnce(tidy: string): Promise<void> {
    if (!this.#opened.has(tidy)) this.#opened.set(tidy, await this.#open(tidy, undefined));
  }

  async #open(armored: string, place: Place | undefined): Promise<Opened> {
    const { armor, Decrypter } = await import('age-encryption');
    this.#identities ??= this.#readIdentities(place);
    const decrypter = new Decrypter();
    try {
      for (const identity of await this.#identities) decrypter.addIdentity(identity);
      const bytes = await decrypter.decrypt(armor.decode(armored));
      return { kind: 'opened', text: textIn(Buffer.from(bytes), place?.file ?? 'an encrypted value') };
    } catch (error) {
      if (error instanceof Problem) throw error;
      return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
    }
  }

  async #readIdentities(place: Place | undefined): Promise<readonly string[]> {
    const identities: string[] = [];
    for (const file of this.#identityFiles) identities.push(...(await readIdentities(file)));
    if (identities.length > 0) return identities;
    throw new Problem({
      code: 'vault-no-key',
      what: 'something is encrypted, and there is no identity to open it',
      place,
      why: `Looked for identities in ${this.#identityFiles.join(', ') || 'no file'}.`,
      remedy: 'Name the file of your age identity with --identity or RUNBOOK_IDENTITY.',
    });
  }
}

/** The identities in a file, none where it is missing. Throws Problem for what is no identity. */
export async function readIdentities(file: string): Promise<readonly string[]> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw new Problem({ code: 'file-unreadable', what: `the identity file ${file} cannot be read`, why: error.message });
  });
  const identities: string[] = [];
  for (const [index, raw] of withoutMark(textIn(bytes, file)).split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith('AGE-SECRET-KEY-')) {
      throw new Problem({
        code: 'vault-identity',
        what: `line ${index + 1} of the identity file ${file} is no age identity`,
        remedy: 'Make one with `runbook vault keygen` or `age-keygen`: AGE-SECRET-KEY-1….',
      });
    }
    Secret.of(line);
    identities.push(line);
  }
  return identities;
}

function wrongKey(place: Place, why: string): Problem {
  return new Problem({
    code: 'vault-wrong-key',
    what: 'this cannot be decrypted',
    place,
    why,
    remedy: 'Give an identity that it was encrypted for, with --identity or RUNBOOK_IDENTITY.',
  });
}

function ansibleVault(place: Place): Problem {
  return new Problem({
    code: 'ansible-vault',
    what: 'this is encrypted by ansible-vault, which runbook does not read',
    place,
    remedy: 'Decrypt it with `ansible-vault decrypt`, then encrypt it with `runbook vault encrypt`.',
  });
}

/** The nodes of a text, none where it is no YAML: whoever reads it tells. */
function readQuietly(text: string, file: string): readonly Node[] {
  try {
    return readYaml(text, file, { decrypt: (armored) => Secret.of(armored) });
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return [];
    throw error;
  }
}

function hideTexts(node: Node): void {
  if (node.kind === 'list') node.items.forEach(hideTexts);
  else if (node.kind === 'map') node.entries.forEach((entry) => hideTexts(entry.value));
  else if (isOwnText(node.value)) Secret.of(node.value);
}

/** Templates are no secrets themselves; what they render to is one where it is made of one. */
function isOwnText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('{{');
}

function asSecret(node: Node): Node {
  if (node.kind === 'list') return { ...node, items: node.items.map(asSecret) };
  if (node.kind === 'map') return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: asSecret(entry.value) })) };
  return isOwnText(node.value) ? { ...node, value: Secret.of(node.value) } : node;
}
