import type { HostUnreachable, RunFinished, TaskFinished } from '../run/events.ts';
import { differenceLines } from './differences.ts';
import { failureLines } from './failure.ts';
import type { Output } from './output.ts';
import { eventLines } from './plain.ts';
import type { PlainOptions } from './plain.ts';
import { changeLine, hostNames, inSyncLine, unknownLine } from './plan-lines.ts';
import { problemLines } from './problems.ts';
import { recapLines } from './recap.ts';
import type { Renderer } from './renderer.ts';
import { safeLine } from './safe-text.ts';
import { TaskOrder } from './task-order.ts';
import { taskTitle } from './task-title.ts';

/** What several hosts have in common: one entry of the plan. */
interface Entry {
  readonly lines: (hosts: string) => readonly string[];
  readonly hosts: string[];
}

/** A plan: shown whole at its end, in the order of the tasks, with what is the same on several hosts said once. */
export function plan(output: Output, options: PlainOptions): Renderer {
  const order = new TaskOrder<Entry>();
  const unreachable: HostUnreachable[] = [];
  let partial: readonly string[] = [];
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
  };
  const note = (event: TaskFinished): void => {
    order.reach(event.host, event.task.id);
    const lines = entryLines(event, options);
    if (lines === undefined) return;
    order.put(event.task.id, `${event.delegatedTo ?? ''}\n${lines('').join('\n')}`, () => ({ lines, hosts: [] })).hosts.push(event.host);
  };
  return {
    show(event) {
      switch (event.type) {
        case 'run_started':
          partial = event.partial;
          return;
        case 'play_started':
          order.play(`${event.place} ${event.play}`, event.play);
          return;
        case 'task_finished':
          note(event);
          return;
        case 'host_unreachable':
          unreachable.push(event);
          say(eventLines(event, options));
          return;
        case 'run_finished':
          say(planLines(event, order, unreachable, partial, options));
          return;
        case 'host_connected':
        case 'task_started':
        case 'task_retried':
        case 'message':
        case 'handler_owed':
        case 'play_finished':
          say(eventLines(event, options));
          return;
        default:
          throw new Error(`unknown event ${JSON.stringify(event satisfies never)}`);
      }
    },
    finish: () => output.drained(),
  };
}

function planLines(
  event: RunFinished,
  order: TaskOrder<Entry>,
  unreachable: readonly HostUnreachable[],
  partial: readonly string[],
  options: PlainOptions,
): readonly string[] {
  const { paint } = options;
  const lines = ['', paint('bold', summary(event))];
  if (partial.length > 0) lines.push(paint('magenta', `This is only a part of the playbook: ${partial.map(safeLine).join(', ')}`));
  if (unreachable.length > 0)
    lines.push(paint('red', `The plan lacks what is unreachable: ${hostNames(unreachable.map(({ host }) => host))}`));
  for (const play of order.plays()) {
    const entries = play.entries.flatMap((entry) => entry.lines(hostNames(entry.hosts)));
    if (entries.length > 0)
      lines.push('', paint('bold', `Play: ${safeLine(play.name)}`), ...entries.map((line) => (line === '' ? '' : `  ${line}`)));
  }
  const lost = unreachable.flatMap(({ host, problem }) => [
    '',
    paint('red', `unreachable: [${safeLine(host)}]`),
    ...problemLines(problem, paint, options.read).map((line) => `    ${line}`),
  ]);
  return [...lines, ...lost, '', ...recapLines(event, paint)];
}

function summary({ recap }: RunFinished): string {
  const sum = (count: (host: RunFinished['recap'][number]) => number): number => recap.reduce((total, host) => total + count(host), 0);
  const failed = sum((host) => host.failed);
  const parts = [
    `${sum((host) => host.changed)} to change`,
    `${sum((host) => host.ok)} in sync`,
    `${sum((host) => host.unknown)} unknown`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `Plan: ${parts.join(', ')} on ${recap.length} ${recap.length === 1 ? 'host' : 'hosts'}`;
}

/** How a task is shown for the hosts that have it in common; undefined where it is not shown at all. */
function entryLines(event: TaskFinished, options: PlainOptions): Entry['lines'] | undefined {
  const { paint, verbosity, diff } = options;
  const { outcome, task, item } = event;
  const title = taskTitle(task, item);
  switch (outcome.kind) {
    case 'ok':
      return verbosity > 0 ? (hosts) => [inSyncLine(title, hosts, paint)] : undefined;
    case 'skipped':
      return verbosity > 0 ? (hosts) => [paint('cyan', `skipped: ${title} [${hosts}] (${safeLine(outcome.why)})`)] : undefined;
    case 'unknown':
      return (hosts) => [unknownLine(title, hosts, outcome.because, paint)];
    case 'changed': {
      const details = [
        ...(diff ? outcome.differences.flatMap((one) => differenceLines(one, paint)) : []),
        ...outcome.notifies.map((name) => `then the handler ${safeLine(name)}`),
      ].map((line) => `    ${line}`);
      return (hosts) => [changeLine(title, hosts, outcome.certainty, paint), ...details];
    }
    case 'failed':
      return () => failureLines(event, options);
    default: {
      const never: never = outcome;
      throw new Error(`unknown outcome ${JSON.stringify(never)}`);
    }
  }
}
