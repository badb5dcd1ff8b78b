import type { Command, CommanderError, Option } from 'commander';
import { Problem } from '../../errors/problem.ts';
import { ANSIBLE_OPTIONS, OPTIONS_OF_PLAY } from '../../values/habits/ansible-options.ts';
import { didYouMean } from '../../values/language/suggest.ts';

/**
 * Makes a Problem of an error that commander found in the command line. `program` has all commands; the options are
 * those of the command in `argv`.
 */
export function commandLineProblem(error: CommanderError, program: Command, argv: readonly string[]): Problem {
  const command = calledCommand(program, argv);
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownCommand':
      return unknownCommand(name, command);
    case 'commander.unknownOption':
      return unknownOption(name, command);
    case 'commander.missingArgument':
      return new Problem({
        code: 'missing-argument',
        what: `runbook ${pathOf(command)} needs the argument ${name}`,
        remedy: `Usage: ${usageOf(command)}`,
      });
    case 'commander.excessArguments':
      return new Problem({
        code: 'unknown-argument',
        what: `there are too many arguments for runbook ${pathOf(command)}: ${wordsBehind(error.message)}`,
        remedy: `Usage: ${usageOf(command)}`,
      });
    case 'commander.optionMissingArgument':
      return new Problem({
        code: 'missing-argument',
        what: `${optionNames(name)} needs a value`,
        remedy: `Write ${name.replace(/^.*, /, '')}.`,
      });
    case 'commander.invalidArgument':
      return wrongValue(error.message, name);
    default:
      return new Problem({
        code: 'wrong-value',
        what: error.message.replace(/^error: /, '').replaceAll("'", '"'),
        remedy: `See \`${programCall(command)} --help\`.`,
      });
  }
}

/** Returns the Problem for an unknown command, with a remedy. */
export function unknownCommand(name: string, command: Command): Problem {
  const names = command.commands.map((one) => one.name());
  const call = programCall(command);
  const isPlaybook = /\.ya?ml$/.test(name) && command.parent === null;
  return new Problem({
    code: 'unknown-command',
    what: `there is no command "${name}"`,
    remedy: isPlaybook
      ? `Write \`runbook play ${name}\`, or \`runbook plan ${name}\` to see first what it would change.`
      : (didYouMean(name, names) ?? `See \`${call} --help\` for all commands.`),
  });
}

function unknownOption(name: string, command: Command): Problem {
  const [option = name] = name.split('=');
  const known = command.options.flatMap(({ long }) => long ?? []);
  return new Problem({
    code: 'unknown-option',
    what: `${programCall(command)} has no option ${option}`,
    remedy:
      OPTIONS_OF_PLAY[command.name()]?.get(option) ??
      ANSIBLE_OPTIONS.get(option) ??
      didYouMean(option, [...known, '--help']) ??
      `See \`${programCall(command)} --help\` for its options.`,
  });
}

/** Parses `error: option '-f, --forks <number>' argument 'many' is invalid. It must be …`. */
function wrongValue(message: string, flags: string): Problem {
  const ofArgument = /^error: command-argument value '([\s\S]*)' is invalid for argument '([^']*)'\. ([\s\S]*)$/.exec(
    message,
  );
  const ofOption = /^error: option '[^']*' argument '([\s\S]*)' is invalid\. ([\s\S]*)$/.exec(message);
  const [value = '', named = '', rule = ''] =
    ofArgument === null ? [ofOption?.[1], flags, ofOption?.[2]] : ofArgument.slice(1);
  return new Problem({
    code: 'wrong-value',
    what: `${optionNames(named)} cannot be "${value}"`,
    remedy: rule.replace(/^It must be /, 'Write ').replace(/^Allowed choices are /, 'Write one of: '),
  });
}

/** Removes the value from `-f, --forks <number>`. */
function optionNames(flags: Option['flags']): string {
  return flags.replaceAll(/(?<! ) *[<[][^<[>\]]*[>\]]/g, '');
}

function wordsBehind(message: string): string {
  const [, words = ''] = message.split(/but got \d+: /);
  return words.endsWith('.') ? words.slice(0, -1) : '';
}

function calledCommand(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

function pathOf(command: Command): string {
  return command.parent === null
    ? ''
    : [pathOf(command.parent), command.name()].filter((name) => name !== '').join(' ');
}

function programCall(command: Command): string {
  return ['runbook', pathOf(command)].filter((name) => name !== '').join(' ');
}

function usageOf(command: Command): string {
  return command.createHelp().commandUsage(command);
}
