import { type Command, Option } from 'commander';
import { Problem } from '../errors/problem.ts';
import type { AnyModule } from '../modules/base/module.ts';
import { printAnsibleWords, printHelpers } from '../report/reference/language-tables.ts';
import { printModule, printModules } from '../report/reference/module-document.ts';
import { SCHEMAS, type SchemaName, printSchema } from '../report/reference/playbook-schema.ts';
import { printProblems } from '../report/text/problems.ts';
import { EXIT } from './base/exit-status.ts';
import { allModules, modulesHere } from './options/project-modules.ts';

interface Flags {
  readonly helpers?: true;
  readonly ansible?: string | true;
  readonly schema?: SchemaName | true;
}

/** Adds `runbook docs`. It prints the schemas of the modules and the tables that the engine itself reads. */
export function addDocsCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('[module]', 'a module (default: the list of all modules)')
    .option('--helpers', 'the functions that templates may call')
    .option('--ansible [word]', 'words of Ansible and what to write here: all, or those that contain this word')
    .addOption(
      new Option('--schema [file]', `the JSON Schema of a kind of file, for editors: ${SCHEMAS.join(', ')}`).choices(
        SCHEMAS,
      ),
    )
    .addHelpText('after', '\nExample:\n  runbook docs --schema tasks >tasks.schema.json\n')
    .action(async (name: string | undefined, flags: Flags) => {
      await show(name, flags);
      done(EXIT.ok);
    });
}

async function show(name: string | undefined, flags: Flags): Promise<void> {
  if (flags.helpers === true || name === 'helpers') printHelpers(process.stdout);
  else if (flags.ansible !== undefined || name === 'ansible') await showAnsible(flags.ansible);
  else if (flags.schema !== undefined || name === 'schema')
    printSchema(typeof flags.schema === 'string' ? flags.schema : 'playbook', await all(), process.stdout);
  else if (name === undefined) printModules(await all(), process.stdout);
  else printModule(await modulesHere().module(name), process.stdout);
}

async function showAnsible(given: string | true | undefined): Promise<void> {
  const word = typeof given === 'string' ? given : undefined;
  if (printAnsibleWords({ all: await all(), word }, process.stdout) > 0) return;
  throw new Problem({
    code: 'unknown-word',
    what: `no known word of Ansible contains "${word ?? ''}"`,
    remedy: 'Run `runbook docs --ansible` for all of them.',
  });
}

/** All modules, those of the project in the working folder included. Says which of them cannot be loaded, and why. */
async function all(): Promise<readonly AnyModule[]> {
  const { modules, problems } = await allModules(modulesHere());
  if (problems.length > 0) printProblems(problems, process.stderr);
  return modules;
}
