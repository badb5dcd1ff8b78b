/**
 * How closely to look: each level includes the ones before it. For a link, `digest` and `content` are those of its end.
 */
export type Look = 'attributes' | 'target' | 'digest' | 'content';

export const LOOKS: readonly Look[] = ['attributes', 'target', 'digest', 'content'];

/** Maximal size of content that is brought, except for edits. Larger files have only size and digest. */
export const MAX_CONTENT_BYTES = 1024 * 1024;

/** Maximal size of a text file that can be edited. Its content is brought when its task runs. */
export const MAX_EDITED_BYTES = 8 * 1024 * 1024;

export interface FileDetail {
  readonly look: Look;
  /** Digests of content that the caller has. A file with one of them is brought without content. */
  readonly unless: readonly string[];
  /**
   * True if the host computes the digest. If the content is brought anyway, it must not: it would read a huge file for
   * nothing.
   */
  readonly digested: boolean;
  /** True if content up to MAX_EDITED_BYTES is brought. */
  readonly whole: boolean;
}
