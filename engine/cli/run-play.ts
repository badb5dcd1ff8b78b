import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModuleCatalogue } from '../playbook/module-catalogue.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { modules } from '../modules/catalogue.ts';
import { loadPlaybook } from '../playbook/load-playbook.ts';
import { startReport } from '../report/report.ts';
import type { Mode } from '../run/events.ts';
import type { RunResult } from '../run/run.ts';
import { run } from '../run/run.ts';
import { EXIT } from './exit-status.ts';
import { extraVariables } from './extra-variables.ts';
import { interruptions } from './interruptions.ts';
import type { PlayFlags } from './play.ts';

/** `runbook play` and `runbook plan`: wires the parts and gives the exit status. */
export async function runPlayCommand(playbookFile: string, command: Mode, flags: PlayFlags): Promise<number> {
  const mode: Mode = flags.check === true ? 'plan' : command;
  const catalogue: ModuleCatalogue = modules;
  const extra = await extraVariables(flags.extraVars);
  const inventory = await loadInventory(flags.inventory, [dirname(playbookFile)]);
  const playbook = await loadPlaybook(playbookFile, { modules: catalogue, rolesPath: [] });
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
  const signs = interruptions(process.stderr);
  const report = startReport({
    format: flags.output,
    mode,
    diff: flags.diff,
    verbosity: flags.verbose,
    stdout: process.stdout,
    stderr: process.stderr,
    journal: join(process.env['RUNBOOK_STATE'] ?? '.runbook', 'runs'),
    command: process.argv.slice(2),
  });
  try {
    const result = await run({
      mode,
      playbook,
      inventory,
      limit: flags.limit,
      selection,
      extra,
      forks: flags.forks,
      settings: {
        user: flags.user,
        identityFile: flags.privateKey,
        password: undefined,
        connectTimeoutMs: flags.timeout * 1000,
        keepAliveMs: 15_000,
      },
      lock: flags.lock ? { waitMs: flags.waitLock * 1000 } : undefined,
      module: (name) => modules.module(name),
      emit: report.emit,
      interrupt: signs.first,
      kill: signs.second,
      digestCache: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'runbook', 'digests.json'),
    });
    return statusOf(result, mode, flags.detailedExitcode === true);
  } finally {
    signs.stop();
    await report.finish();
  }
}

function statusOf(result: RunResult, mode: Mode, detailed: boolean): number {
  if (result.interrupted) return EXIT.interrupted;
  if (result.recap.some((host) => host.failed > 0)) return EXIT.failed;
  if (result.recap.some((host) => host.unreachable)) return EXIT.unreachable;
  if (result.stopped !== undefined) return EXIT.failed;
  if (mode === 'plan' && detailed && result.recap.some((host) => host.changed + host.unknown > 0)) return EXIT.failed;
  return EXIT.ok;
}
