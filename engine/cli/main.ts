import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { type Option, Command, CommanderError } from 'commander';
import { Problem, Problems } from '../errors/problem.ts';
import { systemReason } from '../files/system-reason.ts';
import type { CommandEntry } from './base/command-entry.ts';
import { EXIT } from './base/exit-status.ts';
import { ENGINE_VERSION } from './base/version.ts';
import { commandLineProblem, unknownCommand } from './options/command-line-problem.ts';
import { endAtOnce } from './run/interruptions.ts';

/** The commands. The file of each command is loaded when the command is called. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map([
  [
    'init',
    {
      description: 'begin a project: inventory, playbook, role, settings of editors',
      add: async (command, done) => (await import('./init.ts')).addInitCommand(command, done),
    },
  ],
  [
    'new',
    {
      description: 'add a role or a module to a project',
      add: async (command, done) => (await import('./new.ts')).addNewCommand(command, done),
    },
  ],
  [
    'play',
    {
      description: 'run a playbook: bring the hosts to the state that it describes',
      add: async (command, done) => (await import('./play.ts')).addPlayCommand(command, 'play', done),
    },
  ],
  [
    'plan',
    {
      description: 'show what a playbook would change, and change nothing',
      add: async (command, done) => (await import('./play.ts')).addPlayCommand(command, 'plan', done),
    },
  ],
  [
    'drift',
    {
      description: 'list the hosts that differ from a playbook, by task and by host',
      add: async (command, done) => (await import('./drift.ts')).addDriftCommand(command, done),
    },
  ],
  [
    'show',
    {
      description: 'show a saved plan, for people, programs or a pull request',
      add: async (command, done) => (await import('./show.ts')).addShowCommand(command, done),
    },
  ],
  [
    'apply',
    {
      description: 'make the changes of a saved plan and no others, if the plan is still valid',
      add: async (command, done) => (await import('./apply.ts')).addApplyCommand(command, done),
    },
  ],
  [
    'inventory',
    {
      description: 'show hosts, groups and their variables',
      add: async (command, done) => (await import('./inventory.ts')).addInventoryCommand(command, done),
    },
  ],
  [
    'vars',
    {
      description: 'show the variables of a host, and the place that sets each of them',
      add: async (command, done) => (await import('./vars.ts')).addVarsCommand(command, done),
    },
  ],
  [
    'docs',
    {
      description: 'explain modules, template helpers and the differences from Ansible',
      add: async (command, done) => (await import('./docs.ts')).addDocsCommand(command, done),
    },
  ],
  [
    'lint',
    {
      description: 'report every mistake of a playbook, without connecting to hosts',
      add: async (command, done) => (await import('./lint.ts')).addLintCommand(command, done),
    },
  ],
  [
    'convert',
    {
      description: "rewrite Ansible's playbooks, roles and templates for runbook",
      add: async (command, done) => (await import('./convert.ts')).addConvertCommand(command, done),
    },
  ],
  [
    'explain',
    {
      description: 'explain the code of an error, or a rule of lint',
      add: async (command, done) => (await import('./explain.ts')).addExplainCommand(command, done),
    },
  ],
  [
    'vault',
    {
      description: 'keep secrets encrypted in files',
      add: async (command, done) => (await import('./vault.ts')).addVaultCommand(command, done),
    },
  ],
  [
    'runs',
    {
      description: 'list the runs so far, with their results',
      add: async (command, done) => (await import('./runs.ts')).addRunsCommand(command, done),
    },
  ],
  [
    'report',
    {
      description: 'make a web page of a run: its hosts over time, differences, outputs',
      add: async (command, done) => (await import('./report.ts')).addReportCommand(command, done),
    },
  ],
  [
    'exec',
    {
      description: 'run one task on some hosts',
      add: async (command, done) => (await import('./exec.ts')).addExecCommand(command, done),
    },
  ],
  [
    'ping',
    {
      description: 'check whether hosts can be reached',
      add: async (command, done) => (await import('./ping.ts')).addPingCommand(command, done),
    },
  ],
  [
    'facts',
    {
      description: 'show the facts of hosts',
      add: async (command, done) => (await import('./facts.ts')).addFactsCommand(command, done),
    },
  ],
  [
    'graph',
    {
      description: 'draw plays, roles and handlers of a playbook',
      add: async (command, done) => (await import('./graph.ts')).addGraphCommand(command, done),
    },
  ],
  [
    'completion',
    {
      description: 'print the completion script of a shell',
      add: async (command, done) => (await import('./completion.ts')).addCompletionCommand(command, done),
    },
  ],
]);

/** The `runbook` command. Takes the arguments after the name of the program; returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === COMPLETE) return await complete(argv.slice(1));
  let status: number = EXIT.ok;
  const program = new Command('runbook')
    .description('Runs YAML playbooks over SSH: observes, plans, applies. No agent and no Python on the hosts.')
    .version(ENGINE_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ sortSubcommands: false, optionDescription })
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const done = (result: number): void => {
    status = result;
  };
  const wanted = argv[0] === 'help' ? argv[1] : argv[0];
  for (const [name, { description, add }] of COMMANDS) {
    const command = program.command(name).description(description);
    // The list of commands needs nothing more of the other commands.
    if (name === wanted) await add(command, done);
  }
  process.on('SIGINT', endAtOnce);
  try {
    refuseOtherEncodings(argv);
    if (argv[0] === 'help' && wanted !== undefined && !wanted.startsWith('-') && !COMMANDS.has(wanted))
      throw unknownCommand(wanted, program);
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    return await tell(error, program, argv);
  }
}

/** Prints the error and returns the exit status. Throws an error that is a fault of the engine. */
async function tell(error: unknown, program: Command, argv: readonly string[]): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  // Commander has already printed the help, because a command with subcommands was called without one.
  if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.problem;
  const { printProblems } = await import('../report/text/problems.ts');
  if (error instanceof Problems) printProblems(error.problems, process.stderr);
  else if (error instanceof CommanderError) printProblems([commandLineProblem(error, program, argv)], process.stderr);
  else printProblems([error instanceof Problem ? error : fileProblem(error)], process.stderr);
  return EXIT.problem;
}

/** The command that completion scripts call. On an error it prints nothing, because the user is typing a line. */
const COMPLETE = '__complete';

async function complete([shell = '', ...words]: readonly string[]): Promise<number> {
  try {
    const { printCompletions } = await import('./completion/complete.ts');
    await printCompletions(shell, words, COMMANDS);
  } catch {
    return EXIT.problem;
  }
  return EXIT.ok;
}

/**
 * Throws Problem for arguments that are not UTF-8. Node replaces such bytes by U+FFFD, which would be written to hosts.
 */
function refuseOtherEncodings(argv: readonly string[]): void {
  const wrong = argv.find((argument) => argument.includes('\uFFFD'));
  if (wrong === undefined || process.platform !== 'linux') return;
  // If a launcher on another Node started this process, it has already replaced the bytes in the arguments that it
  // passed on.
  const launcher = process.env['RUNBOOK_NODE'] === undefined ? [] : [`/proc/${process.ppid}/cmdline`];
  if (['/proc/self/cmdline', ...launcher].every((file) => isUtf8(readFileSync(file)))) return;
  throw new Problem({
    code: 'not-utf8',
    what: `an argument is not UTF-8: ${wrong}`,
    remedy: 'Set the terminal and its locale to UTF-8, such as LC_ALL=C.UTF-8, or put the text into a file in UTF-8.',
  });
}

/** Makes a Problem of a system error on a file. Throws any other error again: it is a fault of the engine. */
function fileProblem(error: unknown): Problem {
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')
    return new Problem({
      code: 'no-working-folder',
      what: 'the working folder is gone',
      why: error.message,
      remedy: 'Change to a folder that exists.',
    });
  if (!(error instanceof Error && 'syscall' in error && 'path' in error)) throw error;
  return new Problem({
    code: 'file-error',
    what: `${String(error.path)} cannot be used`,
    why: systemReason(error),
    remedy: 'Correct the path, or allow the user who runs this to use it.',
    cause: error,
  });
}

/** Shows a default, except one without information (an empty list, false, 0). */
function optionDescription({ description, defaultValue }: Option): string {
  const isTelling =
    (typeof defaultValue === 'number' && defaultValue > 0) || (typeof defaultValue === 'string' && defaultValue !== '');
  return isTelling ? `${description} (default: ${defaultValue})` : description;
}
