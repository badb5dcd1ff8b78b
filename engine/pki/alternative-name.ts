import { isIP, SocketAddress } from 'node:net';
import { Problem } from '../errors/problem.ts';

/**
 * A DNS name or IP address for which a server certificate is valid. Only `parse` creates one, so it is always valid and
 * in canonical form: DNS names in lower case, IPv6 addresses as RFC 5952 writes them.
 */
export class AlternativeName {
  readonly kind: 'dns' | 'ip';
  readonly value: string;

  private constructor(kind: 'dns' | 'ip', value: string) {
    this.kind = kind;
    this.value = value;
  }

  /**
   * Parses an IPv4 or IPv6 address, or else a DNS name. `DNS:` or `IP:` may stand before it, as OpenSSL writes it.
   * Throws Problem `invalid-alternative-name`.
   */
  static parse(text: string): AlternativeName {
    const [, prefix, rest = text] = /^(DNS|IP):(.*)$/is.exec(text) ?? [];
    const isAddress = isIP(rest) !== 0;
    if (prefix?.toUpperCase() === 'IP' && !isAddress) throw invalid(text, 'It is no IP address.');
    if (prefix?.toUpperCase() === 'DNS' && isAddress)
      throw invalid(text, 'It is an IP address, and no client looks for one among the DNS names.');
    return isAddress
      ? new AlternativeName('ip', canonicalAddress(rest))
      : new AlternativeName('dns', canonicalDnsName(text, rest));
  }

  toString(): string {
    return `${this.kind === 'dns' ? 'DNS' : 'IP'}:${this.value}`;
  }
}

/**
 * Parses texts in their order and drops duplicates. Throws Problem `invalid-alternative-name` for the first invalid
 * text.
 */
export function parseAlternativeNames(texts: readonly string[]): readonly AlternativeName[] {
  const names = texts.map((text) => AlternativeName.parse(text));
  return [...new Map(names.map((name) => [name.toString(), name])).values()];
}

function canonicalAddress(text: string): string {
  if (text.includes('%')) throw invalid(text, 'An address with a zone means something on one machine only.');
  if (isIP(text) === 4) return text;
  const address = new SocketAddress({ address: text, family: 'ipv6' }).address;
  if (/^::ffff:\d+\./.test(address))
    throw invalid(text, `It is an IPv4 address in IPv6 form: write ${address.slice('::ffff:'.length)}.`);
  return address;
}

function canonicalDnsName(text: string, name: string): string {
  if (name === '') throw invalid(text, 'It is empty.');
  if (name.endsWith('.')) throw invalid(text, 'A name in a certificate has no dot at its end: x509 readers refuse it.');
  if (name.length > 253) throw invalid(text, 'A DNS name has at most 253 characters.');
  const labels = name.toLowerCase().split('.');
  for (const [index, label] of labels.entries()) {
    if (label === '*' && index === 0 && labels.length > 1) continue;
    if (!/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) {
      throw invalid(text, `"${label}" is no part of a DNS name: those have 1 to 63 letters, digits and inner hyphens.`);
    }
  }
  if (/^\d+$/.test(labels.at(-1) ?? '')) throw invalid(text, 'It looks like an IP address, but is not one.');
  return labels.join('.');
}

function invalid(text: string, why: string): Problem {
  return new Problem({
    code: 'invalid-alternative-name',
    what: `"${text}" cannot be an alternative name of a certificate.`,
    why,
    remedy: 'Give a DNS name such as kubernetes.default.svc, or an IP address.',
  });
}
