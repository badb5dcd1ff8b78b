import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readAtOnce } from '../files/read-file.ts';

/** Maximal size of a file that lint reads, in bytes. Larger files are data, not playbooks. */
const LARGEST = 1_000_000;
const MOST_FILES = 5_000;
const MOST_DEEP = 12;
/** Folders that contain no files of playbooks. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '__pycache__', 'venv']);

/** Reads the texts in the folders, by absolute path. Leaves out links, hidden folders and files that are not text. */
export function projectTexts(folders: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const seen = new Set<string>();
  for (const folder of folders) gather(folder, { texts, seen }, 0);
  return texts;
}

interface Gathered {
  readonly texts: Map<string, string>;
  readonly seen: Set<string>;
}

function gather(folder: string, into: Gathered, depth: number): void {
  if (into.seen.has(folder) || depth > MOST_DEEP) return;
  into.seen.add(folder);
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && !LEFT_OUT.has(entry.name)) gather(path, into, depth + 1);
    if (!entry.isFile() || into.texts.size >= MOST_FILES || into.texts.has(path)) continue;
    const text = textOfFile(path);
    if (text !== undefined) into.texts.set(path, text);
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function textOfFile(path: string): string | undefined {
  try {
    if (statSync(path).size > LARGEST) return undefined;
    const bytes = readAtOnce(path);
    return bytes.includes(0) ? undefined : bytes.toString();
  } catch {
    return undefined;
  }
}

/**
 * Returns the folders of a project: those of its playbooks, or the folder above if one is called playbooks, and those
 * of its roles.
 */
export function projectFolders(playbooks: readonly string[], roles: readonly string[]): readonly string[] {
  const folders = playbooks.map((path) => {
    const folder = dirname(path);
    return basename(folder) === 'playbooks' ? dirname(folder) : folder;
  });
  return [...new Set([...folders, ...roles.map((path) => dirname(path))])];
}

/** Counts each word in the texts. */
export function wordsOf(texts: Iterable<string>): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  for (const text of texts)
    for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}
