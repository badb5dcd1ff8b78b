import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { quote } from '../../connection/base/quote.ts';
import type { UploadSource } from '../../connection/shell/upload.ts';
import type { RegularFile } from '../../resources/file/file-state.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import { withPinned } from '../path/read-pinned.ts';
import type { UsableWay } from '../path/way-to-path.ts';

/** Content up to this size goes in the script itself: no round trip of its own. */
const MAX_INLINE_BYTES = 64 * 1024;

export interface FileToWrite {
  /** The final path, which is no link. Its directory exists. */
  readonly path: string;
  /** A path of the same file system for the upload, if the script itself makes the directory of `path`. */
  readonly broughtBeside?: string;
  readonly content: Buffer | UploadSource | CopiedFile;
  readonly attributes: WantedAttributes;
  /** The file that it replaces: its owner and mode are kept where no other are wanted. */
  readonly before: RegularFile | undefined;
  /** Whether the next run would write the file again if it were lost. */
  readonly isReproducible: boolean;
  /** Where the old file is kept. */
  readonly backup: string | undefined;
  /** Shell text that checks the file before it takes its place; %s is its path. */
  readonly validate: string | undefined;
  /** Whether an existing file that cannot be replaced is overwritten: a mount point in a container. */
  readonly unsafe?: boolean | undefined;
  /** The way to the path. If others can change it, each step is verified. */
  readonly way: UsableWay;
  /** Of the directories that are made above it in a folder of another user. */
  readonly above?: WantedAttributes | undefined;
  /** The digest that the old file must have: the new content is based on it. */
  readonly madeOf?: string | undefined;
}

/** A file of the host. */
export interface CopiedFile {
  readonly copyOf: string;
  readonly sha256: string;
  readonly way: UsableWay;
}

export function syncCommand(path: string): string {
  return `{ sync ${path} 2>/dev/null || sync; }`;
}

/** The content, if it is part of the script. */
export function inlineText(content: FileToWrite['content']): string | undefined {
  return Buffer.isBuffer(content) && content.length <= MAX_INLINE_BYTES && isText(content)
    ? content.toString('utf8')
    : undefined;
}

/** Copies a file of the host into "$t", and only the file that was looked at. */
export function copySteps({ copyOf, sha256, way }: CopiedFile, whyNot: string): readonly string[] {
  const read = way.kind === 'own' ? `cat -- ${quote(copyOf)}` : withPinned(way, copyOf, ['cat <&4']);
  return [
    `{ ${read} >"$t" || { ${whyNot}; }; }`,
    `{ [ "$(sha256sum <"$t")" = ${quote(`${sha256}  -`)} ] || { printf '%s has changed since it was looked at\\n' ${quote(copyOf)} >&2; false; }; }`,
  ];
}

export function validation(command: string, temporary: string, preamble: string): string {
  const text = `${preamble}${command.replaceAll('%s', () => quote(temporary))}`;
  // In a shell that is as any other, whatever the script around it has set.
  return `{ (unset t d left; set +C; umask 022; eval ${quote(text)}) </dev/null || { printf 'the new file did not pass: %s\\n' ${quote(command)} >&2; false; }; }`;
}

/** Whether nothing is there, or nothing that has attributes of its own. */
export function isPlain(before: RegularFile | undefined): boolean {
  return before === undefined || before.isPlain === true;
}

function isText(bytes: Buffer): boolean {
  return !bytes.includes(0) && Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}

export function sourceOf(bytes: Buffer): UploadSource {
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    open: () => Readable.from([bytes]),
  };
}
