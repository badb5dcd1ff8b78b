import type { Task } from '../playbook/play.ts';
import type { Scope } from '../values/value.ts';
import type { MissingFile } from './controller-files.ts';
import type { Preparing } from './prepare.ts';
import { usualConnection } from './target-settings.ts';
import { folderless, upwards } from './upward-paths.ts';

/** What they write is not told by their arguments: a program does anything, and a package or a mount brings files of its own. */
export const MAY_WRITE_ANYTHING: ReadonlySet<string> = new Set(['check', 'command', 'mount', 'package', 'script', 'shell', 'unarchive']);

/** Whether a task may be done on the controller: by its host, or by whom it is delegated to. */
export function isOnController(task: Task, host: string, scope: Scope): boolean {
  return task.delegateTo !== undefined || isController(host, scope);
}

/** Whether a host is the controller itself. */
export function isController(host: string, scope: Scope): boolean {
  return (scope.lookup('ansible_connection') ?? usualConnection(host)) === 'local';
}

/**
 * Before a run: which files its tasks may make on the controller. A later task that brings one of them from there is not refused, as it
 * is not there yet; where it does not come, that task tells.
 */
export class FilesToCome {
  readonly #paths = new Set<string>();
  #anything = false;

  note(task: Task, host: string, preparing: Preparing, scope: Scope): void {
    if (!isOnController(task, host, scope)) return;
    this.#anything ||= MAY_WRITE_ANYTHING.has(task.module) || preparing.kind === 'unknown';
    if (preparing.kind === 'unknown') return;
    const { args } = preparing.prepared;
    if (typeof args !== 'object' || args === null) return;
    for (const value of Object.values(args)) if (typeof value === 'string' && value.startsWith('/')) this.#paths.add(folderless(value));
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
