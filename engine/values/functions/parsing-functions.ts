import { parseDocument } from 'yaml';
import { isDeepJson, MAX_DEPTH } from '../base/depth.ts';
import { type Value, type ValueMap, isList, isMap } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import { textOf } from './arguments.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

const MAX_LENGTH = 1_000_000;
const DEEP = `The text goes more than ${MAX_DEPTH} levels deep`;

function refuseLong(text: string): void {
  if (text.length > MAX_LENGTH)
    throw new ArgumentFault(`The text has ${text.length} characters; at most ${MAX_LENGTH} are read`);
  spendSteps(text.length);
}

/** Returns line and column of an offset, both counted from 1. */
function positionOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Parses JSON. A message of the library must not be shown: it contains pieces of the text, which may be secret. */
function parseJson(text: string): Value {
  refuseLong(text);
  if (isDeepJson(text)) throw new ArgumentFault(DEEP);
  try {
    return plainOf(JSON.parse(text, exactly));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, offset] = /position (\d+)/.exec(error.message) ?? [];
    throw new ArgumentFault(
      offset === undefined ? 'The text is not JSON' : `The text is not JSON: ${positionOf(text, Number(offset))}`,
    );
  }
}

/** Keeps a whole number as its text if it would be rounded. */
function exactly(_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? source : value;
}

function parseYaml(text: string): Value {
  refuseLong(text);
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: 'silent' });
    const [mistake] = document.errors;
    if (mistake?.code === 'RESOURCE_EXHAUSTION') throw new ArgumentFault(DEEP);
    if (mistake !== undefined) throw new ArgumentFault(`The text is not YAML: ${positionOf(text, mistake.pos[0])}`);
    return plainOf(document.toJS({ maxAliasCount: 100, mapAsMap: true }));
  } catch (error) {
    // Text with thousands of levels exceeds the stack of the parser.
    if (error instanceof RangeError) throw new ArgumentFault(DEEP);
    if (error instanceof ReferenceError) throw new ArgumentFault('The text repeats too much by its anchors');
    throw error;
  }
}

/** Converts parsed data into values: maps have texts as keys, and no prototype. */
function plainOf(parsed: unknown, depth = 1): Value {
  spendSteps(1);
  if (typeof parsed === 'object' && parsed !== null) return collectionOf(parsed, depth);
  if (typeof parsed === 'string' || typeof parsed === 'boolean') return parsed;
  if (typeof parsed === 'number') return Number.isFinite(parsed) ? parsed : String(parsed);
  return typeof parsed === 'bigint' ? String(parsed) : null;
}

function collectionOf(parsed: object, depth: number): Value {
  if (depth > MAX_DEPTH) throw new ArgumentFault(DEEP);
  if (Array.isArray(parsed)) return parsed.map((item: unknown) => plainOf(item, depth + 1));
  const map: Record<string, Value> = Object.create(null);
  const entries: Iterable<readonly [unknown, unknown]> = parsed instanceof Map ? parsed : Object.entries(parsed);
  for (const [key, member] of entries) {
    if (typeof key === 'object' && key !== null)
      throw new ArgumentFault('A key of the text is a list or a map', 'Keys must be text.');
    // This key would set the prototype of every copy of the value.
    if (key !== '__proto__') map[String(key)] = plainOf(member, depth + 1);
  }
  return map;
}

const PARTS = ['fragment', 'hostname', 'netloc', 'password', 'path', 'port', 'query', 'scheme', 'username'] as const;

const URL_PARTS =
  /^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?<netloc>[^/?#]*))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?:#(?<fragment>[^]*))?$/;

/** Splits a URL like Python's urlsplit. A missing part is "", or null for the login and the host. */
function urlParts(url: string): ValueMap {
  const found = URL_PARTS.exec(url.trim())?.groups ?? {};
  const part = (name: string) => found[name] ?? '';
  return {
    fragment: part('fragment'),
    netloc: part('netloc'),
    path: part('path'),
    query: part('query'),
    scheme: part('scheme').toLowerCase(),
    ...loginOf(part('netloc')),
    ...hostOf(part('netloc')),
  };
}

function loginOf(netloc: string): ValueMap {
  const at = netloc.lastIndexOf('@');
  if (at < 0) return { username: null, password: null };
  const [username = '', ...password] = netloc.slice(0, at).split(':');
  return { username, password: password.length === 0 ? null : password.join(':') };
}

function hostOf(netloc: string): ValueMap {
  const written = netloc.slice(netloc.lastIndexOf('@') + 1);
  const {
    bracketed,
    bare = '',
    port = '',
  } = /^(?:\[(?<bracketed>[^\]]*)\]|(?<bare>[^:]*))(?::(?<port>.*))?$/.exec(written)?.groups ?? {};
  if (!/^\d*$/.test(port) || Number(port) > 65_535) throw new ArgumentFault(`"${port}" is no port`);
  const hostname = (bracketed ?? bare).toLowerCase();
  return { hostname: hostname === '' ? null : hostname, port: port === '' ? null : Number(port) };
}

function urlPart(parts: ValueMap, wanted: string): Value {
  const part = Object.hasOwn(parts, wanted) ? parts[wanted] : undefined;
  if (part !== undefined) return part;
  throw new ArgumentFault(`"${wanted}" is no part of a URL`, `Write one of ${PARTS.join(', ')}.`);
}

/** Encodes like Python's quote: keeps the characters that `isKept` matches. */
function percentEncoded(text: string, isKept: RegExp): string {
  return Array.from(text, (sign) =>
    isKept.test(sign) ? sign : Buffer.from(sign, 'utf8').toString('hex').toUpperCase().replaceAll(/../g, '%$&'),
  ).join('');
}

function urlEncoded(value: Value): string {
  if (isList(value) || !isMap(value)) return percentEncoded(textOf(value), /^[A-Za-z0-9_.~/-]$/);
  const encoded = (one: string) => percentEncoded(one, /^[A-Za-z0-9_.~-]$/).replaceAll('%20', '+');
  return Object.entries(value)
    .map(([key, member]) => `${encoded(key)}=${encoded(textOf(member))}`)
    .join('&');
}

export const parsingFunctions: readonly SharedFunction[] = [
  {
    name: 'from_json',
    form: 'function',
    summary: 'The value that a text in JSON describes.',
    parameters: [required('text', 'string')],
    returns: 'dyn',
    template: '{{from_json "[1, null]"}}',
    expression: 'fromJson("[1, null]")',
    gives: [1, null],
    secrets: 'derived',
    run: ([text]) => parseJson(textOf(text)),
  },
  {
    name: 'from_yaml',
    form: 'function',
    summary: 'The value that a text in YAML 1.2 describes.',
    parameters: [required('text', 'string')],
    returns: 'dyn',
    template: '{{from_yaml "tier: db"}}',
    expression: 'fromYaml("tier: db")',
    gives: { tier: 'db' },
    secrets: 'derived',
    run: ([text]) => parseYaml(textOf(text)),
  },
  {
    name: 'urlsplit',
    form: 'method',
    summary: `The parts of a URL as a map, or one of them: ${PARTS.join(', ')}.`,
    parameters: [required('url', 'string'), optional('query', 'string')],
    returns: 'dyn',
    template: '{{urlsplit "https://m1:2379/health" "port"}}',
    expression: '"https://m1:2379/health".urlsplit("port")',
    gives: 2379,
    secrets: 'derived',
    run: ([url, part]) => {
      const parts = urlParts(textOf(url, 'URL'));
      return part === undefined || part === '' ? parts : urlPart(parts, textOf(part, 'part'));
    },
  },
  {
    name: 'urlencode',
    form: 'function',
    summary: 'The text with %… in place of characters that have a meaning in a URL; or a map as the query of a URL.',
    parameters: [required('value', 'dyn')],
    returns: 'string',
    template: '{{urlencode "a b/c&d"}}',
    expression: 'urlencode("a b/c&d")',
    gives: 'a%20b/c%26d',
    secrets: 'derived',
    run: ([value = null]) => urlEncoded(value),
  },
];
