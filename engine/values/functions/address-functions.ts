import { type Value, isList } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';
import { textOf } from './arguments.ts';
import { NetworkInterface } from './network-interface.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

/** Answers a query about an address; undefined if the query does not apply to it. */
type Query = (of: NetworkInterface) => Value | undefined;

const isFirst = (of: NetworkInterface) => of.address === of.first;
/** A network of IPv4 with one or two addresses has no broadcast address. */
const hasBroadcast = (of: NetworkInterface) => of.version === 6 || of.size > 2n;
const host: Query = (of) => (of.size === 1n || !isFirst(of) || !hasBroadcast(of) ? of.within(of.address) : undefined);
const address: Query = (of) =>
  of.version === 6 || of.size === 1n || !isFirst(of) || !hasBroadcast(of) ? of.at(of.address) : undefined;
const network: Query = (of) => of.at(of.first);
const subnet: Query = (of) => of.within(of.first);
const hostmask: Query = (of) => of.at(of.size - 1n);

const usable =
  (choose: (range: readonly [first: bigint, last: bigint], of: NetworkInterface) => string | undefined): Query =>
  (of) => {
    if (!of.hasPrefix) throw new ArgumentFault(`${of.at(of.address)} is no network`, 'Write it as 10.0.0.0/24.');
    const range = of.usable;
    return range === undefined ? undefined : choose(range, of);
  };

const neighbor = (distance: bigint): Query =>
  usable(([first, last], of) => {
    const next = of.address + distance;
    return next >= first && next <= last ? of.at(next) : undefined;
  });

/** Makes a query that returns the address itself if it is in one of these networks. */
const inOneOf =
  (...networks: readonly string[]): Query =>
  (of) =>
    networks.some((text) => isWithin(of, text)) ? of.toString() : undefined;

function isWithin(of: NetworkInterface, text: string): boolean {
  const other = NetworkInterface.parse(text);
  const itself = NetworkInterface.parse(of.at(of.address));
  return other !== undefined && itself?.isIn(other) === true;
}

function reverseName(of: NetworkInterface): string {
  if (of.version === 4) return `${of.at(of.address).split('.').toReversed().join('.')}.in-addr.arpa.`;
  return `${Array.from(of.address.toString(16).padStart(32, '0')).toReversed().join('.')}.ip6.arpa.`;
}

function wrapped(of: NetworkInterface): string {
  if (of.version === 4) return of.toString();
  return of.hasPrefix ? `[${of.at(of.address)}]/${of.prefix}` : `[${of.at(of.address)}]`;
}

function numberFor(number: bigint): Value {
  return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : String(number);
}

const QUERIES: Readonly<Record<string, Query>> = {
  '': (of) => of.toString(),
  address,
  ip: address,
  host,
  net: (of) => (of.size > 1n && isFirst(of) ? subnet(of) : undefined),
  network,
  network_id: network,
  subnet,
  'network/prefix': subnet,
  netmask: (of) => of.at(of.netmask),
  hostmask,
  wildcard: hostmask,
  prefix: (of) => of.prefix,
  broadcast: (of) => (of.size > 2n ? of.at(of.last) : undefined),
  cidr: (of) => of.within(of.address),
  'ip/prefix': (of) => (of.size === 2n || (of.size > 1n && !isFirst(of)) ? of.within(of.address) : undefined),
  'address/prefix': (of) =>
    of.size > 2n && (isFirst(of) || of.address === of.last) ? undefined : of.within(of.address),
  size: (of) => numberFor(of.size),
  version: (of) => of.version,
  type: (of) => (of.size > 1n && isFirst(of) ? 'network' : 'address'),
  bool: () => true,
  int: (of) => (of.hasPrefix ? `${of.address}/${of.prefix}` : numberFor(of.address)),
  first_usable: usable(([first], of) => of.at(first)),
  last_usable: usable(([, last], of) => of.at(last)),
  range_usable: usable(([first, last], of) => `${of.at(first)}-${of.at(last)}`),
  next_usable: neighbor(1n),
  previous_usable: neighbor(-1n),
  loopback: inOneOf('127.0.0.0/8', '::1/128'),
  multicast: inOneOf('224.0.0.0/4', 'ff00::/8'),
  'link-local': inOneOf('169.254.0.0/16', 'fe80::/10'),
  revdns: reverseName,
  wrap: wrapped,
};

interface Asked {
  readonly query: string;
  readonly version?: 4 | 6 | undefined;
}

/**
 * Answers a query for an address, or for each address of a list. Null if the value is not an address, or if the query
 * does not apply.
 */
function ask(value: Value, { query, version }: Asked): Value {
  if (isList(value)) return value.map((item) => ask(item, { query, version })).filter((item) => item !== null);
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const of = NetworkInterface.parse(textOf(value).trim());
  if (of === undefined || (version !== undefined && of.version !== version)) return query === 'bool' ? false : null;
  const named = Object.hasOwn(QUERIES, query) ? QUERIES[query] : undefined;
  return (named === undefined ? byPlace(of, query) : named(of)) ?? null;
}

/** Answers a query that is the number of an address in the network, or a network that may contain the address. */
function byPlace(of: NetworkInterface, query: string): Value | undefined {
  if (/^-?\d+$/.test(query)) {
    if (of.size === 1n) return of.toString();
    const index = BigInt(query);
    const found = index < 0n ? of.last + 1n + index : of.first + index;
    return found < of.first || found > of.last ? undefined : of.within(found);
  }
  const other = NetworkInterface.parse(query);
  if (other !== undefined) return of.isIn(other) ? of.toString() : undefined;
  throw new ArgumentFault(
    `"${query}" is neither a question about addresses nor a network`,
    `Write one of ${Object.keys(QUERIES).filter(Boolean).join(', ')}, a number, or a network such as 10.0.0.0/8.`,
  );
}

function wrap(value: Value): Value {
  if (isList(value)) return value.map(wrap);
  return ask(value, { query: 'wrap' }) ?? value;
}

interface AddressFunction extends Pick<SharedFunction, 'name' | 'summary' | 'gives'> {
  readonly version?: 4 | 6;
  readonly of: readonly [value: string, query: string];
}

function addressFunction({ name, summary, version, of: [value, query], gives }: AddressFunction): SharedFunction {
  return {
    name,
    form: 'function',
    summary,
    parameters: [required('value', 'dyn'), optional('query', 'dyn')],
    returns: 'dyn',
    template: `{{${name} "${value}" "${query}"}}`,
    expression: `${name}("${value}", "${query}")`,
    gives,
    secrets: 'derived',
    run: ([operand = null, asked = '']) => ask(operand, { query: textOf(asked, 'query'), version }),
  };
}

export const addressFunctions: readonly SharedFunction[] = [
  addressFunction({
    name: 'ipaddr',
    summary: `One property of an address or network, or of each one in a list. The second argument is the property: ${Object.keys(QUERIES).filter(Boolean).join(', ')}, a number (that address of the network), or a network (the address, if it is in that network). Without a second argument, the result is the address. The result is null if the value is not an address, or does not have the property.`,
    of: ['10.0.0.5/24', 'netmask'],
    gives: '255.255.255.0',
  }),
  addressFunction({
    name: 'ipv4',
    summary: 'Like ipaddr, but null if the address is not IPv4.',
    version: 4,
    of: ['10.0.0.5/24', 'address'],
    gives: '10.0.0.5',
  }),
  addressFunction({
    name: 'ipv6',
    summary: 'Like ipaddr, but null if the address is not IPv6.',
    version: 6,
    of: ['fd00::5/64', 'network'],
    gives: 'fd00::',
  }),
  {
    name: 'ipwrap',
    form: 'function',
    summary: 'An IPv6 address in brackets, so that a port can follow. Any other value stays as it is.',
    parameters: [required('value', 'dyn')],
    returns: 'dyn',
    template: '{{ipwrap "fd00::5"}}',
    expression: 'ipwrap("fd00::5")',
    gives: '[fd00::5]',
    secrets: 'embedded',
    run: ([value = null]) => wrap(value),
  },
];
