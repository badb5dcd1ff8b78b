import type { Effect } from '../../modules/base/module.ts';
import type { TaskIdentity } from '../base/events.ts';
import { whileDoing } from '../base/live-events.ts';
import { HIDDEN, type Hush } from '../base/no-log.ts';
import type { TaskRun } from './item.ts';
import { pauseFor } from './loop-pause.ts';

type Pause = Extract<Effect, { kind: 'pause' }>;

/** Applies the effects of a module of the engine: print, set variables, group, pause. */
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
      case 'facts':
        if (run.task.delegateTo === undefined) host.variables.setFacts(effect.facts);
        break;
      case 'include_vars':
        host.variables.include(effect.variables);
        for (const [name, value] of effect.variables) run.remembered.set(name, value);
        break;
      case 'group_by':
        context.joinGroup(host.name, effect.group, effect.parents);
        break;
      case 'pause':
        if (context.mode === 'play') await pause(run, hush, effect);
        break;
      default: {
        const never: never = effect;
        throw new Error(`unknown effect ${JSON.stringify(never)}`);
      }
    }
  }
}

async function pause({ context, host }: TaskRun, hush: Hush, { milliseconds, prompt }: Pause): Promise<void> {
  const activity = { kind: 'pausing', milliseconds, prompt: hush.hides ? undefined : prompt } as const;
  await whileDoing(context.live, { host: host.name, activity }, () => pauseFor(milliseconds, context.interrupt));
}
