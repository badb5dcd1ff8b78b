import { dirname } from 'node:path';
import { loadInventory } from '../inventory/load-inventory.ts';
import { modules } from '../modules/catalogue.ts';
import { loadPlaybook } from '../playbook/load-playbook.ts';
import type { Mode } from '../run/events.ts';
import { EXIT } from './exit-status.ts';
import { extraVariables } from './extra-variables.ts';
import { vaultFor } from './flag-values.ts';
import { performRun, runReport, statusOf } from './perform-run.ts';
import type { PlayFlags } from './play.ts';

/** `runbook play` and `runbook plan`: wires the parts and gives the exit status. */
export async function runPlayCommand(playbookFile: string, command: Mode, flags: PlayFlags): Promise<number> {
  const mode: Mode = flags.check === true ? 'plan' : command;
  const vault = vaultFor(flags);
  const extra = await extraVariables(flags.extraVars, vault);
  const inventory = await loadInventory(flags.inventory, [dirname(playbookFile)], vault);
  const playbook = await loadPlaybook(playbookFile, {
    modules,
    rolesPath: [],
    decrypt: vault.decrypt,
    decryptFile: (text, file) => vault.decryptFile(text, file),
  });
  const selection = { tags: flags.tags, skipTags: flags.skipTags };
  if (flags.listHosts === true || flags.listTasks === true || flags.listTags === true) {
    const { printLists } = await import('../report/lists.ts');
    printLists(
      playbook,
      inventory,
      { hosts: flags.listHosts === true, tasks: flags.listTasks === true, tags: flags.listTags === true },
      flags.limit,
      selection,
      process.stdout,
    );
    return EXIT.ok;
  }
  const lock = flags.lock ? { waitMs: flags.waitLock * 1000 } : undefined;
  const result = await performRun(
    { mode, playbook, inventory, limit: flags.limit, selection, extra, lock },
    flags,
    runReport(mode, flags.diff, flags),
  );
  return statusOf(result, mode, flags.detailedExitcode === true);
}
