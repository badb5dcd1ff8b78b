import { dirname } from 'node:path';
import type { Command } from 'commander';
import { config } from 'zod';
import { connectionContext } from '../connection/connection.ts';
import { Problem, Problems } from '../errors/problem.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { VariableFolders } from '../inventory/variable-folders.ts';
import { mistakesOf } from '../inventory/written-variable.ts';
import { modules } from '../modules/base/catalogue.ts';
import type { Play, Playbook } from '../playbook/base/play.ts';
import { loadPlaybook } from '../playbook/load-playbook.ts';
import { openOutput } from '../report/text/output.ts';
import { printProblems } from '../report/text/problems.ts';
import { checkFiles } from '../run/lookahead/check-files.ts';
import { run } from '../run/run.ts';
import type { ControllerAccess } from '../values/controller-access.ts';
import type { Vault } from '../vault/vault.ts';
import { EXIT } from './base/exit-status.ts';
import { type InventoryFlags, addInventoryOptions, LOOK_TIMEOUT } from './options/common-options.ts';
import { accessOf, roleRefusal } from './options/controller-access.ts';
import { extraVariables } from './options/extra-variables.ts';
import { vaultFor } from './options/flag-values.ts';

/**
 * `runbook lint PLAYBOOK…`: reads all that the playbooks need, and tells everything that is wrong. Nothing is connected
 * to.
 */
export function addLintCommand(command: Command, done: (status: number) => void): void {
  addInventoryOptions(command.argument('<playbooks...>')).action(
    async (playbooks: readonly string[], flags: InventoryFlags) => {
      done(await lint(playbooks, flags));
    },
  );
}

async function lint(playbooks: readonly string[], flags: InventoryFlags): Promise<number> {
  // To make code of a schema pays after many values; here each checks a few.
  config({ jitless: true });
  const found: Problem[] = [];
  const folders = [...new Set(playbooks.map((file) => dirname(file)))];
  const vault = vaultFor(flags);
  const access = accessOf(flags, playbooks, flags.inventory);
  const inventory = await gather(found, () => loadInventory(flags.inventory, folders, vault, access));
  const linting: Linting = { flags, vault, access: access.playbook, inventory };
  if (inventory !== undefined) found.push(...mistakesOf([...inventory.hosts.values()].flatMap(({ layers }) => layers)));
  if (flags.inventory.length === 0)
    for (const folder of folders) found.push(...(await variableProblems(folder, vault, access.playbook)));
  for (const file of playbooks) found.push(...(await playbookProblems(file, linting)));
  const told = distinct(found);
  if (told.length > 0) printProblems(told, process.stderr);
  const files = `${playbooks.length} ${playbooks.length === 1 ? 'playbook' : 'playbooks'}`;
  openOutput(process.stdout).write(
    `${files}: ${told.length === 0 ? 'no problems' : told.length === 1 ? '1 problem' : `${told.length} problems`}\n`,
  );
  return told.length === 0 ? EXIT.ok : EXIT.problem;
}

/** What the playbooks of one command have in common. */
interface Linting {
  readonly flags: InventoryFlags;
  readonly vault: Vault;
  readonly access: ControllerAccess;
  /** Undefined if it cannot be read. */
  readonly inventory: Inventory | undefined;
}

async function playbookProblems(file: string, linting: Linting): Promise<readonly Problem[]> {
  const { flags, vault, access, inventory } = linting;
  const found: Problem[] = [];
  const playbook = await gather(found, () =>
    loadPlaybook(file, { modules, rolesPath: [], vault, access, roleRefusal: roleRefusal(flags) }),
  );
  if (playbook === undefined) return found;
  found.push(...(await checkFiles(playbook, access)));
  if (inventory === undefined) return found;
  const hasInventory = flags.inventory.length > 0;
  const patterns = hasInventory ? patternProblems(playbook, inventory) : [];
  found.push(...patterns);
  const isHere = playbook.plays.every((play) => patternOf(play) === 'localhost');
  if (patterns.length === 0 && (hasInventory || isHere))
    await gather(found, () => checkHosts(playbook, inventory, linting));
  return found;
}

/** What is wrong in group_vars and host_vars beside a playbook, whichever groups and hosts there will be. */
async function variableProblems(folder: string, vault: Vault, access: ControllerAccess): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  const report = (error: unknown): void => {
    if (error instanceof Problem) found.push(error);
    else if (error instanceof Problems) found.push(...error.problems);
    else throw error;
  };
  const given = await new VariableFolders(vault, report, () => access).all(folder);
  return [...found, ...mistakesOf(given)];
}

/** What a plan refuses under the variables of the hosts before it connects to any. */
async function checkHosts(playbook: Playbook, inventory: Inventory, { flags, vault, access }: Linting): Promise<void> {
  const never = new AbortController().signal;
  await run({
    mode: 'plan',
    isCheckOnly: true,
    playbook,
    inventory,
    limit: undefined,
    selection: { tags: [], skipTags: [] },
    extra: await extraVariables(flags.extraVars, vault),
    forks: 1,
    silenceMs: undefined,
    lookTimeoutMs: LOOK_TIMEOUT * 1000,
    settings: {
      user: undefined,
      identityFile: undefined,
      password: undefined,
      connectTimeoutMs: 1,
      keepAliveMs: 1,
      connections: connectionContext(),
      access,
    },
    vault,
    lock: undefined,
    module: (name) => modules.module(name),
    emit: () => {},
    interrupt: never,
    kill: never,
    digestCache: undefined,
  });
}

/** The same mistake, found in two ways, is told once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byWhat = new Map(
    problems
      .toReversed()
      .map((problem) => [`${problem.code} ${problem.what} ${JSON.stringify(problem.place)}`, problem]),
  );
  return [...byWhat.values()].toReversed();
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
