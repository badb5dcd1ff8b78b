import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Mode } from '../run/events.ts';

/** Options of `play` and `plan`, as the command line gives them. */
export interface PlayFlags {
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
  readonly forks: number;
  readonly check?: true;
  readonly diff: boolean;
  readonly verbose: number;
  readonly listHosts?: true;
  readonly listTasks?: true;
  readonly listTags?: true;
  readonly output: 'auto' | 'plain' | 'json';
  readonly user?: string;
  readonly privateKey?: string;
  readonly timeout: number;
  readonly waitLock: number;
  /** False by --no-lock. */
  readonly lock: boolean;
  readonly detailedExitcode?: true;
}

/** How many hosts are talked to at the same time unless -f says otherwise. */
const FORKS = 50;

export function addPlayCommand(program: Command, mode: Mode, done: (status: number) => void): void {
  const command = program
    .command(`${mode} <playbook>`)
    .description(mode === 'play' ? 'run a playbook: make the hosts what it says' : 'show what a playbook would change, and change nothing')
    .option('-i, --inventory <file>', 'inventory file or folder; may be given more than once', collect, [])
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('-t, --tags <tags>', 'only tasks with one of these tags (comma separated)', collectCommas, [])
    .option('--skip-tags <tags>', 'all tasks but those with one of these tags', collectCommas, [])
    .option('-e, --extra-vars <vars>', 'name=value pairs, YAML or JSON in braces, or @file; wins over every other variable', collect, [])
    .option('-f, --forks <number>', 'how many hosts at the same time', positive, FORKS)
    .option(
      '-v, --verbose',
      'tell more: tasks in sync, results, outputs (-vv: commands as well)',
      (_: string, count: number) => count + 1,
      0,
    )
    .option('--list-hosts', 'print the hosts of each play and stop')
    .option('--list-tasks', 'print the tasks of each play and stop')
    .option('--list-tags', 'print the tags of each play and stop')
    .option(
      '--output <format>',
      'auto (live on a terminal, plain lines elsewhere), plain, or json (one object a line)',
      outputFormat,
      'auto',
    )
    .option('-u, --user <name>', 'the user to log in as, where the inventory says nothing')
    .option('--private-key <file>', 'the key to log in with, where the inventory says nothing')
    .option('-T, --timeout <seconds>', 'give up connecting after so many seconds', positive, 10);
  if (mode === 'play') {
    command
      .option('-C, --check', 'change nothing, only show what would be changed (as `runbook plan`)')
      .option('-D, --diff', 'show the differences that are made', false)
      .option('--no-lock', 'do not lock the hosts against another run (several inventory hosts that are one machine)')
      .option('--wait-lock <seconds>', 'wait so long for another run on the same hosts to end', nonNegative, 0);
  } else {
    command.option('--no-diff', 'only name what would change').option('--detailed-exitcode', 'exit with 2 when there are changes');
  }
  command.action(async (playbook: string, flags: Partial<PlayFlags>) => {
    const { runPlayCommand } = await import('./run-play.ts');
    done(await runPlayCommand(playbook, mode, { waitLock: 0, lock: true, ...flags } as PlayFlags));
  });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function collectCommas(value: string, before: readonly string[]): readonly string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ];
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

function nonNegative(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It must be a number of seconds.');
  return number;
}

function outputFormat(value: string): string {
  if (!['auto', 'plain', 'json'].includes(value)) throw new InvalidArgumentError('It must be auto, plain or json.');
  return value;
}
