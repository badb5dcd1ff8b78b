import type { Command } from 'commander';
import type { ConnectionFlags } from './common-options.ts';
import { addConnectionOptions, addIdentityOption, collect, nonNegative } from './common-options.ts';

export interface ApplyFlags extends ConnectionFlags {
  readonly extraVars: readonly string[];
  readonly identity: readonly string[];
  readonly diff: boolean;
  readonly waitLock: number;
  /** False by --no-lock. */
  readonly lock: boolean;
}

export function addApplyCommand(command: Command, done: (status: number) => void): void {
  addConnectionOptions(
    addIdentityOption(command.argument('<plan>')).option(
      '-e, --extra-vars <vars>',
      'the same variables as the plan was made with, as a plan keeps no values of them',
      collect,
      [],
    ),
  )
    .option('-D, --diff', 'show the differences that are made', false)
    .option('--no-lock', 'do not lock the hosts against another run (several inventory hosts that are one machine)')
    .option('--wait-lock <seconds>', 'wait so long for another run on the same hosts to end', nonNegative, 0)
    .action(async (file: string, flags: ApplyFlags) => {
      const { runApplyCommand } = await import('./run-apply.ts');
      done(await runApplyCommand(file, flags));
    });
}
