import { Problem } from '../../../engine/errors/problem.ts';
import { RunListener } from '../../../engine/report/export/formats.ts';
import type { RunRecord } from '../../../engine/report/journal/run-record.ts';
import type { Mode, RunEvent, TaskFinished, TaskOutcome } from '../../../engine/run/base/events.ts';
import { ended, finished, playStarted, recapOf, started, taskAt } from '../sink.ts';

interface How {
  readonly mode?: Mode;
  readonly stopped?: string;
  readonly hasEnded?: boolean;
}

/** Returns the record of a play or plan with these events. Its recap shows the failures. */
export function recordOf(
  hosts: readonly string[],
  events: readonly RunEvent[],
  { mode = 'play', stopped, hasEnded = true }: How = {},
): RunRecord {
  const listener = new RunListener(false);
  const failures = events.filter(
    (event): event is TaskFinished => event.type === 'task_finished' && event.outcome.kind === 'failed',
  );
  const recap = hosts.map((host) =>
    recapOf(host, {
      failed: failures.filter((one) => one.host === host && !isIgnored(one)).length,
      unreachable: events.some((event) => event.type === 'host_unreachable' && event.host === host),
    }),
  );
  const end = { ...ended(...recap), stopped, milliseconds: 134_000 };
  const all = [started(mode, hosts), playStarted(hosts), ...events, ...(hasEnded ? [end as RunEvent] : [])];
  for (const event of all) listener.note(event, new Date());
  const record = listener.record();
  if (record === undefined) throw new Error('there is no record');
  return record;
}

function isIgnored({ outcome }: TaskFinished): boolean {
  return outcome.kind === 'failed' && outcome.ignored;
}

export function failure(what: string, more: Partial<Extract<TaskOutcome, { kind: 'failed' }>> = {}): TaskOutcome {
  return {
    kind: 'failed',
    problem: new Problem({ code: 'task-failed', what, why: 'the reason', remedy: 'mend it' }),
    ignored: false,
    output: undefined,
    ...more,
  };
}

export function unreachable(host: string): RunEvent {
  const problem = new Problem({ code: 'connection-refused', what: `${host}: port 22 refuses connections` });
  return { type: 'host_unreachable', host, problem, during: undefined };
}

/** Each possible outcome of a task, each on another host. */
export const EVERY_OUTCOME: readonly RunEvent[] = [
  finished('a', taskAt(1), { kind: 'ok' }),
  finished('b', taskAt(1), {
    kind: 'changed',
    differences: [{ kind: 'field', of: '/etc/x', field: 'mode', before: '0644', after: '0600' }],
    certainty: 'certain',
    notifies: [],
  }),
  finished('c', taskAt(1), { kind: 'skipped', why: 'when is false' }),
  finished('d', taskAt(1), failure('it broke', { output: { status: 3, stdout: 'out\n', stderr: 'err\n' } })),
  finished('e', taskAt(2), failure('it broke', { ignored: true })),
  unreachable('f'),
];
export const HOSTS = ['a', 'b', 'c', 'd', 'e', 'f'];
