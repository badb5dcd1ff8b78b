import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { Problem, formatPlace } from '../errors/problem.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { LOCALHOST, localhostOf } from '../inventory/localhost.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import type { Vault } from '../vault/vault.ts';
import type { AnyModule } from '../modules/module.ts';
import type { Play, Playbook } from '../playbook/play.ts';
import { UNNAMED } from '../playbook/play.ts';
import { walkSteps } from '../playbook/select-tasks.ts';
import type { Layer } from '../values/scope.ts';
import type { Secret } from '../values/secret.ts';
import type { Value, ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import type { Approval } from './approval.ts';
import type { RunContext, Selection } from './context.ts';
import { ControllerFiles } from './controller-files.ts';
import { DigestCache } from './digest-cache.ts';
import type { Emit, HostRecap, Mode, PlayStarted } from './events.ts';
import type { Evidence } from './evidence.ts';
import { gatherEvidence } from './evidence.ts';
import { HostState } from './host-state.ts';
import { Machines } from './machines.ts';
import { paceOf } from './pace.ts';
import type { PlannedPlay } from './play-run.ts';
import { hostsOf, runPlay } from './play-run.ts';
import { debtorOf } from './owed-handlers.ts';
import { preflight } from './preflight.ts';
import type { Resume } from './resume.ts';
import { withoutFinished } from './resume.ts';
import type { TargetSettings } from './target-settings.ts';
import { turns } from './turns.ts';
import { variableFileLayer } from './variable-files.ts';
import type { RunVariables } from './variables.ts';
import { HostVariables, lazyMap } from './variables.ts';

export interface RunOptions {
  readonly mode: Mode;
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  /** Patterns of --limit; undefined: all hosts. */
  readonly limit: string | undefined;
  readonly selection: Selection;
  /** -b and -K: counts where nothing else says it. */
  readonly fallback?: Layer;
  /** -e, already compiled; the highest level. */
  readonly extra: Layer;
  readonly forks: number;
  /** How long a change may print nothing before it is ended; undefined: as long as it likes. */
  readonly silenceMs: number | undefined;
  readonly settings: TargetSettings;
  readonly vault: Vault;
  /** Undefined: hosts are not locked. A plan never locks. */
  readonly lock: { readonly waitMs: number } | undefined;
  /** Modules by name. */
  readonly module: (name: string) => Promise<AnyModule>;
  readonly emit: Emit;
  /** How long a host may take to be looked at. */
  readonly lookTimeoutMs: number;
  /** First sign: finish what runs, start no more. */
  readonly interrupt: AbortSignal;
  /** Second sign: end what runs on the hosts. */
  readonly kill: AbortSignal;
  /** An earlier run to go on with. */
  readonly resume?: Resume | undefined;
  /** To end before the first connection: only what is wrong is asked for. */
  readonly isCheckOnly?: boolean;
  /** Keeps digests of large files from run to run. */
  readonly digestCache: string | undefined;
  readonly password?: Secret;
  /** A plan fills it; a play makes no change that it does not have. */
  readonly approval?: Approval | undefined;
}

export interface RunResult {
  readonly recap: readonly HostRecap[];
  readonly stopped: string | undefined;
  readonly interrupted: boolean;
  /** What a plan with an `approval` rests on. */
  readonly evidence: Evidence | undefined;
}

/** Runs (or plans) a playbook. Throws Problems for what can be found before the first connection. */
export async function run(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const now = new Date();
  const runId = `${now.toISOString().replace(/[-:]/g, '').replace(/\..*/, '')}-${randomBytes(3).toString('hex')}`;
  const { inventory, playbook } = options;
  const emit: Emit = (event) => {
    if (event.type === 'task_finished' && event.outcome.kind === 'failed' && !event.outcome.ignored)
      hosts.get(event.host)?.noteFailure(event);
    options.emit(event);
  };
  const changes = { value: 0, done: 0 };
  const hosts = new Map<string, HostState>();
  const groups = new Map<string, string[]>([...inventory.groups].map(([name, group]) => [name, [...group.hosts]]));
  let groupsValue = lazyMap(groups.keys(), (name) => groups.get(name) ?? []);
  /** Set once group_by has put a host anywhere: the hosts of the plays that follow are chosen again. */
  let regrouped = false;
  const variables: RunVariables = {
    fallback: options.fallback,
    extra: options.extra,
    inventory,
    playbookDirectory: dirname(resolve(playbook.file)),
    get groups() {
      return groupsValue;
    },
    hostvars: () => hostvars,
    hostvarsAsTheyAre: () => hostvarsAsTheyAre,
  };
  for (const host of inventory.hosts.values()) hosts.set(host.name, new HostState(host, new HostVariables(host, variables)));
  if (!hosts.has(LOCALHOST)) {
    const localhost = localhostOf(inventory);
    hosts.set(LOCALHOST, new HostState(localhost, new HostVariables(localhost, variables)));
  }
  const hostvars: ValueMap = lazyMap(hosts.keys(), (name) => hosts.get(name)?.variables.asHostvarsAhead() ?? null);
  const hostvarsAsTheyAre: ValueMap = lazyMap(hosts.keys(), (name) => hosts.get(name)?.variables.asHostvars() ?? null);

  let begun = false;
  const playNames = new Set<string>();
  const digests = new DigestCache(options.digestCache);
  const holder = `${userInfo().username}@${hostname()} pid ${process.pid} since ${now.toISOString()}`;
  const machines = new Machines({
    settings: options.settings,
    vault: options.vault,
    changes,
    emit,
    holder,
    lock: options.mode === 'play' ? options.lock : undefined,
    looks: { timeoutMs: options.lookTimeoutMs, silenceMs: options.silenceMs },
    interrupt: options.interrupt,
    signal: options.kill,
  });
  const context: RunContext = {
    mode: options.mode,
    runId,
    now,
    emit,
    selection: options.selection,
    changes,
    files: new ControllerFiles(
      digests,
      changes,
      options.settings.access,
      (path, sha256) => begun && emit({ type: 'files_read', files: { [path]: sha256 } }),
      options.vault,
    ),
    access: options.settings.access,
    machines,
    vault: options.vault,
    hosts,
    approval: options.approval,
    debtor: debtorOf(playbook.file, playNames),
    turns: turns(options.forks),
    module: options.module,
    joinGroup: (host, group, parents) => {
      regrouped = true;
      hosts.get(host)?.variables.join(group);
      for (const name of [group, ...parents]) {
        const members = groups.get(name);
        if (members === undefined) groups.set(name, [host]);
        else if (!members.includes(host)) members.push(host);
      }
      groupsValue = lazyMap(groups.keys(), (name) => groups.get(name) ?? []);
    },
    silenceMs: options.silenceMs,
    interrupt: options.interrupt,
    interrupted: () => options.interrupt.aborted,
  };

  const plays = await choose(playbook, inventory, options, hosts, context);
  for (const play of [...playbook.plays, ...plays.map((planned) => planned.play)]) playNames.add(play.name);
  await preflight(context, plays);
  if (options.isCheckOnly === true) return { recap: [], stopped: undefined, interrupted: false, evidence: undefined };
  await digests.save();
  const taking = new Set(plays.flatMap((planned) => planned.hosts.map((host) => host.name)));
  emit({
    type: 'run_started',
    runId,
    mode: options.mode,
    playbook: playbook.file,
    inventory: inventory.sources,
    at: now,
    hosts: [...taking],
    partial: partialBecause(options),
    resumed: options.resume?.runId,
  });
  begun = true;
  if (context.files.used.size > 0) emit({ type: 'files_read', files: Object.fromEntries(context.files.used) });
  let stopped: string | undefined;
  let recap: readonly HostRecap[] = [];
  let evidence: Evidence | undefined;
  const kill = (): void => void machines.killAll();
  options.kill.addEventListener('abort', kill);
  try {
    for (const [index, chosen] of plays.entries()) {
      const planned = regrouped ? chooseAgain(chosen, regroup(inventory, groups), options, hosts) : chosen;
      for (const host of planned.hosts) taking.add(host.name);
      if (regrouped && planned.hosts.length === 0) emit(begunWithNobody(planned.play));
      const end = await runPlay(context, planned, plays.slice(index + 1));
      if (end.kind === 'stopped') {
        stopped = end.why;
        break;
      }
    }
    if (options.mode === 'plan' && options.approval !== undefined) evidence = await gatherEvidence(context, [...taking], options.extra);
  } finally {
    options.kill.removeEventListener('abort', kill);
    recap = [...taking].map((name) => hosts.get(name)?.recap(options.mode, machines.roundTrips(name))).filter((one) => one !== undefined);
    await machines.closeAll();
    const rescued = new Set([...hosts.values()].flatMap((host) => [...host.rescuedFailures]));
    emit({ type: 'run_finished', recap, rescued, stopped, milliseconds: performance.now() - began });
  }
  return { recap, stopped, interrupted: options.interrupt.aborted, evidence };
}

async function choose(
  playbook: Playbook,
  inventory: Inventory,
  options: RunOptions,
  hosts: ReadonlyMap<string, HostState>,
  context: RunContext,
): Promise<readonly PlannedPlay[]> {
  const limit = limitOf(options);
  if (limit !== undefined && limit.length === 0) {
    throw new Problem({
      code: 'empty-pattern',
      what: `--limit "${options.limit ?? ''}" matches no host`,
      remedy: 'See `runbook inventory --graph` for the hosts and groups there are.',
    });
  }
  const plays: PlannedPlay[] = [];
  let mayRegroup = false;
  for (const play of playbook.plays) {
    const first = hosts.get(LOCALHOST);
    if (first === undefined) throw new Error('there is always a localhost');
    first.variables.enter({ play, layers: play.layers, hosts: [] });
    const layers = [...play.layers];
    for (const file of play.variableFiles)
      layers.push(await variableFileLayer(file, first.variables.scope(undefined), dirname(resolve(play.place.file)), context));
    const pattern = patternOf(play.hosts.resolve(first.variables.scope(undefined)), play);
    first.variables.enter({ play, layers, hosts: [] });
    const pace = paceOf(play, first.variables.scope(undefined));
    plays.push({ play: named(play, pattern), pattern, layers, pace, hosts: statesOf(play, pattern, inventory, limit, hosts, mayRegroup) });
    mayRegroup ||= play.sections.some((section) =>
      [...walkSteps(section.steps)].some((step) => step.kind === 'task' && step.module === 'group_by'),
    );
  }
  if (plays.every((planned) => planned.hosts.length === 0) && limit !== undefined) {
    throw new Problem({
      code: 'empty-pattern',
      what: `--limit "${options.limit ?? ''}" leaves no host for any play of ${playbook.file}`,
      remedy: 'Compare the limit with the hosts of the plays (--list-hosts).',
    });
  }
  return options.resume === undefined ? plays : withoutFinished(plays, options.resume);
}

/** Where an earlier play groups hosts, a group may be there only later, or never. */
function statesOf(
  play: Play,
  pattern: string,
  inventory: Inventory,
  limit: readonly string[] | undefined,
  hosts: ReadonlyMap<string, HostState>,
  mayRegroup: boolean,
): readonly HostState[] {
  try {
    const names = hostsOf(play, pattern, inventory, limit, play.hostsPlace);
    return names.map((name) => hosts.get(name)).filter((host) => host !== undefined);
  } catch (error) {
    if (mayRegroup && error instanceof Problem && ['unknown-pattern', 'no-such-host', 'empty-pattern'].includes(error.code)) return [];
    throw error;
  }
}

function chooseAgain(
  { play, pattern, layers, pace }: PlannedPlay,
  inventory: Inventory,
  options: RunOptions,
  hosts: ReadonlyMap<string, HostState>,
): PlannedPlay {
  const planned = { play, pattern, layers, pace, hosts: statesOf(play, pattern, inventory, limitOf(options), hosts, true) };
  return options.resume === undefined ? planned : (withoutFinished([planned], options.resume)[0] ?? planned);
}

/** So that it shows that the play was passed over. */
function begunWithNobody({ name, place }: Play): PlayStarted {
  return { type: 'play_started', play: name, place: formatPlace(place), hosts: [], batch: 1, batches: 1 };
}

function limitOf({ limit, inventory }: RunOptions): readonly string[] | undefined {
  return limit === undefined ? undefined : selectHosts(inventory, limit, undefined).map((host) => host.name);
}

function regroup(inventory: Inventory, groups: ReadonlyMap<string, readonly string[]>): Inventory {
  const grown = [...groups].map(([name, members]) => [name, { name, children: [], ownHosts: members, hosts: members }] as const);
  return { ...inventory, groups: new Map(grown) };
}

/** A play without a name of its own is called by its hosts; where they are a template, they are only known now. */
function named(play: Play, pattern: string): Play {
  return play.name === UNNAMED && play.hosts.literal === undefined ? { ...play, name: pattern } : play;
}

function patternOf(value: Value, play: Play): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(',');
  const why = value instanceof Unknown ? `It depends on ${value.because}.` : undefined;
  throw new Problem({ code: 'wrong-type', what: 'hosts must be a pattern, or a list of patterns', place: play.hostsPlace, why });
}

/** What of the playbook is left out, in the words of the command line. */
export function partialBecause(options: Pick<RunOptions, 'limit' | 'selection'>): readonly string[] {
  const reasons: string[] = [];
  if (options.limit !== undefined) reasons.push(`--limit ${options.limit}`);
  if (options.selection.tags.length > 0) reasons.push(`--tags ${options.selection.tags.join(',')}`);
  if (options.selection.skipTags.length > 0) reasons.push(`--skip-tags ${options.selection.skipTags.join(',')}`);
  return reasons;
}
