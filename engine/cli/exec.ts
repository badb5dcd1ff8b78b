import type { Command } from 'commander';
import { loadInventory } from '../inventory/load-inventory.ts';
import { startResultReport } from '../report/results.ts';
import { journalFolder } from './base/journal-folder.ts';
import {
  type ConnectionFlags,
  type InventoryFlags,
  type LockFlags,
  addConnectionOptions,
  addInventoryOptions,
  addLimitOption,
  addLockOptions,
  lockOf,
} from './options/common-options.ts';
import { accessOf } from './options/controller-access.ts';
import { extraVariables } from './options/extra-variables.ts';
import { vaultFor } from './options/flag-values.ts';
import { modulesHere } from './options/project-modules.ts';
import { oneTaskPlaybook } from './run/one-task.ts';
import { performRun, runReport, statusOf } from './run/perform-run.ts';
import { shownCommand } from './run/shown-command.ts';

interface Flags extends InventoryFlags, ConnectionFlags, LockFlags {
  readonly limit?: string;
  readonly moduleName: string;
  readonly args: string;
  readonly become?: true;
  readonly becomeUser?: string;
  readonly check?: true;
  readonly diff?: true;
}

/** Adds `runbook exec PATTERN -m MODULE -a ARGUMENTS`: runs one task with the same engine as a play. */
export function addExecCommand(command: Command, done: (status: number) => void): void {
  addLockOptions(addConnectionOptions(addLimitOption(addInventoryOptions(command.argument('<pattern>')))))
    .option('-m, --module-name <module>', 'the module', 'command')
    .option(
      '-a, --args <arguments>',
      "its arguments: 'name=value …', the free text of the module, or a map in braces",
      '',
    )
    .option('-b, --become', 'become another user (root)')
    .option('--become-user <user>', 'the user to become')
    .option('-C, --check', 'change nothing, only show what would be changed')
    .option('-D, --diff', 'show the differences')
    .action(async (pattern: string, flags: Flags) => {
      done(await exec(pattern, flags));
    });
}

async function exec(pattern: string, flags: Flags): Promise<number> {
  const vault = vaultFor(flags);
  const extra = await extraVariables(flags.extraVars, vault);
  const access = accessOf(flags, [], flags.inventory);
  const inventory = await loadInventory(flags.inventory, [], vault, access);
  const modules = modulesHere(flags);
  const task = {
    pattern,
    module: flags.moduleName,
    arguments: flags.args,
    become: flags.become === true || flags.becomeUser !== undefined,
    becomeUser: flags.becomeUser,
  };
  const playbook = await oneTaskPlaybook(task, modules);
  const mode = flags.check === true ? 'plan' : 'play';
  const diff = flags.diff === true;
  // Plans and the other output formats show everything that happens; this report shows only the results of the task.
  const isBrief = mode === 'play' && flags.output === 'auto';
  const report = isBrief
    ? startResultReport({
        diff,
        verbosity: flags.verbose,
        stdout: process.stdout,
        stderr: process.stderr,
        journal: journalFolder(),
        command: shownCommand(process.argv.slice(2), flags.extraVars),
      })
    : runReport(mode, diff, flags);
  const selection = { tags: [], skipTags: [] };
  const result = await performRun(
    {
      mode,
      playbook,
      inventory,
      limit: flags.limit,
      selection,
      extra,
      vault,
      modules,
      access: access.playbook,
      lock: lockOf(flags),
    },
    flags,
    report,
  );
  return statusOf(result, mode, false);
}
