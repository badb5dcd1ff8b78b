import { Command } from 'commander';
import { COMMANDS } from '../engine/cli/main.ts';

const EXIT_STATUS: readonly (readonly [status: string, means: string])[] = [
  ['0', 'nothing failed'],
  ['1', 'an error before any change: in the command line, a file, a variable, or a saved plan'],
  ['2', 'a host failed, or there are changes and they were asked for'],
  ['4', 'a host could not be reached, and none failed'],
  ['130', 'interrupted'],
];

/** Returns the manual page runbook(1) in the language of man(7), made from the definitions of the commands. */
export async function manPage(): Promise<string> {
  const commands = await Promise.all(
    [...COMMANDS].map(async ([name, { description, add }]) => {
      const command = new Command(name).description(description);
      await add(command, () => undefined);
      return command;
    }),
  );
  return [
    '.TH RUNBOOK 1 "" "runbook" "User Commands"',
    '.SH NAME',
    String.raw`runbook \- run YAML playbooks over SSH: observe, plan, apply`,
    '.SH SYNOPSIS',
    '.B runbook',
    String.raw`.IR command " [" options "] [" arguments ]`,
    '.SH DESCRIPTION',
    'No agent and no Python on the hosts. The pages in docs/ of the package explain the language and the modules;',
    '.B runbook docs',
    'prints the modules.',
    '.SH COMMANDS',
    ...commands.flatMap((command) => [command, ...command.commands].flatMap((one) => commandLines(one, command))),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([status, means]) => ['.TP', `.B ${status}`, roff(means)]),
    '.SH FILES',
    '.TP',
    '.I .runbook/runs/*/journal.jsonl',
    'What the plays of this folder did.',
    '',
  ].join('\n');
}

function commandLines(command: Command, parent: Command): readonly string[] {
  const name = command === parent ? command.name() : `${parent.name()} ${command.name()}`;
  const given = command.registeredArguments.map((argument) => {
    const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? text : `[${text}]`;
  });
  return [
    `.SS ${roff(['runbook', name, ...given].join(' '))}`,
    sentence(command.description()),
    ...command.options
      .filter(({ hidden }) => !hidden)
      .flatMap(({ flags, description }) => ['.TP', String.raw`\fB${roff(flags)}\fR`, sentence(description)]),
  ];
}

function sentence(text: string): string {
  return `${roff(text.charAt(0).toUpperCase() + text.slice(1))}.`;
}

/** Returns literal text: no request, no escape, and hyphens that can be copied. */
function roff(text: string): string {
  const plain = text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('…', '...');
  return /^[.']/.test(plain) ? String.raw`\&${plain}` : plain;
}
