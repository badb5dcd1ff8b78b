import type { Difference } from '../../modules/base/module.ts';
import { isEventOf, type EventOf } from '../../run/base/event-of.ts';
import type { HostUnreachable, RunEvent, TaskFinished } from '../../run/base/events.ts';
import { HIDDEN } from '../../run/base/no-log.ts';
import { maskValue } from '../../values/mask/mask.ts';
import { differenceLines } from '../text/differences.ts';
import { groupedFailureLines, shortFailureLines, shortUnreachableLines } from '../text/failure.ts';
import { notKeptLine, withoutEffectLines } from '../text/not-kept.ts';
import type { Output } from '../text/output.ts';
import type { Paint } from '../text/paint.ts';
import type { SourceReader } from '../text/problems.ts';
import { valueLines, wholeResultLines } from '../text/result-value.ts';
import { safeLine, safeLines } from '../text/safe-text.ts';
import { taskTitle } from '../text/task-title.ts';
import { byTransport, patchesLine } from '../text/transport-text.ts';
import { warningLines } from '../text/warnings.ts';
import { Recap } from './recap.ts';
import type { Renderer } from './renderer.ts';
import { ResultGroups } from './result-groups.ts';
import { TaskTimes } from './task-times.ts';

export interface PlainOptions {
  readonly diff: boolean;
  /**
   * 0: changes and failures. 1: also tasks in sync, skipped tasks, and their results. 2: also commands and complete
   * results.
   */
  readonly verbosity: number;
  readonly paint: Paint;
  readonly read: SourceReader;
}

export interface PlayOptions extends PlainOptions {
  /** True if the running command has `--resume`. */
  readonly isResumable: boolean;
  /** Report at the end how long each task took. */
  readonly profile?: boolean;
  /** True if equal results of many hosts may be delayed, to be shown together. */
  readonly mayPutOff?: boolean;
}

/** Shows a play as lines, in the order of its events. */
export function plain(output: Output, options: PlayOptions): Renderer {
  const failures: (TaskFinished | HostUnreachable)[] = [];
  const recap = new Recap('play', options.isResumable);
  const times = options.profile === true ? new TaskTimes() : undefined;
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
  };
  const isGrouped = options.mayPutOff !== false && options.verbosity === 0 && !options.diff;
  const groups = isGrouped ? new ResultGroups(say, options.paint) : undefined;
  return {
    show(event) {
      const isPutOff = groups?.take(event) === true;
      if (event.type === 'run_started' || event.type === 'task_finished') recap.note(event);
      if (event.type === 'task_finished') times?.note(event.host, taskTitle(event.task, undefined), event.milliseconds);
      if (isFailure(event)) failures.push(event);
      if (event.type === 'run_finished') {
        const { paint } = options;
        const standing = failures.filter(
          (failure) => failure.type !== 'task_finished' || event.rescued?.has(failure) !== true,
        );
        if (standing.length > 0) say(['', paint('bold', 'Failures'), ...groupedFailureLines(standing, options)]);
        say(['', ...recap.lines(event, paint), ...(times === undefined ? [] : ['', ...times.lines(paint)])]);
        return;
      }
      if (!isPutOff) say(eventLines(event, options));
    },
    catchUp: () => groups?.tell(),
    finish: () => {
      groups?.tell();
      return output.drained();
    },
  };
}

function isFailure(event: RunEvent): event is TaskFinished | HostUnreachable {
  if (event.type === 'host_unreachable') return true;
  return event.type === 'task_finished' && event.outcome.kind === 'failed' && !event.outcome.ignored;
}

const QUIET = ['files_read', 'task_started', 'play_finished', 'run_finished'] as const;

/** Returns the lines of one event of a play, without the recap. */
export function eventLines(event: RunEvent, options: PlainOptions): readonly string[] {
  const { paint } = options;
  if (isEventOf(event, QUIET)) return [];
  switch (event.type) {
    case 'run_started':
      return runStartedLines(event, options);
    case 'play_started':
      return playStartedLines(event, paint);
    case 'host_connected':
      return connectedLines(event, options);
    case 'ssh_patches':
      return patchesLines(event, options);
    case 'host_unreachable':
      return shortUnreachableLines(event, paint);
    case 'task_retried':
      return retriedLines(event, options);
    case 'task_finished':
      return [...finishedLines(event, options), ...warningLines(event, paint)];
    case 'message':
      return messageLines(event);
    case 'handler_owed':
    case 'options_not_kept':
    case 'settings_without_effect':
      return noticeLines(event).map((line) => paint('yellow', line));
    default: {
      const never: never = event;
      throw new Error(`unknown event ${JSON.stringify(never)}`);
    }
  }
}

function noticeLines(
  event: EventOf<'handler_owed' | 'options_not_kept' | 'settings_without_effect'>,
): readonly string[] {
  switch (event.type) {
    case 'handler_owed':
      return [owedLine(event)];
    case 'options_not_kept':
      return [notKeptLine(event)];
    case 'settings_without_effect':
      return withoutEffectLines(event);
    default: {
      const never: never = event;
      throw new Error(`unknown event ${JSON.stringify(never)}`);
    }
  }
}

function runStartedLines(event: EventOf<'run_started'>, { paint, verbosity }: PlainOptions): readonly string[] {
  const run = verbosity > 0 ? [`Run ${safeLine(event.runId)}: ${safeLine(event.playbook)}`] : [];
  if (event.partial.length === 0) return run;
  return [...run, paint('magenta', `Only a part of the playbook: ${event.partial.map(safeLine).join(', ')}`)];
}

function playStartedLines(event: EventOf<'play_started'>, paint: Paint): readonly string[] {
  const batch = event.batches > 1 ? `, batch ${event.batch} of ${event.batches}` : '';
  const hosts = event.hosts.length === 1 ? safeLine(event.hosts[0] ?? '') : `${event.hosts.length} hosts`;
  return ['', paint('bold', `Play: ${safeLine(event.play)} (${hosts}${batch})`)];
}

function connectedLines(event: EventOf<'host_connected'>, { verbosity }: PlainOptions): readonly string[] {
  if (verbosity === 0) return [];
  const { host, address, transport, milliseconds } = event;
  const way = `${safeLine(address)}${byTransport(transport)}`;
  return [`connected: [${safeLine(host)}] ${way} in ${Math.round(milliseconds)} ms`];
}

function patchesLines(event: EventOf<'ssh_patches'>, { verbosity }: PlainOptions): readonly string[] {
  return verbosity > 1 ? [patchesLine(event)] : [];
}

function retriedLines(event: EventOf<'task_retried'>, { verbosity }: PlainOptions): readonly string[] {
  if (verbosity === 0) return [];
  const { host, task, attempt, attempts } = event;
  return [`retry: [${safeLine(host)}] ${taskTitle(task, undefined)} (${attempt} of ${attempts})`];
}

function messageLines({ host, task, text }: EventOf<'message'>): readonly string[] {
  const value = maskValue(text);
  const lines = safeLines(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2));
  return [`message: [${safeLine(host)}] ${taskTitle(task, undefined)}`, ...indent(lines)];
}

function owedLine({ host, playbook, handler }: EventOf<'handler_owed'>): string {
  const run = `an earlier run${playbook === undefined ? '' : ` of ${safeLine(playbook)}`}`;
  return `owed: [${safeLine(host)}] ${run} left the handler "${safeLine(handler)}"; it is run with the handlers of this play`;
}

function finishedLines(event: TaskFinished, options: PlainOptions): readonly string[] {
  const { paint, verbosity, diff } = options;
  const { outcome } = event;
  // Most tasks print nothing, so the title is made on demand.
  const about = (): string => `[${hostTitle(event)}] ${taskTitle(event.task, event.item)}`;
  switch (outcome.kind) {
    case 'ok':
      return verbosity > 0 ? [paint('green', `ok: ${about()}`), ...resultLines(event, options)] : [];
    case 'skipped':
      return verbosity > 0 ? [paint('cyan', `skipped: ${about()} (${safeLine(outcome.why)})`)] : [];
    case 'unknown':
      return [paint('magenta', `unknown: ${about()}: known after ${safeLine(outcome.because)}`)];
    case 'changed': {
      const isDiffShown = diff && !(event.hidden === true && verbosity > 0);
      return [
        paint('yellow', `changed: ${about()}`),
        ...(isDiffShown ? indent(changeLines(event, outcome.differences, paint)) : []),
        ...resultLines(event, options),
      ];
    }
    case 'failed':
      return shortFailureLines(event, paint);
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}

/** Returns the result of a task, as far as the verbosity asks for it. */
function resultLines(event: TaskFinished, { paint, verbosity, diff }: PlainOptions): readonly string[] {
  if (verbosity === 0) return [];
  if (verbosity === 1) return valueLines(event);
  const { outcome } = event;
  const commands = !diff && outcome.kind === 'changed' ? indent(commandLines(outcome.differences, paint)) : [];
  return [...commands, ...wholeResultLines(event)];
}

function changeLines({ hidden }: TaskFinished, differences: readonly Difference[], paint: Paint): readonly string[] {
  return hidden === true ? [HIDDEN] : differences.flatMap((one) => differenceLines(one, paint));
}

/** Returns the commands that a task has run. */
function commandLines(differences: readonly Difference[], paint: Paint): readonly string[] {
  return differences.filter(({ kind }) => kind === 'command').flatMap((one) => differenceLines(one, paint));
}

function hostTitle(event: TaskFinished): string {
  const host = safeLine(event.host);
  return event.delegatedTo === undefined || event.delegatedTo === event.host
    ? host
    : `${host} -> ${safeLine(event.delegatedTo)}`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `    ${line}`));
}
