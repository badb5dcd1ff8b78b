import { z } from 'zod';
import { type KeyAlgorithm, type KeyWish, describeAlgorithm, newKeyFor } from '../../pki/key-pair.ts';
import { wholeNumber } from '../base/arguments.ts';

// The arguments of the modules that make keys.

type Size = KeyAlgorithm['size'];
const SIZES: readonly Size[] = [256, 384, 2048, 3072, 4096];
const KINDS = { 256: 'ecdsa', 384: 'ecdsa', 2048: 'rsa', 3072: 'rsa', 4096: 'rsa' } as const satisfies Record<
  Size,
  KeyAlgorithm['type']
>;

/** The arguments key_type and key_size. */
export const keyArguments = {
  key_type: z
    .enum(['any', 'ecdsa', 'rsa'])
    .default('any')
    .describe('The type of the key. `any`: an existing key of either type stays; a new key is ECDSA P-256.'),
  key_size: keySize()
    .default(0)
    .describe(
      'The size of the key in bits: 256 or 384 (ECDSA), 2048, 3072 or 4096 (RSA). 0: an existing key stays; a new key has 256 or 3072.',
    ),
};

export interface KeyArguments {
  readonly key_type: 'any' | 'ecdsa' | 'rsa';
  readonly key_size: 0 | Size;
}

function keySize(): z.ZodType<KeyArguments['key_size']> {
  return wholeNumber().transform((asked, context): KeyArguments['key_size'] => {
    const size = asked === 0 ? 0 : SIZES.find((one) => one === asked);
    if (size !== undefined) return size;
    context.addIssue({ code: 'custom', message: 'must be 256 or 384 (ECDSA), 2048, 3072 or 4096 (RSA), or 0' });
    return z.NEVER;
  });
}

/** Returns whether the two arguments fit together, for the refine of a schema. `KEYS_DISAGREE` is its message. */
export function keysAgree({ key_type: type, key_size: size }: KeyArguments): boolean {
  return type === 'any' || size === 0 || KINDS[size] === type;
}

export const KEYS_DISAGREE = {
  path: ['key_size'],
  message: 'must fit key_type\n256 and 384 are sizes of ECDSA keys, 2048, 3072 and 4096 of RSA keys.',
};

/** Returns the wanted kind of key. The size decides; 0 stands for any size of the type. */
export function keyWish({ key_type: type, key_size: size }: KeyArguments): KeyWish {
  switch (size) {
    case 0:
      return type;
    case 256:
    case 384:
      return { type: 'ecdsa', size };
    case 2048:
    case 3072:
    case 4096:
      return { type: 'rsa', size };
  }
}

/** Describes a new key in a difference. */
export function newKey(args: KeyArguments): string {
  return `a new one, ${describeAlgorithm(newKeyFor(keyWish(args)))}`;
}
