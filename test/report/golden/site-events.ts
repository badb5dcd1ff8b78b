import { Problem } from '../../../engine/errors/problem.ts';
import type { Difference } from '../../../engine/modules/base/module.ts';
import type {
  HostRecap,
  Mode,
  RunEvent,
  TaskFinished,
  TaskIdentity,
  TaskOutcome,
} from '../../../engine/run/base/events.ts';
import { recapOf } from '../sink.ts';

/**
 * Returns the events of a run with this number of web servers: each kind of step, and with three or more hosts also
 * failures.
 */
export function siteEvents(mode: Mode, count: number): readonly RunEvent[] {
  const hosts = Array.from({ length: count }, (_, index) => `web-${index + 1}.eu-central.prod.example.com`);
  const steps = TASKS.flatMap((told) => hosts.map((host, index) => told(host, index, mode)));
  const told = steps.filter((event) => event !== undefined);
  const play = { play: 'Web servers', place: 'site.yml:1:3', hosts, batch: 1, batches: 1 };
  const byHost = Map.groupBy(told, ({ host }) => host);
  const recap = hosts.map((host, index) => recapFor(host, byHost.get(host) ?? [], mode === 'play' && isLost(index)));
  return [
    {
      type: 'run_started',
      runId: '20261129T101500-4f2a9c',
      mode,
      playbook: 'site.yml',
      inventory: ['inventory/prod.yml'],
      at: new Date(Date.UTC(2026, 10, 29, 10, 15)),
      hosts,
      partial: [],
    },
    { type: 'play_started', ...play },
    ...(mode === 'play' ? hosts.filter((_, index) => isLost(index)).map(unreachable) : []),
    ...told,
    { type: 'play_finished', play: play.play },
    { type: 'run_finished', recap, stopped: undefined, milliseconds: 134_000 },
  ];
}

type Told = (host: string, index: number, mode: Mode) => TaskFinished | undefined;

/** One of a hundred hosts has failures of its own; so has the third one, so that a few hosts show them too. */
const isOdd = (index: number): boolean => index % 100 === 2;
const isLost = (index: number): boolean => index % 200 === 1;

function task(line: number, name: string, module: string, more: Partial<TaskIdentity> = {}): TaskIdentity {
  const id = `roles/web/tasks/main.yml:${line}:5`;
  return { id, name, module, role: 'web', handler: false, ...more };
}

function telling(
  identity: TaskIdentity,
  outcomeOf: (host: string, index: number, mode: Mode) => TaskOutcome | undefined,
  milliseconds = 40,
): Told {
  return (host, index, mode) => {
    const outcome = mode === 'play' && isLost(index) ? undefined : outcomeOf(host, index, mode);
    if (outcome === undefined) return undefined;
    const took = milliseconds + (index % 10);
    const nothing = { delegatedTo: undefined, item: undefined, result: undefined };
    return { type: 'task_finished', host, task: identity, outcome, milliseconds: took, ...nothing };
  };
}

function change(differences: readonly Difference[], more: Partial<Change> = {}): TaskOutcome {
  return { kind: 'changed', differences, certainty: 'certain', notifies: [], ...more };
}
type Change = Extract<TaskOutcome, { readonly kind: 'changed' }>;

const RESTART = task(3, 'Restart web', 'service', { handler: true, throttle: 1 });

const TASKS: readonly Told[] = [
  telling(task(3, 'Folders', 'file'), (host) =>
    change([{ kind: 'field', of: `/srv/${host}/conf.d`, field: 'state', before: 'absent', after: 'a directory' }]),
  ),
  telling(task(6, 'Main configuration', 'template'), (host, index) =>
    change(
      [
        {
          kind: 'text',
          path: `/srv/${host}/web.conf`,
          before: '# managed\nworkers = 2\n',
          after: `# managed\nworkers = ${isOdd(index) ? 8 : 4}\nname = ${host}\n`,
        },
      ],
      { notifies: ['Restart web'] },
    ),
  ),
  telling(task(10, 'Message of the day', 'copy'), (host, _, mode) =>
    mode === 'plan' ? change([text('/etc/motd', undefined, `Welcome to ${host}\n`)]) : { kind: 'ok' },
  ),
  telling(task(14, 'No old configuration', 'file'), (host, index) =>
    index % 2 === 0
      ? change([{ kind: 'field', of: `/srv/${host}/old.conf`, field: 'state', before: 'a file', after: 'absent' }])
      : { kind: 'ok' },
  ),
  telling(
    task(18, 'Database is migrated', 'command'),
    (_, index, mode) => {
      if (mode === 'play' && isOdd(index)) return failure('exit status 3', 'migration 42: lock timeout');
      return change([{ kind: 'command', text: '/opt/app/migrate --to 42' }], { certainty: 'opaque' });
    },
    4100,
  ),
  telling(task(22, 'Version that runs', 'query'), (_, index, mode) => {
    if (mode === 'play') return isOdd(index) ? undefined : { kind: 'ok' };
    const because = 'the command fails now, but may succeed after an earlier change';
    return { kind: 'unknown', because: `${because}: "Database is migrated" (roles/web/tasks/main.yml:18)` };
  }),
  telling(task(26, 'Debug tools', 'package'), (_, index, mode) =>
    mode === 'play' && isOdd(index) ? undefined : { kind: 'skipped', why: 'its condition is false' },
  ),
  telling(
    RESTART,
    (_, index, mode) => {
      if (mode === 'play' && isOdd(index)) return undefined;
      return change([{ kind: 'field', of: 'web.service', field: 'state', before: 'running', after: 'restarted' }]);
    },
    1200,
  ),
];

function text(path: string, before: string | undefined, after: string | undefined): Difference {
  return { kind: 'text', path, before, after };
}

function failure(what: string, stderr: string): TaskOutcome {
  return {
    kind: 'failed',
    problem: new Problem({ code: 'task-failed', what: `the command ended with ${what}`, why: stderr }),
    ignored: false,
    output: { status: 3, stdout: '', stderr: `${stderr}\n` },
  };
}

function unreachable(host: string): RunEvent {
  const problem = new Problem({
    code: 'unreachable',
    what: `port 22 of ${host} refuses connections`,
    remedy: 'Start sshd there, or correct ansible_port.',
  });
  return { type: 'host_unreachable', host, problem, during: undefined };
}

function recapFor(host: string, own: readonly TaskFinished[], isGone: boolean): HostRecap {
  const count = (kind: TaskOutcome['kind']): number => own.filter(({ outcome }) => outcome.kind === kind).length;
  const owes = count('failed') > 0;
  return recapOf(host, {
    ok: count('ok'),
    changed: count('changed'),
    unknown: count('unknown'),
    skipped: count('skipped'),
    failed: count('failed'),
    unreachable: isGone,
    owed: owes ? [{ handler: 'Restart web', playbook: 'site.yml', play: 'Web servers' }] : [],
  });
}
