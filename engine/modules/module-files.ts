import { readdirSync } from 'node:fs';

/** Files of this folder without a hyphen in their name are modules, but for these. */
const OTHERS: ReadonlySet<string> = new Set(['arguments', 'catalogue', 'module']);

/** How each module is loaded, by its name. In the bundle, which has no folder to look into, a list takes the place of this file. */
export const moduleFiles: ReadonlyMap<string, () => Promise<unknown>> = new Map(
  readdirSync(import.meta.dirname).flatMap((file) => {
    const [, name] = /^([a-z][a-z0-9_]*)\.ts$/.exec(file) ?? [];
    return name === undefined || OTHERS.has(name) ? [] : [[name, () => import(new URL(file, import.meta.url).href)] as const];
  }),
);
