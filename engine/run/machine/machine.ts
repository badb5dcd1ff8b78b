import type { Privilege } from '../../connection/base/target.ts';
import { unguessable } from '../../connection/base/unguessable.ts';
import { Unreachable } from '../../connection/base/unreachable.ts';
import type { Changing, Completed, Connection, Looking } from '../../connection/connection.ts';
import { briefChange, watchedChange } from '../../connection/shell/frame.ts';
import { togetherAnswer, togetherScript } from '../../connection/shell/together.ts';
import { Problem } from '../../errors/problem.ts';
import type { Fetch } from '../../modules/base/module.ts';
import type { Request } from '../../resources/base/resource.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ChangeCount } from '../base/change-count.ts';
import type { Decider } from '../base/decider.ts';
import { HostStops } from '../base/signals.ts';
import { type ReadPart, receiveFile } from '../controller/receive-file.ts';
import type { Applied, MachineChange, MachineChanges } from './machine-change.ts';
import { OwnWork } from './own-work.ts';
import { PlannedEffects } from './planned-effects.ts';
import { openSealedFiles } from './sealed-files.ts';
import { type Asked, type Laid, type Observation, View, observation, observe } from './view.ts';
import { within } from './within.ts';

/**
 * The problem that the account of a task (`become_user`) does not exist. The host is reachable: other tasks may
 * continue, and an earlier task may create the account.
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
   * Connects to the same host again, with attempts for this time. `interrupt` ends the attempts, except `to the end`,
   * for a task that must finish.
   */
  readonly reopen: (timeoutMs: number, how: 'stoppable' | 'to the end') => Promise<Connection>;
  /** Returns the error, or a better one for a lock that this run itself holds under another name of the machine. */
  readonly explained: (error: unknown) => unknown;
  /** Called when a session of another user exists. Throws Problem if nothing may be done in it. */
  readonly becoming: (user: string) => void;
}

/** A connected host, with the states that are known of it: a view for each user who looks. */
export class Machine {
  #connection: Connection;
  readonly #reopen: MachineParts['reopen'];
  readonly #explained: MachineParts['explained'];
  readonly #becoming: MachineParts['becoming'];
  #earlierRoundTrips = 0;
  readonly #changes: ChangeCount;
  readonly #vault: Vault;
  readonly #interrupt: AbortSignal;
  readonly #views = new Map<string, View>();
  readonly #work = new OwnWork();
  readonly #privileges = new Map<string, Privilege>();
  /** In a plan: the effects of the planned changes. */
  readonly #effects = new PlannedEffects();

  constructor(connection: Connection, parts: MachineParts) {
    this.#connection = connection;
    this.#changes = parts.changes;
    this.#vault = parts.vault;
    this.#interrupt = parts.interrupt;
    this.#reopen = parts.reopen;
    this.#explained = parts.explained;
    this.#becoming = parts.becoming;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get isController(): boolean {
    return this.#connection.target.kind === 'local';
  }

  /** Number of round trips of all its connections. */
  get roundTrips(): number {
    return this.#earlierRoundTrips + this.#connection.counters.roundTrips;
  }

  view(privilege: Privilege): View {
    const key = keyOf(privilege);
    let view = this.#views.get(key);
    if (view === undefined) {
      this.#views.set(key, (view = new View(this.#changes)));
      this.#effects.replay(view);
    }
    this.#privileges.set(key, privilege);
    return view;
  }

  /** Returns the users whose locks of the host this run holds: the login user, and root if a task has become root. */
  lockedUsers(): ReadonlySet<string> {
    const became = this.privileges().some((one) => one.kind === 'become' && one.user === 'root');
    return new Set([this.connection.facts.user, ...(became ? ['root'] : [])]);
  }

  /** Returns every privilege under which the host has been seen. */
  privileges(): readonly Privilege[] {
    return [...this.#privileges.values()];
  }

  /** Yields every state that tasks depend on, with the user who has seen it. */
  *seenStates(): Generator<{
    readonly user: string;
    readonly key: string;
    readonly state: unknown;
    readonly asked: Asked;
  }> {
    for (const privilege of this.#privileges.values())
      for (const seen of this.view(privilege).seenStates()) yield { user: this.userOf(privilege), ...seen };
  }

  /** Returns the user who runs commands under this privilege. */
  userOf(privilege: Privilege): string {
    return privilege.kind === 'become' ? privilege.user : this.connection.facts.user;
  }

  /** Looks at the host in one round trip; does nothing if there are no requests. */
  async look(privilege: Privilege, requests: readonly Request[], mode: 'play' | 'plan'): Promise<void> {
    if (requests.length > 0) await this.#stoppable(() => this.#look(privilege, requests, mode, this.#interrupt));
  }

  /** Waits for at most this time for a script that ends when the host is ready. An interruption ends the wait. */
  async wait(privilege: Privilege, script: string, timeoutMs: number): Promise<Completed> {
    return this.#stoppable(async () => {
      const looking = await this.#opened(privilege, this.connection.looking(privilege));
      // The script prints nothing until it ends.
      return looking.look(script, { timeoutMs, silenceMs: undefined, signal: this.#interrupt });
    });
  }

  /** Work that changes nothing need not be finished after an interruption. */
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
      const handle = await opening;
      // Of other users, only root has a lock of its own.
      if (privilege.kind === 'become' && privilege.user === 'root') this.#becoming(privilege.user);
      return handle;
    } catch (error) {
      if (error instanceof Unreachable && error.code === 'no-such-account')
        throw new NoSuchAccount(this.userOf(privilege), error);
      throw this.#explained(error);
    }
  }

  /** In a plan: returns the steps so far that may create an account of that name. */
  mayBring(account: string): readonly Decider[] {
    return this.#effects.mayBring(account);
  }

  /** In a plan: the steps so far that may have changed anything. After them, an impossible task may be possible. */
  get doubters(): readonly Decider[] {
    return this.#effects.doubters;
  }

  /** In a plan: records the predicted effects of a change, in place of making it. */
  lay(laid: Laid): void {
    this.#effects.lay(laid, this.#views.values());
  }

  /** In a plan: records a step that cannot be planned. It may change anything, most likely these states and names. */
  layUnknown(unknown: Pick<Laid, 'open' | 'names' | 'decider'>): void {
    this.lay({ ...unknown, predictions: [], touches: 'everything', certainty: 'certain' });
  }

  /** Adds shell text that removes handlers from a list. It is sent with the next change, or by `settle`. */
  addCrossing(privilege: Privilege, script: string): void {
    const key = keyOf(privilege);
    this.#privileges.set(key, privilege);
    this.#work.addCrossing(key, script);
  }

  /**
   * Makes one change and looks again, in one round trip: at the requests of the task itself, and at every state that
   * the change may have affected and that a later task has requested.
   */
  async change({ privilege, apply, before, own, touches, limits: given }: MachineChange): Promise<Applied> {
    const changing: Changing = await this.#opened(privilege, this.connection.changing(privilege));
    for (const { source, path, mode, room } of apply.uploads ?? [])
      await changing.send(source, path, { mode, room, onSent: (bytes) => given.sent?.(bytes, source.size) });
    const key = keyOf(privilege);
    this.#changes.value += 1;
    const { view, asked } = this.#lookAgain(privilege, touches, own);
    // A script that starts a service or restarts the host must find the files on the disk.
    const syncs = apply.brief === true && this.#work.room(key) > 0 ? '' : this.#work.takeSyncs(key);
    const ahead = this.#work.ahead(key, syncs, before);
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
    if (apply.unsynced !== undefined && answer.change.status === 0) this.#work.addUnsynced(key, apply.unsynced);
    if (!answer.look.cut) await this.#learn(view, asked.requests, asked.decode(answer.look));
    return { kind: 'begun', completed: answer.change };
  }

  /**
   * Makes quiet changes one after the other, up to the first that fails or is not proven, and looks again: all in one
   * round trip. Returns an answer for each of these changes, at least one.
   */
  async changeTogether({ privilege, parts, begun }: MachineChanges): Promise<readonly Applied[]> {
    const changing: Changing = await this.#opened(privilege, this.connection.changing(privilege));
    const key = keyOf(privilege);
    this.#changes.value += parts.length;
    const touched = parts.flatMap((part) => part.touches);
    const own = parts.flatMap((part) => part.own);
    const { view, asked } = this.#lookAgain(privilege, touched, own);
    const texts = parts.map(({ apply, before, proof }, index) => {
      const ahead = index === 0 ? this.#work.ahead(key, '', before) : before;
      return { ahead, change: apply.script, proof };
    });
    // Often nothing follows that would sync these files, and a sync at the end of the play is a round trip of its own.
    for (const { apply } of parts) if (apply.unsynced !== undefined) this.#work.addUnsynced(key, apply.unsynced);
    const end = `${this.#work.syncs(key)}\n${asked.script}`;
    const boundary = `_${unguessable(16)}`;
    begun();
    const answer = await changing
      .changeTogether(togetherScript(texts, end, boundary), parts.length, { maxOutputBytes: MOST_LOOKED_AT })
      .finally(() => (this.#changes.done += parts.length));
    const { parts: answers, look } = togetherAnswer(answer, boundary);
    if (look !== undefined) this.#work.takeSyncs(key);
    if (look === undefined || look.cut) await this.#look(privilege, asked.requests, 'play');
    else await this.#learn(view, asked.requests, asked.decode(look));
    // The shell has not come to the first answer: what it says belongs to the first change.
    if (answers.length === 0) return [{ kind: 'begun', completed: { ...answer, status: answer.status || 1 } }];
    return answers.map((one) => (one.kind === 'begun' ? { kind: one.kind, completed: one.change } : one));
  }

  /** Marks what a change touches as stale, and composes the look after it: at that, and at the task's own requests. */
  #lookAgain(
    privilege: Privilege,
    touches: MachineChange['touches'],
    own: readonly Request[],
  ): { readonly view: View; readonly asked: Observation } {
    for (const view of this.#views.values()) view.invalidate(touches);
    const view = this.view(privilege);
    const again = new Map([...view.staleAndWanted(), ...own].map((request) => [request.key, request]));
    return { view, asked: observation([...again.values()]) };
  }

  /** Brings a file of the host to the controller. Throws Problem, and Unreachable. */
  async fetch(privilege: Privilege, fetch: Fetch): Promise<void> {
    const looking: Looking = await this.#opened(privilege, this.connection.looking(privilege));
    this.#changes.value += 1;
    const read: ReadPart = (script, maxOutputBytes) => this.#stoppable(() => looking.look(script, { maxOutputBytes }));
    await receiveFile(fetch, read).finally(() => (this.#changes.done += 1));
  }

  async #learn(view: View, requests: readonly Request[], states: ReadonlyMap<string, unknown>): Promise<void> {
    if (this.isController) await openSealedFiles(states, this.#vault);
    view.learn(requests, states);
  }

  /** Runs shell text of the engine itself, apart from the change of any task. */
  async note(privilege: Privilege, script: string): Promise<Completed> {
    this.#privileges.set(keyOf(privilege), privilege);
    return (await this.#opened(privilege, this.connection.changing(privilege))).change(script, {
      timeoutMs: OWN_WORK_MS,
    });
  }

  /**
   * Waits until the host goes away, connects again, and sends the requests until `isBack`. Returns also if the host has
   * not gone away in time: the states tell. Throws Unreachable if the host does not come back in time.
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
      // A host may answer once more while it shuts down.
    } while (!isBack());
  }

  /** Replaces a lost connection. All states that were seen before are forgotten. */
  async connectAnew(timeoutMs: number, how: 'stoppable' | 'to the end'): Promise<void> {
    const connection = await this.#reopen(timeoutMs, how);
    this.#earlierRoundTrips += this.#connection.counters.roundTrips;
    this.#connection = connection;
    for (const view of this.#views.values()) view.invalidate('everything');
  }

  /** Logs in again as another user. It is the same host, so a plan keeps its predictions. */
  async loginAnew(mode: 'play' | 'plan'): Promise<void> {
    const left = this.#connection;
    await left.close();
    this.#connection = await this.#reopen(0, 'stoppable');
    this.#earlierRoundTrips += left.counters.roundTrips;
    if (mode === 'play') for (const view of this.#views.values()) view.invalidate('everything');
  }

  /** Sends the removals of handlers that no later change has sent, and syncs files that no later change has synced. */
  async settle(): Promise<void> {
    for (const [key, privilege] of this.#privileges) {
      const scripts = this.#work.takeAll(key);
      if (scripts.length === 0) continue;
      await this.note(privilege, scripts.join('\n')).catch((error: unknown) => {
        // An account that does not exist has no list.
        if (!(error instanceof NoSuchAccount)) throw error;
      });
    }
  }
}

/** Maximal time for writes and syncs of the engine. The disk may be slow. */
const OWN_WORK_MS = 600_000;

/** Maximal output of one look, in bytes. */
const MOST_LOOKED_AT = 16 * 1024 * 1024;

function keyOf(privilege: Privilege): string {
  return privilege.kind === 'login' ? 'login' : `become:${privilege.user}`;
}

/**
 * Returns whether the look after a brief change may be brief too. The stderr of a brief look counts as that of the
 * change, so looks at several kinds could not be distinguished.
 */
function isBriefLook(requests: readonly Request[]): boolean {
  const isOfOneKind = new Set(requests.map(({ kind }) => kind.name)).size <= 1;
  return isOfOneKind && requests.every(({ kind, detail }) => kind.isBrief?.(detail) === true);
}
