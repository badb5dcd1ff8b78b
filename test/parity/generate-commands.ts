import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

const COMMANDS = [
  'echo hi',
  'printf "a\\n\\n"',
  "printf 'a b'",
  'true',
  'false',
  'ls d',
  'cat d/f',
  'pwd',
  'no-such-program',
  'sh -c "exit 7"',
  'sh -c "echo e >&2"',
  'echo $HOME',
  "echo 'q q' x",
  'echo a   b',
  'touch made',
  'echo "{\\"a\\": 1}"',
  'echo ä',
  'printf "\\\\t"',
  'echo a#b',
  'echo "*"',
  'echo ~ a~',
] as const;
/** Tasks after the command that use the result in `r`, but not its output. */
const BEHIND: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['r is changed', 'r.changed'],
  ['r is not changed', '!r.changed'],
  ['r is failed', 'r.failed'],
  ['r is succeeded', '!r.failed'],
  ['r is failed or r is changed', 'r.failed || r.changed'],
  ['r.rc == 0', 'r.rc == 0'],
];
const SHELLS = [
  'echo hi',
  'echo a && echo b',
  'echo "$((1 + 2))"',
  'false || echo ok',
  'exit 3',
  'ls d | wc -l',
  'echo x > made; cat made',
  'x=1; echo "$x"',
  'printf "a\\nb\\n\\n"',
  'printf " a "',
  'echo e >&2; exit 1',
  'cat <<EOT\nhere\nEOT',
  'echo \'a\' "b"',
  'umask',
  'printf "a\\r\\nb\\r\\n"',
  'echo ä ö',
  'echo "tab\there"',
  'set -u; echo ok',
  'kill -9 $$',
  'cd d; pwd',
  'printf ""',
  'set -- 1 2; echo $#',
  'false | true',
  'printf "\\n\\na"',
  'rc=3; echo $rc',
  'status=9; exit 4',
  'echo $0 | wc -l',
] as const;

export function commandCase(chance: Chance): Draft {
  const args: Record<string, Json> = {};
  const shell = chance.of(0.5);
  if (!shell && chance.of(0.25))
    args['argv'] = chance.one<Json>([
      ['echo', 'a b'],
      ['printf', '%s|', 'x', '', '*'],
      ['echo', '$HOME', '`x`'],
      ['ls', 'd'],
      ['false'],
    ]);
  else args['cmd'] = shell ? chance.one(SHELLS) : chance.one(COMMANDS);
  Object.assign(
    args,
    { chdir: '@W@' },
    chance.options<Json>(
      {
        creates: ['@W@/d', '@W@/gone', '@W@/d/*', '@W@/*.none', 'd'],
        removes: ['@W@/d', '@W@/gone', '@W@/d/?', 'gone'],
        chdir: ['@W@/d', '@W@/gone'],
      },
      0.12,
    ),
  );
  if (shell) Object.assign(args, chance.options<Json>({ executable: ['/bin/bash', '/bin/sh'] }, 0.1));
  if (chance.of(0.15))
    Object.assign(
      args,
      { cmd: 'cat', stdin: chance.one(['in', 'a\nb', 'ä', '']) },
      chance.options<Json>({ stdin_add_newline: [false, true] }, 0.4),
    );
  if (args['stdin'] !== undefined) delete args['argv'];
  const task: Record<string, Json> = { [shell ? 'shell' : 'command']: args, register: 'r' };
  if (chance.of(0.2)) task['environment'] = { HOME: '/x', PARITY: 'a b', PATH: '/usr/bin:/bin' };
  if (chance.of(0.15))
    task['changed_when'] = chance.one<Json>([false, 'r.rc == 0', either('"a" in r.stdout', 'r.stdout.contains("a")')]);
  if (chance.of(0.15)) task['failed_when'] = chance.one<Json>([false, 'r.rc == 3', 'r.rc > 4']);
  if (chance.of(0.1)) Object.assign(task, { until: 'r.rc == 0', retries: 2, delay: 0 });
  const behind = chance.one(BEHIND);
  return {
    given: ['mkdir d', 'printf "f\\n" > d/f'],
    tasks: [
      task,
      { debug: { msg: '{{r.stdout_lines}}' } },
      { debug: { msg: '{{r.rc}}' } },
      { debug: { msg: 'behind' }, when: either(...behind) },
    ],
    ...endings(task, args),
  };
}

/**
 * If `creates` or `removes` shows that the command will run, or `changed_when` that it changes nothing, the plan is
 * certain of that. It is never certain of the exit status.
 */
function endings(task: JsonMap, { creates, removes }: JsonMap): Pick<Draft, 'mayFail'> {
  const ends = ['the command ended with exit status ', 'gave up after '];
  if (task['changed_when'] === false) return { mayFail: [...ends, 'failed_when is true', 'there is no folder '] };
  return creates === undefined && removes === undefined ? {} : { mayFail: ends };
}
