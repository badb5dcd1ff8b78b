import { createCipheriv, randomFillSync } from 'node:crypto';
import type { CipherGCMTypes, KeyObject } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { memberOf } from './ssh-packets.ts';

/** Payloads of this size and more are worth the care. Bytes. */
const LARGE = 8 * 1024;
/** The largest packet that ssh2 itself would take is 35,000 bytes; one of 32 KiB of data has 32,801. */
const LARGEST = 36 * 1024;
/** How many sent packets are kept to be written to again: 9 MiB. */
const MOST_KEPT = 256;

const LENGTH_BYTES = 4;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
const LEAST_PADDING = 4;

/** Outgoing AES-GCM packets as ssh2 1.17 makes them. */
interface GcmCipher {
  readonly _encSSLName: CipherGCMTypes;
  readonly _encKey: KeyObject | Buffer;
  readonly _encIV: Buffer;
  readonly _dead: boolean;
  outSeqno: number;
  allocPacket(payloadBytes: number): Buffer;
  encrypt(packet: Buffer): void;
}

/**
 * ssh2 takes two new buffers for each packet, and the collector of garbage is then busy with them: for 300 MB in packets of 32 KiB a
 * third of all the processor time. Large packets are put together in one place here and sent from buffers that are used again; what the
 * cipher returns is given back at once. Where a later ssh2 makes its packets elsewhere, or with another cipher, nothing happens:
 * packets only cost more.
 */
export function reuseLargePackets(client: Client, socket: Duplex): void {
  client.on('handshake', () => {
    const cipher = memberOf(memberOf(client, '_protocol'), '_cipher');
    if (isGcmCipher(cipher)) replaceLargePackets(cipher, socket);
  });
}

function replaceLargePackets(cipher: GcmCipher, socket: Duplex): void {
  const allocPacket = cipher.allocPacket.bind(cipher);
  const encrypt = cipher.encrypt.bind(cipher);
  // ssh2 fills a packet and encrypts it before it asks for the next one.
  cipher.allocPacket = (payloadBytes) =>
    payloadBytes < LARGE || payloadBytes > LARGEST - 64 ? allocPacket(payloadBytes) : largePacket(payloadBytes);
  cipher.encrypt = (packet) => {
    if (packet.buffer !== plain.buffer) return encrypt(packet);
    if (cipher._dead) return;
    const sealed = sealedPacket(cipher, packet);
    if (!socket.writable) return;
    // Any other stream may say that it has written what it still holds.
    if (socket instanceof Socket) socket.write(sealed, () => giveBack(sealed));
    else socket.write(sealed);
  };
}

const plain = Buffer.allocUnsafeSlow(LARGEST);
const kept: Buffer[] = [];

function largePacket(payloadBytes: number): Buffer {
  const unpadded = 1 + payloadBytes;
  let padding = BLOCK_BYTES - (unpadded % BLOCK_BYTES);
  if (padding < LEAST_PADDING) padding += BLOCK_BYTES;
  const packet = plain.subarray(0, LENGTH_BYTES + unpadded + padding);
  packet.writeUInt32BE(unpadded + padding, 0);
  packet[LENGTH_BYTES] = padding;
  packet.set(randomBytes(padding), LENGTH_BYTES + unpadded);
  return packet;
}

/** RFC 5647: the length is only authenticated, all else is encrypted, and the tag is behind it. */
function sealedPacket(cipher: GcmCipher, packet: Buffer): Buffer {
  const gcm = createCipheriv(cipher._encSSLName, cipher._encKey, cipher._encIV);
  gcm.setAAD(packet.subarray(0, LENGTH_BYTES));
  const encrypted = gcm.update(packet.subarray(LENGTH_BYTES));
  gcm.final();
  const bytes = packet.length + TAG_BYTES;
  const sealed = (kept.pop() ?? Buffer.allocUnsafeSlow(LARGEST + TAG_BYTES)).subarray(0, bytes);
  sealed.set(packet.subarray(0, LENGTH_BYTES));
  sealed.set(encrypted, LENGTH_BYTES);
  sealed.set(gcm.getAuthTag(), packet.length);
  if (encrypted.buffer instanceof ArrayBuffer && encrypted.buffer.byteLength === encrypted.length) encrypted.buffer.transfer(0);
  increment(cipher._encIV);
  cipher.outSeqno = (cipher.outSeqno + 1) >>> 0;
  return sealed;
}

function giveBack(sealed: Buffer): void {
  if (kept.length < MOST_KEPT) kept.push(Buffer.from(sealed.buffer));
}

/** The invocation counter: the last eight bytes. A second packet under the same one would give the key away. */
function increment(iv: Buffer): void {
  iv.writeBigUInt64BE(BigInt.asUintN(64, iv.readBigUInt64BE(4) + 1n), 4);
}

const random = Buffer.allocUnsafeSlow(4096);
let randomUsed = random.length;

/** To draw as few bytes as a padding has costs as much as to draw some thousand. */
function randomBytes(count: number): Buffer {
  if (randomUsed + count > random.length) {
    randomFillSync(random);
    randomUsed = 0;
  }
  randomUsed += count;
  return random.subarray(randomUsed - count, randomUsed);
}

function isGcmCipher(value: unknown): value is GcmCipher {
  const name = memberOf(value, '_encSSLName');
  const iv = memberOf(value, '_encIV');
  return (
    (name === 'aes-128-gcm' || name === 'aes-256-gcm') &&
    Buffer.isBuffer(iv) &&
    iv.length === 12 &&
    memberOf(value, '_dead') === false &&
    typeof memberOf(value, 'outSeqno') === 'number' &&
    typeof memberOf(value, 'allocPacket') === 'function' &&
    typeof memberOf(value, 'encrypt') === 'function'
  );
}
