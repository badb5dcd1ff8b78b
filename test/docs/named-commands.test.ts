import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../engine/cli/main.ts';
import { splitWords } from '../../engine/connection/base/split-words.ts';

const ROOT = join(import.meta.dirname, '../..');

function namesIn(folder: string, pattern: RegExp, recursive: boolean): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}

/** The files whose texts name commands for people: pages, and the sources of messages. */
const FILES = [
  ...['.', 'docs'].flatMap((folder) => namesIn(folder, /\.md$/, false)).filter((name) => name !== 'CHANGELOG.md'),
  ...['examples', 'roles'].flatMap((folder) => namesIn(folder, /\.md$/, true)),
  ...namesIn('engine', /\.ts$|error-meanings\.json$/, true),
];

/** Commands in backticks, and lines of code that are a command. */
const NAMED = /(?:\\?`|^)runbook (?<command>[a-z][^`\\\n]*)/gm;

/** Returns the words after `runbook` of each command. A value of a template becomes the word VALUE. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(NAMED)].map(({ groups = {} }) => {
    const words = splitWords((groups['command'] ?? '').replaceAll(/\$\{[^{}]*\}/g, 'VALUE')) ?? [];
    const end = words.findIndex((word) => /^(?:[|#&<>].*|&&)$/.test(word));
    return words.slice(0, end === -1 ? undefined : end).filter((word) => word !== '…');
  });
}

const DEFINED: ReadonlyMap<string, Command> = new Map(
  await Promise.all(
    [...COMMANDS].map(async ([name, { add }]) => {
      const command = new Command(name);
      await add(command, () => {});
      return [name, command] as const;
    }),
  ),
);

/** Returns why the program would refuse the words; undefined if it would not, or if they name no command. */
function fault([name = '', ...words]: readonly string[]): string | undefined {
  const outer = DEFINED.get(name);
  const inner = outer?.commands.find((one) => one.name() === words[0]);
  if (inner !== undefined) return faultOf(inner, words.slice(1));
  return outer === undefined ? undefined : faultOf(outer, words);
}

function faultOf({ options, registeredArguments: known }: Command, words: readonly string[]): string | undefined {
  const rest = [...words];
  let count = 0;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag = '', value] = word.split('=', 2);
    const option = options.find(({ long, short }) => long === flag || short === flag);
    if (!flag.startsWith('-')) count += 1;
    else if (option === undefined && flag !== '--help') return `no option ${flag}`;
    else if (option?.required === true && value === undefined) rest.shift();
  }
  return count > known.length && known.at(-1)?.variadic !== true ? 'too many arguments' : undefined;
}

test('each command that a page or a message names has the options and arguments of the program', () => {
  const named = FILES.flatMap((file) =>
    commandsIn(readFileSync(join(ROOT, file), 'utf8')).map((words) => ({ file, words })),
  );
  expect(named.length).toBeGreaterThan(100);
  const faults = named.flatMap(({ file, words }) => {
    const why = fault(words);
    return why === undefined ? [] : [`${file}: runbook ${words.join(' ')}: ${why}`];
  });
  expect(faults).toEqual([]);
});

test.each([
  ['exec HOST lsblk', 'too many arguments'],
  ['lint --nosuch', 'no option --nosuch'],
  ['vault encrypt --value NAME', undefined],
  ['exec HOST -a "getsebool -a"', undefined],
])('runbook %s: %s', (command, expected) => {
  expect(fault(splitWords(command) ?? [])).toBe(expected);
});
