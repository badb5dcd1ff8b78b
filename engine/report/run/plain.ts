import type { Difference } from '../../modules/base/module.ts';
import type { RunEvent, TaskFinished } from '../../run/base/events.ts';
import { HIDDEN } from '../../run/base/no-log.ts';
import { maskValue } from '../../values/mask/mask.ts';
import { differenceLines } from '../text/differences.ts';
import { failureLines } from '../text/failure.ts';
import { notKeptLine } from '../text/not-kept.ts';
import type { Output } from '../text/output.ts';
import type { Paint } from '../text/paint.ts';
import { type SourceReader, problemLines } from '../text/problems.ts';
import { valueLines, wholeResultLines } from '../text/result-value.ts';
import { safeLine, safeLines } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';
import { byTransport, patchesLine } from '../text/transport-text.ts';
import { warningLines } from '../text/warnings.ts';
import { recapLines } from './recap.ts';
import type { Renderer } from './renderer.ts';

export interface PlainOptions {
  readonly diff: boolean;
  /**
   * 0: what changed or failed. 1: tasks in sync and skipped too, and what they gave. 2: commands and whole results as
   * well.
   */
  readonly verbosity: number;
  readonly paint: Paint;
  readonly read: SourceReader;
}

/** A play, as lines in the order in which things happen. */
export function plain(output: Output, options: PlainOptions): Renderer {
  const failures: TaskFinished[] = [];
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
  };
  return {
    show(event) {
      if (event.type === 'task_finished' && event.outcome.kind === 'failed' && !event.outcome.ignored)
        failures.push(event);
      if (event.type === 'run_finished') {
        const { paint } = options;
        const standing = failures.filter((failure) => event.rescued?.has(failure) !== true);
        if (standing.length > 0)
          say([
            '',
            paint('bold', 'Failures'),
            ...standing.flatMap((failure) => [...failureLines(failure, options), '']),
          ]);
        say(['', ...recapLines(event, paint)]);
        return;
      }
      say(eventLines(event, options));
    },
    finish: () => output.drained(),
  };
}

/** What one event of a play has to say, as lines. The recap is not among it. */
export function eventLines(event: RunEvent, options: PlainOptions): readonly string[] {
  const { paint, verbosity } = options;
  switch (event.type) {
    case 'run_started': {
      const partial =
        event.partial.length === 0
          ? []
          : [paint('magenta', `Only a part of the playbook: ${event.partial.map(safeLine).join(', ')}`)];
      return verbosity > 0 ? [`Run ${safeLine(event.runId)}: ${safeLine(event.playbook)}`, ...partial] : partial;
    }
    case 'play_started': {
      const batch = event.batches > 1 ? `, batch ${event.batch} of ${event.batches}` : '';
      const hosts = event.hosts.length === 1 ? safeLine(event.hosts[0] ?? '') : `${event.hosts.length} hosts`;
      return ['', paint('bold', `Play: ${safeLine(event.play)} (${hosts}${batch})`)];
    }
    case 'host_connected':
      return verbosity > 0
        ? [
            `connected: [${safeLine(event.host)}] ${safeLine(event.address)}${byTransport(event.transport)} in ${Math.round(event.milliseconds)} ms`,
          ]
        : [];
    case 'ssh_patches':
      return verbosity > 1 ? [patchesLine(event)] : [];
    case 'host_unreachable': {
      const during = event.during === undefined ? '' : ` during ${taskTitle(event.during, undefined)}`;
      return [
        paint('red', `unreachable: [${safeLine(event.host)}]${during}`),
        ...indent(problemLines(event.problem, paint, options.read)),
      ];
    }
    case 'files_read':
    case 'task_started':
      return [];
    case 'task_retried':
      return verbosity > 0
        ? [
            `retry: [${safeLine(event.host)}] ${taskTitle(event.task, undefined)} (${event.attempt} of ${event.attempts})`,
          ]
        : [];
    case 'task_finished':
      return [...finishedLines(event, options), ...warningLines(event, paint)];
    case 'message': {
      const value = maskValue(event.text);
      const lines = safeLines(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2));
      return [`message: [${safeLine(event.host)}] ${taskTitle(event.task, undefined)}`, ...indent(lines)];
    }
    case 'handler_owed':
      return [
        paint(
          'yellow',
          `owed: [${safeLine(event.host)}] an earlier run${event.playbook === undefined ? '' : ` of ${safeLine(event.playbook)}`} left the handler "${safeLine(event.handler)}"; it is run with the handlers of this play`,
        ),
      ];
    case 'options_not_kept':
      return [paint('yellow', notKeptLine(event))];
    case 'play_finished':
    case 'run_finished':
      return [];
    default: {
      const never: never = event;
      throw new Error(`unknown event ${JSON.stringify(never)}`);
    }
  }
}

function finishedLines(event: TaskFinished, options: PlainOptions): readonly string[] {
  const { paint, verbosity, diff } = options;
  const { outcome } = event;
  // Only when it is said: of most tasks nothing is.
  const about = (): string => `[${hostTitle(event)}] ${taskTitle(event.task, event.item)}`;
  const commands =
    verbosity > 1 && !diff && outcome.kind === 'changed' ? indent(commandLines(outcome.differences, paint)) : [];
  const result = verbosity > 1 ? [...commands, ...wholeResultLines(event)] : verbosity > 0 ? valueLines(event) : [];
  switch (outcome.kind) {
    case 'ok':
      return verbosity > 0 ? [paint('green', `ok: ${about()}`), ...result] : [];
    case 'skipped':
      return verbosity > 0 ? [paint('cyan', `skipped: ${about()} (${safeLine(outcome.why)})`)] : [];
    case 'unknown':
      return [paint('magenta', `unknown: ${about()}: known after ${safeLine(outcome.because)}`)];
    case 'changed':
      return [
        paint('yellow', `changed: ${about()}`),
        ...(diff && !(event.hidden === true && verbosity > 0)
          ? indent(changeLines(event, outcome.differences, paint))
          : []),
        ...result,
      ];
    case 'failed':
      return failureLines(event, options);
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

function changeLines({ hidden }: TaskFinished, differences: readonly Difference[], paint: Paint): readonly string[] {
  return hidden === true ? [HIDDEN] : differences.flatMap((one) => differenceLines(one, paint));
}

/** Of what a task has done, the commands. */
function commandLines(differences: readonly Difference[], paint: Paint): readonly string[] {
  return differences.filter(({ kind }) => kind === 'command').flatMap((one) => differenceLines(one, paint));
}

export function hostTitle(event: TaskFinished): string {
  const host = safeLine(event.host);
  return event.delegatedTo === undefined || event.delegatedTo === event.host
    ? host
    : `${host} -> ${safeLine(event.delegatedTo)}`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `    ${line}`));
}
