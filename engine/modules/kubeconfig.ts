import { z } from 'zod';
import { Problem } from '../errors/problem.ts';
import { buildKubeconfig } from '../pki/kubeconfig.ts';
import { Secret } from '../values/base/secret.ts';
import { type Value, Unknown } from '../values/base/value.ts';
import { filledText, openText, text } from './base/arguments.ts';
import { type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import {
  applyFiles,
  closed,
  folder,
  readContents,
  toBeMade,
  wholeFile,
  written,
  inOwnFolders,
} from './pki/pki-files.ts';

const schema = z.strictObject({
  path: folder()
    .optional()
    .describe('The file to write. Without path, nothing is written, and a later task can use the text in the result.'),
  cluster: filledText().describe('The name of the cluster.'),
  server: filledText().describe('The URL of the API: https://host:port.'),
  authority: openText().describe(
    'The certificate (PEM) of the authority that has issued the certificate of the server.',
  ),
  user: filledText().describe('The name of the user in the file.'),
  certificate: openText().describe("The user's certificate, in PEM."),
  key: text().describe("The user's private key, in PEM."),
});

type Arguments = z.infer<typeof schema>;

const anywhere = defineModule<Arguments>({
  name: 'kubeconfig',
  summary: 'Build a kubeconfig with its certificates and key embedded, and write it if a path is given.',
  arguments: schema,
  examples: [
    'kubeconfig: { cluster: prod, server: "https://10.0.0.10:6443", authority: "{{ca.certificate}}", user: admin, certificate: "{{admin.certificate}}", key: "{{admin.key}}" }',
    'kubeconfig: { path: /root/.kube/config, cluster: prod, server: "https://10.0.0.10:6443", authority: "{{ca.certificate}}", user: admin, certificate: "{{admin.certificate}}", key: "{{admin.key}}" }',
  ],
  observes: ({ path }) => (path === undefined ? [] : [wholeFile(path)]),
  plan(args, _loaded, seen, context): Outcome {
    const content = build(args);
    if (!(content instanceof Secret) && !(content instanceof Unknown)) return content;
    const { path } = args;
    if (path === undefined) return { kind: 'in_sync', result: { content } };
    const held = readContents(path, seen);
    if (held.kind === 'blocked') return held.impossible;
    if (held.kind === 'text') hideKey(held.text);
    const result = { path, content };
    if (content instanceof Unknown && !content.fresh && held.kind !== 'absent') {
      return { kind: 'cannot_know', because: content.because, predictions: [written(path)], planned: result };
    }
    if (content instanceof Secret && held.kind === 'text' && held.text === content.reveal())
      return closed({ kind: 'in_sync', result }, [path], seen);
    return {
      kind: 'change',
      differences: [
        {
          kind: 'text',
          path,
          before:
            held.kind === 'text'
              ? Secret.around(held.text)
              : held.kind === 'absent'
                ? undefined
                : toBeMade('a kubeconfig'),
          after: content,
        },
      ],
      certainty: 'certain',
      predictions: [written(path)],
      touches: 'predicted',
      apply: () => write(content, path, held.kind !== 'absent', context),
      planned: result,
    };
  },
});

export const module = inOwnFolders(anywhere, ({ path }) => (path === undefined ? [] : [path]));

function write(
  content: Secret | Unknown,
  path: string,
  replaces: boolean,
  context: Context,
): ReturnType<typeof applyFiles> {
  if (content instanceof Unknown) throw new Error('a kubeconfig is written only when its parts are known');
  return applyFiles([{ path, content, replaces }], context, { path, content });
}

/** Registers the existing key as a secret, so that it is masked. The other lines of the file are not secret. */
function hideKey(kubeconfig: string): void {
  for (const [, encoded = ''] of kubeconfig.matchAll(/^[ \t]*(?:client-key-data|token):\s*"?([^\s"]+)/gm)) {
    Secret.of(encoded);
    Secret.of(Buffer.from(encoded, 'base64').toString('utf8'));
  }
}

/** Returns the text of the file; Unknown if a part of it is unknown. */
function build(args: Arguments): Secret | Unknown | Impossible {
  const { authority, certificate, key } = args;
  const unknown = firstUnknown([authority, certificate, key]);
  if (unknown !== undefined) return unknown;
  if (authority instanceof Unknown || certificate instanceof Unknown || key instanceof Unknown)
    throw new Error('what is unknown was looked for above');
  const secret = key instanceof Secret ? key : Secret.of(key);
  try {
    return Secret.around(
      buildKubeconfig({
        clusterName: args.cluster,
        server: args.server,
        authorityPem: authority,
        userName: args.user,
        credential: { kind: 'certificate', certificatePem: certificate, privateKeyPem: secret.reveal() },
      }),
    );
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      kind: 'impossible',
      what: error.what,
      ...(error.why === undefined ? {} : { why: error.why }),
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    };
  }
}

/**
 * Returns the first unknown part, or, if there is one, the first part that is still to be made: the file is new then,
 * too.
 */
function firstUnknown(parts: readonly Value[]): Unknown | undefined {
  const unknowns = parts.filter((part) => part instanceof Unknown);
  return unknowns.find((part) => part.fresh) ?? unknowns[0];
}
