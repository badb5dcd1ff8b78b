import { isUtf8 } from 'node:buffer';
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { GivenFile } from '../../convert/base/outcome.ts';
import { kindByPath } from '../../convert/classify.ts';
import { Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import { systemReason } from '../../files/system-reason.ts';
import { utf8NamesIn } from '../../files/utf8-names.ts';
import { textIn } from '../../values/yaml/text-file.ts';

/** The files to convert, as they were read. */
export interface ReadProject {
  /**
   * The folder, or the folder of the file. Absolute, without links, because the files behind a link are read and
   * written.
   */
  readonly root: string;
  readonly isFile: boolean;
  /** The text files. Their paths are relative to the root. */
  readonly files: readonly GivenFile[];
  /** The files that cannot be read, although a file of this name would be converted. */
  readonly unread: readonly UnreadFile[];
  /** The paths of all other files: a renamed file must not replace one of them. */
  readonly others: readonly string[];
}

export interface UnreadFile {
  readonly path: string;
  readonly problem: Problem;
}

/** Maximal size of a file that is converted, in bytes. Larger files are data, not playbooks. */
const LARGEST = 1_000_000;
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.venv', 'venv']);

/**
 * Reads a folder or one file. Leaves out links and files that are not text. Throws Problem if the path does not exist,
 * if a folder cannot be read, or if a name is not UTF-8.
 */
export async function readProject(path: string): Promise<ReadProject> {
  const { root, only } = whereIs(path);
  if (only !== undefined) {
    const files = [{ path: only, text: onlyText(join(root, only), path) }];
    return { root, isFile: true, files, unread: [], others: namesIn(root) };
  }
  const read: Gathered = { files: [], unread: [], others: [] };
  gather(root, root, read);
  return { root, isFile: false, ...read };
}

/** Returns the folder to convert, or the folder and the name of the only file. Throws Problem if nothing is there. */
export function whereIs(path: string): { readonly root: string; readonly only?: string } {
  const whole = realPathOf(path);
  return statSync(whole).isFile() ? { root: dirname(whole), only: basename(whole) } : { root: whole };
}

function realPathOf(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch (error) {
    throw new Problem({
      code: 'file-not-found',
      what: `${path} cannot be read`,
      why: systemReason(error),
      remedy: 'Correct the path.',
    });
  }
}

function onlyText(whole: string, path: string): string {
  const bytes = statSync(whole).size > LARGEST ? undefined : readAtOnce(whole);
  if (bytes === undefined || (bytes.includes(0) && isUtf8(bytes)))
    throw new Problem({
      code: 'not-convertible',
      what: `${path} is not a text in UTF-8 of at most ${LARGEST} bytes`,
      remedy: 'Name a playbook, a file of tasks or variables, a template, or a folder of these.',
    });
  return textIn(bytes, path);
}

interface Gathered {
  readonly files: GivenFile[];
  readonly unread: UnreadFile[];
  readonly others: string[];
}

function gather(folder: string, root: string, into: Gathered): void {
  for (const entry of entriesOf(folder)) {
    const whole = join(folder, entry.name);
    const path = relative(root, whole).split(sep).join('/');
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) gather(whole, root, into);
    const found = entry.isFile() ? contentOf(whole, path) : undefined;
    if (found === undefined) into.others.push(path);
    else if (found instanceof Problem) into.unread.push({ path, problem: found });
    else into.files.push({ path, text: found });
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    utf8NamesIn(folder, { remedy: 'Rename it, or convert the folders beside it one by one.' });
    return readdirSync(folder, { withFileTypes: true }).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({
      code: 'file-not-found',
      what: `${folder} cannot be read`,
      why: systemReason(error),
      remedy: 'Allow the user who runs this to read it, or convert the folders beside it one by one.',
    });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Returns the text of a file; undefined for data; the reason if it would be converted, and cannot be read. */
function contentOf(whole: string, path: string): string | Problem | undefined {
  const isWanted = kindByPath(path) === 'yaml' || path.endsWith('.j2');
  try {
    const { size } = statSync(whole);
    if (size > LARGEST) return isWanted ? tooLarge(path, size) : undefined;
    const bytes = readAtOnce(whole);
    if (isUtf8(bytes)) return bytes.includes(0) ? undefined : bytes.toString();
    return isWanted ? textIn(bytes, path) : undefined;
  } catch (error) {
    if (!isWanted) return undefined;
    if (error instanceof Problem) return error;
    return new Problem({
      code: 'file-not-found',
      what: `${path} cannot be read`,
      why: systemReason(error),
      remedy: 'Allow the user who runs this to read it.',
    });
  }
}

function tooLarge(path: string, size: number): Problem {
  return new Problem({
    code: 'file-too-large',
    what: `${path} is left as it is: it has ${size} bytes, and at most ${LARGEST} are converted`,
    remedy: 'Split it, or convert it by hand.',
  });
}
