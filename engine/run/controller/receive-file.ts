import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Completed } from '../../connection/connection.ts';
import { Problem } from '../../errors/problem.ts';
import { nameBeside } from '../../files/name-beside.ts';
import type { Fetch } from '../../modules/base/module.ts';
import { statusOf } from '../../values/look-at-once.ts';

/** Bytes of one piece. */
const PIECE_BYTES = 2 * 1024 * 1024;

/** Runs a script on the host, and returns its output of at most `mostBytes` bytes. */
export type ReadPart = (script: string, mostBytes: number) => Promise<Completed>;

/**
 * Brings a file of the host to the controller. The file is written to a temporary name and renamed after its digest was
 * checked, so the path always has the complete old or new file. An existing file keeps its mode. Throws Problem
 * `source-changed` if the file on the host has changed since the look, and Problem `file-not-written`.
 */
export async function receiveFile(fetch: Fetch, read: ReadPart): Promise<void> {
  const { to, size, sha256, mode } = fetch;
  const beside = nameBeside(to);
  const before = statusOf(to);
  try {
    await mkdir(dirname(to), { recursive: true });
    const file = await open(beside, 'wx', mode);
    try {
      const hash = createHash('sha256');
      let received = 0;
      while (received < size) {
        const wanted = Math.min(PIECE_BYTES, size - received);
        const { stdout: piece } = await read(fetch.part(received, wanted), PIECE_BYTES);
        if (piece.length === 0) break;
        hash.update(piece);
        received += piece.length;
        await file.writeFile(piece);
      }
      if (received !== size || hash.digest('hex') !== sha256) throw changed(to);
      if (before !== undefined) await file.chmod(before.mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, to);
  } catch (error) {
    if (error instanceof Problem || !(error instanceof Error && 'syscall' in error)) throw error;
    const remedy =
      'code' in error && error.code === 'ENOSPC'
        ? 'Make room on this machine, or name another dest.'
        : 'Give the user who runs runbook the permission to write there, or name another dest.';
    throw new Problem({ code: 'file-not-written', what: `${to} cannot be written`, why: error.message, remedy });
  } finally {
    await rm(beside, { force: true });
  }
}

function changed(to: string): Problem {
  return new Problem({
    code: 'source-changed',
    what: `The source of ${to} changed while it was fetched`,
    why: 'What arrived has another size or SHA-256 than the file that was looked at.',
    remedy: 'Run this again when nobody writes to the source. Nothing was changed on the controller.',
  });
}
