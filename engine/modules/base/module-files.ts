import { readdirSync } from 'node:fs';

/** Every file there is a module; folders below it hold what modules share. */
const FOLDER = new URL('..', import.meta.url);

/**
 * How each module is loaded, by its name, which is that of its file. In the bundle, which has no folder to look into, a
 * list takes the place of this file.
 */
export const moduleFiles: ReadonlyMap<string, () => Promise<unknown>> = new Map(
  readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) => {
    const name = entry.name.slice(0, -'.ts'.length);
    return entry.isFile() && entry.name.endsWith('.ts')
      ? [[name, () => import(new URL(entry.name, FOLDER).href)] as const]
      : [];
  }),
);
