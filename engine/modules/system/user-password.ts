import type { Aging, UserState } from '../../resources/system/account-state.ts';
import { passwordDigest } from '../../resources/user.ts';
import { revealed } from '../../values/base/revealed.ts';
import { Unknown } from '../../values/base/value.ts';
import type { Impossible } from '../base/module.ts';
import type { UserArguments } from './user-arguments.ts';

/** The digests of fields without a password. */
const NONE: ReadonlySet<string | undefined> = new Set(['', '*'].map(passwordDigest));

/** Returns the wanted password digest and lock of the account. Undefined: not known. */
export function wantedPassword(args: UserArguments, state: UserState): Pick<UserState, 'password' | 'locked'> {
  const hash = wantedHash(args, state);
  if (hash instanceof Unknown) return { password: undefined, locked: undefined };
  const keepsHash = hash === undefined;
  const hasNone = keepsHash ? !state.exists || NONE.has(state.password) : hash === '';
  if (keepsHash) {
    const kept = state.exists
      ? { password: state.password, locked: state.locked }
      : { password: passwordDigest(''), locked: true };
    return args.password_lock === undefined || (hasNone && !args.password_lock)
      ? kept
      : { ...kept, locked: args.password_lock };
  }
  const password = passwordDigest(hash);
  if (hasNone) return { password, locked: true };
  const wasLocked = state.exists && state.locked === true && (password === state.password || !NONE.has(state.password));
  return { password, locked: args.password_lock ?? (isLockedHash(args) || wasLocked) };
}

/** Returns the hash to be set, without a leading !; undefined if the existing hash stays. */
function wantedHash(
  { password, update_password: when }: UserArguments,
  state: UserState,
): string | Unknown | undefined {
  if (password === undefined || (state.exists && when === 'on_create')) return undefined;
  return password instanceof Unknown ? password : revealed(password).replace(/^!+/, '');
}

/**
 * Returns the new password field of the account in /etc/shadow: the hash, with `!` before it if the account is to be
 * locked. Undefined if the field need not be written.
 */
export function passwordField(args: UserArguments, state: UserState, after: UserState): string | undefined {
  const hash = wantedHash(args, state);
  if (typeof hash !== 'string' || (state.exists && after.password === state.password && after.locked === state.locked))
    return undefined;
  return `${after.locked === true ? '!' : ''}${hash}`;
}

function isLockedHash({ password }: UserArguments): boolean {
  return password !== undefined && !(password instanceof Unknown) && revealed(password).startsWith('!');
}

/**
 * Returns the fault of the wanted password. useradd accepts any text as a hash: a plain password would lock the account
 * and be written to a file.
 */
export function passwordFault(args: UserArguments): Impossible | undefined {
  const { password, name } = args;
  if (password === undefined || password instanceof Unknown) return undefined;
  if (/^!+[^!]/.test(revealed(password)) && args.password_lock === false)
    return {
      kind: 'impossible',
      what: `The password of ${name} is locked by the ! before it, and password_lock: false unlocks it`,
      remedy: 'Remove one of the two',
    };
  if (/^(?:!{0,2}\$[0-9a-z]+\$[^:\s]+|!{1,2}|!?\*)$/.test(revealed(password))) return undefined;
  return {
    kind: 'impossible',
    what: `The password of ${name} is not a crypt hash`,
    remedy: 'Make one with `openssl passwd -6` or `mkpasswd`, and keep it as a !vault value',
  };
}

const DAYS = {
  min: 'password_expire_min',
  max: 'password_expire_max',
  warn: 'password_expire_warn',
  inactive: 'password_expire_account_disable',
} as const;

/** Returns the wanted days, with the existing values of the other fields. Undefined if the task gives none. */
export function wantedAging(args: UserArguments, state: UserState): Aging | undefined {
  const wanted: { -readonly [Field in keyof Aging]: Aging[Field] } = {};
  for (const field of ['min', 'max', 'warn', 'inactive'] as const) {
    const days = args[DAYS[field]];
    if (days !== undefined) wanted[field] = days < 0 ? null : days;
  }
  if (args.expires !== undefined) wanted.expires = args.expires < 0 ? null : Math.floor(args.expires / 86_400);
  return Object.keys(wanted).length === 0 ? undefined : { ...state.aging, ...wanted };
}
