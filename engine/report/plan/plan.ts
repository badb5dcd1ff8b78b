import type { HostUnreachable, RunEvent, TaskFinished } from '../../run/base/events.ts';
import { eventLines, type PlainOptions } from '../run/plain.ts';
import { recapLines } from '../run/recap.ts';
import type { Renderer } from '../run/renderer.ts';
import { failureLines } from '../text/failure.ts';
import type { Output } from '../text/output.ts';
import { problemLines } from '../text/problems.ts';
import { safeLine } from '../text/safe-text.ts';
import { warningLines } from '../text/warnings.ts';
import { OwnNames } from './own-names.ts';
import { hostNames, partialLine, playLines, summaryLine } from './plan-lines.ts';
import { RecordedPlan, summaryOf } from './recorded-plan.ts';

/** A plan: shown whole at its end, in the order of the tasks, with what is the same on several hosts said once. */
export function plan(output: Output, options: PlainOptions): Renderer {
  const recorded = new RecordedPlan();
  const unreachable: HostUnreachable[] = [];
  const failures: TaskFinished[] = [];
  /** What tasks have to say is told behind the plan: its summary comes first. */
  const told: string[] = [];
  const { paint } = options;

  function show(event: RunEvent): void {
    recorded.note(event);
    if (event.type === 'task_finished') {
      if (event.outcome.kind === 'failed') failures.push(event);
      told.push(...warningLines(event, paint));
    } else if (event.type === 'host_unreachable') unreachable.push(event);
    else if (event.type === 'message' || event.type === 'handler_owed' || event.type === 'options_not_kept')
      told.push(...eventLines(event, options));
    else if (event.type === 'run_finished')
      output.write(`${[...lines(), '', ...recapLines(event, paint)].join('\n')}\n`);
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
    const lost = unreachable.flatMap(({ host, problem }) => [
      '',
      paint('red', `unreachable: [${safeLine(host)}]`),
      ...problemLines(problem, paint, options.read).map((line) => `    ${line}`),
    ]);
    return [
      '',
      paint(
        'bold',
        summaryLine(summary, failures.filter(({ outcome }) => outcome.kind === 'failed' && !outcome.ignored).length),
      ),
      ...(shown.partial.length === 0 ? [] : [paint('magenta', partialLine(shown.partial))]),
      ...(unreachable.length === 0
        ? []
        : [paint('red', `The plan lacks what is unreachable: ${hostNames(unreachable.map(({ host }) => host))}`)]),
      ...playLines(shown, {
        paint,
        diff: options.diff,
        verbosity: options.verbosity,
        extent: 'cut',
        names: new OwnNames(recorded.addresses),
      }),
      ...failures.flatMap((failure) => ['', ...failureLines(failure, options)]),
      ...lost,
      ...(told.length === 0 ? [] : ['', ...told]),
    ];
  }

  return { show, finish: () => output.drained() };
}
