// Writes the types of what the package exports into dist/types: the declarations that its two entries lead to.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const TARGET = resolve(process.argv[2] ?? join(ROOT, 'dist/types'));
const ENTRIES = ['api/library', 'modules/own/surface'] as const;

const scratch = mkdtempSync(join(tmpdir(), 'runbook-types-'));
try {
  emit(scratch);
  rmSync(TARGET, { recursive: true, force: true });
  for (const file of reachable(ENTRIES.map((entry) => join(scratch, `${entry}.d.ts`))))
    cpSync(file, join(TARGET, relative(scratch, file)));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function emit(outDir: string): void {
  const project = join(outDir, 'tsconfig.json');
  const options = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir,
    rootDir: join(ROOT, 'engine'),
  };
  const files = ENTRIES.map((entry) => join(ROOT, 'engine', `${entry}.ts`));
  const types = join(ROOT, 'node_modules/@types');
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      files,
      include: [join(ROOT, 'engine/**/*.d.ts')],
      exclude: [],
      compilerOptions: { ...options, typeRoots: [types] },
    }),
  );
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], { stdio: 'inherit' });
}

/** The entries and all declarations that they import, directly or not. */
function reachable(entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*["'](\.[^"']+)\.ts["']/g)) {
      const next = join(dirname(file), `${name}.d.ts`);
      if (!existsSync(next)) throw new Error(`${file} imports ${name}.ts, which has no declaration`);
      add(next);
    }
  };
  for (const entry of entries) add(entry);
  return found;
}
