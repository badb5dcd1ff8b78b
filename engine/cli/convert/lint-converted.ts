import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConvertedFile } from '../../convert/base/outcome.ts';
import { checkPlaybooks } from '../lint/check-playbooks.ts';
import type { ReadProject } from './read-project.ts';
import { removingAtEnd } from './remove-at-end.ts';

/**
 * Returns the number of problems that `lint` finds in the converted playbooks and roles; undefined if there are no
 * playbooks and no roles. `target`: the folder or, if one file was converted, the file.
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
  if (roles.length === 0) return await errorsIn(playbooks);
  // A temporary playbook that has all roles: roles that need others look for them beside the playbook.
  const wrapper = join(target, `.runbook-convert-${randomBytes(6).toString('hex')}.yml`);
  return await removingAtEnd(wrapper, async () => {
    const uses = roles.map((role) => `    - ${JSON.stringify(`./${role}`)}\n`).join('');
    await writeFile(wrapper, `- hosts: all\n  roles:\n${uses}`, { flag: 'wx' });
    return await errorsIn([...playbooks, wrapper]);
  });
}

async function errorsIn(playbooks: readonly string[]): Promise<number> {
  const { problems } = await checkPlaybooks(playbooks, {
    inventory: [],
    extraVars: [],
    identity: [],
    vaultId: [],
    vaultPasswordFile: [],
    allowController: [],
  });
  return problems.length;
}
