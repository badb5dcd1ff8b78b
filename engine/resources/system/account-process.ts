import { quote } from '../../connection/base/quote.ts';
import type { AccountProcess } from './account-state.ts';

/**
 * Shell text that prints one process of each account as `process:NAME:PID:PROGRAM`: the account is its real, effective or
 * saved user, as usermod and userdel look at it. A shell without arguments does not count: such are the shells of the
 * run, which end before an account is changed.
 */
export function listProcesses(names: readonly string[]): string {
  return names.length === 0
    ? ''
    : `for name in ${names.map((name) => quote(name)).join(' ')}; do
  uid=$(id -u -- "$name" 2>/dev/null) || continue
  for path in $(grep -lsE "^Uid:.*[[:space:]]$uid([[:space:]]|$)" /proc/[0-9]*/status); do
    path=\${path%/status}
    read -r command 2>/dev/null <"$path/comm" || continue
    [ "$command" != sh ] || [ "$(tr '\\0' ' ' <"$path/cmdline")" != 'sh ' ] || continue
    printf 'process:%s:%s:%s\\n' "$name" "\${path#/proc/}" "$command"
    break
  done
done
`;
}

/** Returns the process of the account in the lines of the output; null if it has none. */
export function decodeProcess(name: string, lines: readonly (readonly string[])[]): AccountProcess | null {
  const [, , pid, ...command] = lines.find(([kind, of]) => kind === 'process' && of === name) ?? [];
  return pid === undefined ? null : { pid: Number(pid), command: command.join(':') };
}
