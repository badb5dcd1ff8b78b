import { Problem, formatPlace } from '../../errors/problem.ts';
import { type RunHistory, listRuns, playKey, readRun } from '../../report/journal/run-history.ts';
import type { Resume } from '../../run/resume.ts';
import { filesChanged } from '../../run/saved-plan/plan-inputs.ts';

export interface Resumable {
  readonly playbook: string;
  /** Digest of the files that the run reads, as its journal will note it. */
  readonly inputs: string;
  /** What it leaves out of the playbook, as its journal will note it. */
  readonly partial: readonly string[];
  /** Whether journals that others may have written are believed. */
  readonly trustsOthers: boolean;
}

/**
 * The run to go on with: the last one of the playbook, or the one that is named. Throws Problem where there is none
 * that did not come to its end, or where it ran something else than what is to be run now.
 */
export async function resumeOf(folder: string, named: string | undefined, now: Resumable): Promise<Resume> {
  const run =
    named === undefined
      ? listRuns(folder).find((one) => one.playbook === now.playbook && believed(one, now))
      : readRun(folder, named);
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
      'Give the same --limit, --tags, --skip-tags and --start-at-task.',
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

/** A run that went on with another one did not run again what that one had finished. */
function chainOf(folder: string, last: RunHistory): readonly RunHistory[] {
  const chain = [last];
  for (let resumed = last.resumed; resumed !== undefined;) {
    const earlier = readRun(folder, resumed);
    chain.push(earlier);
    resumed = earlier.resumed;
  }
  return chain;
}

/** What a journal says is left out of the run, so only one's own is believed. */
function believed(run: RunHistory, now: Resumable): boolean {
  return run.byOthers === undefined || now.trustsOthers;
}

function refusal(what: string, why: string | undefined, remedy: string): Problem {
  return new Problem({ code: 'cannot-resume', what, why, remedy });
}
