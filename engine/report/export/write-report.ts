import { accessSync, appendFileSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { nameBeside } from '../../files/name-beside.ts';

/** Throws Problem if a report cannot be written to this file later. */
export function checkWritable(file: string): void {
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status?.isDirectory() === true) throw notWritten(file, 'It is a folder.');
    if (status !== undefined) accessSync(file, constants.W_OK);
    if (status === undefined || status.isFile()) accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw error instanceof Problem ? error : notWritten(file, reasonOf(error));
  }
}

/**
 * Writes a report. A regular file is replaced completely or not at all; a device or a pipe is written to. `appends`:
 * the text follows the existing content. Throws Problem.
 */
export function writeReport(file: string, text: string, appends: boolean): void {
  const beside = nameBeside(file);
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    if (appends || status?.isFile() === false) return appendFileSync(file, text);
    writeFileSync(beside, text, { flag: 'wx' });
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw notWritten(file, reasonOf(error));
  }
}

function notWritten(file: string, why: string): Problem {
  return new Problem({
    code: 'report-not-written',
    what: `A report cannot be written to ${file}`,
    why,
    remedy: 'Name a file in an existing folder to which you may write.',
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
