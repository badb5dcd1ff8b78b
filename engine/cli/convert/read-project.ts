import { isUtf8 } from 'node:buffer';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { GivenFile } from '../../convert/base/outcome.ts';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { systemReason } from '../../files/system-reason.ts';

/** The files to convert, as they were read. */
export interface ReadProject {
  /** The folder, or the folder of the file. Absolute. */
  readonly root: string;
  readonly isFile: boolean;
  /** The text files. Their paths are relative to the root. */
  readonly files: readonly GivenFile[];
}

/** Maximal size of a file, in bytes. Larger files are data. */
const LARGEST = 1_000_000;
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.venv', 'venv']);

/**
 * Reads a folder or one file. Leaves out links and files that are not text. Throws Problem if the path does not exist.
 */
export async function readProject(path: string): Promise<ReadProject> {
  const whole = resolve(path);
  const isFile = isFileAt(whole, path);
  if (isFile) {
    const text = textOf(whole);
    if (text === undefined)
      throw new Problem({
        code: 'not-convertible',
        what: `${path} is no text in UTF-8 of at most ${LARGEST} bytes`,
        remedy: 'Name a playbook, a file of tasks or variables, a template, or a folder of these.',
      });
    return { root: dirname(whole), isFile, files: [{ path: basename(whole), text }] };
  }
  const files: GivenFile[] = [];
  gather(whole, whole, files);
  return { root: whole, isFile, files };
}

function isFileAt(whole: string, path: string): boolean {
  try {
    return statSync(whole).isFile();
  } catch (error) {
    throw new Problem({
      code: 'file-not-found',
      what: `${path} cannot be read`,
      why: systemReason(error),
      remedy: 'Correct the path.',
    });
  }
}

function gather(folder: string, root: string, into: GivenFile[]): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) gather(path, root, into);
    if (!entry.isFile()) continue;
    const text = textOf(path);
    if (text !== undefined) into.push({ path: relative(root, path).split(sep).join('/'), text });
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    if (statSync(path).size > LARGEST) return undefined;
    const bytes = readAtOnce(path);
    return bytes.includes(0) || !isUtf8(bytes) ? undefined : bytes.toString();
  } catch {
    return undefined;
  }
}
