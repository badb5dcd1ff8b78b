import type { ParsedKey } from 'ssh2';
import type { Took } from '../ssh2/ssh2-patches.ts';

/** The result of reading a key file. */
export type LoadedKey =
  | { readonly kind: 'key'; readonly key: ParsedKey; readonly opened: Took }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly why: string };
