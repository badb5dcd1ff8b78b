import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { completionSite } from './completion-site.ts';

// The completion scripts, run in the shells themselves.

const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');
const folder = completionSite();
beforeAll(() => {
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(
      join(folder, `completion.${shell}`),
      execFileSync(process.execPath, [RUNBOOK, 'completion', shell], { encoding: 'utf8' }),
    );
});

function run(program: string, args: readonly string[], input = ''): string {
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, TERM: 'dumb' };
  return execFileSync(program, [...args], { cwd: folder, encoding: 'utf8', env, input });
}

/** Returns the words that a completion function gets from bash. */
function inBash(words: readonly string[]): readonly string[] {
  const script = `source ./completion.bash
compopt() { :; }
COMP_WORDS=(runbook "$@"); COMP_CWORD=$#
_runbook
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc', '-c', script, 'bash', ...words])
    .trimEnd()
    .split('\n');
}

/** Runs a completion in fish itself, which has a command for it. */
function inFish(line: string): readonly string[] {
  return run('fish', ['--no-config', '-c', `source ./completion.fish; complete -C $argv[1]`, line])
    .trimEnd()
    .split('\n')
    .map((one) => one.replace(/\t.*/, ''));
}

/**
 * Runs a completion in the line editor of zsh on a pseudo-terminal. Returns the words that compadd gets and that match.
 */
function inZsh(line: string): readonly string[] {
  const script = `zmodload zsh/zpty
zpty -b shell zsh -f -i
send() { zpty -w shell "$1" }
send 'PS1= RPS1=; autoload -Uz compinit; compinit -u -d ./dump; source ./completion.zsh'
send 'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- $found >>./found; builtin compadd "$@" }'
send 'finished() { print done >>./found-end }; zle -N finished; bindkey "^Xd" finished; print ready >ready'
while [[ ! -s ready ]]; do sleep 0.05; done
zpty -n -w shell "$1"$'\\t'
zpty -n -w shell $'\\x18d'
for ((i = 0; i < 600; i++)); do [[ -s found-end ]] && break; sleep 0.05; zpty -r -t shell out 2>/dev/null; done
zpty -d shell
cat found`;
  run('rm', ['-f', 'found', 'found-end', 'ready']);
  // zsh searches for files in several ways.
  return [...new Set(run('zsh', ['-f', '-c', script, 'zsh', line]).trimEnd().split('\n'))];
}

interface Row {
  readonly line: string;
  readonly words: readonly string[];
}

const TABLE: readonly Row[] = [
  { line: 'pl', words: ['play', 'plan'] },
  { line: 'vault re', words: ['rekey'] },
  { line: 'play --start', words: ['--start-at-task'] },
  { line: 'play --output pl', words: ['plain'] },
  { line: 'play -i hosts.yml -l web', words: ['web', 'web-1', 'web-2'] },
  { line: 'play site.yml --tags app,inn', words: ['app,inner'] },
  { line: 'runs show 202602', words: ['20260202T000000-bbb'] },
  { line: 'play sec', words: ['second.yml'] },
  { line: 'exec all -m sys', words: ['sysctl', 'systemd'] },
];

describe('bash', () => {
  test.each(TABLE)('completes: $line', ({ line, words }) => {
    expect(inBash(line.split(' '))).toEqual(words);
  });
  test.each<[string, readonly string[], readonly string[]]>([
    ['a word with spaces, quoted', ['plan', 'site.yml', '--start-at-task', 'Inst'], ['Install\\ the\\ thing']],
    ['within quotes as it is', ['plan', 'site.yml', '--start-at-task', '"Inst'], ['Install the thing']],
    ['behind = only the value', ['play', '--output', '=', 'pl'], ['plain']],
    ['files behind =', ['play', '--inventory', '=', 'host'], ['hosts', 'hosts.yml']],
    ['a file with a space, which bash quotes', ['play', 'a'], ['a b.yml']],
  ])('completes %s', (_, words, expected) => {
    expect(inBash(words).toSorted()).toEqual(expected);
  });
});

describe('fish', () => {
  test.each([
    ...TABLE,
    { line: 'play --output=pl', words: ['--output=plain'] },
    { line: 'play --inventory=sec', words: ['--inventory=second.yml'] },
    { line: 'plan site.yml --start-at-task Inst', words: ['Install the thing'] },
  ])('completes: $line', ({ line, words }) => {
    expect(inFish(`runbook ${line}`).toSorted()).toEqual(words.toSorted());
  });
});

describe('zsh', () => {
  test.each([...TABLE, { line: 'play --output=pl', words: ['--output=plain'] }])(
    'completes: $line',
    ({ line, words }) => {
      expect(inZsh(`runbook ${line}`)).toEqual(words);
    },
  );
});
