import { createCipheriv, randomFillSync } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NO_GCM } from './ssh-packets.ts';
import { isGcmCipher, type GcmCipher, type Protocol } from './ssh2-internals.ts';
import { TOOK, type Took } from './ssh2-patches.ts';

/** Minimal size of a payload that is treated here. Bytes. */
const LARGE = 8 * 1024;
/** The largest packet. ssh2 itself accepts 35,000 bytes; a packet with 32 KiB of data has 32,801. */
const LARGEST = 36 * 1024;
/** Number of sent packets whose buffers are kept for reuse: 9 MiB. */
const MOST_KEPT = 256;

const LENGTH_BYTES = 4;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
const LEAST_PADDING = 4;
const IV_BYTES = 12;

/**
 * ssh2 allocates two new buffers for each packet, which keeps the garbage collector busy: for 300 MB in packets of 32
 * KiB, a third of all processor time. Here large packets are assembled in one buffer, and sent from buffers that are
 * used again; the result of the cipher is released immediately.
 */
export function reuseLargePackets({ _cipher: cipher }: Protocol, socket: Duplex, buffers: PacketBuffers): Took {
  if (!isGcmCipher(cipher) || cipher._encIV.length !== IV_BYTES) return NO_GCM;
  const allocPacket = cipher.allocPacket.bind(cipher);
  const encrypt = cipher.encrypt.bind(cipher);
  // ssh2 fills a packet and encrypts it before it asks for the next one.
  cipher.allocPacket = (payloadBytes) =>
    payloadBytes < LARGE || payloadBytes > LARGEST - 64 ? allocPacket(payloadBytes) : buffers.plainPacket(payloadBytes);
  cipher.encrypt = (packet) => {
    if (!buffers.isPlain(packet)) return encrypt(packet);
    if (cipher._dead) return;
    const sealed = sealedPacket(cipher, packet, buffers);
    if (!socket.writable) return;
    // Only for sockets: another stream may report a write as done while it still holds the buffer.
    if (socket instanceof Socket) socket.write(sealed, () => buffers.giveBack(sealed));
    else socket.write(sealed);
  };
  return TOOK;
}

/** Buffers in which the large packets of one run are assembled, and from which they are sent. */
export class PacketBuffers {
  readonly #plain = Buffer.allocUnsafeSlow(LARGEST);
  readonly #kept: Buffer[] = [];
  readonly #random = Buffer.allocUnsafeSlow(4096);
  #randomUsed = 4096;

  /** Returns a buffer for a packet with its padding. It is valid until the next call. */
  plainPacket(payloadBytes: number): Buffer {
    const unpadded = 1 + payloadBytes;
    let padding = BLOCK_BYTES - (unpadded % BLOCK_BYTES);
    if (padding < LEAST_PADDING) padding += BLOCK_BYTES;
    const packet = this.#plain.subarray(0, LENGTH_BYTES + unpadded + padding);
    packet.writeUInt32BE(unpadded + padding, 0);
    packet[LENGTH_BYTES] = padding;
    packet.set(this.#randomBytes(padding), LENGTH_BYTES + unpadded);
    return packet;
  }

  isPlain(packet: Buffer): boolean {
    return packet.buffer === this.#plain.buffer;
  }

  /**
   * Returns a buffer for an encrypted packet. The caller gives it back when the operating system has taken the data.
   */
  sealedPacket(bytes: number): Buffer {
    return (this.#kept.pop() ?? Buffer.allocUnsafeSlow(LARGEST + TAG_BYTES)).subarray(0, bytes);
  }

  giveBack(sealed: Buffer): void {
    if (this.#kept.length < MOST_KEPT) this.#kept.push(Buffer.from(sealed.buffer));
  }

  /** Fetching the few bytes of a padding costs as much as fetching some thousand bytes. */
  #randomBytes(count: number): Buffer {
    if (this.#randomUsed + count > this.#random.length) {
      randomFillSync(this.#random);
      this.#randomUsed = 0;
    }
    this.#randomUsed += count;
    return this.#random.subarray(this.#randomUsed - count, this.#randomUsed);
  }
}

/** RFC 5647: the length is authenticated only, the rest is encrypted, and the tag follows. */
function sealedPacket(cipher: GcmCipher, packet: Buffer, buffers: PacketBuffers): Buffer {
  const gcm = createCipheriv(cipher._encSSLName, cipher._encKey, cipher._encIV);
  gcm.setAAD(packet.subarray(0, LENGTH_BYTES));
  const encrypted = gcm.update(packet.subarray(LENGTH_BYTES));
  gcm.final();
  const sealed = buffers.sealedPacket(packet.length + TAG_BYTES);
  sealed.set(packet.subarray(0, LENGTH_BYTES));
  sealed.set(encrypted, LENGTH_BYTES);
  sealed.set(gcm.getAuthTag(), packet.length);
  if (encrypted.buffer instanceof ArrayBuffer && encrypted.buffer.byteLength === encrypted.length)
    encrypted.buffer.transfer(0);
  increment(cipher._encIV);
  cipher.outSeqno = (cipher.outSeqno + 1) >>> 0;
  return sealed;
}

/**
 * Increments the invocation counter: the last eight bytes. A second packet with the same counter would reveal the key.
 */
function increment(iv: Buffer): void {
  iv.writeBigUInt64BE(BigInt.asUintN(64, iv.readBigUInt64BE(4) + 1n), 4);
}
