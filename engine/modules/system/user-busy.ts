import type { UserState } from '../../resources/system/account-state.ts';
import type { Change, Impossible } from '../base/module.ts';
import type { UserArguments } from './user-arguments.ts';

/** Returns whether the task may need an account without processes. */
export function needsIdleAccount(args: UserArguments): boolean {
  return args.state === 'absent' ? !args.force : args.uid !== undefined || args.home !== undefined;
}

/**
 * Returns why usermod or userdel will refuse the change: the account has a process. Undefined if the account has none, if
 * an earlier change may end the process, or if the change does not need an account without processes.
 */
export function busyAccount(
  args: UserArguments,
  state: UserState,
  certainty: Change['certainty'],
): Impossible | undefined {
  const change = refusedChange(args, state);
  const { process } = state;
  if (change === undefined || certainty !== 'certain' || process === undefined || process === null) return undefined;
  const orForce = args.state === 'absent' ? ', or set force: true, which leaves the process alone' : '';
  return {
    kind: 'impossible',
    what: `${change} while ${process.command} (process ${process.pid}) runs under it`,
    remedy: `Stop its service with a task before this one (systemd: { name: …, state: stopped })${orForce}`,
  };
}

function refusedChange(args: UserArguments, state: UserState): string | undefined {
  if (!state.exists) return undefined;
  if (args.state === 'absent') return args.force ? undefined : `The account ${args.name} cannot be removed`;
  if (args.uid !== undefined && args.uid !== state.uid) return `The number of the account ${args.name} cannot change`;
  if (args.home !== undefined && args.home !== state.home)
    return `The home directory of the account ${args.name} cannot change`;
  return undefined;
}
