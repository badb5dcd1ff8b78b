import { createCipheriv, randomFillSync } from 'node:crypto';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NO_GCM } from './ssh-packets.ts';
import { isGcmCipher, type GcmCipher, type Protocol } from './ssh2-internals.ts';
import { TOOK, type Took } from './ssh2-patches.ts';

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
const IV_BYTES = 12;

/**
 * ssh2 takes two new buffers for each packet, and the collector of garbage is then busy with them: for 300 MB in
 * packets of 32 KiB a third of all the processor time. Large packets are put together in one place here and sent from
 * buffers that are used again; what the cipher returns is given back at once.
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
    // Any other stream may say that it has written what it still holds.
    if (socket instanceof Socket) socket.write(sealed, () => buffers.giveBack(sealed));
    else socket.write(sealed);
  };
  return TOOK;
}

/** What the large packets of one run are put together in, and sent from. */
export class PacketBuffers {
  readonly #plain = Buffer.allocUnsafeSlow(LARGEST);
  readonly #kept: Buffer[] = [];
  readonly #random = Buffer.allocUnsafeSlow(4096);
  #randomUsed = 4096;

  /** With its padding. It holds until the next one is asked for. */
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

  /** To be given back when the system has taken it. */
  sealedPacket(bytes: number): Buffer {
    return (this.#kept.pop() ?? Buffer.allocUnsafeSlow(LARGEST + TAG_BYTES)).subarray(0, bytes);
  }

  giveBack(sealed: Buffer): void {
    if (this.#kept.length < MOST_KEPT) this.#kept.push(Buffer.from(sealed.buffer));
  }

  /** To draw as few bytes as a padding has costs as much as to draw some thousand. */
  #randomBytes(count: number): Buffer {
    if (this.#randomUsed + count > this.#random.length) {
      randomFillSync(this.#random);
      this.#randomUsed = 0;
    }
    this.#randomUsed += count;
    return this.#random.subarray(this.#randomUsed - count, this.#randomUsed);
  }
}

/** RFC 5647: the length is only authenticated, all else is encrypted, and the tag is behind it. */
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

/** The invocation counter: the last eight bytes. A second packet under the same one would give the key away. */
function increment(iv: Buffer): void {
  iv.writeBigUInt64BE(BigInt.asUintN(64, iv.readBigUInt64BE(4) + 1n), 4);
}
