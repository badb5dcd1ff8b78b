import { digestCacheFile } from '../cli/base/digest-cache-file.ts';
import { journalFolder } from '../cli/base/journal-folder.ts';
import { CONNECT_TIMEOUT, FORKS, LOOK_TIMEOUT } from '../cli/options/common-options.ts';
import { targetSettings } from '../cli/options/flag-values.ts';
import { type PreparedRun, prepareRun } from '../cli/run/prepare-run.ts';
import { startReport } from '../report/report.ts';
import type { HostRecap, Mode } from '../run/base/events.ts';
import { type RunResult, run } from '../run/run.ts';
import { type SiteEvent, eventsOf } from './event-stream.ts';

export { Problem, Problems, formatPlace, type Place } from '../errors/problem.ts';
export type { HostRecap } from '../run/base/events.ts';
export type { SiteEvent } from './event-stream.ts';

/** The options for loading a playbook. Paths are relative to the working folder. */
export interface LoadOptions {
  /** Inventory files, folders, executables or `host1,`, as `-i` takes them. */
  readonly inventory?: readonly string[];
  /** Variables with the highest precedence. Their values must be plain data, as in JSON. */
  readonly extraVars?: Readonly<Record<string, unknown>>;
  /** Folders with modules of your own, besides `modules` of the project and of its roles. */
  readonly modules?: readonly string[];
  /** age identities or private SSH keys that open encrypted files, as `--identity` takes them. */
  readonly identity?: readonly string[];
  /** Files with a password of ansible-vault. */
  readonly vaultPasswordFile?: readonly string[];
  /** True: playbook and inventory have all your permissions on this machine, even if they come from elsewhere. */
  readonly trust?: boolean;
}

/** A playbook with its inventory and variables, read and checked. */
export interface Site {
  /** The file of the playbook. */
  readonly playbook: string;
  /** Names of all hosts of the inventory. */
  readonly hosts: readonly string[];
}

/** The options of one run. */
export interface RunChoices {
  /** A pattern of hosts, as `--limit` takes it. */
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  /** Maximal number of hosts at the same time (default: 50). */
  readonly forks?: number;
  /** Receives each event: the objects of `--output json`, with secrets masked. */
  readonly onEvent?: (event: SiteEvent) => void;
  /** Ends the run when it is aborted: running tasks finish, and no further task begins. */
  readonly signal?: AbortSignal;
  /** The folder for journals of plays (default: that of the command line, `.runbook/runs`). */
  readonly journal?: string;
}

/** The result of a run. */
export interface Summary {
  /** True if no host failed or was unreachable, and the run came to its end. */
  readonly ok: boolean;
  /**
   * Sums over all hosts. In a plan, `changed` counts the tasks that would change something, and `unknown` the tasks
   * that only a play can decide.
   */
  readonly changed: number;
  readonly unknown: number;
  readonly failed: number;
  /** Names of the hosts that could not be reached. */
  readonly unreachable: readonly string[];
  readonly hosts: readonly HostRecap[];
  /** The reason why the run ended early; undefined if it came to its end. */
  readonly stopped: string | undefined;
  readonly interrupted: boolean;
}

/** The data that `load` has read, for `plan` and `play`. Users see only the type `Site`. */
class LoadedSite implements Site {
  readonly playbook: string;
  readonly hosts: readonly string[];
  readonly #prepared: PreparedRun;

  constructor(playbook: string, prepared: PreparedRun) {
    this.playbook = playbook;
    this.hosts = [...prepared.inventory.hosts.keys()];
    this.#prepared = prepared;
  }

  static preparedOf(site: Site): PreparedRun {
    if (site instanceof LoadedSite) return site.#prepared;
    throw new TypeError('plan and play take what load has returned');
  }
}

/**
 * Reads a playbook, its inventory and variables, and checks all that can be checked without a host. Throws Problem or
 * Problems for mistakes in them. Connects to nothing.
 */
export async function load(playbook: string, options: LoadOptions = {}): Promise<Site> {
  const { inventory = [], extraVars = {}, modules = [], identity = [], vaultPasswordFile = [], trust } = options;
  const prepared = await prepareRun(
    playbook,
    {
      inventory,
      extraVars: Object.keys(extraVars).length === 0 ? [] : [JSON.stringify(extraVars)],
      identity,
      vaultId: [],
      vaultPasswordFile,
      allowController: [],
      ...(trust === undefined ? {} : { trust }),
    },
    modules,
  );
  return new LoadedSite(playbook, prepared);
}

/** Shows what a play would change, and changes nothing. Throws Problems for mistakes that show only with the hosts. */
export function plan(site: Site, choices: RunChoices = {}): Promise<Summary> {
  return perform('plan', site, choices);
}

/**
 * Changes the hosts so that they agree with the playbook. The run is recorded in the same journal as runs of the
 * command line, so `runbook runs` lists it. Throws Problems for mistakes that are found before the first connection.
 */
export function play(site: Site, choices: RunChoices = {}): Promise<Summary> {
  return perform('play', site, choices);
}

async function perform(mode: Mode, site: Site, choices: RunChoices): Promise<Summary> {
  const { playbook, inventory, extra, vault, modules, access } = LoadedSite.preparedOf(site);
  const report = startReport({
    format: 'json',
    mode,
    diff: true,
    verbosity: 0,
    stdout: eventsOf(choices.onEvent ?? (() => {})),
    stderr: process.stderr,
    journal: choices.journal ?? journalFolder(),
    command: ['library', mode, site.playbook],
  });
  const interrupt = choices.signal ?? new AbortController().signal;
  try {
    return summaryOf(
      await run({
        mode,
        playbook,
        inventory,
        limit: choices.limit,
        selection: { tags: choices.tags ?? [], skipTags: choices.skipTags ?? [] },
        extra,
        forks: choices.forks ?? FORKS,
        silenceMs: undefined,
        lookTimeoutMs: LOOK_TIMEOUT * 1000,
        settings: targetSettings({ timeout: CONNECT_TIMEOUT }, access),
        vault,
        lock: mode === 'play' ? { waitMs: 0 } : undefined,
        module: (name) => modules.module(name),
        emit: report.emit,
        interrupt,
        kill: new AbortController().signal,
        digestCache: digestCacheFile(),
      }),
    );
  } finally {
    await report.finish();
  }
}

function summaryOf({ recap, stopped, interrupted }: RunResult): Summary {
  const sum = (count: (host: HostRecap) => number): number => recap.reduce((total, host) => total + count(host), 0);
  const failed = sum((host) => host.failed);
  const unreachable = recap.filter((host) => host.unreachable).map(({ host }) => host);
  return {
    ok: failed === 0 && unreachable.length === 0 && stopped === undefined && !interrupted,
    changed: sum((host) => host.changed),
    unknown: sum((host) => host.unknown),
    failed,
    unreachable,
    hosts: recap,
    stopped,
    interrupted,
  };
}
