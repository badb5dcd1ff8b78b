import { setTimeout as wait } from 'node:timers/promises';
import type { Effect } from '../../modules/base/module.ts';
import type { TaskIdentity } from '../base/events.ts';
import { HIDDEN, type Hush } from '../base/no-log.ts';
import type { TaskRun } from './item.ts';

/** Does what an engine-side module asked for: tell, remember, group, pause. */
export async function applyEffects(
  run: TaskRun,
  task: TaskIdentity,
  hush: Hush,
  effects: readonly Effect[],
): Promise<void> {
  const { context, host } = run;
  for (const effect of effects) {
    switch (effect.kind) {
      case 'message':
        context.emit({ type: 'message', host: host.name, task, text: hush.hides ? HIDDEN : effect.text });
        break;
      case 'set_fact':
        for (const [name, value] of Object.entries(effect.facts)) {
          host.variables.remember(name, value);
          run.remembered.set(name, value);
        }
        break;
      case 'group_by':
        context.joinGroup(host.name, effect.group, effect.parents);
        break;
      case 'pause':
        if (context.mode === 'play')
          await wait(effect.milliseconds, undefined, { signal: context.interrupt }).catch(() => undefined);
        break;
      default: {
        const never: never = effect;
        throw new Error(`unknown effect ${JSON.stringify(never)}`);
      }
    }
  }
}
