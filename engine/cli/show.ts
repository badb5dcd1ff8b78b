import { relative } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { forgeLinks } from '../report/plan/forge-links.ts';
import { printPlan } from '../report/plan/show-plan.ts';
import { readPlan } from '../run/saved-plan/plan-file.ts';
import { EXIT } from './base/exit-status.ts';
import { topOf } from './options/standing.ts';

interface ShowFlags {
  readonly format: 'text' | 'json' | 'markdown';
  readonly verbose: number;
}

const FORMATS: readonly string[] = ['text', 'json', 'markdown'];

/**
 * Adds `runbook show PLAN`: prints a saved plan. `done` gets the exit status. The command throws Problem if the file is
 * not a complete plan.
 */
export function addShowCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('<plan>')
    .addOption(
      new Option('--format <format>', 'text, json, or markdown (for a comment on a pull request)')
        .choices(FORMATS)
        .default('text')
        .argParser(planFormat),
    )
    .option('-v, --verbose', 'show more: tasks in sync and skipped too', (_: string, count: number) => count + 1, 0)
    .action(async (file: string, flags: ShowFlags) => {
      const folder = process.cwd();
      const prefix = relative(topOf(folder) ?? folder, folder);
      printPlan(await readPlan(file), {
        file,
        format: flags.format,
        verbosity: flags.verbose,
        stdout: process.stdout,
        link: forgeLinks(process.env, prefix === '' ? '' : `${prefix}/`),
      });
      done(EXIT.ok);
    });
}

function planFormat(value: string): string {
  if (!FORMATS.includes(value)) throw new InvalidArgumentError('It must be text, json or markdown.');
  return value;
}
