import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { statusOf } from '../../values/look-at-once.ts';

interface Identity {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/** Returns a key that differs after any change of a file; programs cannot set ctime back. */
export function identityOf({ size, ino, mtimeMs, ctimeMs }: Identity): string {
  return `${size}:${ino}:${mtimeMs}:${ctimeMs}`;
}

const Stored = z.record(z.string(), z.object({ identity: z.string(), sha256: z.string() }));

/**
 * SHA-256 digests of large files on the controller, kept between runs. A digest is valid as long as size, inode and
 * both time stamps are the same; programs cannot set ctime back.
 */
export class DigestCache {
  readonly #file: string | undefined;
  #kept: Map<string, { identity: string; sha256: string }> | undefined;
  #changed = false;

  /** Without a file, the digests are kept for this run only. */
  constructor(file: string | undefined) {
    this.#file = file;
  }

  async of(path: string, status: Identity, digest: (path: string) => Promise<string>): Promise<string> {
    const kept = await this.#load();
    const identity = identityOf(status);
    const known = kept.get(path);
    if (known?.identity === identity) return known.sha256;
    const sha256 = await digest(path);
    kept.set(path, { identity, sha256 });
    this.#changed = true;
    return sha256;
  }

  /** Writes new digests. A cache that cannot be written only costs time, so this is not an error. */
  async save(): Promise<void> {
    if (!this.#changed || this.#file === undefined || this.#kept === undefined) return;
    const beside = `${this.#file}.${process.pid}`;
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      await writeFile(beside, JSON.stringify(Object.fromEntries(this.#kept)), { mode: 0o600 });
      await rename(beside, this.#file);
    } catch {
      return;
    }
  }

  async #load(): Promise<Map<string, { identity: string; sha256: string }>> {
    if (this.#kept !== undefined) return this.#kept;
    const text = this.#file === undefined ? '{}' : await readFile(this.#file, 'utf8').catch(() => '{}');
    let stored: z.infer<typeof Stored> = {};
    try {
      stored = Stored.parse(JSON.parse(text));
    } catch {
      stored = {};
    }
    this.#kept ??= new Map(Object.entries(stored));
    return this.#kept;
  }
}

/** Like `identityOf`, for the file that is at a path now; undefined if there is none. */
export function identityNow(path: string): string | undefined {
  const status = statusOf(path);
  return status === undefined ? undefined : identityOf(status);
}
