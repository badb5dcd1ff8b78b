// `import { defineModule } from 'runbook/module'`, outside of a run: for tests of a module, and for editors.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const { loadParts } = createRequire(import.meta.url)('./program.cjs');
const parts = await loadParts(fileURLToPath(new URL('..', import.meta.url)));

export const {
  Secret,
  Unknown,
  argument,
  defineModule,
  editOutcome,
  editText,
  file,
  forRootAlone,
  ownScript,
  predict,
  probe,
  quote,
  textNeeds,
  wholeFile,
  z,
} = await parts.moduleSurface();
