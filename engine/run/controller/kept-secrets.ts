import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Place, Problem } from '../../errors/problem.ts';
import { nameBeside } from '../../files/name-beside.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { systemReason } from '../../files/system-reason.ts';
import { Secret } from '../../values/base/secret.ts';
import { statusOf } from '../../values/look-at-once.ts';
import { textIn } from '../../values/yaml/text-file.ts';

// Secrets that are made once, and kept in files of the controller. Templates are evaluated without a pause, so all of
// this is synchronous.

/** Maximal size of a file that holds a secret, in bytes. */
const MOST_BYTES = 64 * 1024;

/**
 * Returns the secret in a file; undefined if there is no file. What Ansible writes after a password, ` salt=…` and `
 * ident=…`, is not part of it.
 */
export function secretIn(path: string): Secret | undefined {
  if (statusOf(path) === undefined) return undefined;
  const [line = ''] = textIn(readAtOnce(path, MOST_BYTES), path).split(/\r?\n/, 1);
  return Secret.of(line.replace(/ ident=\S*$/, '').replace(/ salt=\S*$/, ''));
}

/**
 * Keeps a secret in a new file that only its owner can read (0600). No reader sees a part of it. If another process has
 * made the file meanwhile, the secret is the one in that file. Throws Problem `file-not-written`.
 */
export function makeSecret(path: string, text: string, place: Place): Secret {
  const beside = nameBeside(path);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeSync(file, `${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Unlike a rename, a link never replaces a file.
    linkSync(beside, path);
    return Secret.of(text);
  } catch (error) {
    const there = isThere(error) ? secretIn(path) : undefined;
    if (there !== undefined) return there;
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Problem({
      code: 'file-not-written',
      what: `${path} cannot be written`,
      place,
      why: systemReason(error),
      remedy: 'Allow the user who runs this to write there, or name another path.',
    });
  } finally {
    rmSync(beside, { force: true });
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
