import { Unreachable } from '../../connection/base/unreachable.ts';
import { Problem } from '../../errors/problem.ts';
import { loadInventory } from '../../inventory/load-inventory.ts';
import { selectHosts } from '../../inventory/select-hosts.ts';
import { showNotKept } from '../../report/run/visits.ts';
import { hostScopes } from '../../run/host/host-scopes.ts';
import { type Visit, visitHosts } from '../../run/visit-hosts.ts';
import { EXIT } from '../base/exit-status.ts';
import type { ConnectionFlags, InventoryFlags } from '../options/common-options.ts';
import { accessOf } from '../options/controller-access.ts';
import { extraVariables } from '../options/extra-variables.ts';
import { targetSettings, vaultFor } from '../options/flag-values.ts';
import { interruptions } from './interruptions.ts';

export interface VisitFlags extends InventoryFlags, ConnectionFlags {
  readonly limit?: string;
}

/** Without an inventory, no pattern can match a host. */
function noHostRemedy({ inventory }: InventoryFlags): string {
  return inventory.length === 0
    ? 'Name the inventory: -i inventory.yml.'
    : `See \`runbook inventory -i ${inventory.join(' -i ')} --graph\`.`;
}

/** Connects to the hosts of a pattern and shows each answer, for `ping` and `facts`. Returns the exit status. */
export async function visitPattern(pattern: string, flags: VisitFlags, show: (visit: Visit) => void): Promise<number> {
  const vault = vaultFor(flags);
  const extra = await extraVariables(flags.extraVars, vault);
  const access = accessOf(flags, [], flags.inventory);
  const inventory = await loadInventory(flags.inventory, [], vault, access);
  const allowed =
    flags.limit === undefined
      ? undefined
      : new Set(
          selectHosts(inventory, flags.limit, { file: '--limit', line: 1, column: 1, length: flags.limit.length }).map(
            (host) => host.name,
          ),
        );
  const scopeOf = hostScopes(inventory, extra, '.');
  const hosts = selectHosts(inventory, pattern, undefined).flatMap((host) => {
    const scope = scopeOf(host.name);
    return scope === undefined || allowed?.has(host.name) === false ? [] : [{ name: host.name, scope }];
  });
  if (hosts.length === 0)
    throw new Problem({ code: 'empty-pattern', what: `"${pattern}" matches no host`, remedy: noHostRemedy(flags) });
  const failures: Problem[] = [];
  const signs = interruptions(process.stderr);
  signs.begin();
  try {
    const settings = targetSettings(flags, access.playbook);
    const notKept = await visitHosts(hosts, { settings, forks: flags.forks, signal: signs.first }, (visit) => {
      if (visit.kind === 'failed') failures.push(visit.problem);
      show(visit);
    });
    showNotKept(notKept, process.stderr);
  } finally {
    signs.stop();
  }
  if (signs.first.aborted) return EXIT.interrupted;
  if (failures.some((problem) => !(problem instanceof Unreachable))) return EXIT.failed;
  return failures.length > 0 ? EXIT.unreachable : EXIT.ok;
}
