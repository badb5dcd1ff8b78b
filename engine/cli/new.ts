import { join } from 'node:path';
import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { openOutput } from '../report/text/output.ts';
import { EXIT } from './base/exit-status.ts';
import { roleSkeleton } from './skeleton/role-skeleton.ts';
import { shownSkeleton } from './skeleton/shown-skeleton.ts';
import { isAnythingThere, writeSkeleton } from './skeleton/write-skeleton.ts';

interface Flags {
  readonly folder: string;
}

/** Adds `runbook new role NAME`: writes the files of a role. Connects to nothing. */
export function addNewCommand(command: Command, done: (status: number) => void): void {
  command
    .command('role')
    .description('a role with a template, a handler and typed variables, as an example to change')
    .argument('<name>', 'the name of the role, such as web_server')
    .option('--folder <folder>', 'where the roles of the project lie', 'roles')
    .addHelpText('after', '\nExample:\n  runbook new role web_server\n')
    .action(async (name: string, { folder }: Flags) => {
      await newRole(name, join(folder, name));
      done(EXIT.ok);
    });
}

async function newRole(name: string, folder: string): Promise<void> {
  const files = roleSkeleton(name);
  if (await isAnythingThere(folder))
    throw new Problem({
      code: 'role-exists',
      what: `${folder} is there already`,
      remedy: 'Choose another name, or remove the folder.',
    });
  const outcome = await writeSkeleton(folder, files);
  const next = [
    `# Put it into a play of your playbook:  roles: [${name}]`,
    `# Describe its variables in ${folder}/meta/main.yml: lint and docs know them then.`,
  ];
  const stdout = openOutput(process.stdout);
  stdout.write(shownSkeleton(outcome, { folder, next }));
  await stdout.drained();
}
