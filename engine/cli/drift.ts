import { type Command, InvalidArgumentError, Option } from 'commander';
import { DRIFT_FORMATS, type DriftFormat } from '../report/drift-report.ts';
import { addEventsOption, addOnFinishOption } from './options/closing-options.ts';
import {
  type DriftFlags,
  addConnectionOptions,
  addInventoryOptions,
  addLimitOption,
  collectCommas,
  collectTags,
} from './options/common-options.ts';
import { addSliceOptions } from './options/slice.ts';

/**
 * Adds `runbook drift PLAYBOOK`: plans the playbook and sums up how hosts differ from it. Changes nothing. `done` gets
 * the exit status of the command.
 */
export function addDriftCommand(command: Command, done: (status: number) => void): void {
  addSliceOptions(addLimitOption(addInventoryOptions(command.argument('<playbook>'))))
    .option('-t, --tags <tags>', 'only tasks with one of these tags (comma separated)', collectTags, [])
    .option('--skip-tags <tags>', 'all tasks except those with one of these tags', collectCommas, [])
    .option('-b, --become', 'become root on the hosts; playbook and inventory take precedence over this option')
    .option('-K, --ask-become-pass', 'ask for the password of sudo')
    .addOption(
      new Option('--format <format>', `${DRIFT_FORMATS.join(', ')} (default: text)`)
        .choices(DRIFT_FORMATS)
        .argParser(format),
    );
  addEventsOption(addOnFinishOption(addConnectionOptions(command)))
    .addHelpText('after', '\nExample:\n  runbook drift site.yml -i prod.yml --format markdown >drift.md\n')
    .action(async (playbook: string, flags: DriftFlags) => {
      const { runDriftCommand } = await import('./run/run-drift.ts');
      done(await runDriftCommand(playbook, flags));
    });
}

function format(value: string): DriftFormat {
  const known = DRIFT_FORMATS.find((one) => one === value);
  if (known === undefined) throw new InvalidArgumentError(`It must be one of: ${DRIFT_FORMATS.join(', ')}.`);
  return known;
}
