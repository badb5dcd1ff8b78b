import type { CipherGCMTypes, KeyObject } from 'node:crypto';
import type { Client, ClientChannel, ParsedKey } from 'ssh2';

/** The version of ssh2 whose insides are described here. In another one nothing of them is touched. */
export const EXPECTED = '1.17.0';

/** `Client#_protocol`, as far as it is touched. It is there as soon as the client has begun to connect. */
export interface Protocol {
  /** Our own proposal while keys are exchanged: packets wait meanwhile. */
  readonly _kexinit: unknown;
  /** What is called for each message of the server. */
  readonly _handlers: { GLOBAL_REQUEST(...given: readonly unknown[]): unknown };
  readonly _packetRW: { readonly write: PacketWriter };
  /** Another one after each exchange of keys. */
  readonly _cipher: Cipher;
  /** There is none before the first keys are agreed upon. */
  readonly _decipher: Decipher | undefined;
  /**
   * Says USERAUTH_REQUEST with a public key: with a signature where there is a function that signs, else as a question.
   */
  authPK(user: unknown, key: unknown, algorithm: unknown, signing?: unknown): void;
}

export interface PacketWriter {
  /** Where the payload begins. */
  readonly allocStart: number;
  alloc(payloadBytes: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

export interface Cipher {
  /** A packet with padding and room for a payload. The next one is only asked for when this one was encrypted. */
  allocPacket(payloadBytes: number): Buffer;
  /** Encrypts a packet and writes it to the socket. */
  encrypt(packet: Buffer): void;
}

/** Outgoing packets by AES-GCM (RFC 5647). */
export interface GcmCipher extends Cipher {
  readonly _encSSLName: CipherGCMTypes;
  /** Node takes either. */
  _encKey: Buffer | KeyObject;
  /** 4 bytes that stay and a counter of 8. */
  readonly _encIV: Buffer;
  /** The connection is over. */
  readonly _dead: boolean;
  outSeqno: number;
}

/** Incoming packets. */
export interface Decipher {
  decrypt(...given: readonly unknown[]): unknown;
}

/** Incoming packets by AES-GCM. */
export interface GcmDecipher extends Decipher {
  /** Node takes either. */
  _decipherKey: Buffer | KeyObject;
}

/** A channel: how many bytes the server still takes on it. */
export interface SendingChannel {
  readonly outgoing: { window: number };
}

/** What a value is: a kind, or what its members are. */
type Shape = 'anything' | 'function' | 'string' | 'number' | 'boolean' | 'buffer' | { readonly [name: string]: Shape };

const CIPHER: Shape = { allocPacket: 'function', encrypt: 'function' };
const DECIPHER: Shape = { decrypt: 'function' };
const PROTOCOL: Shape = {
  _kexinit: 'anything',
  _handlers: { GLOBAL_REQUEST: 'function' },
  _packetRW: { write: { allocStart: 'number', alloc: 'function', finalize: 'function' } },
  _cipher: CIPHER,
  _decipher: 'anything',
  authPK: 'function',
};
const GCM_CIPHER: Shape = {
  ...CIPHER,
  _encSSLName: 'anything',
  _encKey: 'anything',
  _encIV: 'buffer',
  _dead: 'boolean',
  outSeqno: 'number',
};
const GCM_DECIPHER: Shape = { ...DECIPHER, _decipherKey: 'anything' };
const PARSED_KEY: Shape = { type: 'string', isPrivateKey: 'function', sign: 'function' };
const SENDING_CHANNEL: Shape = { outgoing: { window: 'number' } };

/** Undefined where the client has not begun to connect, or has other insides. */
export function protocolOf(client: Client): Protocol | undefined {
  const insides: unknown = client;
  return hasProtocol(insides) ? insides._protocol : undefined;
}

export function sendingChannel(channel: ClientChannel): SendingChannel | undefined {
  const insides: unknown = channel;
  return isSendingChannel(insides) ? insides : undefined;
}

export function isGcmCipher(cipher: Cipher): cipher is GcmCipher {
  if (!fits(cipher, GCM_CIPHER) || !('_encSSLName' in cipher)) return false;
  return cipher._encSSLName === 'aes-128-gcm' || cipher._encSSLName === 'aes-256-gcm';
}

export function isGcmDecipher(decipher: Decipher | undefined): decipher is GcmDecipher {
  return fits(decipher, GCM_DECIPHER);
}

/** One of ssh2's own: what an agent tells of may be less. */
export function isParsedKey(key: unknown): key is ParsedKey {
  return fits(key, PARSED_KEY);
}

function hasProtocol(value: unknown): value is { readonly _protocol: Protocol } {
  return fits(value, { _protocol: PROTOCOL });
}

function isSendingChannel(value: unknown): value is SendingChannel {
  return fits(value, SENDING_CHANNEL);
}

/** The one guard: whether ssh2 has what is described here. */
function fits(value: unknown, shape: Shape): boolean {
  if (shape === 'anything') return true;
  if (shape === 'buffer') return Buffer.isBuffer(value);
  if (typeof shape === 'string') return typeof value === shape;
  return isRecord(value) && Object.entries(shape).every(([name, inner]) => name in value && fits(value[name], inner));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
