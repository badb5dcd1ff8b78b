import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { hashedName, matchesHost, parseKnownHosts, type KnownHost } from './known-hosts.ts';

/** The entries of one file; one that is not there has none. Throws Problem `file-unreadable`. */
async function entriesIn(file: string): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(readAtOnce(file).toString(), file);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
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
  /** Whether the name is written as a hash, so that nobody reads it there. */
  readonly hashed: boolean;
  readonly keyType: string;
  readonly key: string;
}

/** The files of host keys, as one run sees them. */
export class KnownHostsFiles {
  /** Read once: a thousand hosts share the same files. */
  readonly #read = new Map<string, Promise<readonly KnownHost[]>>();
  #lastAppend: Promise<unknown> = Promise.resolve();

  /** The entries of all the files; those that are not there have none. */
  async entries(files: readonly string[]): Promise<readonly KnownHost[]> {
    return (await Promise.all(files.map((file) => this.#entriesOf(file)))).flat();
  }

  #entriesOf(file: string): Promise<readonly KnownHost[]> {
    let entries = this.#read.get(file);
    if (entries === undefined) {
      entries = entriesIn(file);
      this.#read.set(file, entries);
    }
    return entries;
  }

  /**
   * Adds a new host's key as one line in one write, so that two runs at once cannot tear each other's lines. Where the
   * host got another key in the meantime, nothing is written, and that entry comes back.
   */
  append(file: string, { name, hashed, keyType, key }: NewKnownHost): Promise<KnownHost | undefined> {
    const append = this.#lastAppend.then(async () => {
      this.#read.delete(file);
      const entries = (await this.#entriesOf(file)).filter(
        (entry) => entry.marker === 'none' && matchesHost(entry, name),
      );
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
