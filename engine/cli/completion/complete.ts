import { Command, type Option } from 'commander';
import { openOutput } from '../../report/text/output.ts';
import type { Commands } from '../base/command-entry.ts';
import { type Candidate, type Candidates, SOURCES, placeholderOf } from './candidates.ts';
import { type CommandLine, argumentAt, readCommandLine } from './command-line.ts';
import { type Shell, SHELLS, joinedWords, plainWord } from './shell-word.ts';

const HELP: Candidate = { value: '--help', description: 'show help' };
/** Maximal length of a description, in characters. It is shown on one line. */
const MOST_DESCRIPTION = 80;

/** Prints the completions. Prints nothing if the shell is not known. */
export async function printCompletions(shell: string, raw: readonly string[], commands: Commands): Promise<void> {
  const known = SHELLS.find((one) => one === shell);
  if (known === undefined) return;
  openOutput(process.stdout).write(`${(await completionLines(known, raw, commands)).join('\n')}\n`);
}

/**
 * Returns the lines for a completion script. The first one is `:`, then `files` if files of the disk are possible too,
 * and `nospace` if the word continues. Each other line is a word, with a tab before its description. `raw`: the words
 * after the name of the program up to the cursor, as the shell has them. Connects to nothing and runs nothing.
 */
async function completionLines(shell: Shell, raw: readonly string[], commands: Commands): Promise<readonly string[]> {
  const { words: joined, cut } = shell === 'bash' ? joinedWords(raw) : { words: raw, cut: 0 };
  const words = joined.map((word, index) => (shell === 'fish' && index < joined.length - 1 ? word : plainWord(word)));
  const current = words.at(-1) ?? '';
  const { files, values } = await candidatesFor(words, commands);
  // The other shells select the words that match by rules of their own.
  const fitting = shell === 'bash' ? values.filter(({ value }) => value.startsWith(current)) : values;
  const unfinished = fitting.length > 0 && fitting.every(({ value }) => /[/=]$/.test(value));
  return [
    `:${[...(files ? ['files'] : []), ...(unfinished ? ['nospace'] : [])].join(' ')}`,
    ...fitting
      .filter(({ value }) => isOneLine(value))
      .map(
        ({ value, description }) => `${value.slice(cut)}${description === undefined ? '' : `\t${short(description)}`}`,
      ),
  ];
}

async function candidatesFor(words: readonly string[], commands: Commands): Promise<Candidates> {
  const [name = '', ...rest] = words;
  if (rest.length === 0 || name === 'help') return { files: false, values: namesOf(commands, words) };
  const entry = commands.get(name);
  if (entry === undefined) return { files: false, values: [] };
  const command = new Command(name);
  await entry.add(command, () => undefined);
  return await valuesAt(readCommandLine(command, rest));
}

function namesOf(commands: Commands, words: readonly string[]): readonly Candidate[] {
  if (words.length > 2 || (words.length === 2 && words[0] !== 'help')) return [];
  const names = [...commands].map(([value, { description }]) => ({ value, description }));
  if (words.length === 2) return names;
  return [
    ...names,
    { value: 'help', description: 'show the help of a command' },
    { value: '--version', description: 'print the version' },
    HELP,
  ];
}

async function valuesAt(line: CommandLine): Promise<Candidates> {
  const { wanted, command, current } = line;
  switch (wanted.kind) {
    case 'option':
      return { files: false, values: optionsOf(line) };
    case 'value': {
      const { option, before } = wanted;
      const value = current.slice(before.length);
      const { files, values } = await from(line, option.flags, option.argChoices, value);
      return { files, values: values.map((one) => ({ ...one, value: `${before}${one.value}` })) };
    }
    case 'word': {
      const argument = argumentAt(line);
      const inner =
        line.arguments.length > 0
          ? []
          : command.commands.map((one) => ({ value: one.name(), description: one.description() }));
      if (argument === undefined) return { files: false, values: inner.length === 0 ? optionsOf(line) : inner };
      const given = await from(line, `<${argument.name()}>`, argument.argChoices, current);
      return { files: given.files, values: [...inner, ...given.values] };
    }
    default: {
      const never: never = wanted;
      throw new Error(`unknown ${JSON.stringify(never)}`);
    }
  }
}

async function from(
  line: CommandLine,
  flags: string,
  choices: readonly string[] | undefined,
  value: string,
): Promise<Candidates> {
  if (choices !== undefined) return { files: false, values: choices.map((one) => ({ value: one })) };
  const source = SOURCES.get(placeholderOf(flags) ?? '');
  return source === undefined ? { files: false, values: [] } : await source(line, value);
}

/** Returns the options that may still be given. */
function optionsOf({ command, options }: CommandLine): readonly Candidate[] {
  const open = command.options.filter(
    (option) => !option.hidden && (isRepeatable(option) || !options.has(option.long ?? '')),
  );
  return [...open.map(({ long, flags, description }) => ({ value: long ?? flags, description })), HELP];
}

function isRepeatable({ defaultValue, long }: Option): boolean {
  return Array.isArray(defaultValue) || long === '--verbose';
}

function isOneLine(value: string): boolean {
  return value !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value);
}

function short(description: string): string {
  const line = description.replaceAll(/\s+/g, ' ');
  return line.length <= MOST_DESCRIPTION ? line : `${line.slice(0, MOST_DESCRIPTION - 1)}…`;
}
