import { z } from 'zod';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type ForeignArgument, idleAs } from '../../values/habits/foreign-argument.ts';
import { boolean, secretText, wholeNumber } from '../base/arguments.ts';

/** The value of a header. Numbers and booleans are converted to text. */
const headerValue = z.union([
  secretText(),
  z
    .union([z.number(), z.boolean()])
    .transform(String)
    .meta({ type: ['number', 'boolean'] }),
]);

/** The arguments that requests and downloads share. */
export const httpArguments = {
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'), headerValue)
    .default({})
    .describe('Headers of the request.'),
  url_username: secretText().optional().describe('The user name for basic authentication.'),
  url_password: secretText().optional().describe('The password of url_username.'),
  force_basic_auth: boolean().default(true).describe('Whether user name and password are sent with the first request.'),
  http_agent: secretText().optional().describe('The value of the header User-Agent.'),
  use_proxy: boolean().default(true).describe('Whether the proxy in the environment is used.'),
  decompress: boolean().default(true).describe('Whether a compressed answer (Content-Encoding) is decompressed.'),
  validate_certs: boolean().default(true).describe('Whether the certificate of the server is verified.'),
};

/** The argument `timeout` with this default, in seconds. */
export const timeout = (seconds: number): z.ZodType<number> =>
  wholeNumber({ min: 1 })
    .default(seconds)
    .describe('The limit in seconds for connecting, and for a time without progress.');

export const httpAliases = { user: 'url_username', username: 'url_username', password: 'url_password' } as const;

/** Arguments that only get_url and uri of Ansible have. */
export const foreignHttpArguments: Readonly<Record<string, ForeignArgument>> = {
  ciphers: 'Write query: or shell: with curl --ciphers.',
  unredirected_headers: 'Write query: or shell: with curl, which sends no Authorization to another server.',
  use_gssapi: idleAs([false], 'Write query: or shell: with curl --negotiate -u :.'),
  use_netrc: idleAs([false], 'Write url_username and url_password: ~/.netrc is not read.'),
};

interface Given {
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly url_username?: string | Secret | undefined;
  readonly url_password?: string | Secret | undefined;
  readonly http_agent?: string | Secret | undefined;
  readonly use_proxy: boolean;
  readonly decompress: boolean;
  readonly validate_certs: boolean;
}

/** Converts these arguments to settings of a request. */
export function requestSettings(args: Given): {
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly validateCerts: boolean;
  readonly options: readonly (readonly [string, string | Secret])[];
  readonly flags: readonly string[];
} {
  const { url_username: name, url_password: password } = args;
  const options: (readonly [string, string | Secret])[] = [];
  if (name !== undefined) options.push(['user', Secret.around(`${revealed(name)}:${revealed(password ?? '')}`)]);
  if (args.http_agent !== undefined) options.push(['user-agent', args.http_agent]);
  if (!args.use_proxy) options.push(['noproxy', '*']);
  return {
    headers: args.headers,
    validateCerts: args.validate_certs,
    options,
    flags: args.decompress ? ['compressed'] : [],
  };
}
