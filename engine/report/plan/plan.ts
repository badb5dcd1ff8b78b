import type { HostUnreachable, RunEvent, TaskFinished } from '../../run/base/events.ts';
import { eventLines, type PlainOptions } from '../run/plain.ts';
import { Recap } from '../run/recap.ts';
import type { Renderer } from '../run/renderer.ts';
import { failureLines, groupedFailureLines } from '../text/failure.ts';
import { hostNames } from '../text/host-names.ts';
import type { Output } from '../text/output.ts';
import { OwnNames } from '../text/own-names.ts';
import { warningLines } from '../text/warnings.ts';
import { partialLine, playLines, summaryLine } from './plan-lines.ts';
import { RecordedPlan, summaryOf } from './recorded-plan.ts';

/** Shows a plan at its end, in the order of the tasks. Equal results of several hosts are merged. */
export function plan(output: Output, options: PlainOptions): Renderer {
  const recorded = new RecordedPlan();
  const recap = new Recap('plan', false);
  const unreachable: HostUnreachable[] = [];
  const failures: TaskFinished[] = [];
  /** Messages of tasks are shown after the plan, because its summary comes first. */
  const told: string[] = [];
  const { paint } = options;

  function show(event: RunEvent): void {
    recorded.note(event);
    if (event.type === 'task_finished') {
      if (event.outcome.kind === 'failed') failures.push(event);
      told.push(...warningLines(event, paint));
    } else if (event.type === 'host_unreachable') unreachable.push(event);
    else if (
      event.type === 'message' ||
      event.type === 'handler_owed' ||
      event.type === 'options_not_kept' ||
      event.type === 'settings_without_effect'
    )
      told.push(...eventLines(event, options));
    else if (event.type === 'run_finished')
      output.write(`${[...lines(), '', ...recap.lines(event, paint)].join('\n')}\n`);
    else if (
      (options.verbosity > 0 && event.type === 'host_connected') ||
      (options.verbosity > 1 && event.type === 'ssh_patches')
    )
      output.write(`${eventLines(event, options).join('\n')}\n`);
  }

  function lines(): readonly string[] {
    const plays = recorded.plays();
    const summary = summaryOf(plays, recorded.hosts.length);
    const shown = { partial: recorded.partial, summary, plays };
    const names = new OwnNames(recorded.addresses);
    const isIgnored = ({ outcome }: TaskFinished): boolean => outcome.kind === 'failed' && outcome.ignored;
    const ignored = failures.filter(isIgnored);
    const standing = failures.filter((failure) => !isIgnored(failure));
    const broken = [...standing, ...unreachable];
    return [
      '',
      paint('bold', summaryLine(summary, standing.length)),
      ...(shown.partial.length === 0 ? [] : [paint('magenta', partialLine(shown.partial))]),
      ...(unreachable.length === 0
        ? []
        : [paint('red', `The plan lacks what is unreachable: ${hostNames(unreachable.map(({ host }) => host))}`)]),
      ...playLines(shown, {
        paint,
        diff: options.diff,
        verbosity: options.verbosity,
        extent: 'cut',
        names,
      }),
      ...ignored.flatMap((failure) => ['', ...failureLines(failure, options)]),
      ...(broken.length === 0 ? [] : ['', ...groupedFailureLines(broken, options, names)]),
      ...(told.length === 0 ? [] : ['', ...told]),
    ];
  }

  return { show, finish: () => output.drained() };
}
