import type { Secret } from '../../values/base/secret.ts';
import type { Value, ValueMap } from '../../values/base/value.ts';
import type { Finished } from '../base/module.ts';
import { parseJson } from '../command/command-result.ts';

const MARK = '\n--runbook: end of the answer--\n';

/** Returns the format of the lines that curl writes after the content (-w). */
export function trailer(): string {
  return `${MARK.replaceAll('\n', '\\n')}%{http_code}\\n%{num_redirects}\\n%{content_type}\\n%{url_effective}`;
}

interface Asked {
  readonly url: string | Secret;
  readonly status_code: readonly number[];
  readonly return_content: boolean;
}

/** The content and the parts of the trailer in the output of curl. */
/** The code of a request without an answer, as in Ansible. */
export const NO_ANSWER = -1;

interface Answer {
  readonly bytes: Buffer;
  readonly statusCode: number;
  readonly redirects: number;
  readonly contentType: string;
  readonly url: string;
}

function partsOf(stdout: Buffer): Answer {
  const mark = stdout.lastIndexOf(MARK);
  const end = mark === -1 ? stdout.length : mark;
  const [code = '0', redirects = '0', contentType = '', url = ''] = stdout
    .subarray(Math.min(end + MARK.length, stdout.length))
    .toString('utf8')
    .split('\n');
  return {
    bytes: stdout.subarray(0, end),
    statusCode: Number(code),
    redirects: Number(redirects),
    contentType,
    url,
  };
}

/** Returns the result of an answer for `register`. */
export function readAnswer(
  args: Asked,
  { status, stdout, stderr }: { readonly status: number; readonly stdout: Buffer; readonly stderr: string },
): Finished {
  const answer = partsOf(stdout);
  const { statusCode, contentType, url } = answer;
  const code = statusCode === 0 ? NO_ANSWER : statusCode;
  const isRight = (status === 0 || code === NO_ANSWER) && args.status_code.includes(code);
  const result: ValueMap = {
    status: code,
    // For a secret address, the given address is registered, because its redirect is secret, too.
    url: typeof args.url === 'string' && url !== '' ? url : args.url,
    redirected: answer.redirects > 0,
    ...(contentType === '' ? {} : { content_type: contentType }),
    ...contentOf(answer, args.return_content || !isRight),
    ...(status === 0 ? {} : { msg: stderr.trim() }),
  };
  if (status !== 0 && !isRight) return { kind: 'failed', what: `the server did not answer: ${stderr.trim()}`, result };
  if (!isRight)
    return { kind: 'failed', what: `the server answered ${statusCode}, not ${args.status_code.join(' or ')}`, result };
  return { kind: 'done', result };
}

/** Returns the content as text, or in base64 if it is not text, and its value if it is JSON. */
function contentOf({ bytes, contentType }: Answer, isReturned: boolean): ValueMap {
  const text = decoded(bytes, contentType);
  if (text === undefined) return isReturned ? { content_base64: bytes.toString('base64') } : {};
  const json = jsonOf(text, contentType);
  return { ...(isReturned ? { content: text } : {}), ...(json === undefined ? {} : { json }) };
}

/** Decodes the bytes. Undefined if they are not text in the named charset, or in UTF-8 if none is named. */
function decoded(bytes: Buffer, contentType: string): string | undefined {
  const charset = /;\s*charset="?([^\s;"]+)"?/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonOf(text: string, contentType: string): Value | undefined {
  if (!/^[^;/]*\/[^;]*(?:json|javascript)/i.test(contentType)) return parseJson(text);
  const found = parseJson(`[${text}]`);
  return Array.isArray(found) && found.length === 1 ? (found[0] as Value) : undefined;
}
