import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ProjectFigures } from './figures.ts';
import { textReport, totalsOf } from './report.ts';
import { Surveyor } from './surveyor.ts';

/**
 * Measures which part of real projects runs here, both as it stands and converted. Reads a folder that has one folder
 * for each project of Ansible, and prints only counts. Usage: npm run test:corpus -- FOLDER [--only TEXT] [--top N]
 * [--json FILE] [--keep FOLDER]. `--keep`: the converted projects stay in that folder.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    top: { type: 'string', default: '40' },
    json: { type: 'string' },
    keep: { type: 'string' },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Name the folder of projects: npm run test:corpus -- FOLDER');

const surveyor = new Surveyor({ keep: values.keep });
const projects: ProjectFigures[] = [];
for (const name of readdirSync(folder).sort()) {
  const path = resolve(join(folder, name));
  if (!name.includes(values.only) || !statSync(path).isDirectory()) continue;
  const begin = performance.now();
  const figures = await surveyor.survey(path);
  projects.push(figures);
  process.stderr.write(`${name}: ${figures.files.length} files in ${Math.round(performance.now() - begin)} ms\n`);
}
await surveyor.end();
process.stdout.write(textReport(projects, Number(values.top)));
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ totals: totalsOf(projects), projects }));
