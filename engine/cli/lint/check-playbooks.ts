import { dirname } from 'node:path';
import { config } from 'zod';
import { connectionContext } from '../../connection/connection.ts';
import { Problem, Problems } from '../../errors/problem.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { loadInventory } from '../../inventory/load-inventory.ts';
import { selectHosts } from '../../inventory/select-hosts.ts';
import { VariableFolders } from '../../inventory/variable-folders.ts';
import { mistakesOf } from '../../inventory/written-variable.ts';
import type { LintInput } from '../../lint/read-site.ts';
import type { Catalogue } from '../../modules/base/catalogue.ts';
import type { Play, Playbook } from '../../playbook/base/play.ts';
import { playsBehindRegrouping } from '../../playbook/base/regrouping.ts';
import { loadPlaybook } from '../../playbook/load-playbook.ts';
import { type ReadSource, SourceFiles } from '../../playbook/source-files.ts';
import { checkFiles } from '../../run/lookahead/check-files.ts';
import { run } from '../../run/run.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import type { Layer } from '../../values/scope.ts';
import type { Vault } from '../../vault/vault.ts';
import { type InventoryFlags, LOOK_TIMEOUT } from '../options/common-options.ts';
import { accessOf, roleRefusal } from '../options/controller-access.ts';
import { extraVariables } from '../options/extra-variables.ts';
import { vaultFor } from '../options/flag-values.ts';
import { modulesOf } from '../options/project-modules.ts';

/** The problems of the playbooks, and the input of the rules. */
export interface Checked {
  /** In the order in which they were found, without duplicates. */
  readonly problems: readonly Problem[];
  readonly input: LintInput;
}

/** Reads everything that the playbooks need, and collects all problems. Connects to nothing. */
export async function checkPlaybooks(playbooks: readonly string[], flags: InventoryFlags): Promise<Checked> {
  // Compiling a schema is worth its time only for many values; here each schema checks a few.
  config({ jitless: true });
  const found: Problem[] = [];
  const folders = [...new Set(playbooks.map((file) => dirname(file)))];
  const vault = vaultFor(flags);
  const access = accessOf(flags, playbooks, flags.inventory);
  const inventory = await gather(found, () => loadInventory(flags.inventory, folders, vault, access));
  const modules = modulesOf(playbooks, { access: access.playbook, trust: flags.trust });
  const linting: Linting = { flags, vault, modules, access: access.playbook, inventory };
  const layers: Pick<Layer, 'variables'>[] = [...(inventory?.hosts.values() ?? [])].flatMap((host) => host.layers);
  found.push(...mistakesOf(layers));
  if (flags.inventory.length === 0) {
    for (const folder of folders) layers.push(...(await givenVariables(folder, linting, found)));
  }
  const loaded: Playbook[] = [];
  const sources: ReadSource[] = [];
  for (const file of playbooks) {
    const problems: Problem[] = [];
    const files = new SourceFiles({ vault, access: access.playbook });
    const playbook = await load(file, files, linting, problems);
    if (playbook !== undefined) {
      loaded.push(playbook);
      sources.push(...files.all());
      problems.push(...(await laterProblems(playbook, linting)));
    }
    found.push(...problems);
  }
  return { problems: distinct(found), input: { playbooks: loaded, sources, layers, modules } };
}

/** The state that the playbooks of one command share. */
interface Linting {
  readonly flags: InventoryFlags;
  readonly vault: Vault;
  readonly modules: Catalogue;
  readonly access: ControllerAccess;
  /** Undefined if the inventory cannot be read. */
  readonly inventory: Inventory | undefined;
}

async function load(
  file: string,
  files: SourceFiles,
  { flags, vault, modules, access }: Linting,
  found: Problem[],
): Promise<Playbook | undefined> {
  return gather(found, () =>
    loadPlaybook(file, { modules, rolesPath: [], vault, access, roleRefusal: roleRefusal(flags), files }),
  );
}

/**
 * Returns the problems that can be seen only after the playbook is read: in files that it names, hosts and variables.
 */
async function laterProblems(playbook: Playbook, linting: Linting): Promise<readonly Problem[]> {
  const { flags, access, inventory } = linting;
  const found: Problem[] = [...(await checkFiles(playbook, access))];
  if (inventory === undefined) return found;
  const hasInventory = flags.inventory.length > 0;
  const patterns = hasInventory ? patternProblems(playbook, inventory) : [];
  found.push(...patterns);
  const isHere = playbook.plays.every((play) => patternOf(play) === 'localhost');
  if (patterns.length === 0 && (hasInventory || isHere))
    await gather(found, () => checkHosts(playbook, inventory, linting));
  return found;
}

/** Reads group_vars and host_vars beside a playbook, for all groups and hosts. */
async function givenVariables(
  folder: string,
  { vault, access }: Linting,
  found: Problem[],
): Promise<readonly Pick<Layer, 'variables'>[]> {
  const report = (error: unknown): void => {
    if (error instanceof Problem) found.push(error);
    else if (error instanceof Problems) found.push(...error.problems);
    else throw error;
  };
  const given = await new VariableFolders(vault, report, () => access).all(folder);
  found.push(...mistakesOf(given));
  return given;
}

/** Throws the problems that a plan finds with the variables of the hosts before it connects to any host. */
async function checkHosts(
  playbook: Playbook,
  inventory: Inventory,
  { flags, vault, modules, access }: Linting,
): Promise<void> {
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

/** Removes duplicates: one mistake can be found in two ways. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const byWhat = new Map(
    problems
      .toReversed()
      .map((problem) => [`${problem.code} ${problem.what} ${JSON.stringify(problem.place)}`, problem]),
  );
  return [...byWhat.values()].toReversed();
}

/** Returns the result of `read`. If it throws problems, adds them to `found` and returns undefined. */
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
  const mayRegroup = playsBehindRegrouping(playbook.plays);
  return playbook.plays.flatMap((play) => {
    const pattern = patternOf(play);
    if (pattern === undefined) return [];
    try {
      selectHosts(inventory, pattern, play.hostsPlace);
      return [];
    } catch (error) {
      if (error instanceof Problem && error.code === 'unknown-pattern' && mayRegroup.has(play)) return [];
      if (error instanceof Problem) return [error];
      throw error;
    }
  });
}

/** Returns the pattern of hosts of a play; undefined if it is a template, which needs the variables. */
function patternOf({ hosts: { literal } }: Play): string | undefined {
  if (typeof literal === 'string') return literal;
  return Array.isArray(literal) && literal.every((one) => typeof one === 'string') ? literal.join(',') : undefined;
}
