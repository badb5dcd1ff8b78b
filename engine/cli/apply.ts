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

/** Adds `runbook apply PLAN`: makes the changes of a saved plan. `done` gets the exit status of the command. */
export function addApplyCommand(command: Command, done: (status: number) => void): void {
  const connecting = addConnectionOptions(
    addControllerOptions(addKeyOptions(command.argument('<plan>'))).option(
      '-e, --extra-vars <vars>',
      'the variables with which the plan was made; a plan does not store their values',
      collect,
      [],
    ),
  );
  addClosingOptions(addLockOptions(connecting))
    .option('-D, --diff', 'show the differences', false)
    .action(async (file: string, flags: ApplyFlags) => {
      const { runApplyCommand } = await import('./run/run-apply.ts');
      done(await runApplyCommand(file, flags));
    });
}
