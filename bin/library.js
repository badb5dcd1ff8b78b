// `import { load, plan, play } from 'runbook'`
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const { loadParts } = createRequire(import.meta.url)('./program.cjs');
const parts = await loadParts(fileURLToPath(new URL('..', import.meta.url)));

export const { load, plan, play, Problem, Problems, formatPlace } = await parts.library();
