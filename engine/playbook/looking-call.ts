import type { Expression } from '../values/expression/expression.ts';
import type { Argument, Settings } from './base/play.ts';
import type { ModuleCall } from './module-call.ts';

/** The arguments of command and shell that query has too, each with its name in query. */
const OF_QUERY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  command: { cmd: 'argv', argv: 'argv', chdir: 'chdir' },
  shell: { cmd: 'cmd', chdir: 'chdir' },
};

/**
 * Returns a `query` for a command that only looks; any other call is returned unchanged. A command only looks if its
 * author has written both `check_mode: false` (Ansible runs it with --check too) and `changed_when: false` (it changes
 * nothing).
 */
export function lookingCall(
  call: ModuleCall,
  { checkMode }: Settings,
  changedWhen: readonly Expression[] | undefined,
): ModuleCall {
  const names = OF_QUERY[call.module];
  const [verdict, ...others] = changedWhen ?? [];
  const looks = checkMode?.literal === false && verdict?.source.trim() === 'false' && others.length === 0;
  if (names === undefined || !looks) return call;
  const renamed = new Map<string, Argument>();
  for (const [name, argument] of call.arguments) {
    const own = Object.hasOwn(names, name) ? names[name] : undefined;
    if (own === undefined) return call;
    renamed.set(own, argument);
  }
  return { ...call, module: 'query', arguments: renamed };
}
