import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { config } from 'zod';
import { Attempts } from './attempts.ts';
import { convertFolder, marksOf, writeConverted } from './conversion.ts';
import { faultsOf, withClasses } from './converted-figures.ts';
import type { ConversionFigures, FileFigures, ProjectFigures } from './figures.ts';
import { judgeFile } from './judge-file.ts';
import { LintErrors, lintErrors } from './lint-errors.ts';
import { ownModules, projectFiles } from './project-files.ts';
import { type Opened, contentOf } from './read-file.ts';

export interface SurveyOptions {
  /** Pieces of work that never end. */
  readonly skip: ReadonlySet<string>;
  /** Is called before each piece of work, so that another thread can see which one never ends. */
  readonly begin: (file: string, during: string) => void;
  /** The folder in which the converted project is kept; undefined: it is not kept. */
  readonly keep: string | undefined;
}

/**
 * Returns the size of a project, and how much of it runs here, unchanged and converted. Never throws because of the
 * content of a file.
 */
export async function surveyProject(folder: string, { keep, ...options }: SurveyOptions): Promise<ProjectFigures> {
  // Generated code pays off only after many values for one module; here there are few.
  config({ jitless: true });
  const project = basename(folder);
  const attempts = new Attempts({ project, ...options });
  const files = await judgeFolder(folder, '', attempts);
  const target = keep === undefined ? mkdtempSync(join(tmpdir(), 'corpus-')) : join(keep, project);
  try {
    const { files: classed, figures } = await convert(folder, target, files, attempts);
    return {
      project,
      files: classed,
      ownModules: ownModules(folder),
      conversion: figures,
      breakdowns: attempts.breakdowns,
    };
  } finally {
    if (keep === undefined) rmSync(target, { recursive: true, force: true });
  }
}

/** Returns how much of a folder runs unchanged. `when` distinguishes the rounds. */
async function judgeFolder(folder: string, when: string, attempts: Attempts): Promise<readonly FileFigures[]> {
  const opened: Opened[] = [];
  for (const file of projectFiles(folder)) {
    const content = await attempts.attempt(file.shown, `read${when}`, () => contentOf(file));
    if (content !== undefined && content.kind !== 'none') opened.push({ file, content });
  }
  const errors = new LintErrors(await attempts.attempt('.', `lint${when}`, () => lintErrors(opened)));
  const files: FileFigures[] = [];
  for (const one of opened) {
    const figures = await attempts.attempt(one.file.shown, `judge${when}`, () => judgeFile(one, errors));
    if (figures !== undefined) files.push(figures);
  }
  return files;
}

async function convert(
  folder: string,
  target: string,
  before: readonly FileFigures[],
  attempts: Attempts,
): Promise<{ readonly files: readonly FileFigures[]; readonly figures: ConversionFigures }> {
  const { files, changed, unstable } = await convertFolder(folder, attempts);
  writeConverted(target, files);
  const after = await judgeFolder(target, ' converted', attempts);
  const { faults, unmarkedTasks } = faultsOf(after, files);
  return {
    files: withClasses(before, after, files),
    figures: { changed, unstable, faults, unmarkedTasks, marks: marksOf(files) },
  };
}
