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
import { projectFiles } from './project-files.ts';
import { type Opened, contentOf } from './read-file.ts';

export interface SurveyOptions {
  /** Pieces of work that do not come to an end. */
  readonly skip: ReadonlySet<string>;
  /** Told before each piece of work, so that somebody can see which one does not come to an end. */
  readonly begin: (file: string, during: string) => void;
  /** Where the converted project is left; undefined: nowhere. */
  readonly keep: string | undefined;
}

/** What a project has, how much of it runs here as it is, and converted. It never throws for what a file holds. */
export async function surveyProject(folder: string, { keep, ...options }: SurveyOptions): Promise<ProjectFigures> {
  // To make code of a schema pays after many values of one module; here there are few.
  config({ jitless: true });
  const project = basename(folder);
  const attempts = new Attempts({ project, ...options });
  const files = await judgeFolder(folder, '', attempts);
  const target = keep === undefined ? mkdtempSync(join(tmpdir(), 'corpus-')) : join(keep, project);
  try {
    const { files: classed, figures } = await convert(folder, target, files, attempts);
    return { project, files: classed, conversion: figures, breakdowns: attempts.breakdowns };
  } finally {
    if (keep === undefined) rmSync(target, { recursive: true, force: true });
  }
}

/** What runs in a folder as it is. `when` tells this round from another one. */
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
