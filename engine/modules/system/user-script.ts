import { quote } from '../../connection/base/quote.ts';
import { parentOf } from '../../resources/file/file-state.ts';
import type { UserState } from '../../resources/system/account-state.ts';
import { otherGroups } from '../../resources/user.ts';
import { type UserArguments, hasOwnGroup } from './user-arguments.ts';
import { passwordField, wantedAging } from './user-password.ts';
import { dateOf, movesHome } from './user-wish.ts';

/** Seen states of the groups and the home directory of the account. */
export interface Found {
  readonly ownGroupExists: boolean;
  readonly homeExists: boolean;
  /** True if the primary group is the wanted one. */
  readonly isOfGroup: boolean;
}

/** Returns shell text that makes the account. The busybox of Alpine has `adduser`, all other systems have `useradd`. */
export function createUser(args: UserArguments, after: UserState, found: Found): string {
  const makesGroup = hasOwnGroup(args) && !found.ownGroupExists;
  const makesHome = args.create_home && !found.homeExists;
  const lines = [
    'set -e',
    ...(makesHome && after.home !== undefined ? [makeDirectory(parentOf(after.home))] : []),
    'if command -v useradd >/dev/null; then',
    `  ${useradd(args, after, makesGroup)}`,
    'else',
    ...(makesGroup ? [`  addgroup ${args.system ? '-S ' : ''}${quote(args.name)}`] : []),
    `  ${adduser(args, after)}`,
    ...otherGroups(after).map((group) => `  addgroup ${quote(args.name)} ${quote(group)}`),
    'fi',
    ...(makesHome && args.umask !== undefined ? [`chmod ${modeUnder(args.umask)} ${quote(after.home ?? '')}`] : []),
    ...setShadow(args, { exists: false }, after),
  ];
  return `${lines.join('\n')}\n`;
}

function useradd(args: UserArguments, after: UserState, makesGroup: boolean): string {
  const groups = args.groups === undefined ? [] : otherGroups(after);
  return words([
    'useradd',
    makesGroup ? '-U' : `-g ${quote(args.group ?? args.name)}`,
    args.system ? '-r' : '',
    ...(args.create_home ? ['-m', option('-k', args.skeleton)] : ['-M']),
    args.umask === undefined ? '' : `-K UMASK=${args.umask}`,
    option('-u', args.uid),
    args.uid !== undefined && args.non_unique ? '-o' : '',
    option('-d', after.home),
    option('-s', args.shell),
    option('-c', args.comment),
    groups.length === 0 ? '' : `-G ${quote(groups.join(','))}`,
    `-- ${quote(args.name)}`,
  ]);
}

function adduser(args: UserArguments, after: UserState): string {
  return words([
    'adduser -D',
    args.system ? '-S' : '',
    args.create_home ? option('-k', args.skeleton) : '-H',
    `-G ${quote(args.group ?? args.name)}`,
    option('-u', args.uid),
    option('-h', after.home),
    option('-s', args.shell),
    option('-g', args.comment),
    quote(args.name),
  ]);
}

/** Returns shell text that changes an existing account to the wanted state. */
export function modifyUser(args: UserArguments, state: UserState, after: UserState, found: Found): string {
  const isMoved = movesHome(args, state);
  const makesHome = args.create_home && !found.homeExists && !isMoved;
  const lines = [
    'set -e',
    ...(isMoved && args.home !== undefined ? [makeDirectory(parentOf(args.home))] : []),
    ...modification(args, state, after, found),
    ...(makesHome && after.home !== undefined ? [makeHome(args, after.home)] : []),
    ...setShadow(args, state, after),
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns the commands of usermod, or those of busybox without usermod; nothing if there is nothing to do. */
function modification(args: UserArguments, state: UserState, after: UserState, found: Found): readonly string[] {
  const name = quote(args.name);
  const fields = changedFields(args, state, found);
  const lock = lockOption(args, state, after);
  const joined = otherGroups(after).filter((group) => state.groups?.includes(group) !== true);
  const left = (state.groups ?? []).filter((group) => after.groups?.includes(group) !== true);
  const isRegrouped = args.groups !== undefined && (joined.length > 0 || left.length > 0);
  const busybox = [
    ...(fields.length > 0 ? ["echo 'Changing an account needs usermod: install the package shadow' >&2; exit 1"] : []),
    ...(lock === '' ? [] : [`passwd ${lock.toLowerCase()} ${name}`]),
    ...(isRegrouped ? joined.map((group) => `addgroup ${name} ${quote(group)}`) : []),
    ...(isRegrouped ? left.map((group) => `delgroup ${name} ${quote(group)}`) : []),
  ];
  if (busybox.length === 0) return [];
  const groups = isRegrouped ? `-G ${quote(otherGroups(after).join(','))}` : '';
  const usermod = words(['usermod', ...fields, lock, groups, '--', name]);
  return [`if command -v usermod >/dev/null; then ${usermod}; else\n${busybox.join('\n')}\nfi`];
}

function changedFields(args: UserArguments, state: UserState, { isOfGroup }: Found): readonly string[] {
  const changed = <Name extends 'uid' | 'home' | 'shell' | 'comment'>(name: Name): UserArguments[Name] | undefined =>
    args[name] === state[name] ? undefined : args[name];
  const [uid, home] = [changed('uid'), changed('home')];
  return [
    uid === undefined ? '' : `-u ${uid}${args.non_unique ? ' -o' : ''}`,
    isOfGroup ? '' : option('-g', args.group),
    home === undefined ? '' : `${option('-d', home)}${movesHome(args, state) ? ' -m' : ''}`,
    option('-s', changed('shell')),
    option('-c', changed('comment')),
  ].filter((field) => field !== '');
}

/** Returns the option that locks or unlocks the account; none with a new password, which has its own lock. */
function lockOption(args: UserArguments, state: UserState, after: UserState): '' | '-L' | '-U' {
  if (after.locked === undefined || after.locked === state.locked) return '';
  if (passwordField(args, state, after) !== undefined) return '';
  return after.locked ? '-L' : '-U';
}

/**
 * Returns shell text that removes an account, with its home directory if `remove` is true. With `force`, userdel also
 * removes an account that is logged in.
 */
export function removeUser({ name, remove, force }: UserArguments): string {
  // userdel exits with 12 if the mail spool that it should remove never existed.
  return `if command -v userdel >/dev/null; then
  userdel ${force ? '-f ' : ''}${remove ? '-r ' : ''}-- ${quote(name)} || { status=$?; [ $status -eq 12 ] || exit $status; }
else
  deluser ${remove ? '--remove-home ' : ''}${quote(name)}
fi
`;
}

/**
 * Returns shell text that makes a home directory as useradd does: a copy of the skeleton, with the permission bits of
 * the host for home directories.
 */
function makeHome({ name, skeleton = '/etc/skel', umask }: UserArguments, home: string): string {
  const mode =
    umask === undefined
      ? `mode=755 from=
if [ -r /etc/login.defs ]; then
  while read -r key value rest || [ -n "$key" ]; do
    case $key in
      HOME_MODE) mode=$value from=$key ;;
      UMASK) [ "$from" = HOME_MODE ] || mode=$(printf %o "$((0777 & ~0$value))") ;;
    esac
  done </etc/login.defs
fi`
      : `mode=${modeUnder(umask)}`;
  return `home=${quote(home)} skeleton=${quote(skeleton)}
${makeDirectory(parentOf(home))}
if [ -d "$skeleton" ]; then cp -RP -- "$skeleton" "$home"; else mkdir -- "$home"; fi
${mode}
chmod "$mode" -- "$home"
# What is above comes last, so that the user can change no name while there is still something to be done beneath it.
find "$home" -depth -exec chown -h ${quote(name)}: {} +`;
}

function makeDirectory(path: string): string {
  return `[ -d ${quote(path)} ] || mkdir -p -- ${quote(path)}`;
}

function modeUnder(umask: string): string {
  return (0o777 & ~Number.parseInt(umask, 8)).toString(8).padStart(4, '0');
}

/**
 * Returns the commands for /etc/shadow. A builtin sends the hash to the stdin of chpasswd, so that it is in the
 * arguments of no process.
 */
function setShadow(args: UserArguments, state: UserState, after: UserState): readonly string[] {
  const field = passwordField(args, state, after);
  const { min, max, warn, inactive, expires } = wantedAging(args, { exists: true }) ?? {};
  const chage = [
    days('-m', min, state.aging?.min),
    days('-M', max, state.aging?.max),
    days('-W', warn, state.aging?.warn),
    days('-I', inactive, state.aging?.inactive),
    expires === undefined || expires === state.aging?.expires ? '' : `-E ${expires === null ? -1 : dateOf(expires)}`,
  ].filter((option) => option !== '');
  return [
    ...(field === undefined ? [] : [`printf '%s\\n' ${quote(`${args.name}:${field}`)} | chpasswd -e`]),
    ...(chage.length === 0 ? [] : [words(['chage', ...chage, '--', quote(args.name)])]),
  ];
}

function days(flag: string, wanted: number | null | undefined, now: number | null | undefined): string {
  return wanted === undefined || wanted === now ? '' : `${flag} ${wanted ?? -1}`;
}

function option(flag: string, value: string | number | undefined): string {
  return value === undefined ? '' : `${flag} ${quote(String(value))}`;
}

function words(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
