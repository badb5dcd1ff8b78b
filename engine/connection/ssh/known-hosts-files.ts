import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { KnownHostsIndex } from './known-hosts-index.ts';
import { hashedName, parseKnownHosts, type KnownHost } from './known-hosts.ts';

/** Reads the entries of one file; a missing file has none. Throws Problem `file-unreadable`. */
async function readIndex(file: string): Promise<KnownHostsIndex> {
  try {
    return new KnownHostsIndex(parseKnownHosts(readAtOnce(file).toString(), file));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return new KnownHostsIndex([]);
    throw new Problem({
      code: 'file-unreadable',
      what: `the known_hosts file ${file} cannot be read`,
      why: error.message,
      remedy: 'Correct `ansible_known_hosts_file`, or UserKnownHostsFile in ~/.ssh/config.',
    });
  }
}

export interface NewKnownHost {
  readonly name: string;
  /** True if the name is written as a hash, so that it cannot be read in the file. */
  readonly hashed: boolean;
  readonly keyType: string;
  readonly key: string;
}

/** The known_hosts files of one run. */
export class KnownHostsFiles {
  /** Each file is read once: a thousand hosts share the same files. */
  readonly #read = new Map<string, Promise<KnownHostsIndex>>();
  #lastAppend: Promise<unknown> = Promise.resolve();

  /** Resolves to the entries of all files about a name; missing files have none. */
  async about(files: readonly string[], name: string): Promise<readonly KnownHost[]> {
    return (await this.#all(files)).flatMap((index) => index.about(name));
  }

  /** Resolves to whether any of the files trusts an authority for any host. */
  async hasAuthority(files: readonly string[]): Promise<boolean> {
    return (await this.#all(files)).some((index) => index.hasAuthority);
  }

  #all(files: readonly string[]): Promise<readonly KnownHostsIndex[]> {
    return Promise.all(files.map((file) => this.#index(file)));
  }

  #index(file: string): Promise<KnownHostsIndex> {
    let index = this.#read.get(file);
    if (index === undefined) {
      index = readIndex(file);
      this.#read.set(file, index);
    }
    return index;
  }

  /**
   * Appends the key of a new host as one line, in one write, so that simultaneous runs do not mix their lines. If the
   * host got another key in the meantime, nothing is written, and that entry is returned.
   */
  append(file: string, { name, hashed, keyType, key }: NewKnownHost): Promise<KnownHost | undefined> {
    const append = this.#lastAppend.then(async () => {
      this.#read.delete(file);
      const entries = (await this.#index(file)).about(name).filter((entry) => entry.marker === 'none');
      if (entries.length > 0)
        return entries.some((entry) => entry.keyType === keyType && entry.key === key) ? undefined : entries[0];
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const separator = (await endsInNewline(file)) ? '' : '\n';
      await appendFile(file, `${separator}${hashed ? hashedName(name) : name} ${keyType} ${key}\n`, { mode: 0o600 });
      this.#read.delete(file);
      return undefined;
    });
    this.#lastAppend = append.catch(() => {});
    return append;
  }
}

async function endsInNewline(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size === 0) return true;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } catch {
    return true;
  }
}
