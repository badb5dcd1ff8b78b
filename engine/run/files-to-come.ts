import type { Task } from '../playbook/play.ts';
import type { Scope } from '../values/value.ts';
import type { MissingFile } from './controller-files.ts';
import type { Preparing } from './prepare.ts';
import { usualConnection } from './target-settings.ts';

/** What they write is not told by their arguments. */
export const MAY_WRITE_ANYTHING: ReadonlySet<string> = new Set(['check', 'command', 'script', 'shell', 'unarchive']);

/**
 * Before a run: which files its tasks may make on the controller. A later task that brings one of them from there is not refused, as it
 * is not there yet; where it does not come, that task tells.
 */
export class FilesToCome {
  readonly #paths = new Set<string>();
  #anything = false;

  note(task: Task, host: string, preparing: Preparing, scope: Scope): void {
    const connection = scope.lookup('ansible_connection') ?? usualConnection(host);
    if (task.delegateTo === undefined && connection !== 'local') return;
    this.#anything ||= MAY_WRITE_ANYTHING.has(task.module) || preparing.kind === 'unknown';
    if (preparing.kind === 'unknown') return;
    const { args } = preparing.prepared;
    if (typeof args !== 'object' || args === null) return;
    for (const value of Object.values(args)) if (typeof value === 'string' && value.startsWith('/')) this.#paths.add(value);
  }

  mayBring(missing: MissingFile): boolean {
    return this.#anything || missing.tried.some((path) => this.#paths.has(path));
  }
}
