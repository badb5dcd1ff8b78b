import type { Target } from '../../connection/base/target.ts';
import { type Connection, type LookLimits, connect } from '../../connection/connection.ts';
import { Problem } from '../../errors/problem.ts';
import type { Scope } from '../../values/base/value.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ChangeCount } from '../base/change-count.ts';
import type { Emit } from '../base/events.ts';
import type { TellLive } from '../base/live-events.ts';
import { HostStops } from '../base/signals.ts';
import { type MachineParts, Machine } from './machine.ts';
import { NotKept } from './not-kept.ts';
import { PastPlaces } from './past-places.ts';
import { connectPatiently } from './reconnect.ts';
import { type TargetSettings, targetOf } from './target-settings.ts';
import { ToldPatches } from './told-patches.ts';

const CLOSED_AT_A_STRETCH = 25;

/**
 * The connections of a run, one per machine. They are opened when they are first needed, and closed after the last task
 * of the host, or at the end.
 */
export class Machines {
  readonly #open = new Map<string, Promise<Machine>>();
  readonly #ready = new Map<string, Machine>();
  /** Released machines whose connections are being closed. */
  readonly #closing = new Set<Machine>();
  /** Number of round trips of the released machines of each host. */
  readonly #earlierRoundTrips = new Map<string, number>();
  /** The hosts that were the controller itself when they were connected. */
  readonly #controllers = new Set<string>();
  readonly #past: PastPlaces;
  /** The current target of each machine: address and login user. */
  readonly #targets = new Map<string, Target>();
  readonly #notKept = new NotKept();
  readonly #patches = new ToldPatches();
  readonly #settings: TargetSettings;
  readonly #vault: Vault;
  readonly #changes: ChangeCount;
  readonly #emit: Emit;
  readonly #live: TellLive;
  readonly #holder: string;
  readonly #lock: { readonly waitMs: number } | undefined;
  readonly #signal: AbortSignal;
  readonly #interrupt: AbortSignal;
  readonly #attempt: AbortSignal;
  readonly #looks: LookLimits;

  constructor(options: {
    readonly settings: TargetSettings;
    readonly vault: Vault;
    readonly changes: ChangeCount;
    readonly emit: Emit;
    readonly live: TellLive;
    readonly holder: string;
    readonly lock: { readonly waitMs: number } | undefined;
    readonly looks: LookLimits;
    /** Ends attempts to connect, and looks. */
    readonly interrupt: AbortSignal;
    /** Ends running scripts on the hosts. */
    readonly signal: AbortSignal;
  }) {
    this.#settings = options.settings;
    this.#vault = options.vault;
    this.#changes = options.changes;
    this.#emit = options.emit;
    this.#live = options.live;
    this.#holder = options.holder;
    this.#lock = options.lock;
    this.#past = new PastPlaces(options.lock !== undefined);
    this.#signal = options.signal;
    this.#interrupt = options.interrupt;
    this.#attempt = AbortSignal.any([options.signal, options.interrupt]);
    this.#looks = options.looks;
  }

  /** Returns the machine if it is connected. */
  get(name: string): Machine | undefined {
    return this.#ready.get(name);
  }

  /**
   * Connects to a host. Attempts are repeated for `patienceMs` if it does not answer. Throws Unreachable, or Problem
   * `locked`. A host that could not be reached is not tried again in the same run.
   */
  to(name: string, scope: Scope, patienceMs: number): Promise<Machine> {
    let machine = this.#open.get(name);
    if (machine === undefined) this.#open.set(name, (machine = this.#connect(name, scope, patienceMs)));
    return machine;
  }

  /** Logs in as another user (`remote_user`), if this play has another one than the play before. */
  async loginAs(name: string, scope: Scope, mode: 'play' | 'plan'): Promise<void> {
    const machine = this.#ready.get(name);
    const before = this.#targets.get(name);
    if (machine === undefined || before?.kind !== 'ssh') return;
    const target = await targetOf(name, scope, this.#settings);
    if (target.kind !== 'ssh' || target.user === before.user) return;
    this.#targets.set(name, target);
    await machine.loginAnew(mode);
  }

  /** Gives other hosts a turn of the event loop if the current one has taken long. */
  breathe(): Promise<void> | undefined {
    return this.#settings.connections.loop.breathe();
  }

  /** Number of round trips of all connections of a host. */
  roundTrips(name: string): number {
    return (this.#earlierRoundTrips.get(name) ?? 0) + (this.#ready.get(name)?.roundTrips ?? 0);
  }

  /** The hosts that are or were connected in this run, and that are the controller itself. */
  get controllers(): ReadonlySet<string> {
    return this.#controllers;
  }

  /**
   * Closes the connection of a host whose last task is done, which also ends its lock, and forgets what was seen of it.
   * A later use connects again.
   */
  async release(name: string): Promise<void> {
    const machine = this.#ready.get(name);
    if (machine === undefined) return;
    this.#earlierRoundTrips.set(name, this.roundTrips(name));
    this.#ready.delete(name);
    this.#open.delete(name);
    this.#past.leave(name, this.#targets.get(name), machine.lockedUsers());
    this.#targets.delete(name);
    this.#closing.add(machine);
    await machine.connection.close().catch(() => {});
    this.#closing.delete(machine);
  }

  async #connect(name: string, scope: Scope, patienceMs: number): Promise<Machine> {
    const began = performance.now();
    const target: Target = await targetOf(name, scope, this.#settings);
    const lock =
      this.#lock === undefined || target.kind === 'local' ? undefined : { holder: this.#holder, ...this.#lock };
    if (target.kind === 'ssh') this.#refuseOtherName(target, target.user);
    this.#targets.set(name, target);
    this.#notKept.target(name, target);
    const open = (attempt: AbortSignal): Promise<Connection> =>
      connect(this.#targets.get(name) ?? target, {
        signal: this.#signal,
        attempt,
        lock,
        waiting: (holder) => {
          this.#live({
            host: name,
            activity: holder === undefined ? { kind: 'unlocked' } : { kind: 'locked', holder },
          });
        },
        looks: this.#looks,
        context: this.#settings.connections,
      });
    const retries = target.kind === 'local' ? 0 : (target.retries ?? 0);
    const reopen: MachineParts['reopen'] = async (timeoutMs, how) => {
      const signal = how === 'stoppable' ? this.#attempt : this.#signal;
      try {
        return await connectPatiently(() => open(signal), { timeoutMs, retries, signal });
      } catch (error) {
        throw this.#interrupt.aborted && signal === this.#attempt ? new HostStops('interrupted') : explained(error);
      }
    };
    const explained: MachineParts['explained'] = (error) =>
      error instanceof Problem && error.code === 'locked' ? this.#lockedBy(name, error) : error;
    const connection = await reopen(patienceMs, 'stoppable');
    const machine = new Machine(connection, {
      changes: this.#changes,
      vault: this.#vault,
      interrupt: this.#interrupt,
      reopen,
      explained,
      becoming: (user) => this.#refuseOtherName(target, user),
    });
    this.#ready.set(name, machine);
    if (machine.isController) this.#controllers.add(name);
    const address = target.kind === 'local' ? 'this machine' : `${target.user}@${target.address}:${target.port}`;
    this.#notKept.connected(name, target, connection.transport);
    this.#emit({
      type: 'host_connected',
      host: name,
      address,
      transport: connection.transport,
      milliseconds: performance.now() - began,
    });
    this.#patches.note(name, connection.library, this.#emit);
    return machine;
  }

  /**
   * Improves the problem of a lock that this run itself may hold, if it has reached the same machine under another
   * name.
   */
  #lockedBy(name: string, locked: Problem): Problem {
    if (locked.why?.includes(this.#holder) !== true) return locked;
    const own = this.#targets.get(name);
    const present = [...this.#targets].flatMap(([other, target]) =>
      other !== name && isSamePlace(target, own) ? [other] : [],
    );
    // The other name may have been left since the lock was refused.
    return sameMachine(name, [...present, ...(own === undefined ? [] : this.#past.otherNames(own))], locked);
  }

  /** Throws Problem `same-machine` if the run was at this machine as this user, and has left it. */
  #refuseOtherName(target: Target, user: string): void {
    const other = this.#past.otherNameAt(target, user);
    if (other !== undefined) throw sameMachine(target.name, [other]);
  }

  /** Closes all connections, and reports which settings of ssh were ignored. */
  async closeAll(): Promise<void> {
    const { options, variables } = this.#notKept;
    if (options !== undefined)
      this.#emit({ type: 'options_not_kept', options: options.settings, hosts: options.hosts });
    if (variables !== undefined) this.#emit({ type: 'settings_without_effect', ...variables });
    const closings: Promise<void>[] = [];
    for (const machine of this.#ready.values()) {
      closings.push(machine.connection.close().catch(() => {}));
      // Most of the work of closing happens later in the same turn of the event loop.
      if (closings.length % CLOSED_AT_A_STRETCH === 0) await new Promise(setImmediate);
    }
    await Promise.all(closings);
  }

  async killAll(): Promise<void> {
    const open = [...this.#ready.values(), ...this.#closing];
    await Promise.allSettled(open.map((machine) => machine.connection.kill()));
  }
}

function sameMachine(name: string, others: readonly string[], cause?: Problem): Problem {
  return new Problem({
    code: 'same-machine',
    what: `${name} is a second name of a machine of this run`,
    why: others.length === 0 ? undefined : `The run has reached it as ${others.join(', ')}.`,
    remedy:
      'Give the machine one name in the inventory, and put that name into both groups. Changes under two names would not see each other.',
    cause,
  });
}

function isSamePlace(one: Target, other: Target | undefined): boolean {
  return one.kind === 'ssh' && other?.kind === 'ssh' && one.address === other.address && one.port === other.port;
}
