import { type Command, InvalidArgumentError } from 'commander';
import { printPlan } from '../report/plan/show-plan.ts';
import { readPlan } from '../run/saved-plan/plan-file.ts';
import { EXIT } from './base/exit-status.ts';

interface ShowFlags {
  readonly format: 'text' | 'json' | 'markdown';
  readonly verbose: number;
}

export function addShowCommand(command: Command, done: (status: number) => void): void {
  command
    .argument('<plan>')
    .option('--format <format>', 'text, json, or markdown (for a comment on a pull request)', planFormat, 'text')
    .option('-v, --verbose', 'tell more: tasks in sync and skipped too', (_: string, count: number) => count + 1, 0)
    .action(async (file: string, flags: ShowFlags) => {
      printPlan(await readPlan(file), file, flags.format, flags.verbose, process.stdout);
      done(EXIT.ok);
    });
}

function planFormat(value: string): string {
  if (!['text', 'json', 'markdown'].includes(value))
    throw new InvalidArgumentError('It must be text, json or markdown.');
  return value;
}
