import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import type { FileState, RegularFile } from '../resources/file-state.ts';
import { nameOf } from '../resources/file-state.ts';
import { digestLarge } from '../resources/large-digest.ts';
import { probe } from '../resources/probe.ts';
import type { ProbeDetail, ProbeState } from '../resources/probe.ts';
import type { Request, Seen } from '../resources/resource.ts';
import { Secret } from '../values/secret.ts';
import { boolean, pathOrDirectory, plainText, secretText, wholeNumber } from './arguments.ts';
import {
  attributeArguments,
  attributeCommands,
  attributeDifferences,
  attributeResult,
  changedAttributes,
  newAttributes,
} from './file-attributes.ts';
import { placeFor } from './file-plan.ts';
import { downloadScript, revealed } from './http-request.ts';
import type { HttpRequest } from './http-request.ts';
import type { Apply, Context } from './module.ts';
import { defineModule } from './module.ts';
import { ownScript } from './own-script.ts';
import type { ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import { keeping, takeOver } from './take-over.ts';
import { temporaryBeside } from './write-file.ts';

const CHECKSUM = /^sha256:([0-9a-fA-F]{64}|https?:\/\/\S+|file:\/\/\S+)$/;

const schema = z.strictObject({
  url: secretText()
    .refine((url) => /^(https?|ftp|file):\/\//.test(revealed(url)), 'must begin with https://, http://, ftp:// or file://')
    .describe('Where the file is brought from, by the host itself.'),
  dest: pathOrDirectory().describe(
    'Where it goes on the host. With a slash at its end, or where a directory is: into it, under its own name.',
  ),
  checksum: plainText()
    .refine(
      (value) => CHECKSUM.test(value),
      'must be sha256: and 64 hexadecimal digits, or sha256: and the URL of a file with digests\nNo other algorithm is supported.',
    )
    .optional()
    .describe(
      'The digest that the file must have: sha256:HEX, or sha256:URL of a list of digests and names. With it, a file that is there and differs is brought anew.',
    ),
  force: boolean().default(false).describe('Whether a file that is there is brought anew each time, where no checksum is given.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), secretText())
    .default({})
    .describe('Headers of the request.'),
  timeout: wholeNumber({ min: 1 }).default(10).describe('Seconds to connect, and without any progress.'),
  validate_certs: boolean().default(true).describe('Whether the certificate of the server must be right.'),
  ...attributeArguments,
});
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'get_url',
  summary: 'Download a file on the host.',
  arguments: schema,
  examples: [
    'get_url: { url: "https://dl.k8s.io/v1.34.0/bin/linux/amd64/kubectl", dest: /usr/local/bin/kubectl, mode: "0755", checksum: "sha256:https://dl.k8s.io/v1.34.0/bin/linux/amd64/kubectl.sha256" }',
  ],
  observes: (args, _loaded, context) => [...targetsOf(args).map((path) => file(path, 'digest')), ...digestQuestion(args, context)],
  plan(args, _loaded, seen, context) {
    const [first = '', inside] = targetsOf(args);
    const path = inside !== undefined && seen.of(file(first, 'digest')).type === 'directory' ? inside : first;
    const request = file(path, 'digest');
    const place = placeFor(request, true, seen, context.user);
    if (place.kind === 'impossible') return place;
    const before = place.state.type === 'file' ? place.state : undefined;
    const wanted = wantedDigest(args, seen, context);
    if (wanted instanceof Failure) {
      if (wanted.isOpen) return { kind: 'cannot_know', because: 'the list of digests cannot be had before an earlier change' };
      return { kind: 'impossible', what: wanted.what, remedy: 'Look at the URL of the checksum.' };
    }
    const isBrought = before === undefined || (wanted === undefined ? args.force : before.sha256 !== wanted);
    const attributes = before === undefined ? [] : attributeDifferences(path, args, before, 'file');
    if (!isBrought && attributes.length === 0) return { kind: 'in_sync', result: resultOf(args, path, before) };
    const kept = before === undefined ? newAttributes(args, context.user) : changedAttributes(args, before, 'file');
    const after: RegularFile = isBrought
      ? { type: 'file', ...kept, size: undefined, sha256: wanted, content: undefined }
      : { ...(before ?? { size: undefined, sha256: wanted, content: undefined }), type: 'file', ...kept };
    return {
      kind: 'change',
      differences: [
        ...(isBrought
          ? [
              {
                kind: 'field',
                of: path,
                field: 'content',
                before: before?.sha256 ?? null,
                after: wanted ?? new Unknown(`what ${shownUrl(args)} holds`),
              } as const,
            ]
          : []),
        ...attributes,
      ],
      certainty: seen.certainty(request),
      predictions: [place.predicted(after)],
      touches: 'predicted',
      apply: () =>
        isBrought
          ? bring(args, place.path, wanted, before, context)
          : { script: ['set -e', ...attributeCommands(quote(place.path), args, before, 'file')].join('\n') },
      planned: resultOf(args, path, after),
      settled: (now) => resultOf(args, path, fileBehind(now.of(request)) ?? after),
    };
  },
});

/** Where the file may go: the path as given, or its place in it if that is a directory. */
function targetsOf(args: Arguments): readonly string[] {
  const name = nameOf(revealed(args.url).replace(/[?#].*$/, ''));
  if (args.dest.endsWith('/')) return [`${args.dest}${name}`];
  return name === '' ? [args.dest] : [args.dest, `${args.dest === '/' ? '' : args.dest}/${name}`];
}

function digestQuestion(args: Arguments, { preamble }: Context): readonly Request<ProbeDetail, ProbeState>[] {
  const url = args.checksum?.slice('sha256:'.length) ?? '';
  return /^[0-9a-fA-F]{64}$/.test(url) || url === '' ? [] : [probe(ownScript(downloadScript({ ...requestOf(args), url }, '-'), preamble))];
}

class Failure {
  readonly what: string;
  readonly isOpen: boolean;

  constructor(what: string, isOpen: boolean) {
    this.what = what;
    this.isOpen = isOpen;
  }
}

function wantedDigest(args: Arguments, seen: Seen, context: Context): string | undefined | Failure {
  if (args.checksum === undefined) return undefined;
  const [question] = digestQuestion(args, context);
  if (question === undefined) return args.checksum.slice('sha256:'.length).toLowerCase();
  const { status, stdout, stderr } = seen.of(question);
  const isOpen = seen.certainty(question) === 'after_change';
  if (status !== 0 || stdout === undefined) return new Failure(`the digest cannot be had: ${stderr?.trim() ?? ''}`, isOpen);
  const name = nameOf(revealed(args.url).replace(/[?#].*$/, ''));
  const lines = stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const digests = lines.flatMap((line) => {
    const [, digest, of] = /^([0-9a-fA-F]{64})(?:\s+[*]?(.+))?$/.exec(line) ?? [];
    return digest === undefined ? [] : [{ digest: digest.toLowerCase(), name: of === undefined ? undefined : nameOf(of) }];
  });
  const named = digests.find((one) => one.name === name) ?? (digests.length === 1 && lines.length === 1 ? digests[0] : undefined);
  return named?.digest ?? new Failure(`the list of digests has none for ${name}`, isOpen);
}

function bring(args: Arguments, path: string, digest: string | undefined, before: RegularFile | undefined, context: Context): Apply {
  const kept = keeping(args, before);
  const lines = [
    '(',
    'set -e',
    `t=${quote(temporaryBeside(path, context))} d=${quote(path)}`,
    `trap 'rm -f -- "$t"' EXIT`,
    "trap 'exit 1' HUP INT TERM",
    'umask 077',
    downloadScript(requestOf(args), '"$t"'),
    ...(digest === undefined
      ? []
      : [
          `${digestLarge('s', '<"$t"')}; s=\${s%% *}`,
          `if [ "$s" != ${digest} ]; then echo "what came has the digest $s, not ${digest}" >&2; exit 1; fi`,
        ]),
    ...(before === undefined ? attributeCommands('"$t"', kept, undefined, 'file') : takeOver(args, kept, before)),
    'sync "$t" 2>/dev/null || sync',
    'mv -f -- "$t" "$d"',
    ')',
  ];
  return { script: `${lines.join('\n')}\n` };
}

function requestOf(args: Arguments): HttpRequest {
  return { url: args.url, headers: args.headers, timeout: args.timeout, validateCerts: args.validate_certs };
}

function fileBehind(state: FileState): RegularFile | undefined {
  const there = state.type === 'link' ? state.to?.state : state;
  return there?.type === 'file' ? there : undefined;
}

function shownUrl(args: Arguments): string {
  return args.url instanceof Secret ? 'the URL' : args.url;
}

function resultOf(args: Arguments, path: string, state: RegularFile | undefined): ValueMap {
  const digest = state?.sha256;
  return {
    url: args.url,
    dest: path,
    state: 'file',
    ...(state === undefined ? {} : { ...attributeResult(state), size: state.size ?? new Unknown('the size is known after the download') }),
    checksum_dest: digest ?? new Unknown('the digest is known after the download'),
  };
}
