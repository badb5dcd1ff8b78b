import { CHANGES_NOTHING } from '../../playbook/base/changes-nothing.ts';
import type { Loop, Task } from '../../playbook/base/play.ts';
import { type Scope, Unknown } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { loopLayer } from '../base/loop.ts';
import type { MissingFile } from '../controller/controller-files.ts';
import { folderless, upwards } from '../controller/upward-paths.ts';
import type { HostState } from '../host/host-state.ts';
import { isController } from '../machine/connection-kind.ts';
import type { Preparing } from '../preparation/prepare.ts';

/**
 * What they write is not told by their arguments: a program does anything, and a package or a mount brings files of its
 * own.
 */
export const MAY_WRITE_ANYTHING: ReadonlySet<string> = new Set([
  'check',
  'command',
  'mount',
  'package',
  'script',
  'shell',
  'unarchive',
]);

/** Stands for an item that is not known yet. */
const ANY_ITEM = 'runbook-any-item';

/** Whether a task may be done on the controller: by its host, or by whom it is delegated to. */
export function isOnController(task: Task, host: string, scope: Scope, hosts: ReadonlyMap<string, HostState>): boolean {
  const target = task.delegateTo === undefined ? host : task.delegateTo.render(scope);
  if (typeof target !== 'string') return true;
  return isController(target, target === host ? scope : (hosts.get(target)?.variables.scope(undefined) ?? EMPTY));
}

const EMPTY: Scope = { lookup: () => undefined, names: () => [] };

/**
 * Before a run: which files its tasks may make on the controller. A later task that brings one of them from there is
 * not refused, as it is not there yet; where it does not come, that task tells.
 */
export class FilesToCome {
  readonly #paths = new Set<string>();
  #anything = false;

  /** A task on the controller that runs. */
  note(task: Task, preparing: Preparing): void {
    this.#anything ||= MAY_WRITE_ANYTHING.has(task.module) || preparing.kind === 'unknown';
    if (preparing.kind === 'unknown') return;
    const { args } = preparing.prepared;
    if (typeof args !== 'object' || args === null) return;
    for (const value of Object.values(args))
      if (typeof value === 'string' && value.startsWith('/')) this.#paths.add(folderless(value));
  }

  /** A task on the controller that may run: what its arguments name, with any item of its loop. Throws Problem. */
  notePerhaps(task: Task, scope: Scope): void {
    if (CHANGES_NOTHING.has(task.module)) return;
    this.#anything ||= MAY_WRITE_ANYTHING.has(task.module);
    for (const { value } of task.arguments.values()) {
      const given = value.resolve(scope);
      if (given instanceof Unknown) this.#anything = true;
      else if (typeof given === 'string' && given.startsWith('/')) this.#paths.add(folderOf(given));
    }
  }

  /** A task of which nothing more can be told yet, or an include. */
  noteAnything(): void {
    this.#anything = true;
  }

  /** A path among the arguments may be the file, or a folder that the file is made in. */
  mayBring(missing: MissingFile): boolean {
    return this.#anything || missing.tried.some((path) => upwards(path).some((one) => this.#paths.has(one)));
  }
}

/** The loop of a task whose items are not known yet, with one that stands for all of them. */
export function anyItem(loop: Loop): Layer {
  return loopLayer({ loop, index: 0, item: ANY_ITEM });
}

/** The path, or the folder that all of its items are in. */
function folderOf(path: string): string {
  const at = path.indexOf(ANY_ITEM);
  return at === -1 ? folderless(path) : folderless(path.slice(0, path.lastIndexOf('/', at) + 1));
}
