import type { Command } from 'commander';
import { addClosingOptions } from './options/closing-options.ts';
import {
  type ApplyFlags,
  addConnectionOptions,
  addKeyOptions,
  addLockOptions,
  collect,
} from './options/common-options.ts';
import { addControllerOptions } from './options/controller-access.ts';

export function addApplyCommand(command: Command, done: (status: number) => void): void {
  const connecting = addConnectionOptions(
    addControllerOptions(addKeyOptions(command.argument('<plan>'))).option(
      '-e, --extra-vars <vars>',
      'the same variables as the plan was made with, as a plan keeps no values of them',
      collect,
      [],
    ),
  );
  addClosingOptions(addLockOptions(connecting))
    .option('-D, --diff', 'show the differences that are made', false)
    .action(async (file: string, flags: ApplyFlags) => {
      const { runApplyCommand } = await import('./run/run-apply.ts');
      done(await runApplyCommand(file, flags));
    });
}
