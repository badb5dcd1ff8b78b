import { createHash } from 'node:crypto';
import type { UploadSource } from '../../connection/shell/upload.ts';
import { MAX_CONTENT_BYTES } from '../../resources/file/file-detail.ts';
import type { RegularFile } from '../../resources/file/file-state.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { Unknown } from '../../values/base/value.ts';
import type { Shown } from '../base/module.ts';
import type { UsableWay } from '../path/way-to-path.ts';
import { readably } from './file-text.ts';
import type { CopiedFile } from './file-to-write.ts';

/** The wanted content of a file. */
export type Content = KnownContent | { readonly kind: 'unknown'; readonly value: Unknown };
export type KnownContent =
  | TextContent
  | {
      readonly kind: 'file';
      readonly source: UploadSource;
      readonly sha256: string;
      readonly bytes: Buffer | undefined;
    }
  /** One of many files that are sent together. */
  | PartContent
  /** The content of another file on the host. */
  | {
      readonly kind: 'host';
      readonly path: string;
      readonly size: number;
      readonly sha256: string;
      readonly bytes: Buffer | undefined;
      readonly way: UsableWay;
    };

interface PartContent {
  readonly kind: 'part';
  readonly size: number;
  readonly sha256: string;
  /** The content, if it is small. */
  readonly bytes: Buffer | undefined;
  /** True if the content must never be shown. */
  readonly isSecret: boolean;
  /** Adds the content to what is sent, and returns it, or its place on the host. Called once for each change. */
  send(): Buffer | CopiedFile;
}

interface TextContent {
  readonly kind: 'text';
  readonly bytes: Buffer;
  readonly sha256: string;
  /** True if the content must never be shown. */
  readonly isSecret: boolean;
}

/** Returns a text as the content of a file, in UTF-8. The content is secret if the text is. */
export function textContent(text: string | Secret): TextContent {
  return bytesContent(Buffer.from(revealed(text), 'utf8'), text instanceof Secret);
}

/** Returns bytes as the content of a file, with their SHA-256. */
export function bytesContent(bytes: Buffer, isSecret: boolean): TextContent {
  return { kind: 'text', bytes, sha256: createHash('sha256').update(bytes).digest('hex'), isSecret };
}

/** Returns the content of a text that may be secret or, in a plan, unknown. */
export function contentOf(value: string | Secret | Unknown): Content {
  return value instanceof Unknown ? { kind: 'unknown', value } : textContent(value);
}

/** Returns the size of a content in bytes. */
export function contentSize(content: KnownContent): number {
  switch (content.kind) {
    case 'text':
      return content.bytes.length;
    case 'file':
      return content.source.size;
    case 'host':
    case 'part':
      return content.size;
  }
}

/** Returns the wanted content for a diff. */
export function shownContent(content: Content): Shown {
  switch (content.kind) {
    case 'unknown':
      return content.value;
    case 'text':
      if (content.isSecret) return Secret.around(content.bytes.toString('utf8'));
      return shownBytes(content.bytes, content.bytes.length, content.sha256);
    case 'part':
      if (content.isSecret && content.bytes !== undefined) return Secret.around(content.bytes.toString('utf8'));
      return shownBytes(content.bytes, content.size, content.sha256);
    case 'file':
    case 'host':
      return shownBytes(content.bytes, contentSize(content), content.sha256);
  }
}

/** Returns the existing content for a diff. If the new content is secret, the old content counts as secret, too. */
export function shownFile(file: RegularFile, isSecret: boolean): Shown {
  const shown = shownBytes(file.content, file.size ?? 0, file.sha256 ?? '');
  return isSecret && typeof shown === 'string' ? Secret.around(shown) : shown;
}

function shownBytes(bytes: Buffer | undefined, size: number, sha256: string): Shown {
  if (bytes === undefined || bytes.length > MAX_CONTENT_BYTES || bytes.includes(0)) return { size, sha256 };
  return readably(bytes);
}

/** Returns whether the content must never be shown. */
export function isSecretContent(content: Content): boolean {
  return (content.kind === 'text' || content.kind === 'part') && content.isSecret;
}
