import type { Case, Json } from './case.ts';
import { isMap, tasksOf } from './case.ts';
import type { Explanation } from './explanation.ts';

/** Explains differences of accounts, units and the like by a row of docs/differences.yml. */
export const DIFFERENCES_OF_SYSTEM: readonly Explanation[] = [
  {
    id: 'groups-are-a-list',
    explains: ({ fact, ansible, runbook }) =>
      fact.endsWith('.result.groups') &&
      typeof ansible === 'string' &&
      Array.isArray(runbook) &&
      words(ansible).every((name) => runbook.includes(name)),
  },
  {
    id: 'inactive-days-once',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argument(fact, input, 'user', 'password_expire_account_disable') !== undefined,
  },
  {
    id: 'umask-of-every-home',
    explains: ({ fact, ansible, runbook }, { input }) =>
      /^tree( after the second run)?\.\/(home|opt)\/[^/]+$/.test(fact) &&
      withoutMode(ansible) === withoutMode(runbook) &&
      tasksOf(input).some((task) => isMap(task) && isMap(task['user']) && task['user']['umask'] !== undefined),
  },
  {
    id: 'unit-status-after',
    explains: ({ fact, ansible, runbook }) =>
      fact.endsWith('.result.status') &&
      isMap(ansible) &&
      isMap(runbook) &&
      Object.entries(runbook).every(([key, value]) => OF_A_MOMENT.has(key) || ansible[key] === undefined || ansible[key] === value),
  },
  {
    id: 'blanks-in-sysctl-files',
    explains: ({ fact, ansible, runbook }) => /^tree.*\.\/etc\/sysctl\.d\//.test(fact) && withoutBlanks(ansible) === withoutBlanks(runbook),
  },
  {
    id: 'mount-absent',
    explains: ({ fact, ansible }, { input }) =>
      (fact.startsWith('tree') ? /^tree.*\.(\/mnt\/|mount \/mnt\/)/.test(fact) && ansible !== null : fact.endsWith('.status')) &&
      tasksOf(input).some((task) => isMap(task) && isMap(task['mount']) && task['mount']['state'] === 'absent'),
  },
  {
    id: 'ephemeral-once',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status')
        ? ansible === 'changed' && runbook === 'ok' && argument(fact, input, 'mount', 'state') === 'ephemeral'
        : /\.mount \/mnt\//.test(fact) &&
          tasksOf(input.input).some((task) => isMap(task) && isMap(task['mount']) && task['mount']['state'] === 'ephemeral') &&
          fileSystem(ansible) === fileSystem(runbook),
  },
  {
    id: 'mark-of-cron-entries',
    explains: ({ fact, ansible, runbook }) =>
      /^tree.*\/(crontabs|cron\.d)\//.test(fact) &&
      typeof runbook === 'string' &&
      ansible === runbook.replaceAll('# runbook: ', '#Ansible: '),
  },
  {
    id: 'cron-file-is-a-path',
    explains: ({ fact, ansible, runbook }) =>
      fact.endsWith('.result.cron_file') && typeof ansible === 'string' && runbook === `/etc/cron.d/${ansible}`,
  },
  {
    id: 'nothing-to-unlock',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') && ansible === 'changed' && runbook === 'ok' && argument(fact, input, 'user', 'password_lock') === false,
  },
  {
    id: 'folder-of-keys',
    explains: ({ fact, ansible, runbook }, { input }) =>
      /^tree( after the second run)?\.\/(home\/[^/]+\/\.ssh|srv\/w\/[^/]+)$/.test(fact) &&
      [ansible, runbook].every((one) => typeof one === 'string' && one.startsWith('folder ')) &&
      tasksOf(input).some((task) => isMap(task) && 'authorized_key' in task),
  },
];

/** Its source and kind, without its options. */
function fileSystem(value: Json): string {
  return typeof value === 'string' ? value.split(' ').slice(0, 2).join(' ') : '';
}

const OF_A_MOMENT: ReadonlySet<string> = new Set(['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'Result', 'NeedDaemonReload']);

function words(text: string): readonly string[] {
  return text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
}

/** Of the task that a fact `first.N…` tells of. */
function argument(fact: string, { input }: Case, module: string, name: string): Json | undefined {
  const task = tasksOf(input)[Number(/^\w+\.(\d+)/.exec(fact)?.[1] ?? -1)];
  const args = isMap(task) ? task[module] : undefined;
  return isMap(args) ? args[name] : undefined;
}

function withoutMode(value: Json): string {
  return typeof value === 'string' ? value.replace(/^folder \d+/, 'folder') : JSON.stringify(value);
}

function withoutBlanks(value: Json): string {
  return typeof value === 'string' ? value.replaceAll(' = ', '=') : JSON.stringify(value);
}
