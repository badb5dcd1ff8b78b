import { hostname, userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Emit } from './base/events.ts';
import { debtorOf } from './base/owed.ts';
import { runIdAt } from './base/run-id.ts';
import { Stepping } from './base/stepping.ts';
import { TaskIdentities } from './base/task-identity.ts';
import type { RunContext } from './context/context.ts';
import { MadeTogether } from './context/made-together.ts';
import { ControllerFiles } from './controller/controller-files.ts';
import { type LookingUp, controllerLookups } from './controller/controller-lookups.ts';
import { DigestCache } from './controller/digest-cache.ts';
import { EvidenceOfRun } from './evidence.ts';
import { Machines } from './machine/machines.ts';
import { HostsUnderWay } from './order/hosts-under-way.ts';
import { AskingTasks } from './order/other-hosts.ts';
import { turns } from './order/turns.ts';
import { NamedRequests } from './preparation/named-requests.ts';
import { PreparedAhead } from './preparation/prepared-ahead.ts';
import { RunHosts } from './run-hosts.ts';
import type { RunOptions } from './run-options.ts';

/** A run before its first event and its first connection. */
export interface OpenRun {
  readonly context: RunContext;
  readonly hosts: RunHosts;
  readonly digests: DigestCache;
  /** Set in a plan whose evidence is asked for. */
  readonly evidence: EvidenceOfRun | undefined;
  /** Names of the plays of the run: they show which owed handlers of an earlier run belong to it. */
  readonly playNames: Set<string>;
  /** After this, each file of the controller is reported when it is read. */
  begin(): void;
}

/**
 * Makes the state that the parts of one run share. Connects to nothing. `RunOptions` says what must be closed at the
 * end.
 */
export function openRun(options: RunOptions): OpenRun {
  const now = new Date();
  const hosts = new RunHosts(options);
  const emit: Emit = (event) => {
    if (event.type === 'task_finished' && event.outcome.kind === 'failed' && !event.outcome.ignored)
      hosts.byName.get(event.host)?.noteFailure(event);
    options.emit(event);
  };
  const { live = (): void => {} } = options;
  const changes = { value: 0, done: 0 };
  const digests = new DigestCache(options.digestCache);
  const playNames = new Set<string>();
  const evidence = options.mode === 'plan' && options.approval !== undefined ? new EvidenceOfRun() : undefined;
  let begun = false;
  const tellRead = (path: string, sha256: string): void => {
    if (begun) emit({ type: 'files_read', files: { [path]: sha256 } });
  };
  const context: RunContext = {
    mode: options.mode,
    runId: runIdAt(now),
    now,
    emit,
    live,
    selection: options.selection,
    changes,
    files: new ControllerFiles({
      digests,
      changes,
      access: options.settings.access,
      told: tellRead,
      vault: options.vault,
      interrupt: options.interrupt,
    }),
    access: options.settings.access,
    machines: machinesOf(options, { now, changes, emit, live }),
    vault: options.vault,
    hosts: hosts.byName,
    identities: new TaskIdentities(),
    asking: new AskingTasks(),
    prepared: new PreparedAhead(),
    named: new NamedRequests(),
    together: new MadeTogether(),
    approval: options.approval,
    stepping: options.askBefore === undefined ? undefined : new Stepping(options.askBefore, options.interrupt),
    debtor: debtorOf(options.playbook.file, playNames),
    ...limitsOf(options.forks),
    module: options.module,
    addHost: (change) => hosts.add(change),
    expectOthers: (what) => hosts.await(what),
    leaving: evidence === undefined ? undefined : (host, machine) => evidence.leave(host, machine),
    silenceMs: options.silenceMs,
    interrupt: options.interrupt,
    interrupted: () => options.interrupt.aborted,
  };
  useLookups(hosts, context, { playbook: options.playbook.file, makesSecrets: () => begun && options.mode === 'play' });
  const begin = (): void => {
    begun = true;
  };
  return { context, hosts, digests, evidence, playNames, begin };
}

function limitsOf(forks: number): Pick<RunContext, 'turns' | 'underWay'> {
  return { turns: turns(forks), underWay: new HostsUnderWay(forks) };
}

/**
 * Lets templates and expressions read files of the controller, with the search path and the permissions of their task.
 */
function useLookups(
  hosts: RunHosts,
  { files, access }: Pick<RunContext, 'files' | 'access'>,
  { playbook, makesSecrets }: Pick<LookingUp, 'makesSecrets'> & { readonly playbook: string },
): void {
  const place = { file: playbook, line: 1, column: 1 };
  const beside = [dirname(resolve(playbook))];
  hosts.useLookups((step) => {
    const searchPath = step === undefined || step.searchPath.length === 0 ? beside : step.searchPath;
    return controllerLookups(files, { searchPath, place: step?.place ?? place, access, makesSecrets });
  });
}

function machinesOf(
  options: RunOptions,
  { now, changes, emit, live }: Pick<RunContext, 'now' | 'changes' | 'emit' | 'live'>,
): Machines {
  return new Machines({
    settings: options.settings,
    vault: options.vault,
    changes,
    emit,
    live,
    holder: `${userInfo().username}@${hostname()} pid ${process.pid} since ${now.toISOString()}`,
    lock: options.mode === 'play' ? options.lock : undefined,
    looks: { timeoutMs: options.lookTimeoutMs, silenceMs: options.silenceMs },
    interrupt: options.interrupt,
    signal: options.kill,
  });
}
