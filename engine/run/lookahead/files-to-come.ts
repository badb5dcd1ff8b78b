import { CHANGES_NOTHING } from '../../playbook/base/changes-nothing.ts';
import type { Loop, Task } from '../../playbook/base/play.ts';
import { type Scope, Omitted, Unknown } from '../../values/base/value.ts';
import type { Layer } from '../../values/scope.ts';
import { loopLayer } from '../base/loop.ts';
import type { MissingFile } from '../controller/controller-problems.ts';
import { folderless, upwards } from '../controller/upward-paths.ts';
import type { HostState } from '../host/host-state.ts';
import { isController } from '../machine/connection-kind.ts';
import { delegateNamed } from '../preparation/delegate-of.ts';
import type { Preparing } from '../preparation/prepare.ts';

/** Modules that may write files which their arguments do not name: programs, packages and mounts. */
export const MAY_WRITE_ANYTHING: ReadonlySet<string> = new Set([
  'check',
  'command',
  'mount',
  'package',
  'script',
  'shell',
  'unarchive',
]);

/** Modules that bring files of any host to the controller. */
const BRINGS_FILES: ReadonlySet<string> = new Set(['fetch']);

/** Stands for any item of a loop whose items are unknown. */
const ANY_ITEM = 'runbook-any-item';

/** Returns whether a task may run on the controller, because of its host or its delegation. */
export function isOnController(task: Task, host: string, scope: Scope, hosts: ReadonlyMap<string, HostState>): boolean {
  const named = task.delegateTo?.render(scope);
  const target = named === undefined || named instanceof Omitted ? host : named;
  if (typeof target !== 'string' || target.includes(ANY_ITEM)) return true;
  const name = named === undefined ? target : delegateNamed(target, hosts);
  return isController(name, name === host ? scope : (hosts.get(name)?.variables.scope(undefined) ?? EMPTY));
}

const EMPTY: Scope = { lookup: () => undefined, names: () => [] };

/**
 * Collects, before a run, the files that tasks may make on the controller. A later task that reads such a file is not
 * refused, although the file does not exist yet. If it still does not exist when the task runs, the task fails.
 */
export class FilesToCome {
  readonly #paths = new Set<string>();
  #anything = false;

  /** Records a task that runs on the controller. */
  note(task: Task, preparing: Preparing): void {
    this.#anything ||= MAY_WRITE_ANYTHING.has(task.module) || preparing.kind === 'unknown';
    if (preparing.kind === 'unknown') return;
    const { args } = preparing.prepared;
    if (typeof args !== 'object' || args === null) return;
    for (const value of Object.values(args))
      if (typeof value === 'string' && value.startsWith('/')) this.#paths.add(folderless(value));
  }

  /** Records the files that a task on any host brings to the controller. `preparing`: undefined if it may not run. */
  noteBrought(task: Task, preparing: Preparing | undefined): void {
    if (!BRINGS_FILES.has(task.module)) return;
    if (preparing?.kind !== 'ready') {
      this.#anything = true;
      return;
    }
    const { module, loaded } = preparing.prepared;
    for (const path of module.brings?.(loaded) ?? []) this.#paths.add(path);
  }

  /**
   * Records a task that may run on the controller: the paths in its arguments, with any item of its loop. Throws
   * Problem.
   */
  notePerhaps(task: Task, scope: Scope): void {
    if (CHANGES_NOTHING.has(task.module)) return;
    this.#anything ||= MAY_WRITE_ANYTHING.has(task.module);
    for (const { value } of task.arguments.values()) {
      const given = value.resolve(scope);
      if (given instanceof Unknown) this.#anything = true;
      else if (typeof given === 'string' && given.startsWith('/')) this.#paths.add(folderOf(given));
    }
  }

  /** Records a task about which nothing more is known, or an include. */
  noteAnything(): void {
    this.#anything = true;
  }

  /**
   * Returns whether a recorded task may bring the file: a path in its arguments is the file or a folder that contains
   * it.
   */
  mayBring(missing: MissingFile): boolean {
    return this.#anything || missing.tried.some((path) => upwards(path).some((one) => this.#paths.has(one)));
  }
}

/** Makes the loop layer of a task whose items are unknown, with one item that stands for all. */
export function anyItem(loop: Loop): Layer {
  return loopLayer({ loop, index: 0, item: ANY_ITEM });
}

/** Returns the path, or the folder that contains the paths of all items. */
function folderOf(path: string): string {
  const at = path.indexOf(ANY_ITEM);
  return at === -1 ? folderless(path) : folderless(path.slice(0, path.lastIndexOf('/', at) + 1));
}
