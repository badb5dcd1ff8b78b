import { quote } from '../../connection/base/quote.ts';
import type { UnitState } from '../../resources/system/unit-state.ts';
import { unitName } from '../../resources/unit.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Apply } from '../base/module.ts';
import { type UnitSteps, type UnitWish, DONE } from './unit-steps.ts';

/**
 * Maximal time for all steps. systemd has its own time limits for starting and stopping; this limit is only for a
 * systemd that does not answer.
 */
const PATIENCE_MS = 30 * 60_000;

/** Returns the change with these steps. `result` is registered if all of them succeed. */
export function applySteps(wish: UnitWish, state: UnitState, steps: UnitSteps, result: ValueMap): Apply {
  const block = wish.no_block ? '--no-block ' : '';
  const enabling = steps.enable === undefined ? '' : `systemctl ${steps.enable} -- "$unit" || exit`;
  const lines = [
    `unit=${quote(unitName(wish.name))}`,
    'tell() { systemctl status --no-pager --full --lines=20 -- "$unit" >&2 || :; exit 1; }',
    // A mask that lasts until the next boot is a separate link. `unmask` without --runtime does not remove it.
    ...(steps.mask === 'unmask'
      ? ['systemctl unmask -- "$unit" || exit', 'systemctl unmask --runtime -- "$unit" || exit']
      : []),
    steps.reload ? 'systemctl daemon-reload || exit' : '',
    // `disable` removes an alias, and systemd would not know the unit by this name any more. So it comes last.
    steps.enable === 'disable' ? '' : enabling,
    // systemd refuses to start a unit that failed too often in a short time, even if the cause of the failure is gone.
    steps.run !== undefined && state.active === 'failed' ? 'systemctl reset-failed -- "$unit" || :' : '',
    steps.run === undefined ? '' : `systemctl ${steps.run} ${block}-- "$unit" || tell`,
    // With --no-block, waits until the old instance has ended: before that, the new one cannot be distinguished from
    // it.
    steps.run === 'restart' && wish.no_block
      ? 'while [ "$(systemctl is-active -- "$unit")" = deactivating ]; do sleep 1; done'
      : '',
    steps.run === undefined || steps.run === 'stop' ? '' : hasStarted(wish.no_block),
    steps.enable === 'disable' ? enabling : '',
    steps.mask === 'mask' ? 'systemctl mask -- "$unit" || exit' : '',
  ];
  return {
    script: `${lines.filter((line) => line !== '').join('\n')}\n`,
    timeoutMs: PATIENCE_MS,
    finish: ({ status, stdout, stderr }) => {
      if (status === 0) return { kind: 'done', result };
      const output = { rc: status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
      return {
        kind: 'failed',
        what: `${unitName(wish.name)} could not be ${steps.run === undefined ? 'changed' : DONE[steps.run]}`,
        result: output,
      };
    },
  };
}

/**
 * Returns shell text that checks the unit immediately, while its journal still has the reason of a failure: `systemctl
 * start` may succeed for a unit that waits for its next attempt.
 */
function hasStarted(noBlock: boolean): string {
  return `case $(systemctl is-active -- "$unit") in
  active|reloading|refreshing${noBlock ? '|activating|inactive' : ''}) ;;
  inactive) [ "$(systemctl show -p Type --value -- "$unit")" = oneshot ] || tell ;;
  *) tell ;;
esac`;
}
