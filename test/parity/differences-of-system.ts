import { type Case, type Json, type JsonMap, isMap, tasksOf } from './case.ts';
import { type Explanation, argument, mentions, textOf } from './explanation.ts';

/** Explains differences of units, mounts and the like by a row of docs/differences.yml. */
export const DIFFERENCES_OF_SYSTEM: readonly Explanation[] = [
  {
    id: 'reload-in-vain',
    explains: ({ fact }, input) =>
      (/^tree.*\.(unit s\w+q|\/etc\/systemd\/system\/)/.test(fact) ||
        /^(first\.[1-9]|second\.\d)\.status$/.test(fact)) &&
      tasksOf(input.input).some((task) => isMap(task) && reloadsInVain(task, input)),
  },
  {
    id: 'install-section-changed',
    explains: ({ fact, ansible, runbook }, { input }) => {
      const wanted = tasksOf(input).flatMap((task) => JSON.stringify(task).match(/WantedBy=[a-z.-]+/g) ?? []);
      return (
        /^tree.*\/[a-z-]+\.target\.wants\//.test(fact) &&
        (ansible === null) !== (runbook === null) &&
        new Set(wanted).size > 1
      );
    },
  },
  {
    id: 'version-to-remove',
    explains: ({ fact, ansible, runbook }, { input }) => {
      const isOther =
        fact.endsWith('.status') &&
        ((ansible === 'failed' && runbook !== 'failed') || (ansible === 'changed' && runbook === 'ok'));
      // The installed version may be newer than the version that the second run requests.
      if (/^second\.\d\.status$/.test(fact) && ansible === 'changed' && runbook === 'failed')
        return asksToRemoveVersion(input);
      const isOfIt = /^tree.*\.(package s\w+qa|\/(etc|usr\/share)\/s\w+qa(\/\w+)?)$/.test(fact) && ansible !== runbook;
      return (isOther || isOfIt) && asksToRemoveVersion(input);
    },
  },
  {
    id: 'oneshot-once',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      unitArgument(fact, input, 'state') === 'started' &&
      /Type=oneshot\nExecStart/.test(fileOf(fact, input)),
  },
  {
    id: 'daemon-reload-tells',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'ok' &&
      runbook === 'changed' &&
      unitArgument(fact, input, 'daemon_reload') === true,
  },
  {
    id: 'unit-not-there',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'failed' &&
      runbook === 'ok' &&
      unitArgument(fact, input, 'enabled') !== true &&
      [undefined, 'stopped'].includes(unitArgument(fact, input, 'state') as string | undefined),
  },
  {
    id: 'static-units',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      unitArgument(fact, input, 'enabled') === false &&
      !/^$|\[Install\]/.test(fileOf(fact, input)),
  },
  {
    id: 'other-mount-at-the-place',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree.*\.fstab \d+$/.test(fact) &&
      mentions(ansible, ' none bind ') &&
      runbook === null &&
      asksForMount(input, 'mounted'),
  },
  {
    id: 'other-mount-at-the-place',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible !== 'failed' &&
      runbook === 'failed' &&
      argument(fact, input, 'mount', 'state') === 'mounted' &&
      argument(fact, input, 'mount', 'opts') === 'bind',
  },
  {
    id: 'unit-status-after',
    explains: ({ fact, ansible, runbook }) =>
      fact.endsWith('.result.status') &&
      isMap(ansible) &&
      isMap(runbook) &&
      Object.entries(runbook).every(
        ([key, value]) => OF_A_MOMENT.has(key) || ansible[key] === undefined || ansible[key] === value,
      ),
  },
  {
    id: 'blanks-in-sysctl-files',
    explains: ({ fact, ansible, runbook }) =>
      /^tree.*\.\/etc\/sysctl\.d\//.test(fact) && withoutBlanks(ansible) === withoutBlanks(runbook),
  },
  {
    id: 'mount-absent',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.startsWith('tree')
        ? /^tree.*\.(\/mnt\/|mount \/mnt\/)/.test(fact) &&
          ansible !== null &&
          runbook === null &&
          asksForMount(input, 'absent')
        : fact.endsWith('.status') &&
          argument(fact, input, 'mount', 'state') === 'absent' &&
          (ansible === 'ok' || (ansible === 'failed' && input.given.includes('echo file >/mnt/@N@'))) &&
          (runbook === 'changed' || (runbook === 'failed' && isFull(input))),
  },
  {
    // A mount by hand that Ansible leaves is in the way of a later one.
    id: 'mount-absent',
    explains: ({ fact, ansible, runbook }, input) =>
      input.given.some((line) => line.startsWith('mount -t tmpfs')) &&
      asksForMount(input, 'absent') &&
      asksForMount(input, 'ephemeral') &&
      (fact.endsWith('.status')
        ? argument(fact, input, 'mount', 'state') === 'ephemeral' && ansible === 'failed' && runbook !== 'failed'
        : /^tree.*\.(\/mnt\/|mount \/mnt\/)/.test(fact)),
  },
  {
    id: 'mount-absent-in-use',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree.*\.(fstab |mount \/mnt)/.test(fact) &&
      ansible === null &&
      runbook !== null &&
      isFull(input) &&
      asksForMount(input, 'absent'),
  },
  {
    id: 'remounted-not-mounted',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.startsWith('tree')
        ? /^tree.*\.(\/mnt\/|mount \/mnt\/)/.test(fact) &&
          (ansible === null ||
            runbook === null ||
            mentions(runbook, 'folder 1777') ||
            mountsWith(input, 'opts', 'bind')) &&
          asksForMount(input, 'remounted')
        : fact.endsWith('.status') &&
          argument(fact, input, 'mount', 'state') === 'remounted' &&
          ansible === 'failed' &&
          runbook === 'changed',
  },
  {
    // A file system that is mounted now is visible to later tasks, and to the second run.
    id: 'remounted-not-mounted',
    explains: ({ fact, ansible, runbook }, input) =>
      /^(?:first\.[1-9]|second\.\d)\.status$/.test(fact) &&
      ansible === 'ok' &&
      runbook === 'changed' &&
      argument(fact, input, 'mount', 'state') === 'unmounted' &&
      asksForMount(input, 'remounted'),
  },
  {
    id: 'ephemeral-once',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status')
        ? ansible === 'changed' && runbook === 'ok' && argument(fact, input, 'mount', 'state') === 'ephemeral'
        : /\.mount \/mnt\//.test(fact) &&
          asksForMount(input, 'ephemeral') &&
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
];

function asksToRemoveVersion(input: Case['input']): boolean {
  return tasksOf(input).some((task) => /@N@a=(3\.0|1\.\*|[12]\.0)".*"absent"/.test(JSON.stringify(task)));
}

/** Returns whether the directory of the mount has content. */
function isFull({ given }: Case): boolean {
  return given.some((line) => line.includes('>/mnt/@N@/file'));
}

function asksForMount(input: Case, state: string): boolean {
  return mountsWith(input, 'state', state);
}

function mountsWith({ input }: Case, name: 'state' | 'opts', value: string): boolean {
  return tasksOf(input).some((task) => isMap(task) && isMap(task['mount']) && task['mount'][name] === value);
}

/** Returns whether a task needs more than the reload of a unit that cannot be reloaded. */
function reloadsInVain(task: JsonMap, { given }: Case): boolean {
  const args = task['systemd'] ?? task['service'];
  if (!isMap(args) || args['state'] !== 'reloaded' || (args['enabled'] === undefined && args['masked'] === undefined))
    return false;
  const file = given.find((line) => line.startsWith('cat >/etc/systemd/system/@N@a.service')) ?? '';
  return !/^@N@a(\.service)?$/.test(textOf(args['name'])) || !file.includes('ExecReload');
}

/** Returns the unit file of the task that the fact is about; empty if it is not one of the generated files. */
function fileOf(fact: string, input: Case): string {
  if (!/^@N@a(\.service)?$/.test(textOf(unitArgument(fact, input, 'name')))) return '';
  return input.given.find((line) => line.startsWith('cat >/etc/systemd/system/@N@a.service')) ?? '';
}

function unitArgument(fact: string, input: Case, name: string): Json | undefined {
  return argument(fact, input, 'systemd', name) ?? argument(fact, input, 'service', name);
}

/** Returns source and kind of the file system, without its options. */
function fileSystem(value: Json): string {
  return typeof value === 'string' ? value.split(' ').slice(0, 2).join(' ') : '';
}

const OF_A_MOMENT: ReadonlySet<string> = new Set([
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'Result',
  'NeedDaemonReload',
]);

function withoutBlanks(value: Json): string {
  return typeof value === 'string' ? value.replaceAll(' = ', '=') : JSON.stringify(value);
}
