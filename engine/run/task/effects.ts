import { Problem } from '../../errors/problem.ts';
import { parseHostEntry } from '../../inventory/host-entry.ts';
import type { Effect } from '../../modules/base/module.ts';
import { resultsOf } from '../../playbook/base/brings.ts';
import { type Scope, type ValueMap, Unknown } from '../../values/base/value.ts';
import type { TaskIdentity } from '../base/events.ts';
import { flagOf } from '../base/flag.ts';
import { HIDDEN, type Hush } from '../base/no-log.ts';
import { whileWaiting } from '../context/while-waiting.ts';
import type { HostState } from '../host/host-state.ts';
import type { TaskRun } from './item.ts';
import { pauseFor } from './loop-pause.ts';

type AddHost = Extract<Effect, { kind: 'add_host' }>;
type SetVariables = Extract<Effect, { kind: 'set_fact' | 'facts' | 'include_vars' }>;
type Pause = Extract<Effect, { kind: 'pause' }>;

/** The task that has effects, for one item. */
export interface EffectsOf {
  readonly task: TaskIdentity;
  readonly hush: Hush;
  /** The host that the task is delegated to. */
  readonly delegate: string | undefined;
  /** The variables of the item. */
  readonly scope: Scope;
}

/** Returns the host that gets the variables which the task sets. */
function receiverOf({ context, host, task }: TaskRun, { delegate, scope }: EffectsOf): HostState {
  if (delegate === undefined || task.delegateFacts === undefined) return host;
  if (flagOf('delegate_facts', task.delegateFacts, scope) !== true) return host;
  const receiver = context.hosts.get(delegate);
  if (receiver === undefined) throw new Error(`there is no host ${delegate}, though the task was prepared for it`);
  return receiver;
}

/** Applies the effects of a module of the engine: print, set variables, add to the inventory, pause. */
export async function applyEffects(run: TaskRun, effects: readonly Effect[], of: EffectsOf): Promise<void> {
  for (const effect of effects) await applyEffect(run, effect, of);
}

/** In a plan: makes all variables unknown that a task sets, if it is unknown whether it runs, or what it finds. */
export function expectVariables(run: TaskRun, because: string, of: EffectsOf): void {
  const { register } = run.task;
  const names = resultsOf(run.task).filter((name) => name !== register);
  if (names.length === 0) return;
  const facts = Object.fromEntries(names.map((name) => [name, new Unknown(because)]));
  setVariables(run, { kind: 'set_fact', facts }, of);
}

async function applyEffect(run: TaskRun, effect: Effect, of: EffectsOf): Promise<void> {
  const { context, host } = run;
  const { task, hush } = of;
  switch (effect.kind) {
    case 'message':
      context.emit({ type: 'message', host: host.name, task, text: hush.hides ? HIDDEN : effect.text });
      break;
    case 'set_fact':
    case 'facts':
    case 'include_vars':
      setVariables(run, effect, of);
      break;
    case 'group_by': {
      const groups = new Map([[effect.group, effect.parents]]);
      await context.addHost({ name: host.name, groups, variables: new Map() });
      break;
    }
    case 'add_host':
      await addHost(run, effect, of);
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

/** Sets the variables of the host, or of the host of `delegate_to` under delegate_facts. */
function setVariables(run: TaskRun, effect: SetVariables, of: EffectsOf): void {
  const receiver = receiverOf(run, of);
  const isOwn = receiver === run.host;
  switch (effect.kind) {
    case 'set_fact':
      for (const [name, value] of Object.entries(effect.facts)) {
        receiver.variables.remember(name, value);
        if (isOwn) run.remembered.set(name, value);
      }
      break;
    case 'facts':
      if (of.delegate === undefined || !isOwn) receiver.variables.setFacts(effect.facts);
      break;
    case 'include_vars':
      receiver.variables.include(effect.variables);
      if (isOwn) for (const [name, value] of effect.variables) run.remembered.set(name, value);
      break;
    default: {
      const never: never = effect;
      throw new Error(`unknown effect ${JSON.stringify(never)}`);
    }
  }
}

async function addHost({ context, host }: TaskRun, effect: AddHost, { task, hush }: EffectsOf): Promise<void> {
  const { host: name, variables } = hostAdded(effect);
  const groups = new Map(effect.groups.map((group) => [group, ['all']]));
  await context.addHost({ name, groups, variables: new Map(Object.entries(variables)) });
  const text = `${name} is in the inventory of this run${groups.size === 0 ? '' : `, in ${effect.groups.join(', ')}`}`;
  context.emit({ type: 'message', host: host.name, task, text: hush.hides ? HIDDEN : text });
}

/** Returns the name of the host and its variables. A port behind the name becomes a variable. Throws Problem. */
function hostAdded({ name, variables }: AddHost): { readonly host: string; readonly variables: ValueMap } {
  const { names, port } = parseHostEntry(name, undefined);
  const [host, ...others] = names;
  if (host === undefined || others.length > 0)
    throw new Problem({
      code: 'wrong-host',
      what: `"${name}" names ${names.length} hosts`,
      why: 'add_host adds one host.',
      remedy: 'Write loop: with a list of the names.',
    });
  return { host, variables: port === undefined ? variables : { ansible_port: port, ...variables } };
}

async function pause({ context, host }: TaskRun, hush: Hush, { milliseconds, prompt }: Pause): Promise<void> {
  const activity = { kind: 'pausing', milliseconds, prompt: hush.hides ? undefined : prompt } as const;
  await whileWaiting(context, { host: host.name, activity }, () => pauseFor(milliseconds, context.interrupt));
}
