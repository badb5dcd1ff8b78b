import { isDeepStrictEqual } from 'node:util';
import type { Case, Json, JsonMap } from './case.ts';
import { isMap, tasksOf } from './case.ts';
import type { Explanation, Values } from './explanation.ts';
import { eachWithout, mentions } from './explanation.ts';

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
    id: 'primary-group-among-groups',
    explains: ({ fact, ansible, runbook }, input) => {
      const primary = primaryGroups(input);
      if (fact.endsWith('.result.groups'))
        return (
          typeof ansible === 'string' &&
          Array.isArray(runbook) &&
          words(ansible).every((name) => runbook.includes(name) || primary.has(name.at(-1) ?? ''))
        );
      if (!/^tree.*\.g(roup|shadow) s\w+q[ght]$/.test(fact) || typeof ansible !== 'string' || typeof runbook !== 'string') return false;
      const without = ansible.replace(/s\w+qa,?/, '').replace(/,$/, '');
      return without === runbook && primary.has(fact.at(-1) ?? '');
    },
  },
  {
    id: 'own-group',
    explains: ({ fact, ansible, runbook }, { given, input }) =>
      (/^tree|\.result\.|^second\..*\.status$/.test(fact) || (fact.endsWith('.status') && ansible === 'failed' && runbook !== 'failed')) &&
      !given.some((line) => /(useradd|groupadd).*@N@a$/.test(line)) &&
      tasksOf(input).some((task) => isMap(task) && isMap(task['user']) && task['user']['group'] === '@N@a'),
  },
  {
    id: 'own-group',
    without: ({ fact, ansible, runbook }, { given }) => {
      const isOf = fact.startsWith('tree') && typeof ansible === 'string' && given.includes('groupadd -g @U@9 @N@a');
      const [own = ''] = /s\w+qa|\b\d{5}\b/.exec(textOf(runbook).replace(/^(\S+ \d+ \w+:|\d+ )/, '')) ?? [];
      return { ansible: isOf ? ansible.replace(/\busers\b/, own) : ansible, runbook };
    },
  },
  {
    id: 'own-group',
    explains: ({ fact, ansible, runbook }, { given, input }) =>
      /^tree.*\.g(roup|shadow) s\w+qa$/.test(fact) &&
      given.includes('groupadd -g @U@9 @N@a') &&
      /^\d* $/.test(textOf(ansible)) &&
      (runbook === null || textOf(runbook) === 'ordinary ') &&
      tasksOf(input).some((task) => isMap(task) && isMap(task['user']) && task['user']['state'] === 'absent'),
  },
  {
    id: 'days-at-once',
    explains: ({ fact, ansible, runbook }, input) => {
      if (/^second\.\d\.status$/.test(fact))
        return (
          ansible === 'changed' &&
          runbook === 'ok' &&
          argument(fact, input, 'user', 'state') !== 'absent' &&
          lateDays([argument(fact, input, 'user', 'expires')], argument(fact, input, 'user', 'system') === true)
        );
      return false;
    },
  },
  {
    id: 'days-at-once',
    without: ({ fact, ansible, runbook }, input) => {
      if (!isShadow(fact) || typeof ansible !== 'string' || typeof runbook !== 'string') return { ansible, runbook };
      const asked = accountsOf(input);
      const isLate = lateDays(
        asked.map(({ expires }) => expires),
        asked.some(({ system }) => system === true),
      );
      const inactive = asked.some(({ password_expire_account_disable: days }) => days !== undefined);
      const theirs = ansible.split(':');
      const ours = runbook
        .split(':')
        .map((field, at) => (theirs[at] === '' && ((inactive && at === INACTIVE_FIELD) || (isLate && at === EXPIRES_FIELD)) ? '' : field));
      return { ansible, runbook: ours.join(':') };
    },
  },
  {
    id: 'home-in-new-folder',
    explains: ({ fact, ansible }, { input }) =>
      (/^tree.*\.(\/home\/|passwd )/.test(fact) ||
        (fact === 'first.0.status' && ansible === 'failed') ||
        /^second\.\d\.status$/.test(fact)) &&
      tasksOf(input).some(
        (task) => isMap(task) && isMap(task['user']) && task['user']['move_home'] === true && task['user']['home'] === '/home/@N@deep/er/a',
      ),
  },
  {
    id: 'locked-hash',
    without: (difference, input) =>
      isShadow(difference.fact) && accountsOf(input).some(({ password }) => textOf(password).startsWith('!$'))
        ? withoutLock(difference, [-1, 1])
        : difference,
  },
  {
    id: 'locked-account-new-password',
    without: (difference, input) =>
      isShadow(difference.fact) &&
      input.given.some((line) => line.startsWith('useradd') && line.includes("-p '!$")) &&
      accountsOf(input).some(({ password }) => /^[$*]/.test(textOf(password)))
        ? withoutLock(difference, [-1])
        : difference,
  },
  {
    id: 'locked-hash',
    explains: ({ fact, ansible, runbook }, input) => {
      const isLocked = (given: Json | undefined): boolean => given !== undefined && mentions(given, '!$');
      return (
        /^second\.\d\.status$/.test(fact) &&
        ansible === 'ok' &&
        runbook === 'changed' &&
        accountsOf(input).some(({ password }) => isLocked(password)) &&
        accountsOf(input).some(({ password_lock: lock }) => lock === false) &&
        (isLocked(argument(fact, input, 'user', 'password')) || argument(fact, input, 'user', 'password_lock') === false)
      );
    },
  },
  {
    id: 'occupied-home',
    explains: ({ fact, ansible, runbook }, input) => {
      if (!accountsOf(input).some(({ move_home: moves, home }) => moves === true && home !== undefined)) return false;
      if (/\.[1-9]\.status$/.test(fact))
        return ansible === 'changed' && runbook === 'ok' && argument(fact, input, 'user', 'home') !== undefined;
      return false;
    },
  },
  {
    id: 'occupied-home',
    without: (difference, input) =>
      /^tree.*\.passwd s\w+qa$/.test(difference.fact) &&
      accountsOf(input).some(({ move_home: moves, home }) => moves === true && home !== undefined)
        ? eachWithout(difference, withoutHome)
        : difference,
  },
  {
    id: 'locked-once',
    without: (difference, input) =>
      isShadow(difference.fact) &&
      accountsOf(input).some(({ password }) => password === '!') &&
      accountsOf(input).some(({ password_lock: lock }) => lock === true)
        ? withoutLock(difference, [1])
        : difference,
  },
  {
    id: 'reload-in-vain',
    explains: ({ fact }, input) =>
      (/^tree.*\.(unit s\w+q|\/etc\/systemd\/system\/)/.test(fact) || /^(first\.[1-9]|second\.\d)\.status$/.test(fact)) &&
      tasksOf(input.input).some((task) => isMap(task) && reloadsInVain(task, input)),
  },
  {
    id: 'keys-in-place',
    explains: ({ fact, ansible, runbook }) =>
      /^tree.*\/authorized_keys$/.test(fact) &&
      typeof ansible === 'string' &&
      typeof runbook === 'string' &&
      ansible !== runbook &&
      isDeepStrictEqual(linesOf(ansible), linesOf(runbook)),
  },
  {
    id: 'exclusive-and-comments',
    explains: ({ fact, ansible, runbook }, { input }) => {
      if (!/^tree.*\/authorized_keys$/.test(fact) || typeof ansible !== 'string' || typeof runbook !== 'string') return false;
      const asks = tasksOf(input).some(
        (task) => isMap(task) && isMap(task['authorized_key']) && task['authorized_key']['exclusive'] === true,
      );
      const isComment = (line: string): boolean => line === '' || line.startsWith('#');
      const keys = (text: string): readonly string[] => linesOf(text).filter((line) => !isComment(line));
      return asks && runbook.length > ansible.length && isDeepStrictEqual(keys(ansible), keys(runbook));
    },
  },
  {
    id: 'install-section-changed',
    explains: ({ fact, ansible, runbook }, { input }) => {
      const wanted = tasksOf(input).flatMap((task) => JSON.stringify(task).match(/WantedBy=[a-z.-]+/g) ?? []);
      return /^tree.*\/[a-z-]+\.target\.wants\//.test(fact) && (ansible === null) !== (runbook === null) && new Set(wanted).size > 1;
    },
  },
  {
    id: 'folder-of-keys-unmanaged',
    explains: ({ fact, runbook }, input) => {
      const asks = tasksOf(input.input).some(
        (task) => isMap(task) && isMap(task['authorized_key']) && task['authorized_key']['manage_dir'] === false,
      );
      if (fact.startsWith('tree')) return asks && /\.ssh(\/authorized_keys)?$/.test(fact) && runbook === null;
      const isIts = argument(fact, input, 'authorized_key', 'manage_dir') === false && runbook === 'failed';
      return fact.endsWith('.status') && (isIts || (asks && fact.startsWith('second.')));
    },
  },
  {
    id: 'version-to-remove',
    explains: ({ fact, ansible, runbook }, { input }) => {
      const isOther =
        fact.endsWith('.status') && ((ansible === 'failed' && runbook !== 'failed') || (ansible === 'changed' && runbook === 'ok'));
      const isOfIt = /^tree.*\.(package s\w+qa|\/(etc|usr\/share)\/s\w+qa(\/\w+)?)$/.test(fact) && ansible !== runbook;
      return (isOther || isOfIt) && tasksOf(input).some((task) => /@N@a=(3\.0|1\.\*|[12]\.0)".*"absent"/.test(JSON.stringify(task)));
    },
  },
  {
    id: 'inactive-days-once',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argument(fact, input, 'user', 'state') !== 'absent' &&
      argument(fact, input, 'user', 'password_expire_account_disable') !== undefined,
  },
  {
    id: 'umask-of-every-home',
    without: (difference, { input }) =>
      /^tree( after the second run)?\.\/(home|opt)\/[^/]+(\/er\/a)?$/.test(difference.fact) && hasUmask(input)
        ? eachWithout(difference, withoutMode)
        : difference,
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
      fact.endsWith('.status') && ansible === 'ok' && runbook === 'changed' && unitArgument(fact, input, 'daemon_reload') === true,
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
      /^tree.*\.fstab \d+$/.test(fact) && mentions(ansible, ' none bind ') && runbook === null && asksForMount(input, 'mounted'),
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
      Object.entries(runbook).every(([key, value]) => OF_A_MOMENT.has(key) || ansible[key] === undefined || ansible[key] === value),
  },
  {
    id: 'blanks-in-sysctl-files',
    explains: ({ fact, ansible, runbook }) => /^tree.*\.\/etc\/sysctl\.d\//.test(fact) && withoutBlanks(ansible) === withoutBlanks(runbook),
  },
  {
    id: 'mount-absent',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.startsWith('tree')
        ? /^tree.*\.(\/mnt\/|mount \/mnt\/)/.test(fact) && ansible !== null && runbook === null && asksForMount(input, 'absent')
        : fact.endsWith('.status') &&
          argument(fact, input, 'mount', 'state') === 'absent' &&
          (ansible === 'ok' || (ansible === 'failed' && input.given.includes('echo file >/mnt/@N@'))) &&
          (runbook === 'changed' || (runbook === 'failed' && isFull(input))),
  },
  {
    id: 'mount-absent-in-use',
    explains: ({ fact, ansible, runbook }, input) =>
      /^tree.*\.(fstab |mount \/mnt)/.test(fact) && ansible === null && runbook !== null && isFull(input) && asksForMount(input, 'absent'),
  },
  {
    id: 'remounted-not-mounted',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.startsWith('tree')
        ? /^tree.*\.(\/mnt\/|mount \/mnt\/)/.test(fact) &&
          (ansible === null || mentions(runbook, 'folder 1777') || mountsWith(input, 'opts', 'bind')) &&
          asksForMount(input, 'remounted')
        : fact.endsWith('.status') &&
          argument(fact, input, 'mount', 'state') === 'remounted' &&
          ansible === 'failed' &&
          runbook === 'changed',
  },
  {
    // What is mounted now is there for the second run.
    id: 'remounted-not-mounted',
    explains: ({ fact, ansible, runbook }, input) =>
      /^second\.\d\.status$/.test(fact) &&
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
        : /\.mount \/mnt\//.test(fact) && asksForMount(input, 'ephemeral') && fileSystem(ansible) === fileSystem(runbook),
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
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argument(fact, input, 'user', 'state') !== 'absent' &&
      argument(fact, input, 'user', 'password_lock') === false &&
      // With a hash there is something to unlock.
      !mentions(argument(fact, input, 'user', 'password') ?? '', '$6$'),
  },
  {
    id: 'folder-of-keys',
    explains: ({ fact, ansible, runbook }, { input }) =>
      /^tree( after the second run)?\.\/(home\/[^/]+\/\.ssh|srv\/w\/[^/]+)$/.test(fact) &&
      [ansible, runbook].every((one) => typeof one === 'string' && one.startsWith('folder ')) &&
      tasksOf(input).some((task) => isMap(task) && 'authorized_key' in task),
  },
];

/** The fields of a line of /etc/shadow behind its name. */
const [INACTIVE_FIELD, EXPIRES_FIELD] = [5, 6];

/** Whether Ansible leaves one of these ends of a new account to the next run. */
function lateDays(expires: readonly (Json | undefined)[], isSystem: boolean): boolean {
  return expires.some((end) => end === 0 || (isSystem && end !== undefined));
}

/** The arguments of the tasks that make or change an account. */
function accountsOf({ input }: Case): readonly JsonMap[] {
  return tasksOf(input).flatMap((task) => (isMap(task) && isMap(task['user']) && task['user']['state'] !== 'absent' ? [task['user']] : []));
}

/** The last letters of the groups that are the primary one of the account. */
function primaryGroups({ given, input }: Case): ReadonlySet<string> {
  const asked = tasksOf(input).flatMap((task) => (isMap(task) && isMap(task['user']) ? [task['user']['group'] ?? ''] : []));
  const text = `${given.filter((line) => line.startsWith('useradd')).join(' ')} ${JSON.stringify(asked)}`;
  return new Set([...(/-g @N@g|"@N@g"|"@U@7"/.test(text) ? ['g'] : []), ...['h', 't'].filter((letter) => text.includes(`"@N@${letter}"`))]);
}

/** Whether something lies in the directory of the mount. */
function isFull({ given }: Case): boolean {
  return given.some((line) => line.includes('>/mnt/@N@/file'));
}

function asksForMount(input: Case, state: string): boolean {
  return mountsWith(input, 'state', state);
}

function mountsWith({ input }: Case, name: 'state' | 'opts', value: string): boolean {
  return tasksOf(input).some((task) => isMap(task) && isMap(task['mount']) && task['mount'][name] === value);
}

/** Whether a task asks for more than the reload of a unit that cannot be reloaded. */
function reloadsInVain(task: JsonMap, { given }: Case): boolean {
  const args = task['systemd'] ?? task['service'];
  if (!isMap(args) || args['state'] !== 'reloaded' || (args['enabled'] === undefined && args['masked'] === undefined)) return false;
  const file = given.find((line) => line.startsWith('cat >/etc/systemd/system/@N@a.service')) ?? '';
  return !/^@N@a(\.service)?$/.test(textOf(args['name'])) || !file.includes('ExecReload');
}

/** Of a line of /etc/passwd as it is shown. */
function withoutHome(value: Json): Json {
  return typeof value === 'string' ? value.replace(/ \/\S+ (?=\S+$)/, ' ') : value;
}

function hasUmask(input: Case['input']): boolean {
  return tasksOf(input).some((task) => isMap(task) && isMap(task['user']) && task['user']['umask'] !== undefined);
}

/** The unit file that a task of a case speaks of; empty where it is not one of those with choices. */
function fileOf(fact: string, input: Case): string {
  if (!/^@N@a(\.service)?$/.test(textOf(unitArgument(fact, input, 'name')))) return '';
  return input.given.find((line) => line.startsWith('cat >/etc/systemd/system/@N@a.service')) ?? '';
}

function unitArgument(fact: string, input: Case, name: string): Json | undefined {
  return argument(fact, input, 'systemd', name) ?? argument(fact, input, 'service', name);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Of a file in the form `file MODE OWNER "TEXT"`. */
function linesOf(file: string): readonly string[] {
  const at = file.indexOf('"');
  return [file.slice(0, at), ...file.slice(at).slice(1, -1).split('\\n').toSorted()];
}

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

function withoutMode(value: Json): Json {
  return typeof value === 'string' ? value.replace(/^folder \d+/, 'folder') : value;
}

function isShadow(fact: string): boolean {
  return /^tree.*\.shadow s\w+qa$/.test(fact);
}

/** Without the `!` in front of the password, where Ansible has so many more of them. */
function withoutLock({ ansible, runbook }: Values, more: readonly number[]): Values {
  const [theirs = 0, ours = 0] = [ansible, runbook].map((line) => /^!*/.exec(textOf(line))?.[0].length);
  return more.includes(theirs - ours)
    ? eachWithout({ ansible, runbook }, (value) => (typeof value === 'string' ? value.replace(/^!+/, '') : value))
    : { ansible, runbook };
}

function withoutBlanks(value: Json): string {
  return typeof value === 'string' ? value.replaceAll(' = ', '=') : JSON.stringify(value);
}
