import { readdirSync } from 'node:fs';

/** Every file in this folder is a module. Its subfolders hold code that modules share. */
const FOLDER = new URL('..', import.meta.url);

/**
 * Loads each module by its name, which is the name of its file. The bundle cannot list a folder, so a fixed list
 * replaces this file there.
 */
export const moduleFiles: ReadonlyMap<string, () => Promise<unknown>> = new Map(
  readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) => {
    const name = entry.name.slice(0, -'.ts'.length);
    return entry.isFile() && entry.name.endsWith('.ts')
      ? [[name, () => import(new URL(entry.name, FOLDER).href)] as const]
      : [];
  }),
);
