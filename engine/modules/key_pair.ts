import { z } from 'zod';
import { createKeyPair, keyPairFrom, needsPrivateKey, needsPublicKey } from '../pki/key-pair.ts';
import { Secret } from '../values/base/secret.ts';
import type { Unknown, ValueMap } from '../values/base/value.ts';
import { type Context, type Impossible, type Observed, type Outcome, defineModule } from './base/module.ts';
import {
  type FileContents,
  applyFiles,
  baseName,
  readSiblings,
  folder,
  readContents,
  toBeMade,
  wholeFile,
  withSiblings,
  written,
  inOwnFolders,
} from './pki/pki-files.ts';
import { KEYS_DISAGREE, keyArguments, keysAgree, keyWish, newKey } from './pki/pki-keys.ts';
import { recipients, safelyKept, sealed, readSecret } from './pki/sealed-keys.ts';

const schema = z
  .strictObject({
    path: folder().describe('The folder of the files NAME.key and NAME.pub. A missing folder is made, with mode 0700.'),
    name: baseName().describe('The first part of the names of the files.'),
    ...keyArguments,
    recipients: recipients(),
    beside: z
      .array(folder())
      .default([])
      .describe(
        'Folders with further key pairs of this name, during a rotation. `trust` in the result has the public keys of all of them.',
      ),
  })
  .refine(keysAgree, KEYS_DISAGREE);

type Arguments = z.infer<typeof schema>;

const KEEP = 'What was signed with the old key would no longer be accepted. To have a new one made, remove both files.';

const anywhere = defineModule<Arguments>({
  name: 'key_pair',
  summary: 'Make a key pair if there is none; an existing private key is never replaced.',
  arguments: schema,
  examples: ['key_pair: { path: "{{pki_dir}}", name: service-account }'],
  observes: (args) => [keyPath(args), publicPath(args), ...besidePaths(args)].map(wholeFile),
  plan(args, _loaded, seen, context): Outcome {
    const key = readSecret(keyPath(args), seen, context);
    const pub = readContents(publicPath(args), seen);
    if (key.kind === 'blocked') return key.impossible;
    if (pub.kind === 'blocked') return pub.impossible;
    const beside = readSiblings(besidePaths(args), seen);
    if ('kind' in beside) return beside;
    if (key.kind === 'to_come' || pub.kind === 'to_come') return { kind: 'in_sync', result: planned(args) };
    const pair = { args, beside, key, pub };
    if (key.kind === 'absent') return pub.kind === 'absent' ? makePair(pair, context) : lostKey(args);
    return planPublicKey({ ...pair, key }, { seen, context });
  },
});

/** The files of a key pair, and the public keys of the same name in other folders. */
interface Pair {
  readonly args: Arguments;
  readonly beside: readonly (string | Unknown)[];
  readonly key: FileContents;
  readonly pub: FileContents;
}

function makePair({ args, beside }: Pair, context: Context): Outcome {
  return {
    kind: 'change',
    differences: [{ kind: 'field', of: keyPath(args), field: 'private key', before: null, after: newKey(args) }],
    certainty: 'certain',
    predictions: [written(keyPath(args)), written(publicPath(args), 'public')],
    touches: 'predicted',
    async apply() {
      const pair = await createKeyPair(keyWish(args));
      const secret = Secret.of(pair.privateKeyPem);
      return applyFiles(
        [
          { path: keyPath(args), content: await sealed(secret, args.recipients, context), replaces: false },
          { path: publicPath(args), content: pair.publicKeyPem, audience: 'public', replaces: false },
        ],
        context,
        result(args, secret, pair.publicKeyPem, beside),
      );
    },
    planned: planned(args),
  };
}

function lostKey(args: Arguments): Impossible {
  return {
    kind: 'impossible',
    what: `the private key ${keyPath(args)} is missing, but its public key exists`,
    remedy: `Bring it back. ${KEEP}`,
  };
}

/** Keeps a private key that matches the task, and plans the public key that belongs to it. */
function planPublicKey(
  { args, beside, key, pub }: Pair & { readonly key: FileContents & { readonly kind: 'text' } },
  { seen, context }: Observed,
): Outcome {
  const reasons = needsPrivateKey(keyWish(args), key.text);
  if (reasons.length > 0)
    return {
      kind: 'impossible',
      what: `the private key ${keyPath(args)} does not match the task, and is never replaced`,
      why: reasons.join('\n'),
      remedy: KEEP,
    };
  const secret = Secret.of(key.text);
  const publicReasons = needsPublicKey(key.text, pub.kind === 'text' ? pub.text : undefined);
  if (publicReasons.length === 0 && pub.kind === 'text') {
    const inSync = { kind: 'in_sync', result: result(args, secret, pub.text, beside) } as const;
    return safelyKept(inSync, keyPath(args), args.recipients, { seen, context });
  }
  const { publicKeyPem } = keyPairFrom(key.text);
  return {
    kind: 'change',
    differences: [
      {
        kind: 'field',
        of: publicPath(args),
        field: 'public key',
        before: pub.kind === 'absent' ? null : [...publicReasons],
        after: 'that of the private key',
      },
    ],
    certainty: 'certain',
    predictions: [written(publicPath(args), 'public')],
    touches: 'predicted',
    apply: () =>
      applyFiles(
        [{ path: publicPath(args), content: publicKeyPem, audience: 'public', replaces: pub.kind !== 'absent' }],
        context,
        result(args, secret, publicKeyPem, beside),
      ),
    planned: result(args, secret, publicKeyPem, beside),
  };
}

export const module = inOwnFolders(anywhere, (args) => [keyPath(args), publicPath(args)]);

function result(
  args: Arguments,
  privateKey: Secret,
  publicKey: string,
  beside: readonly (string | Unknown)[],
): ValueMap {
  return {
    path: keyPath(args),
    private_key: privateKey,
    public_key: publicKey,
    trust: withSiblings(publicKey, beside),
  };
}

function planned(args: Arguments): ValueMap {
  const what = `the key pair "${args.name}" still to be made`;
  return { path: keyPath(args), private_key: toBeMade(what), public_key: toBeMade(what), trust: toBeMade(what) };
}

function besidePaths(args: Arguments): readonly string[] {
  return args.beside.map((path) => `${path}/${args.name}.pub`);
}

function keyPath(args: Arguments): string {
  return `${args.path}/${args.name}.key`;
}

function publicPath(args: Arguments): string {
  return `${args.path}/${args.name}.pub`;
}
