import type { CipherGCMTypes, KeyObject } from 'node:crypto';
import type { Client, ClientChannel, ParsedKey } from 'ssh2';

/** The version of ssh2 whose internals are described here. In any other version they are not touched. */
export const EXPECTED = '1.17.0';

/** The parts of `Client#_protocol` that are used. It exists as soon as the client has begun to connect. */
export interface Protocol {
  /** Our proposal during a key exchange: packets wait meanwhile. */
  readonly _kexinit: unknown;
  /** Handlers for the messages of the server. */
  readonly _handlers: { GLOBAL_REQUEST(...given: readonly unknown[]): unknown };
  readonly _packetRW: { readonly write: PacketWriter };
  /** Replaced after each key exchange. */
  readonly _cipher: Cipher;
  /** Undefined before the first key exchange has ended. */
  readonly _decipher: Decipher | undefined;
  /**
   * Sends USERAUTH_REQUEST with a public key: with a signature if there is a function that signs, else as a question.
   */
  authPK(user: unknown, key: unknown, algorithm: unknown, signing?: unknown): void;
}

export interface PacketWriter {
  /** Offset of the payload. */
  readonly allocStart: number;
  alloc(payloadBytes: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

export interface Cipher {
  /**
   * Returns a packet with padding and room for a payload. The next packet is requested only after this one was
   * encrypted.
   */
  allocPacket(payloadBytes: number): Buffer;
  /** Encrypts a packet and writes it to the socket. */
  encrypt(packet: Buffer): void;
}

/** Encrypts outgoing packets with AES-GCM (RFC 5647). */
export interface GcmCipher extends Cipher {
  readonly _encSSLName: CipherGCMTypes;
  /** Node accepts both types. */
  _encKey: Buffer | KeyObject;
  /** 4 constant bytes, and a counter of 8 bytes. */
  readonly _encIV: Buffer;
  /** True after the connection has ended. */
  readonly _dead: boolean;
  outSeqno: number;
}

/** Decrypts incoming packets. */
export interface Decipher {
  decrypt(...given: readonly unknown[]): unknown;
}

/** Decrypts incoming packets with AES-GCM. */
export interface GcmDecipher extends Decipher {
  /** Node accepts both types. */
  _decipherKey: Buffer | KeyObject;
}

/** A channel, with the number of bytes that the server still accepts on it. */
export interface SendingChannel {
  readonly outgoing: { window: number };
}

/** Describes a value: its type, or the shapes of its members. */
type Shape = 'anything' | 'function' | 'string' | 'number' | 'boolean' | 'buffer' | { readonly [name: string]: Shape };

const CIPHER = { allocPacket: 'function', encrypt: 'function' } as const satisfies Shape;
const DECIPHER = { decrypt: 'function' } as const satisfies Shape;
const isProtocolShaped = checkOf({
  _protocol: {
    _kexinit: 'anything',
    _handlers: { GLOBAL_REQUEST: 'function' },
    _packetRW: { write: { allocStart: 'number', alloc: 'function', finalize: 'function' } },
    _cipher: CIPHER,
    _decipher: 'anything',
    authPK: 'function',
  },
});
const isGcmCipherShaped = checkOf({
  ...CIPHER,
  _encSSLName: 'anything',
  _encKey: 'anything',
  _encIV: 'buffer',
  _dead: 'boolean',
  outSeqno: 'number',
});
const isGcmDecipherShaped = checkOf({ ...DECIPHER, _decipherKey: 'anything' });
const isKeyShaped = checkOf({ type: 'string', isPrivateKey: 'function', sign: 'function' });
const isChannelShaped = checkOf({ outgoing: { window: 'number' } });

/** Returns the protocol object; undefined if the client has not begun to connect, or has other internals. */
export function protocolOf(client: Client): Protocol | undefined {
  const insides: unknown = client;
  return hasProtocol(insides) ? insides._protocol : undefined;
}

/** Returns the channel with the number of bytes that the server accepts; undefined if ssh2 has other internals. */
export function sendingChannel(channel: ClientChannel): SendingChannel | undefined {
  const insides: unknown = channel;
  return isSendingChannel(insides) ? insides : undefined;
}

/**
 * Returns whether the cipher encrypts with AES-GCM, with a key of 128 or 256 bits, and has the internals that are
 * described here.
 */
export function isGcmCipher(cipher: Cipher): cipher is GcmCipher {
  if (!isGcmCipherShaped(cipher) || !('_encSSLName' in cipher)) return false;
  return cipher._encSSLName === 'aes-128-gcm' || cipher._encSSLName === 'aes-256-gcm';
}

/** Returns whether the decipher decrypts with AES-GCM and has the internals that are described here. */
export function isGcmDecipher(decipher: Decipher | undefined): decipher is GcmDecipher {
  return isGcmDecipherShaped(decipher);
}

/** Returns whether the key is an object of ssh2. Keys of an agent may have fewer members. */
export function isParsedKey(key: unknown): key is ParsedKey {
  return isKeyShaped(key);
}

function hasProtocol(value: unknown): value is { readonly _protocol: Protocol } {
  return isProtocolShaped(value);
}

function isSendingChannel(value: unknown): value is SendingChannel {
  return isChannelShaped(value);
}

/**
 * The one check of ssh2's internals: returns a function that tells whether a value has the described shape. It is made
 * once, because each connection is checked several times.
 */
function checkOf(shape: Shape): (value: unknown) => boolean {
  if (shape === 'anything') return () => true;
  if (shape === 'buffer') return (value) => Buffer.isBuffer(value);
  if (typeof shape === 'string') return (value) => typeof value === shape;
  const members = Object.entries(shape).map(([name, inner]) => ({ name, fits: checkOf(inner) }));
  return (value) => isRecord(value) && members.every(({ name, fits }) => name in value && fits(value[name]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
