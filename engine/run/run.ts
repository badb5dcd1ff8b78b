import { formatPlace } from '../errors/problem.ts';
import type { Play } from '../playbook/base/play.ts';
import { playsBehindRegrouping, regroupsOf } from '../playbook/base/regrouping.ts';
import { Unknown } from '../values/base/value.ts';
import type { HostRecap, PlayStarted } from './base/events.ts';
import { sliceOption } from './base/slice.ts';
import { type ChosenPlays, chooseAgain, choosePlays } from './choose-plays.ts';
import type { PlannedPlay } from './context/context.ts';
import type { Evidence } from './evidence.ts';
import { preflight } from './lookahead/preflight.ts';
import { type OpenRun, openRun } from './open-run.ts';
import { runPlay } from './play-run.ts';
import type { RunOptions } from './run-options.ts';

export interface RunResult {
  readonly recap: readonly HostRecap[];
  readonly stopped: string | undefined;
  readonly interrupted: boolean;
  /** The hosts that took part. */
  readonly hosts: ReadonlySet<string>;
  /** The state that a plan with an `approval` depends on. */
  readonly evidence: Evidence | undefined;
}

/** Runs (or plans) a playbook. Throws Problems for mistakes that can be found before the first connection. */
export async function run(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const opened = openRun(options);
  const { context, digests, playNames } = opened;
  const chosen = await choosePlays(context, options);
  const { plays } = chosen;
  for (const play of [...options.playbook.plays, ...plays.map((planned) => planned.play)]) playNames.add(play.name);
  await checkAhead(opened, plays);
  const taking = new Set(plays.flatMap((planned) => planned.hosts.map((host) => host.name)));
  if (options.isCheckOnly === true)
    return { recap: [], stopped: undefined, interrupted: false, hosts: taking, evidence: undefined };
  await digests.save();
  begin(opened, options, { taking, share: chosen.share });
  const kill = (): void => void context.machines.killAll();
  options.kill.addEventListener('abort', kill);
  let stopped: string | undefined;
  let evidence: Evidence | undefined;
  let recap: readonly HostRecap[] = [];
  try {
    stopped = await playThem(opened, chosen, options, taking);
    evidence = await opened.evidence?.all(context, taking, options.extra);
  } finally {
    options.kill.removeEventListener('abort', kill);
    recap = await close(opened, options, taking);
    const rescued = new Set([...context.hosts.values()].flatMap((host) => [...host.rescuedFailures]));
    context.emit({ type: 'run_finished', recap, rescued, stopped, milliseconds: performance.now() - began });
  }
  return { recap, stopped, interrupted: options.interrupt.aborted, hosts: taking, evidence };
}

/** Checks the plays before the first connection. Groups are unknown then if a task may bring further ones. */
async function checkAhead({ context, hosts }: OpenRun, plays: readonly PlannedPlay[]): Promise<void> {
  const regroups = plays.flatMap(({ play }) => regroupsOf(play));
  const [first] = regroups;
  if (first === undefined) {
    await preflight(context, plays);
    return;
  }
  const because = new Unknown(`the groups of the task at ${formatPlace(first.place)}`);
  hosts.await({ because, hosts: regroups.some((one) => one.hosts) });
  await preflight(context, plays);
  hosts.await(undefined);
}

/** Emits the start of the run, with the hosts that take part. */
function begin(
  opened: OpenRun,
  options: RunOptions,
  { taking, share }: Pick<ChosenPlays, 'share'> & { readonly taking: ReadonlySet<string> },
): void {
  const { context } = opened;
  context.emit({
    type: 'run_started',
    runId: context.runId,
    mode: options.mode,
    playbook: options.playbook.file,
    inventory: options.inventory.sources,
    at: context.now,
    hosts: [...taking],
    partial: partialBecause(options),
    resumed: options.resume?.runId,
    slice: share === undefined ? undefined : { ...share.slice, hosts: share.total },
  });
  opened.begin();
  if (context.files.used.size > 0) context.emit({ type: 'files_read', files: Object.fromEntries(context.files.used) });
}

/**
 * Runs the plays one after another. Resolves to the reason why the run stopped early, if it did. Adds hosts that
 * tasks brought to `taking`.
 */
async function playThem(
  { context, hosts }: OpenRun,
  { plays, share }: ChosenPlays,
  options: RunOptions,
  taking: Set<string>,
): Promise<string | undefined> {
  const mayBeEmpty = playsBehindRegrouping(plays.map(({ play }) => play));
  for (const [index, chosen] of plays.entries()) {
    const planned = hosts.hasRegrouped ? chooseAgain(chosen, hosts.grown(), { context, options, share }) : chosen;
    for (const host of planned.hosts) taking.add(host.name);
    if (mayBeEmpty.has(chosen.play) && planned.hosts.length === 0) context.emit(begunWithNobody(planned.play));
    const behind = plays.slice(index + 1);
    const areOpen = behind.some(({ play }) => mayBeEmpty.has(play));
    const end = await runPlay(context, planned, { plays: behind, areOpen });
    if (end.kind === 'stopped') return end.why;
  }
  return undefined;
}

async function close(
  { context }: OpenRun,
  options: RunOptions,
  taking: ReadonlySet<string>,
): Promise<readonly HostRecap[]> {
  const { hosts, machines } = context;
  const recap = [...taking]
    .map((name) => hosts.get(name)?.recap(options.mode, machines.roundTrips(name)))
    .filter((one) => one !== undefined);
  await machines.closeAll();
  return recap;
}

/** Reported so that the skipped play is visible. */
function begunWithNobody({ name, place }: Play): PlayStarted {
  return { type: 'play_started', play: name, place: formatPlace(place), hosts: [], batch: 1, batches: 1 };
}

/** Returns which parts of the playbook are left out, in the words of the command line. */
export function partialBecause(
  options: Pick<RunOptions, 'limit' | 'slice' | 'selection' | 'startAtTask'>,
): readonly string[] {
  const reasons: string[] = [];
  if (options.limit !== undefined) reasons.push(`--limit ${options.limit}`);
  if (options.slice !== undefined) reasons.push(sliceOption(options.slice));
  if (options.selection.tags.length > 0) reasons.push(`--tags ${options.selection.tags.join(',')}`);
  if (options.selection.skipTags.length > 0) reasons.push(`--skip-tags ${options.selection.skipTags.join(',')}`);
  if (options.startAtTask !== undefined) reasons.push(`--start-at-task ${options.startAtTask}`);
  return reasons;
}
