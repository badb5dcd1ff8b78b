import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import { probe } from '../resources/probe.ts';
import type { ProbeDetail, ProbeState } from '../resources/probe.ts';
import type { Request } from '../resources/resource.ts';
import { Secret } from '../values/secret.ts';
import type { Value, ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import { anyValue, boolean, path, secretText, wholeNumber } from './arguments.ts';
import { commandResult } from './command-result.ts';
import { curlConfiguration, revealed } from './http-request.ts';
import type { Context, Finished } from './module.ts';
import { defineModule } from './module.ts';
import { ownScript } from './own-script.ts';

const schema = z.strictObject({
  url: secretText()
    .refine((url) => /^https?:\/\//.test(revealed(url)), 'must begin with https:// or http://')
    .describe('What is asked, by the host itself.'),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .default('GET')
    .describe('GET, HEAD and OPTIONS only look; they are asked in a plan too.'),
  status_code: z
    .union([wholeNumber().transform((one) => [one]), z.array(wholeNumber())])
    .default([200])
    .describe('The statuses that are right.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), secretText())
    .default({})
    .describe('Headers of the request.'),
  body: anyValue().optional().describe('What is sent: text, or with body_format: json any value.'),
  body_format: z.enum(['raw', 'json']).default('raw').describe('How body is written.'),
  return_content: boolean().default(true).describe('Whether the answer is registered.'),
  validate_certs: boolean().default(true).describe('Whether the certificate of the server must be right.'),
  ca_path: path().optional().describe('The authorities (PEM) on the host that the server must have its certificate from.'),
  client_cert: path().optional().describe('A certificate (PEM) on the host to show to the server.'),
  client_key: path().optional().describe('The key of client_cert.'),
  unix_socket: path().optional().describe('A socket to ask by.'),
  timeout: wholeNumber({ min: 1 }).default(30).describe('Seconds to connect, and without any progress.'),
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'uri',
  summary: 'Ask a web server.',
  arguments: schema,
  freeForm: 'url',
  examples: ['uri: { url: "https://127.0.0.1:6443/readyz", ca_path: /etc/kubernetes/pki/ca.crt }'],
  observes: (args, _loaded, context) => (isReading(args) ? [questionOf(args, context)] : []),
  plan(args, _loaded, seen, context) {
    if (!isReading(args)) {
      const because = 'a request that has not been made';
      return {
        kind: 'change',
        differences: [
          {
            kind: 'command',
            text: args.url instanceof Secret ? Secret.around(`${args.method} ${args.url.reveal()}`) : `${args.method} ${args.url}`,
          },
        ],
        certainty: 'opaque',
        predictions: [],
        touches: 'everything',
        planned: { status: new Unknown(because), content: new Unknown(because), json: new Unknown(because) },
        apply: () => ({
          script: scriptOf(args),
          finish: ({ status, stdout, stderr }) => finished(args, status, stdout, stderr.toString('utf8')),
        }),
      };
    }
    const question = questionOf(args, context);
    const { status, stdout, stderr } = seen.of(question);
    if (stdout === undefined) return { kind: 'cannot_know', because: 'an earlier change' };
    const answer = finished(args, status, stdout, stderr ?? '');
    if (answer.kind === 'done') return { kind: 'in_sync', result: answer.result };
    if (seen.certainty(question) === 'after_change')
      return { kind: 'cannot_know', because: 'the server does not answer so now, and may after an earlier change' };
    return { kind: 'in_sync', result: answer.result, failure: answer.what };
  },
});

function isReading(args: Arguments): boolean {
  return args.method === 'GET' || args.method === 'HEAD' || args.method === 'OPTIONS';
}

function questionOf(args: Arguments, { preamble }: Context): Request<ProbeDetail, ProbeState> {
  return probe(ownScript(scriptOf(args), preamble));
}

/** The status stands in the last line, behind the answer. */
function scriptOf(args: Arguments): string {
  const options: (readonly [string, string])[] = [];
  for (const [name, value] of [
    ['cacert', args.ca_path],
    ['cert', args.client_cert],
    ['key', args.client_key],
    ['unix-socket', args.unix_socket],
  ] as const) {
    if (value !== undefined) options.push([name, value]);
  }
  const json = args.body_format === 'json' && args.body !== undefined;
  const configuration = curlConfiguration({
    url: args.url,
    method: args.method,
    headers: { ...(json ? { 'Content-Type': 'application/json' } : {}), ...args.headers },
    body: bodyOf(args),
    timeout: args.timeout,
    validateCerts: args.validate_certs,
    options,
  });
  return `command -v curl >/dev/null 2>&1 || { echo 'curl is not there' >&2; exit 127; }
printf %s ${quote(configuration)} | curl -K - -w '\\n%{http_code}'`;
}

function bodyOf(args: Arguments): string | Secret | undefined {
  const { body } = args;
  if (body === undefined) return undefined;
  if (args.body_format === 'json') {
    let holdsSecret = false;
    const text = JSON.stringify(plain(body, () => (holdsSecret = true)));
    return holdsSecret ? Secret.around(text) : text;
  }
  if (body instanceof Secret || typeof body === 'string') return body;
  return JSON.stringify(body);
}

/** The value with its secrets revealed: JSON.stringify would mask them. */
function plain(value: Value, onSecret: () => void): unknown {
  if (value instanceof Secret) {
    onSecret();
    return value.reveal();
  }
  if (Array.isArray(value)) return value.map((one: Value) => plain(one, onSecret));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one as Value, onSecret)]));
  return value;
}

function finished(args: Arguments, status: number, stdout: Buffer, stderr: string): Finished {
  const cut = stdout.lastIndexOf('\n');
  const code = Number(stdout.subarray(cut + 1).toString('latin1'));
  const { stdout: content, json } = commandResult(0, stdout.subarray(0, Math.max(cut, 0)), '');
  const result: ValueMap = {
    status: code === 0 ? -1 : code,
    url: args.url,
    ...(args.return_content ? { content: content ?? '', ...(json === undefined ? {} : { json }) } : {}),
    ...(status === 0 ? {} : { msg: stderr.trim() }),
  };
  if (status !== 0) return { kind: 'failed', what: `the server did not answer: ${stderr.trim()}`, result };
  if (!args.status_code.includes(code))
    return { kind: 'failed', what: `the server answered ${code}, not ${args.status_code.join(' or ')}`, result };
  return { kind: 'done', result };
}
