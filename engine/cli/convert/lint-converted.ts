import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConvertedFile } from '../../convert/base/outcome.ts';
import { checkPlaybooks } from '../lint/check-playbooks.ts';
import type { ReadProject } from './read-project.ts';

/**
 * Name of a temporary playbook that has all roles. It is written into the output folder while the files are checked.
 */
const ALL_ROLES = '.runbook-convert-roles.yml';

/**
 * Returns the number of problems that `lint` finds in the converted playbooks and roles; undefined if there are no
 * playbooks and no roles.
 */
export async function lintErrors(
  { isFile }: ReadProject,
  files: readonly ConvertedFile[],
  target: string,
): Promise<number | undefined> {
  const playbooks = files
    .filter(({ kind }) => kind === 'playbook')
    .map(({ newPath }) => (isFile ? target : join(target, newPath)));
  const roles = isFile ? [] : files.flatMap(({ newPath }) => /^(.*?)tasks\/main\.ya?ml$/.exec(newPath)?.[1] ?? []);
  if (playbooks.length === 0 && roles.length === 0) return undefined;
  const wrapper = join(target, ALL_ROLES);
  try {
    if (roles.length > 0) {
      const uses = roles.map((role) => `    - ${JSON.stringify(`./${role}`)}\n`).join('');
      await writeFile(wrapper, `- hosts: all\n  roles:\n${uses}`, { flag: 'wx' });
    }
    const all = roles.length > 0 ? [...playbooks, wrapper] : playbooks;
    const { problems } = await checkPlaybooks(all, {
      inventory: [],
      extraVars: [],
      identity: [],
      vaultId: [],
      vaultPasswordFile: [],
      allowController: [],
    });
    return problems.length;
  } finally {
    if (roles.length > 0) await rm(wrapper, { force: true });
  }
}
