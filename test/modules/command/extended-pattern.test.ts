import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { extendedPattern, NoExtendedPattern } from '../../../engine/modules/command/extended-pattern.ts';

/** Returns whether the real grep finds the pattern in a line. */
function finds(pattern: string, line: string): boolean {
  const { source, ignoreCase } = extendedPattern(pattern);
  const done = spawnSync('grep', [`-Eq${ignoreCase ? 'i' : ''}`, '-e', source], {
    input: `${line}\n`,
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  return done.status === 0;
}

test.each([
  ['\\d{3} ms', ['took 123 ms'], ['took 12 ms', 'ddd ms']],
  ['^\\S+\\s+ready$', ['node-1 \t ready'], ['node 1 ready', 'node-1ready']],
  ['[\\d.]+%', ['100.5%'], ['d%', '%']],
  ['[^\\w]end', ['-end'], ['xend', '_end']],
  ['(?:a|b)c', ['bc'], ['c']],
  ['(?P<name>ab)+$', ['xabab'], ['xa']],
  ['(?i)listening', ['LISTENING on 80'], ['listen']],
  ['a\\.b\\/c\\-d', ['a.b/c-d'], ['axb/c-d']],
  ['[\\]]', [']'], ['[', '\\']],
  ['[a\\-z]', ['-', 'a'], ['b', '\\']],
  ['[\\^]', ['^'], ['x']],
  ['[^\\]x]y', ['ay'], ['xy', ']y']],
  ['[[:digit:]]x', ['1x'], ['ax']],
  ['\\(x\\)\\{2\\}', ['(x){2}'], ['xx']],
  ['a\\tb', ['a\tb'], ['atb']],
] as const)('%s means the same to grep', (pattern, found, notFound) => {
  for (const line of found) expect([line, finds(pattern, line)]).toEqual([line, true]);
  for (const line of notFound) expect([line, finds(pattern, line)]).toEqual([line, false]);
});

test.each(['a.*?b', 'x(?=y)', 'x(?!y)', '(?<=a)b', '(a)\\1', '\\bword', 'a\\nb', 'a++', 'a{1,2}?', '\\Aword', '(?m)x'])(
  '%s is refused',
  (pattern) => {
    expect(() => extendedPattern(pattern)).toThrow(NoExtendedPattern);
  },
);
