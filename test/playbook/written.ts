import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { formatPlace, Problems } from '../../engine/errors/problem.ts';
import type { Playbook } from '../../engine/playbook/base/play.ts';
import { loadPlaybook } from '../../engine/playbook/load-playbook.ts';
import { someModules } from './some-modules.ts';

export type Files = Readonly<Record<string, string>>;

/** Writes the files into a folder of their own while `use` runs. */
export async function withFiles<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'playbook-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function load(folder: string, file = 'site.yml'): Promise<Playbook> {
  return loadPlaybook(join(folder, file), { modules: someModules, rolesPath: [] });
}

/** Loads the playbook site.yml of the files. */
export function loadWritten(files: Files, file = 'site.yml'): Promise<Playbook> {
  return withFiles(files, (folder) => load(folder, file));
}

export interface Found {
  readonly code: string;
  /** `site.yml:3:5`, relative to the folder of the files. */
  readonly at: string;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** Returns the mistakes in the files; empty if there are none. */
export function faultsOf(files: Files, file = 'site.yml'): Promise<readonly Found[]> {
  return withFiles(files, async (folder) => {
    try {
      await load(folder, file);
      return [];
    } catch (error) {
      if (!(error instanceof Problems)) throw error;
      return error.problems.map(({ code, place, what, why, remedy }) => ({
        code,
        at: place === undefined ? '' : withoutFolder(formatPlace(place), folder),
        what,
        why: withoutFolder(why ?? '', folder),
        remedy: remedy ?? '',
      }));
    }
  });
}

/** Paths are shown relative to the working folder if that is shorter. */
function withoutFolder(text: string, folder: string): string {
  return text.replaceAll(`${relative(process.cwd(), folder)}/`, '').replaceAll(`${folder}/`, '');
}
