/** How closely to look: each level includes the ones before it. `digest` and `content` are of what a link leads to. */
export type Look = 'attributes' | 'target' | 'digest' | 'content';

export const LOOKS: readonly Look[] = ['attributes', 'target', 'digest', 'content'];

/** Content larger than this is not brought, except for edits: size and digest take its place. */
export const MAX_CONTENT_BYTES = 1024 * 1024;

/** A text file up to this size can be edited. Its content is brought when its task runs. */
export const MAX_EDITED_BYTES = 8 * 1024 * 1024;

export interface FileDetail {
  readonly look: Look;
  /** No content where the file has one of these digests: the asker has it. */
  readonly unless: readonly string[];
  /**
   * Whether the host computes the digest. If the content is brought anyway, it need not: a huge file would be read for
   * nothing.
   */
  readonly digested: boolean;
  /** Whether content above the limit for several files is brought too. */
  readonly whole: boolean;
}
