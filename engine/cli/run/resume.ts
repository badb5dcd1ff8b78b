import { Problem, formatPlace } from '../../errors/problem.ts';
import { type RunHistory, listRuns, playKey, readRun } from '../../report/journal/run-history.ts';
import { isSliceOption } from '../../run/base/slice.ts';
import type { Resume } from '../../run/resume.ts';
import { filesChanged } from '../../run/saved-plan/plan-inputs.ts';

export interface Resumable {
  readonly playbook: string;
  /** Digest of the files that the run reads, as in the journal. */
  readonly inputs: string;
  /** The parts of the playbook that the run leaves out, as in the journal. */
  readonly partial: readonly string[];
  /** True if journals that other users may have written are trusted. */
  readonly trustsOthers: boolean;
}

/**
 * Returns the run to resume: the named one, or the last run of the playbook. Throws Problem if there is no such run, if
 * it is still running or came to its end, if it had other files or left out other parts than `now`, or if another user
 * may have written its journal.
 */
export async function resumeOf(folder: string, named: string | undefined, now: Resumable): Promise<Resume> {
  const run = named === undefined ? lastRun(folder, now) : readRun(folder, named);
  if (run === undefined)
    throw refusal(
      `There is no run of ${now.playbook} to go on with`,
      `Looked in ${folder}.`,
      'Run it without --resume.',
    );
  if (run.outcome === 'running') throw refusal(`The run ${run.id} is still going on`, undefined, 'Wait for its end.');
  if (run.outcome === 'ok')
    throw refusal(
      `The run ${run.id} came to its end: there is nothing to go on with`,
      undefined,
      'Run it without --resume.',
    );
  if (run.playbook !== now.playbook || run.inputs !== now.inputs) {
    const what = `The run ${run.id} was one of other files, so what it finished says nothing about these`;
    throw refusal(
      what,
      'The playbook, the inventory or a variable has changed since.',
      'Run it without --resume: what is so already is not changed again.',
    );
  }
  if (run.partial.join() !== now.partial.join()) {
    const why = `It had ${run.partial.join(', ') || 'none of the options that leave something out'}.`;
    throw refusal(
      `The run ${run.id} left out other parts of the playbook`,
      why,
      'Give the same --limit, --slice, --tags, --skip-tags and --start-at-task.',
    );
  }
  const chain = chainOf(folder, run);
  const stranger = chain.find((one) => !believed(one, now));
  if (stranger !== undefined)
    throw refusal(
      `The run ${stranger.id} cannot be gone on with: its journal may be another user's work`,
      stranger.byOthers,
      'Run it without --resume: what is so already is not changed again. If you know who wrote it, give --trust.',
    );
  const changed = (await Promise.all(chain.map((one) => filesChanged(one.files, Infinity)))).flat();
  if (changed.length > 0) {
    const what = `The run ${run.id} brought other files, so what it finished says nothing about these`;
    throw refusal(
      what,
      `${[...new Set(changed)].join('\n')}.`,
      'Run it without --resume: what is so already is not changed again.',
    );
  }
  return {
    runId: run.id,
    isFinished: (play, host) => {
      const key = playKey(play.name, formatPlace(play.place));
      return chain.some((one) => one.finished.get(key)?.has(host) ?? false);
    },
  };
}

function lastRun(folder: string, now: Resumable): RunHistory | undefined {
  const isLike = ({ playbook, partial }: RunHistory): boolean =>
    playbook === now.playbook && sliceIn(partial) === sliceIn(now.partial);
  return listRuns(folder).find((one) => isLike(one) && believed(one, now));
}

/** Returns the slice that a run did. Slices of one playbook may be run from one folder. */
function sliceIn(partial: readonly string[]): string | undefined {
  return partial.find(isSliceOption);
}

/** Returns the run with all runs that it resumed: it did not repeat what they had finished. */
function chainOf(folder: string, last: RunHistory): readonly RunHistory[] {
  const chain = [last];
  for (let resumed = last.resumed; resumed !== undefined;) {
    const earlier = readRun(folder, resumed);
    chain.push(earlier);
    resumed = earlier.resumed;
  }
  return chain;
}

/**
 * Returns whether the journal may be trusted. The journal decides what is left out of the run, so by default only the
 * operator's own is trusted.
 */
function believed(run: RunHistory, now: Resumable): boolean {
  return run.byOthers === undefined || now.trustsOthers;
}

function refusal(what: string, why: string | undefined, remedy: string): Problem {
  return new Problem({ code: 'cannot-resume', what, why, remedy });
}
