import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { ArgumentFault } from './fault.ts';

interface Network {
  readonly version: 4 | 6;
  readonly address: bigint;
  readonly prefix: number;
}

/** Returns the number of bits of an address. */
export function bits(version: 4 | 6): number {
  return version === 4 ? 32 : 128;
}

/** Returns 4 or 6. Throws ArgumentFault if the text is not an address. */
export function ipVersion(text: string): 4 | 6 {
  if (isIPv4(text)) return 4;
  if (isIPv6(text) && !text.includes('%')) return 6;
  throw new ArgumentFault(`"${text}" is not an IP address`);
}

/** Returns an IP address as a number. Throws ArgumentFault if the text is not an address. */
export function parseAddress(text: string): { version: 4 | 6; address: bigint } {
  const version = ipVersion(text);
  if (version === 4) {
    return { version, address: text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let full = text;
  if (dotted !== null) {
    const tail = parseAddress(dotted[2] ?? '').address;
    full = `${dotted[1] ?? ''}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  }
  const [head = '', rest] = full.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = rest === undefined || rest === '' ? [] : rest.split(':');
  const middle = rest === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return {
    version,
    address: [...left, ...middle, ...right].reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n),
  };
}

/** Returns an address as text, IPv6 in the form of RFC 5952. */
export function formatAddress(version: 4 | 6, address: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  ).join(':');
  // RFC 5952: the longest run of two or more zero groups becomes `::`; of several equally long runs, the first.
  let longest = '';
  for (const [run] of groups.matchAll(/(?<=^|:)0(?::0)+(?=:|$)/g)) if (run.length > longest.length) longest = run;
  if (longest === '') return groups;
  const at = groups.search(new RegExp(`(^|:)${longest}(:|$)`));
  const start = groups[at] === ':' ? at + 1 : at;
  return `${groups.slice(0, start).replace(/:$/, '')}::${groups.slice(start + longest.length).replace(/^:/, '')}`;
}

/** Parses `10.0.0.0/8`. An address without a prefix length is a network of one address. */
function parseNetwork(text: string): Network {
  const [host = '', length, more] = text.split('/');
  const { version, address } = parseAddress(host);
  if (length === undefined) return { version, address, prefix: bits(version) };
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (more !== undefined || prefix < 0 || prefix > bits(version))
    throw new ArgumentFault(`"${text}" is not a network such as 10.0.0.0/16`);
  const shift = BigInt(bits(version) - prefix);
  return { version, address: (address >> shift) << shift, prefix };
}

/** Returns whether the network contains the address or the whole inner network. */
export function cidrContains(cidr: string, inner: string): boolean {
  const outer = parseNetwork(cidr);
  const { version, address, prefix } = parseNetwork(inner);
  if (outer.version !== version || prefix < outer.prefix) return false;
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(formatAddress(version, outer.address), outer.prefix, family);
  return list.check(formatAddress(version, address), family);
}

/** Returns whether two networks have an address in common. Throws ArgumentFault if one is no network. */
export function cidrOverlaps(left: string, right: string): boolean {
  return cidrContains(left, right) || cidrContains(right, left);
}

/**
 * Returns the n-th address of a network, counted from the first. A negative n counts from the end: -1 is the last
 * address.
 */
export function cidrHost(cidr: string, index: number): string {
  const { version, address, prefix } = parseNetwork(cidr);
  const size = 1n << BigInt(bits(version) - prefix);
  if (!Number.isSafeInteger(index)) throw new ArgumentFault(`${index} is not a whole number`);
  const offset = index < 0 ? size + BigInt(index) : BigInt(index);
  if (offset < 0n || offset >= size) throw new ArgumentFault(`${cidr} has only ${size} addresses, so none at ${index}`);
  return formatAddress(version, address + offset);
}

/** Returns the length of the prefix, such as 24. Throws ArgumentFault if the text is no network. */
export function cidrPrefix(cidr: string): number {
  return parseNetwork(cidr).prefix;
}
