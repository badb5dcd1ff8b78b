import { z } from 'zod';
import { Problem } from '../../errors/problem.ts';
import type { Seen } from '../../resources/base/resource.ts';
import { Secret } from '../../values/base/secret.ts';
import { isEncrypted } from '../../vault/base/armor.ts';
import { encryptText } from '../../vault/encrypt.ts';
import type { Change, Context, InSync, Observed } from '../base/module.ts';
import { type FileContents, applyFiles, blocked, closed, readContents, written } from './pki-files.ts';

// Private keys that are stored encrypted on the controller. They are decrypted when they are looked at, because modules
// plan synchronously and age works asynchronously.

/** An argument with the recipients for which keys are encrypted in their files. */
export function recipients(): z.ZodType<readonly string[]> {
  return z
    .array(z.string().regex(/^age1[a-z0-9]+$/, 'must be an age recipient: age1…'))
    .default([])
    .describe(
      'age recipients for which private keys are encrypted in their files, on the controller only. The identity of one recipient must be available. An empty list leaves private keys unencrypted.',
    );
}

/** Like `readContents`, for a secret: every output masks it from now on. An encrypted secret is returned decrypted. */
export function readSecret(path: string, seen: Seen, context: Context): FileContents {
  const held = readContents(path, seen);
  if (held.kind !== 'text') return held;
  if (!isEncrypted(held.text)) {
    Secret.of(held.text);
    return held;
  }
  const opened = context.vault.opened(held.text);
  if (opened?.kind === 'opened') {
    Secret.of(opened.text);
    return { ...held, text: opened.text };
  }
  const why = opened?.why ?? 'Encrypted keys are decrypted on the controller only.';
  return blocked(
    `${path} is encrypted, and no identity can decrypt it`,
    'Give the identity of one of its recipients, with --identity or RUNBOOK_IDENTITY.',
    why,
  );
}

/**
 * Encrypts a key for its file; without recipients the key stays as it is. Throws Problem `vault-recipient`, or Problem
 * `key-would-be-lost` if no available identity can decrypt the result: a later run could not read the key.
 */
export async function sealed(key: Secret, forWhom: readonly string[], context: Context): Promise<Secret | string> {
  if (forWhom.length === 0) return key;
  const armored = await encryptText(key.reveal(), forWhom);
  await context.vault.openAhead(armored);
  const opened = context.vault.opened(armored);
  if (opened?.kind === 'opened') return armored;
  throw new Problem({
    code: 'key-would-be-lost',
    what: 'no available identity can decrypt for these recipients, so the key could not be read again',
    why: opened?.why,
    remedy:
      'Name the file of your age identity with --identity or RUNBOOK_IDENTITY, or add your own recipient (`runbook vault keygen`).',
  });
}

/** Returns `inSync`, or a change if the key should be encrypted and is not, or if others may read it. */
export function safelyKept(
  inSync: InSync,
  path: string,
  forWhom: readonly string[],
  { seen, context }: Observed,
): InSync | Change {
  const held = readContents(path, seen);
  if (forWhom.length === 0 || held.kind !== 'text' || isEncrypted(held.text)) return closed(inSync, [path], seen);
  const result = inSync.result ?? {};
  return {
    kind: 'change',
    differences: [
      {
        kind: 'field',
        of: path,
        field: 'private key',
        before: 'as it is',
        after: `encrypted for ${forWhom.join(', ')}`,
      },
    ],
    certainty: 'certain',
    predictions: [written(path)],
    touches: 'predicted',
    async apply() {
      const content = await sealed(Secret.of(held.text), forWhom, context);
      return applyFiles([{ path, content, replaces: true }], context, result);
    },
    planned: result,
  };
}
