import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../values/base/secret.ts';

// The formats 1.1 and 1.2 of ansible-vault:
// https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html#ansible-vault-file-format

/** A password, and the label (vault id) by which files ask for it. */
export interface VaultPassword {
  readonly label: string;
  readonly password: Secret;
}

export type OpenedAnsible =
  | { readonly kind: 'opened'; readonly bytes: Buffer; readonly by: VaultPassword }
  /**
   * `failed`: no given password opens it. `damaged`, `unsupported`: no password can open it, or only another program.
   */
  | { readonly kind: 'failed' | 'damaged' | 'unsupported'; readonly why: string };

/** Matches each ansible-vault text, indented or not, without tags and quotes around it. */
export const ANSIBLE_BLOCK = /\$ANSIBLE_VAULT;[^\r\n"'$]*(?:\r?\n[ \t]*[0-9a-f]+)+/g;

export const DEFAULT_LABEL = 'default';
const HEADER = /^\$ANSIBLE_VAULT;(1\.1|1\.2);([A-Za-z0-9]+)(?:;(.*))?$/;
const ITERATIONS = 10_000;
const LINE_LENGTH = 80;
const SALT_LENGTH = 32;
const BLOCK_LENGTH = 16;

interface Envelope {
  readonly label: string;
  readonly salt: Buffer;
  readonly mac: Buffer;
  readonly sealed: Buffer;
}

/**
 * Decrypts an ansible-vault text. As Ansible, it first tries the passwords whose label is that of the file, then the
 * others.
 */
export function openAnsible(text: string, passwords: readonly VaultPassword[]): OpenedAnsible {
  const envelope = parse(text);
  if ('why' in envelope) return envelope;
  const { label } = envelope;
  const fitting = passwords.filter((one) => one.label === label);
  for (const by of [...fitting, ...passwords.filter((one) => one.label !== label)]) {
    const bytes = openWith(envelope, by.password);
    if (bytes !== undefined) return { kind: 'opened', bytes, by };
  }
  const tried = passwords.map((one) => one.label).join(', ');
  const named = label === DEFAULT_LABEL ? '' : `It was encrypted with the vault id ${label}. `;
  return {
    kind: 'failed',
    why: `${named}${tried === '' ? 'No password was given.' : `The passwords of these ids were tried: ${tried}.`}`,
  };
}

/** Encrypts bytes as ansible-vault: format 1.1 for the default label, otherwise 1.2. The text ends with a line end. */
export function sealAnsible(bytes: Uint8Array, { label, password }: VaultPassword): string {
  const salt = randomBytes(SALT_LENGTH);
  const { cipherKey, macKey, counter } = keysOf(password, salt);
  const cipher = createCipheriv('aes-256-ctr', cipherKey, counter);
  const padding = BLOCK_LENGTH - (bytes.length % BLOCK_LENGTH);
  const sealed = Buffer.concat([cipher.update(bytes), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]);
  const mac = createHmac('sha256', macKey).update(sealed).digest();
  const body = Buffer.from([salt, mac, sealed].map((part) => part.toString('hex')).join('\n')).toString('hex');
  const header = label === DEFAULT_LABEL ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${label}`;
  return `${[header, ...(body.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [])].join('\n')}\n`;
}

type NotOpened = Extract<OpenedAnsible, { readonly kind: 'damaged' | 'unsupported' | 'failed' }>;

/**
 * Returns the parts of an ansible-vault text, or the reason why it is invalid. A byte order mark, of UTF-8 bytes or of
 * text, is left out.
 */
function parse(text: string): Envelope | NotOpened {
  const [header = '', ...lines] = text
    .replace(/^(?:\u00ef\u00bb\u00bf|\uFEFF)/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [, version, cipher, label = ''] = HEADER.exec(header) ?? [];
  if (version === undefined)
    return {
      kind: 'unsupported',
      why: `Its first line ${JSON.stringify(header.slice(0, 60))} is not of the formats 1.1 and 1.2.`,
    };
  if (cipher !== 'AES256')
    return { kind: 'unsupported', why: `Its cipher is ${cipher ?? 'not named'}, and only AES256 is read.` };
  const body = parseBody(lines.join(''));
  if (body === undefined) return { kind: 'damaged', why: 'Its body is not what ansible-vault writes.' };
  return { label: label === '' ? DEFAULT_LABEL : label, ...body };
}

function parseBody(hex: string): Omit<Envelope, 'label'> | undefined {
  const parts = fromHex(hex)?.toString('latin1').split('\n').map(fromHex);
  const [salt, mac, sealed, ...more] = parts ?? [];
  if (salt === undefined || mac === undefined || sealed === undefined || more.length > 0) return undefined;
  if (mac.length !== 32 || sealed.length === 0 || sealed.length % BLOCK_LENGTH !== 0) return undefined;
  return { salt, mac, sealed };
}

function fromHex(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'hex');
  return bytes.length * 2 === text.length ? bytes : undefined;
}

/** Returns the decrypted bytes; undefined if the password is wrong. Checks the digest before it decrypts anything. */
function openWith({ salt, mac, sealed }: Envelope, password: Secret): Buffer | undefined {
  const { cipherKey, macKey, counter } = keysOf(password, salt);
  if (!timingSafeEqual(createHmac('sha256', macKey).update(sealed).digest(), mac)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', cipherKey, counter);
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  return padded.subarray(0, padded.length - Math.min(padding, BLOCK_LENGTH));
}

function keysOf(
  password: Secret,
  salt: Buffer,
): { readonly cipherKey: Buffer; readonly macKey: Buffer; readonly counter: Buffer } {
  const keys = pbkdf2Sync(password.reveal(), salt, ITERATIONS, 80, 'sha256');
  return { cipherKey: keys.subarray(0, 32), macKey: keys.subarray(32, 64), counter: keys.subarray(64) };
}
