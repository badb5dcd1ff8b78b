import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { quote } from '../../connection/base/quote.ts';
import type { UploadSource } from '../../connection/shell/upload.ts';
import type { RegularFile } from '../../resources/file/file-state.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import { withPinned } from '../path/read-pinned.ts';
import type { UsableWay } from '../path/way-to-path.ts';

/** Maximal size in bytes of content in the script itself, which saves a round trip. */
const MAX_INLINE_BYTES = 64 * 1024;

export interface FileToWrite {
  /** The final path, which is not a link. Its directory exists. */
  readonly path: string;
  /** A path on the same file system for the upload, if the script itself makes the directory of `path`. */
  readonly broughtBeside?: string;
  readonly content: Buffer | UploadSource | CopiedFile;
  readonly attributes: WantedAttributes;
  /** The replaced file. Its owner and mode are kept if no others are wanted. */
  readonly before: RegularFile | undefined;
  /** True if the next run would write the file again after its loss. */
  readonly isReproducible: boolean;
  /** The path of the copy of the old file. */
  readonly backup: string | undefined;
  /** Shell text that checks the file before it takes its place; %s is its path. */
  readonly validate: string | undefined;
  /** True if an existing file that cannot be replaced is overwritten, such as a mount point in a container. */
  readonly unsafe?: boolean | undefined;
  /** The way to the path. If others can change it, each step is verified. */
  readonly way: UsableWay;
  /** The attributes of the directories that are made above it in a folder of another user. */
  readonly above?: WantedAttributes | undefined;
  /** The digest that the old file must have, because the new content was made from it. */
  readonly madeOf?: string | undefined;
}

/** Another file on the host. */
export interface CopiedFile {
  readonly copyOf: string;
  readonly sha256: string;
  readonly way: UsableWay;
  /** The part of the file that is the content, in bytes. Without it, the whole file. */
  readonly part?: { readonly from: number; readonly size: number } | undefined;
}

/**
 * Returns shell text that syncs a file to the disk. `path` is a word of the shell. A `sync` that takes no file syncs
 * everything.
 */
export function syncCommand(path: string): string {
  return `{ sync ${path} 2>/dev/null || sync; }`;
}

/** Returns the content if it can be part of the script; undefined if it must be uploaded or copied. */
export function inlineText(content: FileToWrite['content']): string | undefined {
  return Buffer.isBuffer(content) && content.length <= MAX_INLINE_BYTES && isText(content)
    ? content.toString('utf8')
    : undefined;
}

/** Returns shell commands that copy the seen file of the host into "$t". They fail if it has changed. */
export function copySteps({ copyOf, sha256, way, part }: CopiedFile, whyNot: string): readonly string[] {
  const whole = part === undefined ? `cat -- ${quote(copyOf)}` : partOf(copyOf, part);
  const read = way.kind === 'own' ? whole : withPinned(way, copyOf, ['cat <&4']);
  return [
    `{ ${read} >"$t" || { ${whyNot}; }; }`,
    `{ [ "$(sha256sum <"$t")" = ${quote(`${sha256}  -`)} ] || { printf '%s has changed since it was looked at\\n' ${quote(copyOf)} >&2; false; }; }`,
  ];
}

/** tail goes to the place in the file without reading what is before it. */
function partOf(path: string, { from, size }: { readonly from: number; readonly size: number }): string {
  return size === 0 ? ':' : `tail -c +${from + 1} -- ${quote(path)} | head -c ${size}`;
}

/**
 * Returns shell text that fails if the command of `validate` refuses the new file. `%s` in the command is the
 * temporary file.
 */
export function validation(command: string, temporary: string, preamble: string): string {
  const text = `${preamble}${command.replaceAll('%s', () => quote(temporary))}`;
  // In a new shell without the settings of the script around it.
  return `{ (unset t d left; set +C; umask 022; eval ${quote(text)}) </dev/null || { printf 'the new file did not pass: %s\\n' ${quote(command)} >&2; false; }; }`;
}

/** Returns whether there is no old file, or one without attributes of its own. */
export function isPlain(before: RegularFile | undefined): boolean {
  return before === undefined || before.isPlain === true;
}

function isText(bytes: Buffer): boolean {
  return !bytes.includes(0) && Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}

/** Returns bytes as the source of an upload. */
export function sourceOf(bytes: Buffer): UploadSource {
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    open: () => Readable.from([bytes]),
  };
}
