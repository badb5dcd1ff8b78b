import { quote } from '../connection/quote.ts';
import type { UserState } from '../resources/user.ts';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import type { UserArguments } from './user-arguments.ts';
import { hasOwnGroup, homeOf, isPasswordNew } from './user-arguments.ts';

/** Makes the account. Alpine's busybox has `adduser`, everything else has `useradd`. */
export function createUser(args: UserArguments, ownGroupExists: boolean): string {
  const own = hasOwnGroup(args);
  const home = args.create_home ? homeOf(args) : args.home;
  const primary = own && !ownGroupExists ? '-U' : `-g ${quote(args.group ?? args.name)}`;
  const useradd = [
    'useradd',
    primary,
    args.system ? '-r' : '',
    args.create_home ? '-m' : '-M',
    option('-u', args.uid),
    option('-d', home),
    option('-s', args.shell),
    option('-c', args.comment),
    args.groups === undefined || args.groups.length === 0 ? '' : `-G ${quote(args.groups.join(','))}`,
    `-- ${quote(args.name)}`,
  ];
  const adduser = [
    'adduser -D',
    args.system ? '-S' : '',
    args.create_home ? '' : '-H',
    `-G ${quote(args.group ?? args.name)}`,
    option('-u', args.uid),
    option('-h', home),
    option('-s', args.shell),
    option('-g', args.comment),
    quote(args.name),
  ];
  const memberships = (args.groups ?? []).map((group) => `  addgroup ${quote(args.name)} ${quote(group)} || exit`);
  return `if command -v useradd >/dev/null; then
  ${words(useradd)} || exit
else
${own && !ownGroupExists ? `  addgroup ${args.system ? '-S ' : ''}${quote(args.name)} || exit\n` : ''}  ${words(adduser)} || exit
${memberships.join('\n')}
fi
${setPassword(args)}`;
}

/** Brings an existing account to the state. */
export function modifyUser(args: UserArguments, state: UserState, after: UserState): string {
  const joined = (after.groups ?? []).filter((group) => state.groups?.includes(group) !== true);
  const left = (state.groups ?? []).filter((group) => after.groups?.includes(group) !== true);
  const isRegrouped = args.groups !== undefined && (joined.length > 0 || left.length > 0);
  const fields = [
    args.uid === undefined || args.uid === state.uid ? '' : option('-u', args.uid),
    args.group === undefined || args.group === state.group || args.group === String(state.gid) ? '' : option('-g', args.group),
    args.home === undefined || args.home === state.home ? '' : option('-d', args.home),
    args.shell === undefined || args.shell === state.shell ? '' : option('-s', args.shell),
    args.comment === undefined || args.comment === state.comment ? '' : option('-c', args.comment),
  ].filter((field) => field !== '');
  const lines = ['set -e'];
  const usermod = words(['usermod', ...fields, isRegrouped ? `-G ${quote((after.groups ?? []).join(','))}` : '', '--', quote(args.name)]);
  const busybox = [
    ...(fields.length > 0 ? ["echo 'Changing an account needs usermod: install the package shadow' >&2; exit 1"] : []),
    ...(isRegrouped
      ? [
          ...joined.map((group) => `addgroup ${quote(args.name)} ${quote(group)}`),
          ...left.map((group) => `delgroup ${quote(args.name)} ${quote(group)}`),
        ]
      : []),
  ];
  if (busybox.length > 0) lines.push(`if command -v usermod >/dev/null; then ${usermod}; else\n${busybox.join('\n')}\nfi`);
  if (args.create_home && state.homeExists === false) lines.push(makeHome(args.name));
  if (isPasswordNew(args, state, after)) lines.push(setPassword(args));
  return `${lines.join('\n')}\n`;
}

export function removeUser(name: string, withHome: boolean): string {
  // userdel has this status where the mail spool it should remove never was.
  return `if command -v userdel >/dev/null; then
  userdel ${withHome ? '-r ' : ''}-- ${quote(name)} || { status=$?; [ $status -eq 12 ] || exit $status; }
else
  deluser ${withHome ? '--remove-home ' : ''}${quote(name)}
fi
`;
}

function makeHome(name: string): string {
  return `home=$(while IFS=: read -r name x uid gid comment home shell; do [ "$name" != ${quote(name)} ] || printf %s "$home"; done </etc/passwd)
mkdir -p -- "\${home%/*}/"
if [ -d /etc/skel ]; then cp -R /etc/skel "$home"; else mkdir -- "$home"; fi
chmod 0700 "$home"
chown -R ${quote(name)}: "$home"`;
}

/** By stdin of chpasswd, which a builtin writes: the hash is in no process's arguments. */
function setPassword({ name, password }: UserArguments): string {
  if (password === undefined || password instanceof Unknown) return '';
  const hash = password instanceof Secret ? password.reveal() : password;
  return `printf '%s\\n' ${quote(`${name}:${hash}`)} | chpasswd -e\n`;
}

function option(flag: string, value: string | number | undefined): string {
  return value === undefined ? '' : `${flag} ${quote(String(value))}`;
}

function words(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
