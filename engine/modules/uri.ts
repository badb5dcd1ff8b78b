import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Request } from '../resources/base/resource.ts';
import { probe, type ProbeDetail, type ProbeState } from '../resources/probe.ts';
import { revealed } from '../values/base/revealed.ts';
import { Secret } from '../values/base/secret.ts';
import { type Value, Unknown, isList, isMap } from '../values/base/value.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { anyValue, boolean, path, secretText, wholeNumber } from './base/arguments.ts';
import { type Context, defineModule } from './base/module.ts';
import { ownScript } from './base/own-script.ts';
import { alreadyDone, createsRemoves, createsRemovesRequests } from './command/creates-removes.ts';
import { NO_ANSWER, readAnswer, trailer } from './web/http-answer.ts';
import { foreignHttpArguments, httpAliases, httpArguments, requestSettings, timeout } from './web/http-arguments.ts';
import { CURL_NEED, curlConfiguration, hasHeader, noProgram } from './web/http-request.ts';

const STATUS = 'must be a status of HTTP from 100 to 599, or -1 for no answer';
const status = wholeNumber({ min: NO_ANSWER, max: 599 }).refine((code) => code === NO_ANSWER || code >= 100, STATUS);

const schema = z.strictObject({
  url: secretText()
    .refine((url) => /^https?:\/\//.test(revealed(url)), 'must begin with https:// or http://')
    .describe('The URL of the request. The host itself sends it.'),
  method: z
    .string()
    .regex(/^[A-Za-z]+$/, 'must be a method of HTTP: GET, POST, …')
    .transform((method) => method.toUpperCase())
    .default('GET')
    .describe(
      'The method. GET, HEAD and OPTIONS change nothing, and are also sent in a plan. Any other method is a change.',
    ),
  status_code: z
    .union(
      [
        status.transform((one) => [one]),
        z.array(status),
        z
          .string()
          .regex(/^(?:[1-5]\d\d|-1)(?:\s*,\s*(?:[1-5]\d\d|-1))*$/, STATUS)
          .transform((text) => text.split(',').map(Number)),
      ],
      { error: `${STATUS}: one, or a list of them` },
    )
    .default([200])
    .describe('The status codes that count as success. -1: the server does not answer.'),
  ...httpArguments,
  body: anyValue()
    .optional()
    .describe(
      'The body. It is a text; with body_format json, it may be any value, and with form-urlencoded it is a map.',
    ),
  body_format: z
    .enum(['raw', 'json', 'form-urlencoded'], {
      error:
        'must be one of raw, json, form-urlencoded\nSend a form of several parts by shell: curl --fail -F name=@/path https://…',
    })
    .default('raw')
    .describe('The format of the body.'),
  follow_redirects: z
    .enum(['safe', 'all', 'none', 'yes', 'no'], {
      error: 'must be one of safe, all, none, yes, no\nFor urllib2 write safe.',
    })
    .default('safe')
    .describe('The redirects to follow. safe: only redirects of GET and HEAD.'),
  return_content: boolean()
    .default(true)
    .describe('Whether the result has the body of the answer, as `content`. After a failure, it always has the body.'),
  ...createsRemoves,
  ca_path: path()
    .optional()
    .describe(
      'The path of a file on the host with the authorities (PEM) that may issue the certificate of the server.',
    ),
  client_cert: path().optional().describe('The path of a client certificate (PEM) on the host.'),
  client_key: path().optional().describe('The path of the private key of client_cert.'),
  unix_socket: path().optional().describe('The path of a Unix socket for the request.'),
  timeout: timeout(30),
});
type Arguments = z.infer<typeof schema>;

const OF_DEST = 'Leave it out: it is about dest; bring what is at an address by get_url.';

export const module = defineModule<Arguments>({
  name: 'uri',
  summary: 'Send an HTTP request.',
  arguments: schema,
  freeForm: 'url',
  aliases: httpAliases,
  foreign: {
    dest: 'Download the file by get_url; or write register: r, and then copy: with content: "{{r.content}}".',
    src: 'Send a file of the host by shell: curl --fail -T /path https://…',
    remote_src: 'Leave it out: a file is sent by shell: curl --fail -T /path https://…',
    force: idleAs(
      [false],
      'Leave it out: runbook has no cache. To ask a proxy for a fresh answer, write headers: { Cache-Control: no-cache }.',
    ),
    mode: OF_DEST,
    owner: OF_DEST,
    group: OF_DEST,
    unsafe_writes: OF_DEST,
    ...foreignHttpArguments,
  },
  examples: ['uri: { url: "https://127.0.0.1:6443/readyz", ca_path: /etc/kubernetes/pki/ca.crt }'],
  observes: (args, _loaded, context) => [
    ...createsRemovesRequests(args),
    ...(isReading(args) ? [questionOf(args, context)] : [CURL_NEED]),
  ],
  plan(args, _loaded, seen, context) {
    const done = alreadyDone(args, seen);
    if (done !== undefined) return { kind: 'in_sync', result: { msg: `skipped, since ${done}` } };
    if (!isReading(args)) {
      const missing = noProgram(CURL_NEED, seen, context.preamble);
      if (missing !== undefined) return missing;
      const because = 'a request that has not been made';
      const line = `${args.method} ${revealed(args.url)}`;
      const tells = createsRemovesRequests(args)[0];
      return {
        kind: 'change',
        differences: [{ kind: 'command', text: args.url instanceof Secret ? Secret.around(line) : line }],
        certainty: tells === undefined ? 'opaque' : seen.certainty(tells),
        predictions: [],
        touches: 'everything',
        planned: { status: new Unknown(because), content: new Unknown(because), json: new Unknown(because) },
        apply: () => ({
          script: scriptOf(args),
          finish: (completed) => readAnswer(args, { ...completed, stderr: completed.stderr.toString('utf8') }),
        }),
      };
    }
    const question = questionOf(args, context);
    const { status, stdout, stderr } = seen.of(question);
    if (stdout === undefined) return { kind: 'cannot_know', because: 'an earlier change' };
    const answer = readAnswer(args, { status, stdout, stderr: stderr ?? '' });
    if (answer.kind === 'done') return { kind: 'in_sync', result: answer.result };
    if (seen.certainty(question) === 'after_change')
      return {
        kind: 'cannot_know',
        because: 'the server does not give this answer now, but may after an earlier change',
      };
    return { kind: 'in_sync', result: answer.result, failure: answer.what };
  },
});

function isReading(args: Arguments): boolean {
  return args.method === 'GET' || args.method === 'HEAD' || args.method === 'OPTIONS';
}

function questionOf(args: Arguments, { preamble }: Context): Request<ProbeDetail, ProbeState> {
  return probe(ownScript(scriptOf(args), preamble));
}

function scriptOf(args: Arguments): string {
  const settings = requestSettings(args);
  const options: (readonly [string, string | Secret])[] = [...settings.options];
  for (const [name, value] of [
    ['cacert', args.ca_path],
    ['cert', args.client_cert],
    ['key', args.client_key],
    ['unix-socket', args.unix_socket],
    // An answer to HEAD has headers and no content.
    ['output', args.method === 'HEAD' ? '/dev/null' : undefined],
  ] as const) {
    if (value !== undefined) options.push([name, value]);
  }
  const type = args.body === undefined ? undefined : CONTENT_TYPES[args.body_format];
  const hasType = hasHeader(args, 'content-type');
  const configuration = curlConfiguration({
    ...settings,
    url: args.url,
    method: args.method,
    headers: { ...(type === undefined || hasType ? {} : { 'Content-Type': type }), ...args.headers },
    body: bodyOf(args),
    timeout: args.timeout,
    follows: followed(args),
    options,
  });
  return `command -v curl >/dev/null 2>&1 || { echo 'curl is not there' >&2; exit 127; }
printf %s ${quote(configuration)} | curl -K - -w ${quote(trailer())}`;
}

const CONTENT_TYPES: Readonly<Record<Arguments['body_format'], string | undefined>> = {
  raw: undefined,
  json: 'application/json',
  'form-urlencoded': 'application/x-www-form-urlencoded',
};

function followed(args: Arguments): 'none' | 'all' {
  switch (args.follow_redirects) {
    case 'safe':
      return isReading(args) ? 'all' : 'none';
    case 'all':
    case 'yes':
      return 'all';
    case 'none':
    case 'no':
      return 'none';
  }
}

function bodyOf(args: Arguments): string | Secret | undefined {
  const { body } = args;
  if (body === undefined) return undefined;
  if (body instanceof Secret || typeof body === 'string') {
    if (args.body_format !== 'json') return body;
    // A text that is already JSON is sent unchanged.
    if (isJson(revealed(body))) return body;
  }
  let holdsSecret = false;
  const value = plain(body, () => (holdsSecret = true));
  const text = args.body_format === 'form-urlencoded' ? form(value) : JSON.stringify(value);
  return holdsSecret ? Secret.around(text) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Encodes a map or a list of pairs. A list as a value gives several fields of the same name. */
function form(value: unknown): string {
  const pairs: unknown[] = Array.isArray(value)
    ? value
    : Object.entries(typeof value === 'object' && value !== null ? value : {});
  const parameters = new URLSearchParams();
  for (const pair of pairs) {
    if (!Array.isArray(pair)) continue;
    const [name, one]: unknown[] = pair;
    for (const each of Array.isArray(one) ? (one as unknown[]) : [one]) parameters.append(shown(name), shown(each));
  }
  return parameters.toString();
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'boolean'
      ? value
        ? 'True'
        : 'False'
      : JSON.stringify(value);
}

/** Returns the value with its secrets revealed, because JSON.stringify would mask them. */
function plain(value: Value, onSecret: () => void): unknown {
  if (value instanceof Secret) {
    onSecret();
    return value.reveal();
  }
  if (isList(value)) return value.map((one: Value) => plain(one, onSecret));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, onSecret)]));
  return value;
}
