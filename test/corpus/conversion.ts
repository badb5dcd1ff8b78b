import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toldOf } from '../../engine/convert/base/marks.ts';
import type { ConvertedFile, GivenFile } from '../../engine/convert/base/outcome.ts';
import { convertProject } from '../../engine/convert/project.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import type { Attempts } from './attempts.ts';
import type { MarkFigure } from './figures.ts';
import { projectFiles } from './project-files.ts';

/** A project after its conversion. */
export interface Converted {
  readonly files: readonly ConvertedFile[];
  /** The number of files whose text has changed. */
  readonly changed: number;
  /** Names of files, below the project, that a second conversion changes. */
  readonly unstable: readonly string[];
}

/**
 * Converts all files of the project. If that fails, converts them one by one, and leaves out only the files that fail.
 */
export async function convertFolder(folder: string, attempts: Attempts): Promise<Converted> {
  const given = projectFiles(folder).map(({ path, shown }) => ({ path: shown, text: readFileSync(path, 'utf8') }));
  const files = await convertAll(given, 'convert', attempts);
  const again = await convertAll(files.map(after), 'convert again', attempts);
  const texts = new Map(files.map((file) => [file.newPath, file.text]));
  const unstable = again.filter(({ path, newPath, text }) => path !== newPath || texts.get(path) !== text);
  const before = new Map(given.map(({ path, text }) => [path, text]));
  const changed = files.filter(({ path, newPath, text }) => path !== newPath || before.get(path) !== text).length;
  return { files, changed, unstable: unstable.map(({ path }) => path) };
}

async function convertAll(
  given: readonly GivenFile[],
  during: string,
  attempts: Attempts,
): Promise<readonly ConvertedFile[]> {
  const whole = await attempts.attempt('.', during, () => convertProject(given, modules));
  if (whole !== undefined) return whole.files;
  const files: ConvertedFile[] = [];
  for (const file of given) {
    const one = await attempts.attempt(file.path, during, () => convertProject([file], modules));
    files.push(...(one?.files ?? []));
  }
  return files;
}

function after({ newPath, text }: ConvertedFile): GivenFile {
  return { path: newPath, text };
}

/** Writes the converted files below a folder. */
export function writeConverted(folder: string, files: readonly ConvertedFile[]): void {
  for (const { newPath, text } of files) {
    const path = join(folder, newPath);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

export function marksOf(files: readonly ConvertedFile[]): readonly MarkFigure[] {
  return files.flatMap(({ marks }) => marks.map(({ mark }) => ({ kind: mark.kind, topic: toldOf(mark).topic })));
}
