import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../values/base/secret.ts';
import type { ValueMap } from '../values/base/value.ts';
import { wholeNumber } from './base/arguments.ts';
import { type Outcome, defineModule } from './base/module.ts';
import { applyFiles, folder, toBeMade, wholeFile, written, inOwnFolders } from './pki/pki-files.ts';
import { recipients, safelyKept, sealed, readSecret } from './pki/sealed-keys.ts';

const schema = z.strictObject({
  path: folder().describe('The file of the key. A missing folder is made, with mode 0700.'),
  bytes: wholeNumber({ min: 16, max: 1024 })
    .default(32)
    .describe('The length of the key in bytes. secretbox and AES-256 need 32.'),
  recipients: recipients(),
});

type Arguments = z.infer<typeof schema>;

const anywhere = defineModule<Arguments>({
  name: 'random_key',
  summary: 'Make a file with random bytes in base64 if there is none; an existing key is never replaced.',
  arguments: schema,
  freeForm: 'path',
  examples: ['random_key: { path: "{{pki_dir}}/encryption/key1", bytes: 32 }'],
  observes: ({ path }) => [wholeFile(path)],
  plan({ path, bytes, recipients: forWhom }, _loaded, seen, context): Outcome {
    const held = readSecret(path, seen, context);
    switch (held.kind) {
      case 'blocked':
        return held.impossible;
      case 'to_come':
        return { kind: 'in_sync', result: planned(path) };
      case 'text': {
        const why = whyUnfit(held.text, bytes);
        if (why !== undefined) {
          const remedy =
            'What is encrypted with it could no longer be read. Add a key of another name, and remove this one when nothing needs it.';
          return {
            kind: 'impossible',
            what: `the key ${path} does not match the task, and is never replaced`,
            why,
            remedy,
          };
        }
        return safelyKept({ kind: 'in_sync', result: { path, value: Secret.of(held.text.trim()) } }, path, forWhom, {
          seen,
          context,
        });
      }
      case 'absent':
        return {
          kind: 'change',
          differences: [{ kind: 'field', of: path, field: 'key', before: null, after: `${bytes} random bytes` }],
          certainty: 'certain',
          predictions: [written(path)],
          touches: 'predicted',
          async apply() {
            const value = Secret.of(randomBytes(bytes).toString('base64'));
            const content = await sealed(Secret.around(`${value.reveal()}\n`), forWhom, context);
            return applyFiles([{ path, content, replaces: false }], context, { path, value });
          },
          planned: planned(path),
        };
    }
  },
});

export const module = inOwnFolders(anywhere, ({ path }) => [path]);

function whyUnfit(text: string, bytes: number): string | undefined {
  const trimmed = text.trim();
  const decoded = Buffer.from(trimmed, 'base64');
  if (decoded.toString('base64') !== trimmed) return 'Its content is not base64.';
  return decoded.length === bytes ? undefined : `It holds ${decoded.length} bytes; the task wants ${bytes}.`;
}

function planned(path: string): ValueMap {
  return { path, value: toBeMade(`the key ${path} still to be made`) };
}
