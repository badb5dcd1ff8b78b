import { dirname, relative, resolve } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { loadInventory } from '../../inventory/load-inventory.ts';
import { LOCALHOST } from '../../inventory/localhost.ts';
import type { Catalogue } from '../../modules/base/catalogue.ts';
import type { Playbook } from '../../playbook/base/play.ts';
import { loadPlaybook } from '../../playbook/load-playbook.ts';
import { startingAt } from '../../playbook/start-at.ts';
import { hostScopes } from '../../run/host/host-scopes.ts';
import { isController } from '../../run/machine/connection-kind.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import type { Layer } from '../../values/scope.ts';
import type { Vault } from '../../vault/vault.ts';
import type { InventoryFlags } from '../options/common-options.ts';
import { accessOf, roleRefusal, type RunAccess } from '../options/controller-access.ts';
import { extraVariables } from '../options/extra-variables.ts';
import { vaultFor } from '../options/flag-values.ts';
import { modulesOf } from '../options/project-modules.ts';

/** Everything that is read before a run begins. */
export interface PreparedRun {
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  readonly extra: Layer;
  /** Opens encrypted files before and during the run. */
  readonly vault: Vault;
  /** The modules that tasks may use: of runbook, and of the project. */
  readonly modules: Catalogue;
  /** What the tasks may do on the controller. */
  readonly access: ControllerAccess;
  /** Returns the digests of every file that was read, and the `others`, by path relative to the working folder. */
  inputs(others: ReadonlyMap<string, string>): Readonly<Record<string, string>>;
}

/**
 * Reads the playbook, the inventory and the variables. Connects to no host.
 * @param playbookFile path of the playbook
 * @param flags options of the command line
 * @param moduleFolders folders with modules, in addition to the module folder of the project
 * @throws Problem for one mistake in these files, Problems for several
 */
export async function prepareRun(
  playbookFile: string,
  flags: InventoryFlags,
  moduleFolders: readonly string[] = [],
): Promise<PreparedRun> {
  const vault = vaultFor(flags);
  const access = accessOf(flags, [playbookFile], flags.inventory);
  const extra = await extraVariables(flags.extraVars, vault);
  const inventory = await loadInventory(flags.inventory, [dirname(playbookFile)], vault, access);
  const modules = modulesOf([playbookFile], { access: access.playbook, trust: flags.trust }, moduleFolders);
  const playbook = await loadPlaybook(playbookFile, {
    modules,
    rolesPath: [],
    vault,
    access: access.playbook,
    roleRefusal: roleRefusal(flags),
  });
  const inputs = (others: ReadonlyMap<string, string>): Readonly<Record<string, string>> => {
    const digests = [...vault.files, ...modules.loadedFiles(), ...others].map(
      ([path, digest]) => [shortest(path), digest] as const,
    );
    return Object.fromEntries(digests.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  };
  const isAlone =
    !access.playbook.isFull && hasThisMachineAlone(inventory, extra, { folder: dirname(playbookFile), access });
  return { playbook, inventory, extra, vault, modules, access: isAlone ? access.alone : access.playbook, inputs };
}

/** The options that restrict a run, from the command line or a saved plan. */
interface Scope {
  readonly startAtTask?: string | undefined;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** Returns the run from the task of `--start-at-task` on. Throws Problem if there is no such task. */
export function cutOff(prepared: PreparedRun, { startAtTask, tags, skipTags }: Scope): PreparedRun {
  if (startAtTask === undefined) return prepared;
  return { ...prepared, playbook: startingAt(prepared.playbook, startAtTask, { tags, skipTags }) };
}

/**
 * Returns whether every host is the controller. A connection that is not known yet may be remote, and an inventory from
 * elsewhere may call any host the controller.
 */
function hasThisMachineAlone(
  inventory: Inventory,
  extra: Layer,
  { folder, access }: { readonly folder: string; readonly access: RunAccess },
): boolean {
  const scopeOf = hostScopes(inventory, extra, folder);
  return [...inventory.hosts.keys()].every((name) => {
    const scope = access.inventory.isFull || name === LOCALHOST ? scopeOf(name) : undefined;
    try {
      return scope !== undefined && isController(name, scope);
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  });
}

/** Makes a path relative if it is in the working folder, so that it is the same in another checkout. */
function shortest(path: string): string {
  const absolute = resolve(path);
  const fromHere = relative(process.cwd(), absolute);
  return fromHere.startsWith('..') ? absolute : fromHere;
}
