import type { IdentityCallback, ParsedKey } from 'ssh2';
import { readAtOnce } from '../../files/read-file.ts';
import { library } from '../ssh2/ssh2-library.ts';

/**
 * An agent that lists the keys named by identity files first: a server counts each key that it is offered, and hangs up
 * after some (MaxAuthTries, 6). A file names a key through FILE.pub, so this works too if the file itself is encrypted
 * or not on this machine.
 */
export class NamedFirstAgent extends library.ssh2.OpenSSHAgent {
  readonly #files: readonly string[];
  readonly #onlyNamed: boolean;

  /** With `onlyNamed`, the other keys are not offered at all. */
  constructor(socket: string, files: readonly string[], onlyNamed: boolean) {
    super(socket);
    this.#files = files;
    this.#onlyNamed = onlyNamed;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys) => {
      if (keys === undefined || error instanceof Error) return callback(error, keys);
      const named = namedKeys(this.#files);
      const isNamed = (key: (typeof keys)[number]): boolean =>
        named.has(publicPart('pubKey' in key ? key.pubKey : key));
      callback(undefined, [...keys.filter(isNamed), ...(this.#onlyNamed ? [] : keys.filter((key) => !isNamed(key)))]);
    });
  }
}

function namedKeys(files: readonly string[]): ReadonlySet<string> {
  const found = files.flatMap((file) => [file, `${file}.pub`]).map(textOf);
  return new Set(
    found.flatMap((text) => /^(?:ssh|ecdsa|sk)-\S+ (?<key>[A-Za-z0-9+/=]+)/.exec(text)?.groups?.['key'] ?? []),
  );
}

/** A file that is missing or cannot be read names no key. */
function textOf(file: string): string {
  try {
    return readAtOnce(file).toString();
  } catch {
    return '';
  }
}

function publicPart(key: unknown): string {
  const parsed = typeof key === 'string' || Buffer.isBuffer(key) ? library.ssh2.utils.parseKey(key) : key;
  if (typeof parsed !== 'object' || parsed === null || !('getPublicSSH' in parsed)) return '';
  const { getPublicSSH } = parsed;
  return typeof getPublicSSH === 'function' ? Buffer.from(getPublicSSH.call(parsed)).toString('base64') : '';
}
