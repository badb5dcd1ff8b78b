import type { Command } from 'commander';
import type { RoleRefusal } from '../../playbook/load-playbook.ts';
import { type ControllerAccess, type Foreigner, FULL_ACCESS, projectAccess } from '../../values/controller-access.ts';
import { foreignness, isOnDisk, projectOf, roleOfOthers, viewpoint } from './standing.ts';

/** The options of `addControllerOptions`. */
export interface ControllerFlags {
  readonly allowController: readonly string[];
  /** True: --trust. False: --no-trust. Undefined: it depends on owner and place of the files. */
  readonly trust?: boolean;
}

/** Adds the options that say what a playbook or an inventory may do on the controller. */
export function addControllerOptions(command: Command): Command {
  return command
    .option(
      '--trust',
      'give playbook and inventory all your permissions on this machine, even if they come from elsewhere',
    )
    .option('--no-trust', 'treat playbook and inventory as from elsewhere, even if they are in your own project')
    .option(
      '--allow-controller <path>',
      'allow a playbook from elsewhere to read and write below this path of this machine; may be given more than once',
      (path: string, before: readonly string[]) => [...before, path],
      [],
    );
}

/**
 * What the files of a run may do on the controller: the inventory while it is read, and the playbook with its tasks.
 */
export interface RunAccess {
  readonly inventory: ControllerAccess;
  readonly playbook: ControllerAccess;
  /**
   * What the tasks may do if every host of the run is the controller. Then the operator wants the changes on this
   * machine, so tasks may do more than in `playbook`.
   */
  readonly alone: ControllerAccess;
}

/**
 * Decides what the files of a run may do on the controller. The operator's own playbook in its own project may do
 * everything that the operator may; a playbook from elsewhere may use its project only. An inventory from elsewhere may
 * run no programs. It also decides which hosts are the controller. So tasks may then do no more than those of a
 * playbook from elsewhere: they may use the project of the inventory and the project of the playbook.
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

/**
 * Returns the check for roles that are found by name: they must be the operator's own, because a folder above the
 * project may belong to anybody. Undefined with --trust.
 */
export function roleRefusal({ trust }: ControllerFlags): RoleRefusal | undefined {
  if (trust === true) return undefined;
  const view = viewpoint();
  return (role, folder) => roleOfOthers(role, folder, view);
}
