import type { RunbookEvent, RunbookResult } from '../lab/controller.ts';

/** Compares a play with the plan that was made immediately before it. */
export interface Foretold {
  /** Changes that the plan neither contains nor leaves open, as `host: task [item]`. */
  readonly untold: readonly string[];
  /** Certain changes of the plan that were not made. */
  readonly undone: readonly string[];
  /** The number of changes of the play, and the number of tasks that the plan left open. */
  readonly made: number;
  readonly open: number;
}

export function foretold(plan: RunbookResult, play: RunbookResult): Foretold {
  const finished = (result: RunbookResult): readonly RunbookEvent[] =>
    result.events.filter(({ type }) => type === 'task_finished');
  const changed = (result: RunbookResult): readonly RunbookEvent[] =>
    finished(result).filter(({ outcome }) => outcome?.kind === 'changed');
  const open = finished(plan).filter(({ outcome }) => outcome?.kind === 'unknown');
  const made = counted(changed(play));
  const planned = counted(changed(plan));
  const certain = counted(changed(plan).filter(({ outcome }) => outcome?.certainty === 'certain'));
  // A loop over an unknown list is one task without items.
  const left = counted(open.map((event) => ({ ...event, item: undefined })));
  const missing = (key: string, count: number): number =>
    count - (planned.get(key) ?? 0) - (left.get(withoutItem(key)) ?? 0);
  return {
    untold: [...made].filter(([key, count]) => missing(key, count) > 0).map(([key]) => key),
    undone: [...certain].filter(([key, count]) => count > (made.get(key) ?? 0)).map(([key]) => key),
    made: changed(play).length,
    open: open.length,
  };
}

type Changed = Pick<RunbookEvent, 'host' | 'task'> & { readonly item?: string | undefined };

function counted(events: readonly Changed[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { host = '', task, item } of events) {
    const key = `${host}: ${task?.name ?? ''} (${task?.id ?? ''})${item === undefined ? '' : ` [${item}]`}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function withoutItem(key: string): string {
  return key.replace(/(\([^()]*:\d+:\d+\)) \[.*\]$/s, '$1');
}
