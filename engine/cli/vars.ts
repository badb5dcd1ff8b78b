import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { MAGIC_VARIABLES } from '../playbook/base/keywords.ts';
import { printExplanations, printVariables } from '../report/listing/variables.ts';
import { hostScopes } from '../run/host/host-scopes.ts';
import { didYouMean } from '../values/language/suggest.ts';
import { EXIT } from './base/exit-status.ts';
import { type InventoryFlags, addInventoryOptions } from './options/common-options.ts';
import { accessOf } from './options/controller-access.ts';
import { extraVariables, unshown } from './options/extra-variables.ts';
import { vaultFor } from './options/flag-values.ts';

interface Flags extends InventoryFlags {
  readonly explain?: true;
  readonly playbookDir?: string;
}

/**
 * Adds `runbook vars HOST [NAME]`: shows the variables of a host with rendered templates, and the places that set them.
 */
export function addVarsCommand(command: Command, done: (status: number) => void): void {
  addInventoryOptions(command.argument('<host>').argument('[name]', 'the variable to show (default: all)'))
    .option('--explain', 'show every value that is set for the variable, with its place')
    .option('--playbook-dir <folder>', 'also read group_vars and host_vars of this folder')
    .action(async (hostName: string, name: string | undefined, flags: Flags) => {
      await show(hostName, name, flags);
      done(EXIT.ok);
    });
}

async function show(hostName: string, name: string | undefined, flags: Flags): Promise<void> {
  const vault = vaultFor(flags);
  const access = accessOf(flags, flags.playbookDir === undefined ? [] : [flags.playbookDir], flags.inventory);
  const inventory = await loadInventory(
    flags.inventory,
    flags.playbookDir === undefined ? [] : [flags.playbookDir],
    vault,
    access,
  );
  const extra = await extraVariables(flags.extraVars, vault);
  const scope = hostScopes(inventory, unshown(extra), flags.playbookDir ?? '.')(hostName);
  if (scope === undefined) {
    throw new Problem({
      code: 'unknown-host',
      what: `there is no host "${hostName}" in the inventory`,
      remedy:
        didYouMean(hostName, inventory.hosts.keys()) ??
        (flags.inventory.length === 0
          ? 'Name the inventory: -i inventory.yml.'
          : `See \`runbook inventory -i ${flags.inventory.join(' -i ')} --graph\` for its hosts.`),
    });
  }
  if (name !== undefined && !scope.names().includes(name)) {
    throw new Problem({
      code: 'unknown-variable',
      what: `${hostName} has no variable "${name}"`,
      remedy: didYouMean(name, scope.names()) ?? `See \`runbook vars ${hostName}\` for all of them.`,
    });
  }
  const names =
    name === undefined
      ? scope
          .names()
          .filter((one) => !MAGIC_VARIABLES.has(one))
          .toSorted()
      : [name];
  if (flags.explain === true) printExplanations(scope, names, process.stdout);
  else printVariables(scope, names, process.stdout);
}
