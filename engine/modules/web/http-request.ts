import { quote } from '../../connection/base/quote.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { type Need, type NeedState, need } from '../../resources/need.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import type { Impossible } from '../base/module.ts';

export interface HttpRequest {
  readonly url: string | Secret;
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body?: string | Secret | undefined;
  /** Maximal time in seconds for the connection, and after it for a time without progress. */
  readonly timeout: number;
  readonly validateCerts: boolean;
  readonly options?: readonly (readonly [string, string | Secret])[] | undefined;
  /** Options without a value. */
  readonly flags?: readonly string[] | undefined;
  /** True if curl draws the progress of the download. */
  readonly isDrawn?: boolean | undefined;
  /** Which redirects are followed; default: all. */
  readonly follows?: 'all' | 'none' | undefined;
}

/**
 * Returns the configuration of curl for a request. curl reads it from stdin, so that its secrets are in the arguments
 * of no process.
 */
export function curlConfiguration(request: HttpRequest): string {
  const lines: string[] = [
    option('url', revealed(request.url)),
    ...(request.follows === 'none' ? [] : ['location']),
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
  lines.push(...methodLines(request));
  return `${lines.join('\n')}\n`;
}

/** Returns the lines for the method and the body. */
function methodLines(request: HttpRequest): readonly string[] {
  const { method, body } = request;
  const data = body === undefined ? [] : [option('data-raw', revealed(body))];
  if (method === 'HEAD') return ['head', ...data];
  if (method === 'POST') return postLines(request);
  // With a body, curl would change GET to POST.
  return method === undefined || (method === 'GET' && body === undefined) ? data : [option('request', method), ...data];
}

/**
 * A method that is named stays after every redirect. POST must become GET after 301, 302 and 303, so only the body
 * makes it POST. Without the length of its body, some servers refuse it.
 */
function postLines(request: HttpRequest): readonly string[] {
  const { body } = request;
  const noType = body === undefined && !hasHeader(request, 'content-type') ? [option('header', 'Content-Type:')] : [];
  return [...noType, option('data-raw', body === undefined ? '' : revealed(body))];
}

/** Returns whether the request has this header. `name` is in lower case. */
export function hasHeader({ headers }: Pick<HttpRequest, 'headers'>, name: string): boolean {
  return Object.keys(headers).some((one) => one.toLowerCase() === name);
}

/**
 * Returns shell text that downloads a URL into `target` (shell text, already quoted), by curl or else by wget. Its exit
 * status is not 0 if the server refuses, or if the host has neither program.
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

/** Returns the request for the programs that a download needs on the host. */
export function downloadNeed(request: HttpRequest): Request<Need, NeedState> {
  return need({ kind: 'program', names: isPlain(request) ? ['curl', 'wget'] : ['curl'] });
}

/** The request for the program that any HTTP request needs on the host. */
export const CURL_NEED: Request<Need, NeedState> = need({ kind: 'program', names: ['curl'] });

/**
 * Returns why no request can be made; undefined if it can, or if the environment of the task may have a PATH that the
 * look does not know.
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

/**
 * Returns whether wget can make the request, too. Only curl gets headers, options and secrets: secrets must not be in
 * the arguments of a process.
 */
function isPlain({ headers, options = [], url }: HttpRequest): boolean {
  return Object.keys(headers).length === 0 && options.length === 0 && !(url instanceof Secret);
}

/** Formats a line of the configuration of curl. Backslashes, quotes and control characters are escaped for curl. */
function option(name: string, value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `${name} = "${escaped}"`;
}
