import type { Command } from 'commander';
import { Problem } from '../errors/problem.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { LOCALHOST } from '../inventory/localhost.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { printInventoryGraph, printInventoryHost, printInventoryList } from '../report/listing/inventory.ts';
import { didYouMean } from '../values/language/suggest.ts';
import { EXIT } from './base/exit-status.ts';
import { type InventoryFlags, addInventoryOptions, addLimitOption } from './options/common-options.ts';
import { accessOf } from './options/controller-access.ts';
import { extraVariables } from './options/extra-variables.ts';
import { vaultFor } from './options/flag-values.ts';

interface Flags extends InventoryFlags {
  readonly limit?: string;
  readonly list?: true;
  readonly graph?: true | string;
  readonly host?: string;
  readonly vars?: true;
  readonly playbookDir?: string;
}

/** Adds `runbook inventory`. It prints the same as `ansible-inventory` for the same files. */
export function addInventoryCommand(command: Command, done: (status: number) => void): void {
  addLimitOption(addInventoryOptions(command))
    .option('--list', 'print all groups, hosts and variables as JSON')
    .option('--graph [group]', 'print groups and hosts as a tree')
    .option('--host <host>', 'print the variables of one host as JSON')
    .option('--vars', 'with --graph: the variables too')
    .option('--playbook-dir <folder>', 'also read group_vars and host_vars of this folder')
    .action(async (flags: Flags) => {
      await show(flags);
      done(EXIT.ok);
    });
}

async function show(flags: Flags): Promise<void> {
  if (flags.inventory.length === 0 && flags.host !== LOCALHOST)
    throw new Problem({
      code: 'no-inventory',
      what: 'no inventory is given',
      remedy: 'Name one: runbook inventory -i inventory.yml --list',
    });
  const asked = [flags.list, flags.graph, flags.host].filter((one) => one !== undefined).length;
  if (asked !== 1)
    throw new Problem({
      code: 'wrong-options',
      what: 'exactly one of --list, --graph and --host is needed',
      remedy: 'See `runbook inventory --help`.',
    });
  const vault = vaultFor(flags);
  const access = accessOf(flags, flags.playbookDir === undefined ? [] : [flags.playbookDir], flags.inventory);
  const inventory = await loadInventory(
    flags.inventory,
    flags.playbookDir === undefined ? [] : [flags.playbookDir],
    vault,
    access,
  );
  const extra = await extraVariables(flags.extraVars, vault);
  if (flags.host !== undefined) {
    const host = inventory.hosts.get(flags.host) ?? (flags.host === LOCALHOST ? inventory.localhost : undefined);
    if (host === undefined) throw unknown('host', flags.host, inventory.hosts.keys());
    printInventoryHost(host, extra, process.stdout);
  } else if (flags.graph !== undefined) {
    const group = flags.graph === true ? 'all' : flags.graph;
    if (!inventory.groups.has(group)) throw unknown('group', group, inventory.groups.keys());
    printInventoryGraph(group, { inventory, withVariables: flags.vars === true, extra }, process.stdout);
  } else {
    const shown =
      flags.limit === undefined
        ? [...inventory.hosts.values()]
        : selectHosts(inventory, flags.limit, {
            file: '--limit',
            line: 1,
            column: 1,
            length: flags.limit.length,
          });
    printInventoryList(inventory, shown, extra, process.stdout);
  }
}

function unknown(kind: 'host' | 'group', name: string, names: Iterable<string>): Problem {
  return new Problem({
    code: `unknown-${kind}`,
    what: `there is no ${kind} "${name}" in the inventory`,
    remedy: didYouMean(name, names) ?? 'See `runbook inventory --graph` for all hosts and groups.',
  });
}
