import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { convertProject } from '../../engine/convert/project.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import type { Json } from './case.ts';
import { writeText } from './workplace.ts';

/** Writes YAML as many playbooks of Ansible have it: with yes and no, and modes without quotes. */
export function asOldYaml(value: Json): string {
  return stringify(value, { version: '1.1', lineWidth: 0 })
    .replaceAll(/: true$/gm, ': yes')
    .replaceAll(/: false$/gm, ': no')
    .replaceAll(/(?<=mode: )"(?=0\d+"$)|(?<=mode: "0\d+)"$/gm, '');
}

/** Converts all files below a folder, which are those of one case of Ansible. */
export async function convertFolder(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const given = files.map((file) => ({ path: relative(folder, file), text: readFileSync(file, 'utf8') }));
  for (const { path, newPath, text } of (await convertProject(given, modules)).files) {
    if (newPath !== path) rmSync(join(folder, path));
    writeText(join(folder, newPath), text);
  }
}
