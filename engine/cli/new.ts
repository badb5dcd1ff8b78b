import { join } from 'node:path';
import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { openOutput } from '../report/text/output.ts';
import { EXIT } from './base/exit-status.ts';
import { modulesHere } from './options/project-modules.ts';
import { moduleSkeleton } from './skeleton/module-skeleton.ts';
import { roleSkeleton } from './skeleton/role-skeleton.ts';
import { shownSkeleton } from './skeleton/shown-skeleton.ts';
import { isAnythingThere, writeSkeleton } from './skeleton/write-skeleton.ts';

interface Flags {
  readonly folder: string;
}

/** Adds `runbook new role NAME` and `runbook new module NAME`: they write files, and connect to nothing. */
export function addNewCommand(command: Command, done: (status: number) => void): void {
  addNewModule(command, done);
  command
    .command('role')
    .description('a role with a template, a handler and typed variables, as an example to change')
    .argument('<name>', 'the name of the role, such as web_server')
    .option('--folder <folder>', 'the folder of the roles of the project', 'roles')
    .addHelpText('after', '\nExample:\n  runbook new role web_server\n')
    .action(async (name: string, { folder }: Flags) => {
      await newRole(name, join(folder, name));
      done(EXIT.ok);
    });
}

function addNewModule(command: Command, done: (status: number) => void): void {
  command
    .command('module')
    .description('a module of your own in TypeScript, with its test, as an example to change')
    .argument('<name>', 'the name of the module, such as motd_line')
    .option('--role <role>', 'in this role of the project, in place of the project itself')
    .addHelpText('after', '\nExample:\n  runbook new module motd_line\n')
    .action(async (name: string, { role }: { readonly role?: string }) => {
      await newModule(name, role === undefined ? '.' : join('roles', role));
      done(EXIT.ok);
    });
}

async function newModule(name: string, folder: string): Promise<void> {
  const files = moduleSkeleton(name);
  const catalogue = modulesHere();
  if (catalogue.has(name))
    throw new Problem({
      code: 'module-name-taken',
      what: `there is a module ${name} already`,
      remedy: 'Choose another name. `runbook docs` lists all modules.',
    });
  const outcome = await writeSkeleton(folder, files);
  const next = [
    `runbook docs ${name}`,
    'npm install --save-dev runbook   # once: the test needs it, and editors',
    `node --test ${join(folder, 'modules', `${name}.test.ts`)}`,
  ];
  const stdout = openOutput(process.stdout);
  stdout.write(shownSkeleton(outcome, { folder, next }));
  await stdout.drained();
}

async function newRole(name: string, folder: string): Promise<void> {
  const files = roleSkeleton(name);
  if (await isAnythingThere(folder))
    throw new Problem({
      code: 'role-exists',
      what: `${folder} already exists`,
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
