import { dirname, resolve } from 'node:path';
import { Problem } from '../errors/problem.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { LOCALHOST } from '../inventory/localhost.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { type Play, UNNAMED } from '../playbook/base/play.ts';
import { regroupsOf } from '../playbook/base/regrouping.ts';
import { type Value, Unknown } from '../values/base/value.ts';
import type { PlannedPlay, RunContext } from './context/context.ts';
import { variableFileLayer } from './controller/variable-files.ts';
import type { HostState } from './host/host-state.ts';
import { paceOf } from './order/pace.ts';
import { hostsOf } from './play-run.ts';
import { withoutFinished } from './resume.ts';
import type { RunOptions } from './run-options.ts';
import { type Share, ofSlice, shareOf, sharedHosts, slicePlays } from './slices/slice-plays.ts';

/** The plays of a run with their hosts. */
export interface ChosenPlays {
  readonly plays: readonly PlannedPlay[];
  /** The hosts of the slice; undefined: the run has no slices. */
  readonly share: Share | undefined;
}

/** Chooses the hosts of each play of the playbook, before the run. Throws Problem for wrong patterns. */
export async function choosePlays(context: RunContext, options: RunOptions): Promise<ChosenPlays> {
  const { playbook } = options;
  const limit = limitOf(options);
  if (limit?.size === 0) {
    throw new Problem({
      code: 'empty-pattern',
      what: `--limit "${options.limit ?? ''}" matches no host`,
      remedy: 'See `runbook inventory --graph` for all hosts and groups.',
    });
  }
  const plays: PlannedPlay[] = [];
  let mayRegroup = false;
  for (const play of playbook.plays) {
    plays.push(await choosePlay(play, { context, options, limit, mayRegroup }));
    mayRegroup ||= regroupsOf(play).length > 0;
  }
  if (plays.every((planned) => planned.hosts.length === 0) && limit !== undefined) {
    throw new Problem({
      code: 'empty-pattern',
      what: `--limit "${options.limit ?? ''}" leaves no host for any play of ${playbook.file}`,
      remedy: 'Compare the limit with the hosts of the plays (--list-hosts).',
    });
  }
  const { slice, inventory } = options;
  const allowed = mayRegroup ? limit : 'plays';
  const share =
    slice === undefined ? undefined : shareOf(sharedHosts(plays, { inventory, hosts: context.hosts, allowed }), slice);
  const own = share === undefined ? plays : await slicePlays(plays, share, context);
  return { plays: options.resume === undefined ? own : withoutFinished(own, options.resume), share };
}

interface Choice {
  readonly context: RunContext;
  readonly options: RunOptions;
  readonly limit: ReadonlySet<string> | undefined;
  /** True if an earlier play groups hosts: then an unknown group may exist later. */
  readonly mayRegroup: boolean;
}

async function choosePlay(play: Play, choice: Choice): Promise<PlannedPlay> {
  const { context, options } = choice;
  const first = context.hosts.get(LOCALHOST);
  if (first === undefined) throw new Error('there is always a localhost');
  const layers = [...play.layers];
  first.variables.enter({ play, layers: play.layers, hosts: [], all: [] });
  for (const file of play.variableFiles)
    layers.push(
      await variableFileLayer(file, first.variables.scope(undefined), dirname(resolve(play.place.file)), context),
    );
  const pattern = patternOf(play.hosts.resolve(first.variables.scope(undefined)), play);
  first.variables.enter({ play, layers, hosts: [], all: [] });
  const pace = paceOf(play, first.variables.scope(undefined));
  return {
    play: named(play, pattern),
    pattern,
    layers,
    pace,
    hosts: statesOf(play, pattern, options.inventory, choice),
  };
}

function statesOf(
  play: Play,
  pattern: string,
  inventory: Inventory,
  { context, limit, mayRegroup }: Omit<Choice, 'options'>,
): readonly HostState[] {
  try {
    const names = hostsOf(play, pattern, inventory, limit);
    return names.map((name) => context.hosts.get(name)).filter((host) => host !== undefined);
  } catch (error) {
    if (
      mayRegroup &&
      error instanceof Problem &&
      ['unknown-pattern', 'no-such-host', 'empty-pattern'].includes(error.code)
    )
      return [];
    throw error;
  }
}

/** Chooses the hosts of a play again, from `inventory`, whose hosts or groups have changed since the run began. */
export function chooseAgain(
  planned: PlannedPlay,
  inventory: Inventory,
  { context, options, share }: Pick<ChosenPlays, 'share'> & Pick<Choice, 'context' | 'options'>,
): PlannedPlay {
  const choice = { context, limit: limitOf({ ...options, inventory }), mayRegroup: true };
  const whole = { ...planned, hosts: statesOf(planned.play, planned.pattern, inventory, choice) };
  const again = share === undefined ? whole : ofSlice(whole, share);
  return options.resume === undefined ? again : (withoutFinished([again], options.resume)[0] ?? again);
}

function limitOf({ limit, inventory }: Pick<RunOptions, 'limit' | 'inventory'>): ReadonlySet<string> | undefined {
  if (limit === undefined) return undefined;
  const place = { file: '--limit', line: 1, column: 1, length: limit.length };
  return new Set(selectHosts(inventory, limit, place).map((host) => host.name));
}

/** Names a play without a name after its hosts; if these are a template, they are known only now. */
function named(play: Play, pattern: string): Play {
  return play.name === UNNAMED && play.hosts.literal === undefined ? { ...play, name: pattern } : play;
}

function patternOf(value: Value, play: Play): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(',');
  const why = value instanceof Unknown ? `It depends on ${value.because}.` : undefined;
  throw new Problem({
    code: 'wrong-type',
    what: 'hosts must be a pattern, or a list of patterns',
    place: play.hostsPlace,
    why,
    remedy: 'Write the name of a group or host, or all.',
  });
}
