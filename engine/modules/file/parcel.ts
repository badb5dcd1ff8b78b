import { quote } from '../../connection/base/quote.ts';
import type { UploadSource } from '../../connection/shell/upload.ts';
import type { Arrival } from '../base/module.ts';
import { temporaryRoom } from '../path/foreign-folder.ts';
import { OWN_WAY } from '../path/way-to-path.ts';
import { type CopiedFile, inlineText } from '../write/file-to-write.ts';

/** The content of one file that is sent. */
export interface Item {
  readonly source: UploadSource;
  readonly sha256: string;
  /** The content, if it is small. */
  readonly bytes: Buffer | undefined;
}

/** Maximal size in bytes of all contents in the script itself. */
const MOST_INLINE_BYTES = 512 * 1024;

/**
 * The contents of many files of one change: small texts are in the script, and all others are sent as one file, end to
 * end, so that they need one upload. That file is in a directory that nobody else can enter, and each part is compared
 * with its digest before it takes its place.
 */
export class Parcel {
  readonly #place = temporaryRoom();
  readonly #sources: UploadSource[] = [];
  #size = 0;
  #inlined = 0;

  /** Adds a content. Returns it for the script, or its place on the host. */
  add({ source, sha256, bytes }: Item): Buffer | CopiedFile {
    if (bytes !== undefined && inlineText(bytes) !== undefined && this.#inlined + bytes.length <= MOST_INLINE_BYTES) {
      this.#inlined += bytes.length;
      return bytes;
    }
    const part = { from: this.#size, size: source.size };
    this.#sources.push(source);
    this.#size += source.size;
    return { copyOf: this.#place.path, sha256, way: OWN_WAY, part };
  }

  /** Returns the upload; none if all contents are in the script. */
  uploads(): readonly Arrival[] {
    const sources = this.#sources;
    if (sources.length === 0) return [];
    const source = { size: this.#size, open: () => endToEnd(sources) };
    return [{ source, path: this.#place.path, mode: '0600', room: this.#place.room }];
  }

  /** Returns shell text that removes the upload at the end of the script. */
  cleared(): readonly string[] {
    if (this.#sources.length === 0) return [];
    return [`trap ${quote(this.#place.remove)} EXIT`, "trap 'exit 1' HUP INT TERM"];
  }
}

async function* endToEnd(sources: readonly UploadSource[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) {
    let size = 0;
    for await (const piece of source.open()) {
      const chunk: Uint8Array = typeof piece === 'string' ? Buffer.from(piece) : piece;
      size += chunk.length;
      yield chunk;
    }
    // After a part with another size, every later part would be in a wrong place. The upload fails, because the number
    // of bytes is wrong.
    if (size !== source.size) return;
  }
}
