// What the bundle exports. Each part is loaded only when it is used, because the command line does not need the
// library.

import type * as surfaceFile from '../modules/own/surface.ts';
import type * as libraryFile from './library.ts';

export { main } from '../cli/main.ts';

/** The functions of `import … from 'runbook'`. */
export const library = (): Promise<typeof libraryFile> => import('./library.ts');

/** The contract of modules: `import … from 'runbook/module'`. */
export const moduleSurface = (): Promise<typeof surfaceFile> => import('../modules/own/surface.ts');
