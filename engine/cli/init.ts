import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { quote } from '../connection/base/quote.ts';
import type { AnyModule } from '../modules/base/module.ts';
import { SCHEMAS, schemaText } from '../report/reference/playbook-schema.ts';
import { openOutput } from '../report/text/output.ts';
import { printProblems } from '../report/text/problems.ts';
import { EXIT } from './base/exit-status.ts';
import { allModules, modulesIn } from './options/project-modules.ts';
import { kubernetesSkeleton } from './skeleton/package-folder.ts';
import { commonSkeleton, projectSkeleton } from './skeleton/project-skeleton.ts';
import type { Skeleton } from './skeleton/role-skeleton.ts';
import { shownSkeleton } from './skeleton/shown-skeleton.ts';
import { refresh, writeSkeleton } from './skeleton/write-skeleton.ts';

interface Flags {
  readonly kubernetes?: true;
}

const EXAMPLES = `
Examples:
  runbook init                      # in this folder
  runbook init site --kubernetes    # roles, playbooks and inventory of a Kubernetes control plane, in the folder site

Existing files are left as they are, except .schemas/, which is written again for this version.
`;

const LOCAL_STEPS: readonly string[] = [
  'runbook lint site.yml -i inventory.yml',
  'runbook plan site.yml -i inventory.yml',
  'runbook play site.yml -i inventory.yml',
];

const KUBERNETES_STEPS: readonly string[] = [
  '# Put your machines into inventory/prod.yml, and their network into inventory/group_vars/all.yml.',
  'runbook ping all -i inventory/prod.yml',
  'runbook plan playbooks/site.yml -i inventory/prod.yml',
  'runbook play playbooks/site.yml -i inventory/prod.yml',
];

/** Adds `runbook init [FOLDER]`: writes the files that a project begins with. Connects to nothing. */
export function addInitCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('[folder]', 'the folder of the project (default: the working folder)')
    .option('--kubernetes', 'the roles, playbooks and inventory of a Kubernetes control plane')
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string | undefined, flags: Flags) => {
      await init(folder ?? '.', flags.kubernetes === true);
      done(EXIT.ok);
    });
}

async function init(folder: string, isKubernetes: boolean): Promise<void> {
  const files = isKubernetes ? new Map([...commonSkeleton(), ...(await kubernetesSkeleton())]) : projectSkeleton();
  const outcome = await writeSkeleton(folder, files);
  const { modules, problems } = await allModules(modulesIn(folder));
  await refresh(folder, schemas(modules));
  if (problems.length > 0) printProblems(problems, process.stderr);
  const steps = isKubernetes ? KUBERNETES_STEPS : LOCAL_STEPS;
  const path = relative('', resolve(folder));
  const next = path === '' ? steps : [`cd ${quote(path)}`, ...steps];
  const stdout = openOutput(process.stdout);
  stdout.write(shownSkeleton(outcome, { folder, next }));
  await stdout.drained();
}

/** The schemas of this version, for editors. */
function schemas(modules: readonly AnyModule[]): Skeleton {
  return new Map(SCHEMAS.map((name) => [join('.schemas', `${name}.json`), schemaText(name, modules)]));
}
