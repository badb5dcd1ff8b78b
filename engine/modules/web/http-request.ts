import { quote } from '../../connection/base/quote.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { type Need, type NeedState, need } from '../../resources/need.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Impossible } from '../base/module.ts';

export interface HttpRequest {
  readonly url: string | Secret;
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body?: string | Secret | undefined;
  /** Seconds for the connection, and without any progress after it. */
  readonly timeout: number;
  readonly validateCerts: boolean;
  readonly options?: readonly (readonly [string, string | Secret])[] | undefined;
  /** Options without a value. */
  readonly flags?: readonly string[] | undefined;
  /** Whether curl draws how far a download has come. */
  readonly isDrawn?: boolean | undefined;
  /** Whether answers that name another address are followed. */
  readonly follows?: 'all' | 'none' | undefined;
}

/**
 * The configuration of curl for a request. It goes to stdin, so that no secret of it is among the arguments of a
 * process.
 */
export function curlConfiguration(request: HttpRequest): string {
  const { method, body } = request;
  const lines: string[] = [
    option('url', revealed(request.url)),
    ...(request.follows === 'none'
      ? []
      : ['location', ...(body === undefined ? [] : ['post301', 'post302', 'post303'])]),
    ...(request.flags ?? []),
    ...(request.isDrawn === true ? [] : ['silent']),
    'show-error',
    option('connect-timeout', String(request.timeout)),
    option('speed-time', String(Math.max(request.timeout, 1))),
    option('speed-limit', '1'),
    ...Object.entries(request.headers).map(([name, value]) => option('header', `${name}: ${revealed(value)}`)),
    ...(request.options ?? []).map(([name, value]) => option(name, revealed(value))),
  ];
  if (!request.validateCerts) lines.push('insecure');
  if (method === 'HEAD') lines.push('head');
  // With a body curl would turn GET into POST.
  else if (method !== undefined && (method !== 'GET' || body !== undefined)) lines.push(option('request', method));
  if (body !== undefined) lines.push(option('data-raw', revealed(body)));
  return `${lines.join('\n')}\n`;
}

/**
 * Shell text that downloads a URL into `target` (shell text, already quoted), by curl or else by wget. Its exit status
 * is not 0 if the server refuses, or if the host has neither.
 */
export function downloadScript(request: HttpRequest, target: string): string {
  const plain = isPlain(request);
  const wget = `wget -q -T ${request.timeout}${request.validateCerts ? '' : ' --no-check-certificate'} -O ${target} ${quote(revealed(request.url))}`;
  return [
    `if command -v curl >/dev/null 2>&1; then printf %s ${quote(curlConfiguration(request))} | curl -f -K - -o ${target}`,
    ...(plain ? [`elif command -v wget >/dev/null 2>&1; then ${wget}`] : []),
    `else echo ${quote(plain ? 'neither curl nor wget is there' : 'curl is not there, and headers, accounts and secrets need it')} >&2; exit 127; fi`,
  ].join('\n');
}

/** What a download takes for granted on the host. */
export function downloadNeed(request: HttpRequest): Request<Need, NeedState> {
  return need({ kind: 'program', names: isPlain(request) ? ['curl', 'wget'] : ['curl'] });
}

/** What a request of any kind takes for granted on the host. */
export const CURL_NEED: Request<Need, NeedState> = need({ kind: 'program', names: ['curl'] });

/**
 * Why no request can be made; undefined if it can. The environment of a task may have a PATH that the look does not
 * know.
 */
export function noProgram(asked: Request<Need, NeedState>, seen: Seen, preamble: string): Impossible | undefined {
  if (preamble !== '' || seen.of(asked).isMet || seen.certainty(asked) === 'after_change') return undefined;
  const isCurl = asked.key === CURL_NEED.key;
  return {
    kind: 'impossible',
    what: isCurl ? 'the host has no curl' : 'the host has neither curl nor wget',
    ...(isCurl ? { why: 'wget is used only for downloads without headers, accounts, certificates and secrets.' } : {}),
    remedy: 'Install it first: package: { name: curl, brings: [] }',
  };
}

/** Headers and options are for curl alone, and so are secrets, which are no argument of a process. */
function isPlain({ headers, options = [], url }: HttpRequest): boolean {
  return Object.keys(headers).length === 0 && options.length === 0 && !(url instanceof Secret);
}

/** A line of curl's configuration. Backslash, quote and control characters are escaped as curl reads them. */
function option(name: string, value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `${name} = "${escaped}"`;
}

export function revealed(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
