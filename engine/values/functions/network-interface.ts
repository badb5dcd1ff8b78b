import { bits, formatAddress, parseAddress } from '../language/addresses.ts';
import { ArgumentFault } from '../language/fault.ts';

/** An address and its network, such as 10.0.0.5/24. */
export class NetworkInterface {
  readonly version: 4 | 6;
  readonly address: bigint;
  readonly prefix: number;
  /** True if the length of the network was written. */
  readonly hasPrefix: boolean;

  private constructor(version: 4 | 6, address: bigint, prefix: number | undefined) {
    this.version = version;
    this.address = address;
    this.prefix = prefix ?? bits(version);
    this.hasPrefix = prefix !== undefined;
  }

  /**
   * Parses `10.0.0.5`, `10.0.0.5/24`, `10.0.0.5/255.255.255.0`, or an address as a number; undefined for other texts.
   */
  static parse(text: string): NetworkInterface | undefined {
    if (/^\d{1,39}$/.test(text)) return NetworkInterface.#numbered(BigInt(text));
    const [host = '', length, more] = text.split('/');
    try {
      const { version, address } = parseAddress(host);
      if (length === undefined) return new NetworkInterface(version, address, undefined);
      const prefix = prefixOf(version, length);
      return more !== undefined || prefix === undefined ? undefined : new NetworkInterface(version, address, prefix);
    } catch (error) {
      if (error instanceof ArgumentFault) return undefined;
      throw error;
    }
  }

  static #numbered(address: bigint): NetworkInterface | undefined {
    if (address === 0n || address >= 2n ** 128n) return undefined;
    return new NetworkInterface(address < 2n ** 32n ? 4 : 6, address, undefined);
  }

  /** Number of addresses in the network. */
  get size(): bigint {
    return 1n << BigInt(bits(this.version) - this.prefix);
  }

  get first(): bigint {
    return (this.address / this.size) * this.size;
  }

  get last(): bigint {
    return this.first + this.size - 1n;
  }

  /** The first and last address for hosts; undefined for a network of one address. */
  get usable(): readonly [first: bigint, last: bigint] | undefined {
    if (this.size === 1n) return undefined;
    return this.size === 2n ? [this.first, this.last] : [this.first + 1n, this.last - 1n];
  }

  get netmask(): bigint {
    return 2n ** BigInt(bits(this.version)) - this.size;
  }

  /** Formats an address as text. */
  at(address: bigint): string {
    return formatAddress(this.version, address);
  }

  /** Formats an address as text, with the length of the network. */
  within(address: bigint): string {
    return `${this.at(address)}/${this.prefix}`;
  }

  toString(): string {
    return this.hasPrefix ? this.within(this.address) : this.at(this.address);
  }

  /** Returns whether this whole network is in the other one. */
  isIn(other: NetworkInterface): boolean {
    return this.version === other.version && this.first >= other.first && this.last <= other.last;
  }
}

/**
 * Parses the length of a network: a number of bits, or a mask of ones followed by zeros; undefined if it is neither.
 */
function prefixOf(version: 4 | 6, written: string): number | undefined {
  if (/^\d{1,3}$/.test(written)) return Number(written) <= bits(version) ? Number(written) : undefined;
  const mask = parseAddress(written);
  const ones = mask.address.toString(2).padStart(bits(version), '0');
  return mask.version === version && /^1*0*$/.test(ones) ? ones.replaceAll('0', '').length : undefined;
}
