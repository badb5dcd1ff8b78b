import { dirname } from 'node:path';
import type { Command } from 'commander';
import { config } from 'zod';
import { Problem, Problems } from '../errors/problem.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { modules } from '../modules/catalogue.ts';
import { loadPlaybook } from '../playbook/load-playbook.ts';
import type { Play, Playbook } from '../playbook/play.ts';
import { openOutput } from '../report/output.ts';
import { printProblems } from '../report/problems.ts';
import type { InventoryFlags } from './common-options.ts';
import { addInventoryOptions } from './common-options.ts';
import { EXIT } from './exit-status.ts';
import { vaultFor } from './flag-values.ts';

/** `runbook lint PLAYBOOK…`: reads all that the playbooks need, and tells everything that is wrong. Nothing is connected to. */
export function addLintCommand(command: Command, done: (status: number) => void): void {
  addInventoryOptions(command.argument('<playbooks...>')).action(async (playbooks: readonly string[], flags: InventoryFlags) => {
    done(await lint(playbooks, flags));
  });
}

async function lint(playbooks: readonly string[], flags: InventoryFlags): Promise<number> {
  // To make code of a schema pays after many values; here each checks a few.
  config({ jitless: true });
  const vault = vaultFor(flags);
  const found: Problem[] = [];
  const folders = [...new Set(playbooks.map((file) => dirname(file)))];
  const inventory = flags.inventory.length === 0 ? undefined : await gather(found, () => loadInventory(flags.inventory, folders, vault));
  for (const file of playbooks) {
    const playbook = await gather(found, () =>
      loadPlaybook(file, { modules, rolesPath: [], decrypt: vault.decrypt, decryptFile: (text, name) => vault.decryptFile(text, name) }),
    );
    if (playbook !== undefined && inventory !== undefined) found.push(...patternProblems(playbook, inventory));
  }
  if (found.length > 0) printProblems(found, process.stderr);
  const files = `${playbooks.length} ${playbooks.length === 1 ? 'playbook' : 'playbooks'}`;
  openOutput(process.stdout).write(
    `${files}: ${found.length === 0 ? 'no problems' : found.length === 1 ? '1 problem' : `${found.length} problems`}\n`,
  );
  return found.length === 0 ? EXIT.ok : EXIT.problem;
}

/** What `read` gives; undefined where it throws problems, which are gathered. */
async function gather<T>(found: Problem[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Problem) found.push(error);
    else if (error instanceof Problems) found.push(...error.problems);
    else throw error;
    return undefined;
  }
}

function patternProblems(playbook: Playbook, inventory: Inventory): readonly Problem[] {
  return playbook.plays.flatMap((play) => {
    const pattern = patternOf(play);
    if (pattern === undefined) return [];
    try {
      selectHosts(inventory, pattern, play.hostsPlace);
      return [];
    } catch (error) {
      if (error instanceof Problem) return [error];
      throw error;
    }
  });
}

/** Undefined where it is a template: that is known with the variables only. */
function patternOf({ hosts: { literal } }: Play): string | undefined {
  if (typeof literal === 'string') return literal;
  return Array.isArray(literal) && literal.every((one) => typeof one === 'string') ? literal.join(',') : undefined;
}
