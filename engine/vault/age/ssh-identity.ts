import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Identity } from 'age-encryption';
import { Problem } from '../../errors/problem.ts';
import { type Ask, openedByPassphrase } from '../base/passphrase.ts';
import { sshIdentity } from './age-ssh.ts';
import { type SshPublicKey, sshPublicKey } from './ssh-public-key.ts';

const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const MAGIC = Buffer.from('openssh-key-v1\0');

export interface SshKey {
  readonly publicKey: SshPublicKey;
  readonly identity: Identity;
}

/** True if a text is a PEM private key of any kind. */
export function isPrivateKey(text: string): boolean {
  return /^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
}

/**
 * Makes an identity from an SSH private key. It asks for the passphrase when a file is encrypted for this key. Throws
 * Problem if the key cannot be used.
 */
export async function sshKeyIn(text: string, file: string, ask: Ask): Promise<SshKey> {
  const publicKey = await publicKeyIn(text, file);
  let unlocked: Promise<KeyObject> | undefined;
  const unlock = (): Promise<KeyObject> => (unlocked ??= privateKeyIn(text, file, ask));
  return { publicKey, identity: sshIdentity(publicKey, unlock) };
}

/** Reads the public key. OpenSSH does not encrypt it, even if the private key has a passphrase. */
async function publicKeyIn(text: string, file: string): Promise<SshPublicKey> {
  const begin = text.indexOf(BEGIN);
  const end = text.lastIndexOf(END);
  const body = begin === -1 || end < begin ? undefined : text.slice(begin + BEGIN.length, end);
  try {
    if (body !== undefined) return sshPublicKey(publicBlob(Buffer.from(body, 'base64')));
    const { default: ssh2 } = await import('ssh2');
    const key = ssh2.utils.parseKey(text);
    if (!(key instanceof Error)) return sshPublicKey(key.getPublicSSH());
    throw key;
  } catch (error) {
    throw new Problem({
      code: 'vault-identity',
      what: `the private key ${file} cannot decrypt anything`,
      why: error instanceof Error ? error.message : String(error),
      remedy: `Use a key of the type ssh-ed25519 or ssh-rsa, in the form that \`ssh-keygen -p -f ${file}\` writes.`,
    });
  }
}

/**
 * Reads the public key from an OpenSSH container. The fields after MAGIC are: cipher, derivation, options of the
 * derivation, number of keys, public key. Throws Error if the container is damaged or has more than one key.
 */
function publicBlob(container: Buffer): Buffer {
  if (!container.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('it is damaged');
  let at = MAGIC.length;
  const field = (): Buffer => {
    const end = at + 4 + container.readUInt32BE(at);
    const bytes = container.subarray(at + 4, end);
    at = end;
    return bytes;
  };
  for (const _name of ['cipher', 'derivation', 'options']) field();
  if (container.readUInt32BE(at) !== 1) throw new Error('it holds more than one key');
  at += 4;
  return field();
}

async function privateKeyIn(text: string, file: string, ask: Ask): Promise<KeyObject> {
  const { default: ssh2 } = await import('ssh2');
  const open = (passphrase: string | undefined): KeyObject | Error => {
    const key = ssh2.utils.parseKey(text, passphrase);
    return key instanceof Error ? key : createPrivateKey(key.getPrivatePEM());
  };
  const plain = open(undefined);
  if (!(plain instanceof Error)) return plain;
  if (!plain.message.includes('no passphrase given')) throw locked(file, plain.message);
  const key = await openedByPassphrase(`Passphrase of the key ${file}`, ask, async (passphrase) => {
    const opened = open(passphrase.reveal());
    return opened instanceof Error ? undefined : opened;
  });
  if (key === undefined) throw locked(file, 'The passphrase was wrong.');
  return key;
}

function locked(file: string, why: string): Problem {
  return new Problem({ code: 'vault-identity', what: `the private key ${file} cannot be opened`, why });
}
