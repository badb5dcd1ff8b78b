import type { Command } from 'commander';
import type { RoleRefusal } from '../../playbook/load-playbook.ts';
import { type ControllerAccess, type Foreigner, FULL_ACCESS, projectAccess } from '../../values/controller-access.ts';
import { foreignness, isOnDisk, projectOf, roleOfOthers, viewpoint } from './standing.ts';

/** What `addControllerOptions` gives. */
export interface ControllerFlags {
  readonly allowController: readonly string[];
  /** --trust or --no-trust; undefined: as it stands. */
  readonly trust?: boolean;
}

/** What a playbook or an inventory may do on this machine. */
export function addControllerOptions(command: Command): Command {
  return command
    .option('--trust', 'let playbook and inventory do on this machine whatever you may do, wherever they are from')
    .option('--no-trust', 'treat them as from elsewhere, even if they lie in the project that you are in')
    .option(
      '--allow-controller <path>',
      'let a playbook from elsewhere read and write below this path of this machine; may be given more than once',
      (path: string, before: readonly string[]) => [...before, path],
      [],
    );
}

/**
 * What the files of a run may do on this machine: those of the inventory while it is read, and the playbook with its
 * tasks.
 */
export interface RunAccess {
  readonly inventory: ControllerAccess;
  readonly playbook: ControllerAccess;
  /**
   * What the tasks may do where the inventory has no other machine than this one: who plays that wants it done here.
   */
  readonly alone: ControllerAccess;
}

/**
 * Who plays a playbook of their own in its project has everything that they have themselves; a playbook from elsewhere
 * has its project. Of an inventory from elsewhere no programs are run, and as it says which hosts are this machine, the
 * tasks may do no more than one from elsewhere either; its project counts then as well as that of the playbook.
 */
export function accessOf(
  { allowController, trust }: ControllerFlags,
  playbooks: readonly string[],
  inventory: readonly string[],
): RunAccess {
  if (trust === true) return { inventory: FULL_ACCESS, playbook: FULL_ACCESS, alone: FULL_ACCESS };
  const sources = inventory.filter(isOnDisk);
  const view = viewpoint();
  const foreignerIn = (files: readonly string[]): Foreigner | undefined => {
    const [first] = files;
    if (trust === false && first !== undefined)
      return { file: first, project: projectOf(first), why: '--no-trust was given.', isElsewhere: false };
    return files.map((file) => foreignness(file, view)).find((one) => one !== undefined);
  };
  const read = playbooks.filter(isOnDisk);
  const foreignPlaybook = foreignerIn(read);
  const foreignInventory = foreignerIn(sources);
  const access = (foreigner: Foreigner | undefined, files: readonly string[]): ControllerAccess =>
    foreigner === undefined ? FULL_ACCESS : projectAccess(foreigner, files.map(projectOf), allowController);
  const ofPlaybook =
    foreignPlaybook === undefined ? access(foreignInventory, [...sources, ...read]) : access(foreignPlaybook, read);
  const isOwn = [foreignPlaybook, foreignInventory].every((one) => one === undefined || one.isElsewhere);
  return {
    inventory: access(foreignInventory, [...sources, ...read]),
    playbook: ofPlaybook,
    alone: isOwn ? FULL_ACCESS : ofPlaybook,
  };
}

/** Roles that are found by their names must be the operator's own: a folder above the project may be anybody's. */
export function roleRefusal({ trust }: ControllerFlags): RoleRefusal | undefined {
  if (trust === true) return undefined;
  const view = viewpoint();
  return (role, folder) => roleOfOthers(role, folder, view);
}
