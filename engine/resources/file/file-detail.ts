/** How closely to look: each level includes the ones before it. `digest` and `content` are of what a link leads to. */
export type Look = 'attributes' | 'target' | 'digest' | 'content';

export const LOOKS: readonly Look[] = ['attributes', 'target', 'digest', 'content'];

/** Content larger than this is not brought, but for edits: size and digest stand for it. */
export const MAX_CONTENT_BYTES = 1024 * 1024;

/** A text file is edited up to this size, and brought for it when its turn comes. */
export const MAX_EDITED_BYTES = 8 * 1024 * 1024;

export interface FileDetail {
  readonly look: Look;
  /** No content where the file has one of these digests: the asker has it. */
  readonly unless: readonly string[];
  /**
   * Whether the host digests the file. Where its content is brought in any case, it need not: a huge file would be read
   * for nothing.
   */
  readonly digested: boolean;
  /** Content that is larger than what is brought of many is wanted as well. */
  readonly whole: boolean;
}
