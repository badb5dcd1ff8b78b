import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writtenVariable } from '../../engine/inventory/written-variable.ts';
import { type Levels, type Reported, findings } from '../../engine/lint/lint.ts';
import { readSite } from '../../engine/lint/read-site.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { loadPlaybook } from '../../engine/playbook/load-playbook.ts';
import { SourceFiles } from '../../engine/playbook/source-files.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Returns the example of a rule as files: tasks get a play around them; `# roles/…/name.yml` begins another file. */
export function exampleFiles(example: string): ReadonlyMap<string, string> {
  const [first = '', ...rest] = example.split(/^# ([\w./-]+\.(?:yml|html|hbs))\n/m);
  const files = new Map([
    ['site.yml', /^ *(?:hosts|tasks):/m.test(first) ? `${first.trimEnd()}\n` : playAround(first)],
  ]);
  for (let at = 0; at < rest.length; at += 2) files.set(rest[at] ?? '', `${rest[at + 1]?.trimEnd() ?? ''}\n`);
  return files;
}

function playAround(tasks: string): string {
  const indented = tasks.replaceAll(/^(?=.)/gm, '    ');
  const play = `- name: Example\n  hosts: web\n  tasks:\n${indented}\n`;
  // A backslash at the end of an example means that the last line has no line end.
  return play.endsWith('\\\n') ? play.slice(0, -2) : play;
}

/** Returns the findings of the rules in these files; group_vars as YAML. Throws problems of the playbook. */
export async function lintFiles(
  files: ReadonlyMap<string, string>,
  levels: Levels = new Map(),
  groupVars = '',
): Promise<readonly Reported[]> {
  const folder = temporaryFolder('runbook-lint-');
  // Names that an example uses without defining them.
  for (const name of ['app', 'app.service', 'web.key', 'web.key.age', 'admins', 'nginx.conf.hbs', 'shop.ini.hbs'])
    writeFileSync(join(folder, name), '');
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const sources = new SourceFiles({});
  const playbook = await loadPlaybook(join(folder, 'site.yml'), { modules, rolesPath: [], files: sources });
  const [given] = groupVars === '' ? [] : readYaml(groupVars, 'group_vars/all.yml');
  const variables = new Map(
    given?.kind === 'map' ? given.entries.map(({ key, value }) => [key, writtenVariable(value)]) : [],
  );
  const site = await readSite({ playbooks: [playbook], sources: sources.all(), layers: [{ variables }], modules });
  return findings(site, levels);
}

export function namesOf(found: readonly Reported[]): readonly string[] {
  return found.map(({ rule }) => rule.name);
}
