import { isDeepStrictEqual } from 'node:util';
import { type Case, type Json, type JsonMap, isMap, tasksOf } from './case.ts';
import { type Explanation, type Values, argument, eachWithout, mentions, textOf } from './explanation.ts';

/** Explains differences of accounts, groups and keys by a row of docs/differences.yml. */
export const DIFFERENCES_OF_ACCOUNTS: readonly Explanation[] = [
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
      if (
        !/^tree.*\.g(roup|shadow) s\w+q[ght]$/.test(fact) ||
        typeof ansible !== 'string' ||
        typeof runbook !== 'string'
      )
        return false;
      const without = ansible.replace(/s\w+qa,?/, '').replace(/,$/, '');
      return without === runbook && primary.has(fact.at(-1) ?? '');
    },
  },
  {
    id: 'own-group',
    explains: ({ fact, ansible, runbook }, { given, input }) =>
      (/^tree|\.result\.|^second\..*\.status$/.test(fact) ||
        (fact.endsWith('.status') && ansible === 'failed' && runbook !== 'failed')) &&
      !given.some((line) => /(useradd|groupadd).*@N@a$/.test(line)) &&
      tasksOf(input).some((task) => isMap(task) && isMap(task['user']) && task['user']['group'] === '@N@a'),
  },
  {
    id: 'own-group',
    without: ({ fact, ansible, runbook }, { given }) => {
      const isOf = fact.startsWith('tree') && typeof ansible === 'string' && given.some(keepsOwnGroup);
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
      (runbook === null || ['ordinary ', 'system '].includes(textOf(runbook))) &&
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
        .map((field, at) =>
          theirs[at] === '' && ((inactive && at === INACTIVE_FIELD) || (isLate && at === EXPIRES_FIELD)) ? '' : field,
        );
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
        (task) =>
          isMap(task) &&
          isMap(task['user']) &&
          task['user']['move_home'] === true &&
          task['user']['home'] === '/home/@N@deep/er/a',
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
        (isLocked(argument(fact, input, 'user', 'password')) ||
          argument(fact, input, 'user', 'password_lock') === false)
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
      if (!/^tree.*\/authorized_keys$/.test(fact) || typeof ansible !== 'string' || typeof runbook !== 'string')
        return false;
      const asks = tasksOf(input).some(
        (task) => isMap(task) && isMap(task['authorized_key']) && task['authorized_key']['exclusive'] === true,
      );
      const isComment = (line: string): boolean => line === '' || line.startsWith('#');
      const keys = (text: string): readonly string[] => linesOf(text).filter((line) => !isComment(line));
      return asks && runbook.length > ansible.length && isDeepStrictEqual(keys(ansible), keys(runbook));
    },
  },
  {
    id: 'folder-of-keys-unmanaged',
    explains: ({ fact, ansible, runbook }, input) => {
      const asks = tasksOf(input.input).some(
        (task) => isMap(task) && isMap(task['authorized_key']) && task['authorized_key']['manage_dir'] === false,
      );
      if (fact.startsWith('tree')) {
        if (!asks || !/\.ssh(\/authorized_keys)?$/.test(fact)) return false;
        // A later task makes the folder, and the file has the keys of that task alone.
        const [theirs, ours] = [ansible, runbook].map((file) => new Set(linesOf(textOf(file))));
        return runbook === null || (ours?.isSubsetOf(theirs ?? new Set()) === true && ours.size < (theirs?.size ?? 0));
      }
      const isIts = argument(fact, input, 'authorized_key', 'manage_dir') === false && runbook === 'failed';
      return fact.endsWith('.status') && (isIts || (asks && fact.startsWith('second.')));
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
    id: 'nothing-to-unlock',
    explains: ({ fact, ansible, runbook }, input) =>
      fact.endsWith('.status') &&
      ansible === 'changed' &&
      runbook === 'ok' &&
      argument(fact, input, 'user', 'state') !== 'absent' &&
      argument(fact, input, 'user', 'password_lock') === false &&
      // With a hash that is set, there is something to unlock.
      (argument(fact, input, 'user', 'update_password') === 'on_create' ||
        !mentions(argument(fact, input, 'user', 'password') ?? '', '$6$')),
  },
  {
    id: 'folder-of-keys',
    explains: ({ fact, ansible, runbook }, { input }) =>
      /^tree( after the second run)?\.\/(home\/[^/]+\/\.ssh|srv\/w\/[^/]+)$/.test(fact) &&
      [ansible, runbook].every((one) => typeof one === 'string' && one.startsWith('folder ')) &&
      tasksOf(input).some((task) => isMap(task) && 'authorized_key' in task),
  },
];

/** Returns whether the group of the account's own name stays when the account is removed. */
function keepsOwnGroup(line: string): boolean {
  return line === 'groupadd -g @U@9 @N@a' || /^useradd .*-g @N@a /.test(line);
}

/** The fields of a line of /etc/shadow after the name. */
const [INACTIVE_FIELD, EXPIRES_FIELD] = [5, 6];

/** Returns whether Ansible sets one of these dates of a new account only in the next run. */
function lateDays(expires: readonly (Json | undefined)[], isSystem: boolean): boolean {
  return expires.some((end) => end === 0 || (isSystem && end !== undefined));
}

/** Returns the arguments of the tasks that make or change an account. */
function accountsOf({ input }: Case): readonly JsonMap[] {
  return tasksOf(input).flatMap((task) =>
    isMap(task) && isMap(task['user']) && task['user']['state'] !== 'absent' ? [task['user']] : [],
  );
}

/** Returns the last letters of the groups that are the primary group of the account. */
function primaryGroups({ given, input }: Case): ReadonlySet<string> {
  const asked = tasksOf(input).flatMap((task) =>
    isMap(task) && isMap(task['user']) ? [task['user']['group'] ?? ''] : [],
  );
  const text = `${given.filter((line) => line.startsWith('useradd')).join(' ')} ${JSON.stringify(asked)}`;
  return new Set([
    ...(/-g @N@g|"@N@g"|"@U@7"/.test(text) ? ['g'] : []),
    ...['h', 't'].filter((letter) => text.includes(`"@N@${letter}"`)),
  ]);
}

/** Removes the home from a line of /etc/passwd. */
function withoutHome(value: Json): Json {
  return typeof value === 'string' ? value.replace(/ \/\S+ (?=\S+$)/, ' ') : value;
}

function hasUmask(input: Case['input']): boolean {
  return tasksOf(input).some((task) => isMap(task) && isMap(task['user']) && task['user']['umask'] !== undefined);
}

/** Of a file in the form `file MODE OWNER "TEXT"`. */
function linesOf(file: string): readonly string[] {
  const at = file.indexOf('"');
  return [file.slice(0, at), ...file.slice(at).slice(1, -1).split('\\n').toSorted()];
}

function words(text: string): readonly string[] {
  return text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
}

function withoutMode(value: Json): Json {
  return typeof value === 'string' ? value.replace(/^folder \d+/, 'folder') : value;
}

function isShadow(fact: string): boolean {
  return /^tree.*\.shadow s\w+qa$/.test(fact);
}

/** Removes the `!` before the password, of which Ansible writes more. */
function withoutLock({ ansible, runbook }: Values, more: readonly number[]): Values {
  const [theirs = 0, ours = 0] = [ansible, runbook].map((line) => /^!*/.exec(textOf(line))?.[0].length);
  return more.includes(theirs - ours)
    ? eachWithout({ ansible, runbook }, (value) => (typeof value === 'string' ? value.replace(/^!+/, '') : value))
    : { ansible, runbook };
}
