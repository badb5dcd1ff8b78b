import type { Privilege } from '../../connection/base/target.ts';
import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Changing, Completed, Connection, Looking } from '../../connection/connection.ts';
import { briefChange, watchedChange } from '../../connection/shell/frame.ts';
import { Problem } from '../../errors/problem.ts';
import type { Apply } from '../../modules/base/module.ts';
import type { Prediction, Request } from '../../resources/base/resource.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ChangeCount } from '../base/change-count.ts';
import { type Decider, withDecider } from '../base/decider.ts';
import { HostStops } from '../base/signals.ts';
import { openSealedFiles } from './sealed-files.ts';
import { syncFiles } from './sync-files.ts';
import { type Asked, type Laid, View, observation, observe } from './view.ts';

/** How an apply ended, with the host's new look already taken in. */
export type Applied =
  | { readonly kind: 'begun'; readonly completed: Completed }
  /** What had to be done ahead of it failed. */
  | { readonly kind: 'not_begun'; readonly ahead: Completed };

export interface ChangeLimits {
  /** How long the change may take, and be silent; undefined: as long as it likes. */
  readonly timeoutMs: number | undefined;
  readonly silenceMs: number | undefined;
  /** Called when the change goes to the host: from then on it may have been made. */
  readonly begun: () => void;
  /** Told how many bytes of a file have left this machine. */
  readonly sent?: ((bytes: number, size: number) => void) | undefined;
  /** Told what the script prints, in pieces as they come. */
  readonly printed?: ((text: string, stream: 'stdout' | 'stderr') => void) | undefined;
}

export interface MachineChange {
  readonly privilege: Privilege;
  readonly apply: Apply;
  /** A script that must succeed before the change is made; empty: none. */
  readonly before: string;
  /** What the task itself looks at again. */
  readonly own: readonly Request[];
  readonly touches: readonly Prediction[] | 'everything';
  readonly limits: ChangeLimits;
}

/**
 * The account that a task is to be done as is not there. The host is: other tasks may go on, and an earlier one may
 * have to make it.
 */
export class NoSuchAccount extends Problem {
  readonly account: string;

  constructor(account: string, cause: Unreachable) {
    super({ code: 'no-such-account', what: cause.what, why: cause.why, remedy: cause.remedy, cause });
    this.account = account;
  }
}

export interface MachineParts {
  readonly changes: ChangeCount;
  readonly vault: Vault;
  /** Ends looks. */
  readonly interrupt: AbortSignal;
  /**
   * Connects to the same host anew, and tries for so long. `interrupt` ends the attempts unless they are a task's that
   * is to be finished.
   */
  readonly reopen: (timeoutMs: number, how: 'stoppable' | 'to the end') => Promise<Connection>;
}

/** A connected host with all that is known of it, for each user that it is seen as. */
export class Machine {
  #connection: Connection;
  readonly #reopen: MachineParts['reopen'];
  #earlierRoundTrips = 0;
  readonly #changes: ChangeCount;
  readonly #vault: Vault;
  readonly #interrupt: AbortSignal;
  readonly #views = new Map<string, View>();
  readonly #crossings = new Map<string, string[]>();
  /** Files that are written and not on the disk yet, by the privilege that they were written under. */
  readonly #unsynced = new Map<string, Set<string>>();
  readonly #privileges = new Map<string, Privilege>();
  /** In a plan: the steps that may have made anything different. */
  #doubters: readonly Decider[] = [];
  /** In a plan: what its changes would come to. */
  readonly #laid: Laid[] = [];

  constructor(connection: Connection, parts: MachineParts) {
    this.#connection = connection;
    this.#changes = parts.changes;
    this.#vault = parts.vault;
    this.#interrupt = parts.interrupt;
    this.#reopen = parts.reopen;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get isController(): boolean {
    return this.#connection.target.kind === 'local';
  }

  /** Over all its connections. */
  get roundTrips(): number {
    return this.#earlierRoundTrips + this.#connection.counters.roundTrips;
  }

  view(privilege: Privilege): View {
    const key = keyOf(privilege);
    let view = this.#views.get(key);
    if (view === undefined) {
      this.#views.set(key, (view = new View(this.#changes)));
      for (const decider of this.#doubters) view.doubt(decider);
    }
    this.#privileges.set(key, privilege);
    return view;
  }

  /** Every privilege that the host has been seen under. */
  privileges(): readonly Privilege[] {
    return [...this.#privileges.values()];
  }

  /** Every state that tasks rest on, by the user that it was seen as. */
  *seenStates(): Generator<{
    readonly user: string;
    readonly key: string;
    readonly state: unknown;
    readonly asked: Asked;
  }> {
    for (const privilege of this.#privileges.values())
      for (const seen of this.view(privilege).seenStates()) yield { user: this.userOf(privilege), ...seen };
  }

  /** The user that commands run as under this privilege. */
  userOf(privilege: Privilege): string {
    return privilege.kind === 'become' ? privilege.user : this.connection.facts.user;
  }

  /** One round trip; nothing if nothing is asked. */
  async look(privilege: Privilege, requests: readonly Request[], mode: 'play' | 'plan'): Promise<void> {
    if (requests.length > 0) await this.#stoppable(() => this.#look(privilege, requests, mode, this.#interrupt));
  }

  /** Waits with a script of the host's until it answers, for so long. One that is told to stop ends it. */
  async wait(privilege: Privilege, script: string, timeoutMs: number): Promise<Completed> {
    return this.#stoppable(async () => {
      const looking = await this.#opened(privilege, this.connection.looking(privilege));
      // It has nothing to tell until then.
      return looking.look(script, { timeoutMs, silenceMs: undefined, signal: this.#interrupt });
    });
  }

  /** What changes nothing need not be finished. */
  async #stoppable<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#interrupt.aborted) throw new HostStops('interrupted');
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unreachable && error.code === 'stopped' && this.#interrupt.aborted)
        throw new HostStops('interrupted');
      throw error;
    }
  }

  async #look(
    privilege: Privilege,
    requests: readonly Request[],
    mode: 'play' | 'plan',
    signal?: AbortSignal,
  ): Promise<void> {
    const looking: Looking = await this.#opened(privilege, this.connection.looking(privilege));
    const states = await observe(looking, requests, this.connection.target.name, signal);
    if (this.isController) await openSealedFiles(states, this.#vault);
    const view = this.view(privilege);
    if (mode === 'plan') view.learnUnderPlan(requests, states);
    else view.learn(requests, states);
  }

  /** Makes sure that there is a session of this user. Throws NoSuchAccount. */
  async become(privilege: Privilege): Promise<void> {
    await this.#opened(privilege, this.connection.looking(privilege));
  }

  async #opened<Handle>(privilege: Privilege, opening: Promise<Handle>): Promise<Handle> {
    try {
      return await opening;
    } catch (error) {
      if (error instanceof Unreachable && error.code === 'no-such-account')
        throw new NoSuchAccount(this.userOf(privilege), error);
      throw error;
    }
  }

  /** In a plan: the steps so far that may bring an account of that name. */
  mayBring(account: string): readonly Decider[] {
    const bringing = this.#laid.filter(({ predictions }) =>
      predictions.some(({ request }) => bringsAccount(request, account)),
    );
    return [...bringing.map(({ decider }) => decider), ...this.#doubters];
  }

  /**
   * In a plan: the steps so far that may have made anything different. After them, what looks impossible now may be
   * possible.
   */
  get doubters(): readonly Decider[] {
    return this.#doubters;
  }

  /** A plan's stand-in for a change. */
  lay(laid: Laid, touches: 'predicted' | 'everything'): void {
    this.#laid.push(laid);
    for (const view of this.#views.values()) {
      view.lay(laid);
      if (touches === 'everything') view.doubt(laid.decider);
    }
    if (touches === 'everything') this.#doubters = withDecider(this.#doubters, laid.decider);
  }

  /** A plan's stand-in for a step that nobody can plan yet. It may touch anything, and most likely these. */
  layUnknown(requests: readonly Request[], decider: Decider): void {
    this.lay({ predictions: [], certainty: 'certain', decider }, 'everything');
    for (const view of this.#views.values()) view.leaveOpen(requests, decider);
  }

  /** To be sent ahead of the next change (or by `settle`): shell text that crosses out what is done. */
  addCrossing(privilege: Privilege, script: string): void {
    const key = keyOf(privilege);
    this.#privileges.set(key, privilege);
    this.#crossings.set(key, [...(this.#crossings.get(key) ?? []), script]);
  }

  /**
   * Makes one change and looks again, in one round trip: at the task's own resources, and at whatever the
   * change may have touched that a later task has asked for.
   */
  async change({ privilege, apply, before, own, touches, limits: given }: MachineChange): Promise<Applied> {
    const changing: Changing = await this.#opened(privilege, this.connection.changing(privilege));
    for (const { source, path, mode, room } of apply.uploads ?? [])
      await changing.send(source, path, { mode, room, onSent: (bytes) => given.sent?.(bytes, source.size) });
    const key = keyOf(privilege);
    this.#changes.value += 1;
    for (const view of this.#views.values()) view.invalidate(touches);
    const view = this.view(privilege);
    const again = new Map([...view.staleAndWanted(), ...own].map((request) => [request.key, request]));
    const asked = observation([...again.values()]);
    // What starts a service or restarts the host must find the files on the disk.
    const syncs = apply.brief === true && (this.#unsynced.get(key)?.size ?? 0) < MOST_UNSYNCED ? '' : this.#syncs(key);
    const ahead = this.#ahead(key, syncs, before);
    given.begun();
    const limits = { timeoutMs: given.timeoutMs, silenceMs: given.silenceMs, onOutput: given.printed };
    const isBrief = apply.brief === true && syncs === '' && isBriefLook(asked.requests);
    const scripts = { ahead, change: apply.script, look: asked.script };
    const answer = await changing
      .changeAndLook(isBrief ? briefChange(scripts) : watchedChange(scripts), limits, {
        maxOutputBytes: MOST_LOOKED_AT,
      })
      .finally(() => (this.#changes.done += 1));
    if (answer.kind === 'not_begun') return answer;
    if (apply.unsynced !== undefined && answer.change.status === 0) this.#unsyncedBy(key).add(apply.unsynced);
    if (!answer.look.cut) await this.#learn(view, asked.requests, asked.decode(answer.look));
    return { kind: 'begun', completed: answer.change };
  }

  async #learn(view: View, requests: readonly Request[], states: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.isController) await openSealedFiles(states, this.#vault);
    view.learn(requests, states);
  }

  /** What goes ahead of a change: what crosses out handlers, what syncs files, and `before`, whose status counts. */
  #ahead(key: string, syncs: string, before: string): string {
    const crossings = this.#crossings.get(key) ?? [];
    this.#crossings.delete(key);
    const own = [...crossings, syncs].filter((part) => part !== '');
    // What is only tidied up may fail; what is last decides.
    return [...own, before === '' && own.length > 0 ? ':' : before].filter((part) => part !== '').join('\n');
  }

  /** Runs shell text that is the engine's own, beside any task's change. */
  async note(privilege: Privilege, script: string): Promise<Completed> {
    this.#privileges.set(keyOf(privilege), privilege);
    return (await this.#opened(privilege, this.connection.changing(privilege))).change(script, {
      timeoutMs: OWN_WORK_MS,
    });
  }

  /**
   * The host is about to go away: waits for that, connects anew, and looks at these again until it is back. Returns,
   * too, where the host has not gone away in time: what was looked at tells. Throws Unreachable where it does not come
   * back in time.
   */
  async comeBack(
    privilege: Privilege,
    own: readonly Request[],
    timeoutMs: number,
    isBack: () => boolean,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    do {
      if (!(await within(this.#connection.gone, deadline - performance.now()))) return;
      await this.connectAnew(deadline - performance.now(), 'to the end');
      await this.#look(privilege, own, 'play');
      // A host may answer once more while it goes down.
    } while (!isBack());
  }

  /** In the place of a connection that is lost. Nothing that was seen before is believed. */
  async connectAnew(timeoutMs: number, how: 'stoppable' | 'to the end'): Promise<void> {
    const connection = await this.#reopen(timeoutMs, how);
    this.#earlierRoundTrips += this.#connection.counters.roundTrips;
    this.#connection = connection;
    for (const view of this.#views.values()) view.invalidate('everything');
  }

  /** As another user from here on. It is the same host: a plan goes on believing what it has foreseen there. */
  async loginAnew(mode: 'play' | 'plan'): Promise<void> {
    const left = this.#connection;
    await left.close();
    this.#connection = await this.#reopen(0, 'stoppable');
    this.#earlierRoundTrips += left.counters.roundTrips;
    if (mode === 'play') for (const view of this.#views.values()) view.invalidate('everything');
  }

  /** Sends the crossings that no later change took along, and syncs what no later change has synced. */
  async settle(): Promise<void> {
    for (const [key, privilege] of this.#privileges) {
      const scripts = [...(this.#crossings.get(key) ?? []), this.#syncs(key)].filter((part) => part !== '');
      this.#crossings.delete(key);
      if (scripts.length === 0) continue;
      await this.note(privilege, scripts.join('\n')).catch((error: unknown) => {
        // Who is not there owes nothing.
        if (!(error instanceof NoSuchAccount)) throw error;
      });
    }
  }

  #unsyncedBy(key: string): Set<string> {
    let paths = this.#unsynced.get(key);
    if (paths === undefined) this.#unsynced.set(key, (paths = new Set()));
    return paths;
  }

  /** Shell text that syncs what is not synced yet. */
  #syncs(key: string): string {
    const paths = [...(this.#unsynced.get(key) ?? [])];
    this.#unsynced.delete(key);
    return paths.length === 0 ? '' : syncFiles(paths);
  }
}

/** Packages bring accounts, and services that know some may be started. */
function bringsAccount({ kind, id }: Request, account: string): boolean {
  if (kind.name === 'user') return id === account;
  return (
    kind.name === 'package' ||
    kind.name === 'unit' ||
    kind.name === 'init_service' ||
    (kind.name === 'file' && id === '/etc/passwd')
  );
}

/** Files that wait to be synced, at most: a bound for the arguments of one process. */
const MOST_UNSYNCED = 200;

/** True where it comes about in time. */
async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  const clock = Promise.withResolvers<false>();
  const timer = setTimeout(clock.resolve, Math.max(0, ms), false);
  const inTime = await Promise.race([promise.then(() => true), clock.promise]);
  clearTimeout(timer);
  return inTime;
}

/** What is written down or synced may wait for a slow disk. */
const OWN_WORK_MS = 600_000;

/** Bytes of one look. */
const MOST_LOOKED_AT = 16 * 1024 * 1024;

function keyOf(privilege: Privilege): string {
  return privilege.kind === 'login' ? 'login' : `become:${privilege.user}`;
}

/**
 * Whether the look after a brief change is brief, too. The stderr of a brief look counts as that of the change, so that
 * looks of several kinds could not be told apart there.
 */
function isBriefLook(requests: readonly Request[]): boolean {
  const isOfOneKind = new Set(requests.map(({ kind }) => kind.name)).size <= 1;
  return isOfOneKind && requests.every(({ kind, detail }) => kind.isBrief?.(detail) === true);
}
