import type { Command } from 'commander';
import type { Mode } from '../run/base/events.ts';
import { addClosingOptions, addEventsOption } from './options/closing-options.ts';
import {
  type PlayFlags,
  addConnectionOptions,
  addInventoryOptions,
  addLimitOption,
  addLockOptions,
  collectCommas,
  collectTags,
} from './options/common-options.ts';
import { addSliceOptions } from './options/slice.ts';

/**
 * Adds `runbook play PLAYBOOK` or, for the mode `plan`, `runbook plan PLAYBOOK`. `done` gets the exit status of the
 * command.
 */
export function addPlayCommand(command: Command, mode: Mode, done: (status: number) => void): void {
  addSliceOptions(addLimitOption(addInventoryOptions(command.argument('<playbook>'))))
    .option('-t, --tags <tags>', 'only tasks with one of these tags (comma separated)', collectTags, [])
    .option('--skip-tags <tags>', 'all tasks except those with one of these tags', collectCommas, [])
    .option(
      '--start-at-task <task>',
      'leave out all tasks before this task; a name, or a pattern such as "Install*" (see --list-tasks)',
    )
    .option('-b, --become', 'become root on the hosts; playbook and inventory take precedence over this option')
    .option('-K, --ask-become-pass', 'ask for the password of sudo')
    .option('--list-hosts', 'print the hosts of each play and stop')
    .option('--list-tasks', 'print the tasks of each play and stop')
    .option('--list-tags', 'print the tags of each play and stop');
  addEventsOption(addClosingOptions(addConnectionOptions(command)));
  if (mode === 'play') {
    command
      .option('-C, --check', 'change nothing, only show what would be changed (as `runbook plan`)')
      .option('-D, --diff', 'show the differences', false)
      .option('--step', 'ask before each task and handler: (N)o, (y)es, or (c)ontinue without more questions')
      .option('--profile', 'list the slowest tasks at the end')
      .option(
        '--resume [run]',
        'continue the last run of the playbook, or the run with this id: leave out the plays that hosts have finished',
      );
    addLockOptions(command);
  } else {
    command
      .option('-o, --out <file>', 'save the plan, for `runbook show` and `runbook apply`')
      .option('--no-diff', 'list the changes without their differences')
      .option('--detailed-exitcode', 'exit with 2 if there are changes');
  }
  command.action(async (playbook: string, flags: Partial<PlayFlags>) => {
    const { runPlayCommand } = await import('./run/run-play.ts');
    done(await runPlayCommand(playbook, mode, { waitLock: 0, lock: true, ...flags } as PlayFlags));
  });
}
