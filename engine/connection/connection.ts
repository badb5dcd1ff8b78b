import { onAbort } from './base/on-abort.ts';
import type { BecomePrivilege, Privilege, Target } from './base/target.ts';
import type { Transport, TransportName } from './base/transport.ts';
import { lookUnanswered, stoppedBefore, TimedOut } from './base/unreachable.ts';
import { connectOverSsh } from './choose-transport.ts';
import { LocalTransport } from './local-transport.ts';
import { openBecomeShell } from './shell/become-shell.ts';
import { decodeFacts, type Facts } from './shell/facts.ts';
import { watched, type Changed, type ChangeFrame, type Completed } from './shell/frame.ts';
import { GREETING } from './shell/greeting.ts';
import { lockScript, takeLock, type Lock } from './shell/lock.ts';
import { openLoginShell, startLoginShell } from './shell/open-shell.ts';
import { Session } from './shell/session.ts';
import type { ScriptLimits, Shell, Traffic } from './shell/shell.ts';
import { upload, type UploadRoom, type UploadSource } from './shell/upload.ts';
import { connectionContext, type ConnectionContext } from './ssh/connection-context.ts';
import type { PatchedLibrary } from './ssh2/ssh2-patches.ts';

export { connectionContext } from './ssh/connection-context.ts';
export type { ConnectionContext } from './ssh/connection-context.ts';
export type { Facts } from './shell/facts.ts';
export type { ChangeFrame, Changed, Completed } from './shell/frame.ts';

export interface LookOptions {
  /** Maximal time in milliseconds. Default: the limits of the connection. */
  readonly timeoutMs?: number | undefined;
  /** Maximal time without output, in milliseconds. */
  readonly silenceMs?: number | undefined;
  /** Ends the script; the call then throws Unreachable `stopped`. */
  readonly signal?: AbortSignal | undefined;
  /** Maximal output per stream. Default: 1 MiB. */
  readonly maxOutputBytes?: number | undefined;
}

export interface ChangeOptions {
  /** Maximal time in milliseconds. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Maximal time without output, in milliseconds. */
  readonly silenceMs?: number | undefined;
  readonly maxOutputBytes?: number | undefined;
  readonly onOutput?: ScriptLimits['onOutput'];
}

/** The handle that a plan gets. Its scripts must not change the host. */
export interface Looking {
  look(script: string, options?: LookOptions): Promise<Completed>;
}

export interface SendOptions {
  readonly mode: string;
  readonly room?: UploadRoom | undefined;
  /** Called with the number of bytes sent so far, while the file is sent. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** The handle for applying changes. */
export interface Changing extends Looking {
  change(script: string, options?: ChangeOptions): Promise<Completed>;
  /** Runs a change and then a look, in one round trip. The look runs whatever the result of the change is. */
  changeAndLook(frame: ChangeFrame, options: ChangeOptions, lookOptions: LookOptions): Promise<Changed>;
  /**
   * Runs a script of this number of brief changes, and a look (`shell/together.ts`), in one round trip. Each of them may
   * take as long as a look. The script ends if the connection does.
   */
  changeTogether(script: string, changes: number, options: Pick<LookOptions, 'maxOutputBytes'>): Promise<Completed>;
  /**
   * Sends a file to `path`, which is created with `mode` (octal digits) and belongs to the user of the handle. `path`
   * is a temporary name beside the target; the caller moves it into place. If anything fails, nothing is left at
   * `path`.
   */
  send(source: UploadSource, path: string, options: SendOptions): Promise<void>;
}

export interface Counters {
  /** Number of scripts that were sent and answered, without the greeting. */
  readonly roundTrips: number;
  /** Bytes on the wire for a direct SSH connection; otherwise bytes that passed through the shells. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface Connection {
  readonly target: Target;
  readonly transport: TransportName;
  /** The loaded ssh2; undefined if the transport does not use it. */
  readonly library: PatchedLibrary | undefined;
  readonly facts: Facts;
  looking(privilege: Privilege): Promise<Looking>;
  changing(privilege: Privilege): Promise<Changing>;
  readonly counters: Counters;
  /** Resolves when the connection to the host is gone: lost, or closed by this program. */
  readonly gone: Promise<void>;
  /**
   * Waits for the running scripts of this other user, then ends that user's shells: tools refuse to change an account
   * that has processes. A later use opens a new shell. The login's shell stays.
   */
  endShellsOf(user: string): Promise<void>;
  /** Waits for running scripts, then closes. */
  close(): Promise<void>;
  /** Ends running scripts on the host, then closes. */
  kill(): Promise<void>;
}

/** Maximal times for looks at a host and for the engine's own work on it. Milliseconds. */
export interface LookLimits {
  readonly timeoutMs: number;
  /** Maximal time without output. */
  readonly silenceMs?: number | undefined;
}

const LOOK_LIMITS: LookLimits = { timeoutMs: 120_000 };
/** Maximal time for the engine's own writes and syncs before a change. The disk may be slow. */
const OWN_WORK_MS = 600_000;

export interface ConnectOptions {
  /** Ends the attempt to connect; after that, it has the effect of `kill`. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the attempt to connect, and later attempts to become another user; it does not end running scripts. */
  readonly attempt?: AbortSignal | undefined;
  /** Default: LOOK_LIMITS. */
  readonly looks?: LookLimits | undefined;
  /**
   * Locks the host until this connection ends for any reason. It needs no round trip of its own if the lock is free.
   */
  readonly lock?: Lock | undefined;
  /** Called with the holder of the lock while the connection waits for it, and with undefined when it has the lock. */
  readonly waiting?: ((holder: string | undefined) => void) | undefined;
  /** State that the connections of the run share. Default: a new one. */
  readonly context?: ConnectionContext | undefined;
}

/**
 * Connects, opens the shell of the login user, and reads the facts. Throws Unreachable with cause and remedy, and
 * Problem `locked`, which names the holder.
 */
export async function connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
  const { signal, lock } = options;
  const attempt = options.attempt ?? signal;
  if (attempt?.aborted === true || signal?.aborted === true) throw stoppedBefore(target.name);
  const transport =
    target.kind === 'local'
      ? new LocalTransport(target.name)
      : await connectOverSsh(target, options.context ?? connectionContext(), attempt);
  const traffic: Traffic = { roundTrips: 0, bytesSent: 0, bytesReceived: 0 };
  try {
    const bare = lock === undefined ? undefined : lockScript(lock.holder);
    const first = await openLoginShell(transport, target, traffic, { script: GREETING, bare, signal: attempt });
    if (lock !== undefined) {
      const { shell, bare: said } = first;
      const { waiting } = options;
      await takeLock({ shell, host: target.name, lock, first: said, waiting, signal: attempt }).catch(
        async (error: unknown) => {
          await shell.end();
          throw error;
        },
      );
    }
    traffic.roundTrips = 0;
    const facts = decodeFacts(first.greeting);
    const connection = new OpenConnection({ target, transport, traffic, facts, shell: first.shell }, options);
    if (signal !== undefined) {
      const kill = (): void => void connection.kill();
      if (signal.aborted) kill();
      else connection.onClose(onAbort(signal, kill));
    }
    return connection;
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/** The parts of a connection after the host has answered. */
interface Opened {
  readonly target: Target;
  readonly transport: Transport;
  readonly traffic: Traffic;
  readonly facts: Facts;
  /** The shell of the login user. */
  readonly shell: Shell;
}

class OpenConnection implements Connection {
  readonly target: Target;
  readonly facts: Facts;
  readonly #transport: Transport;
  readonly #traffic: Traffic;
  readonly #sessions = new Map<string, Session>();
  readonly #login: Session;
  readonly #uploads = new Set<Session>();
  readonly #lock: Lock | undefined;
  readonly #waiting: ConnectOptions['waiting'];
  readonly #looks: LookLimits;
  readonly #attempt: AbortSignal | undefined;
  #closing: Promise<void> | undefined;
  #afterClose: () => void = () => {};

  constructor({ target, transport, traffic, facts, shell }: Opened, options: ConnectOptions) {
    this.target = target;
    this.#lock = options.lock;
    this.#waiting = options.waiting;
    this.#looks = options.looks ?? LOOK_LIMITS;
    this.#attempt = options.attempt;
    this.facts = facts;
    this.#transport = transport;
    this.#traffic = traffic;
    let first: Shell | undefined = shell;
    this.#login = new Session(async () => {
      const open = first ?? (await this.#reopenLogin());
      first = undefined;
      return open;
    });
    this.#sessions.set('', this.#login);
    void this.#login.ready();
  }

  onClose(action: () => void): void {
    this.#afterClose = action;
  }

  async looking(privilege: Privilege): Promise<Looking> {
    const session = this.#session(privilege);
    await session.ready();
    return {
      look: (script, options = {}) => session.exchange(watched(script), { script: { ...this.#looks, ...options } }),
    };
  }

  async changing(privilege: Privilege): Promise<Changing> {
    const session = this.#session(privilege);
    await session.ready();
    return {
      look: (script, options = {}) => session.exchange(watched(script), { script: { ...this.#looks, ...options } }),
      change: (script, options = {}) => session.exchange(watched(script), { script: options }),
      changeTogether: (script, changes, options) => {
        const { timeoutMs, silenceMs } = this.#looks;
        const times = changes + 1;
        // The script prints nothing until it ends.
        const limits = {
          timeoutMs: timeoutMs * times,
          silenceMs: silenceMs === undefined ? silenceMs : silenceMs * times,
        };
        return session.exchange(watched(script), { script: { ...limits, ...options } });
      },
      changeAndLook: (frame, options, lookOptions) => this.#changeAndLook(session, frame, options, lookOptions),
      send: async (source, path, options) => {
        const session = new Session(() => this.#openForFile(privilege));
        this.#uploads.add(session);
        try {
          await session.use((shell) =>
            upload(shell, source, { ...options, path, host: this.target.name, limitMs: this.#looks.timeoutMs }),
          );
        } finally {
          this.#uploads.delete(session);
          await session.end();
        }
      },
    };
  }

  async #changeAndLook(
    session: Session,
    frame: ChangeFrame,
    options: ChangeOptions,
    lookOptions: LookOptions,
  ): Promise<Changed> {
    const look = { ...this.#looks, ...lookOptions };
    // A brief change takes no longer than a look, so it has the same limit.
    const change = frame.isBrief ? { ...options, timeoutMs: options.timeoutMs ?? look.timeoutMs } : options;
    try {
      return await session.exchange(frame, { ahead: { timeoutMs: OWN_WORK_MS }, change, look });
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      throw error.part === 'change' ? error : lookUnanswered(this.target.name, error);
    }
  }

  get transport(): TransportName {
    return this.#transport.name;
  }

  get library(): PatchedLibrary | undefined {
    return this.#transport.library;
  }

  get counters(): Counters {
    const wire = this.#transport.wireBytes();
    return {
      roundTrips: this.#traffic.roundTrips,
      bytesSent: wire?.sent ?? this.#traffic.bytesSent,
      bytesReceived: wire?.received ?? this.#traffic.bytesReceived,
    };
  }

  get gone(): Promise<void> {
    return this.#transport.gone;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async kill(): Promise<void> {
    this.#closing ??= this.#close();
    await Promise.all([...this.#sessions.values(), ...this.#uploads].map((session) => session.end()));
    // This also ends a shell that is still being opened.
    await this.#transport.close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    await Promise.all([...sessions, ...this.#uploads].map((session) => session.idle()));
    // With the lock held, wait until the shells have ended, so that the next run finds the lock free. Otherwise there
    // is no need to wait.
    const ended = Promise.all(sessions.map((session) => session.end()));
    if (this.#lock !== undefined || this.target.kind === 'local') await ended;
    await this.#transport.close();
    this.#afterClose();
  }

  async endShellsOf(user: string): Promise<void> {
    const sessions = [...this.#sessions].filter(([key]) => key.startsWith(`[${JSON.stringify(user)},`));
    await Promise.all(sessions.map(([, session]) => session.idle()));
    await Promise.all(sessions.map(([, session]) => session.end()));
  }

  /** One session per user. The login user needs no sudo for his own session. */
  #session(privilege: Privilege): Session {
    if (this.#isLogin(privilege)) return this.#login;
    const { method, exe, flags, user } = privilege;
    const key = JSON.stringify([user, method, exe, flags]);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const session = new Session(() => this.#open(privilege));
    this.#sessions.set(key, session);
    return session;
  }

  #isLogin(privilege: Privilege): privilege is Exclude<Privilege, BecomePrivilege> {
    return privilege.kind === 'login' || privilege.user === this.facts.user;
  }

  async #open(privilege: Privilege): Promise<Shell> {
    if (this.#closing !== undefined) throw stoppedBefore(this.target.name);
    if (!this.#isLogin(privilege)) return this.#openAs(privilege);
    return (await openLoginShell(this.#transport, this.target, this.#traffic, { script: ':' })).shell;
  }

  /** For root, the lock is also taken as root, because other runs may log in as another user. */
  async #openAs(privilege: BecomePrivilege): Promise<Shell> {
    const lock = privilege.user === 'root' ? this.#lock : undefined;
    const bare = lock === undefined ? undefined : lockScript(lock.holder);
    const opened = await this.#become(privilege, bare);
    if (lock === undefined) return opened.shell;
    try {
      const { shell, bare: first } = opened;
      await takeLock({ shell, host: this.target.name, lock, first, waiting: this.#waiting });
      return opened.shell;
    } catch (error) {
      await opened.shell.end();
      throw error;
    }
  }

  #become(privilege: BecomePrivilege, bare?: string): ReturnType<typeof openBecomeShell> {
    return openBecomeShell({
      transport: this.#transport,
      host: this.target.name,
      traffic: this.#traffic,
      privilege,
      bare,
      signal: this.#attempt,
    });
  }

  /** One round trip less than for a session: the first answer comes from the script for the file. */
  async #openForFile(privilege: Privilege): Promise<Shell> {
    if (this.#closing !== undefined) throw stoppedBefore(this.target.name);
    // The session holds the lock.
    if (!this.#isLogin(privilege)) return (await this.#become(privilege)).shell;
    return startLoginShell(this.#transport, this.target.name, this.#traffic);
  }

  /** The shell that held the lock is gone, so the new shell takes the lock again before it does anything else. */
  async #reopenLogin(): Promise<Shell> {
    const { target } = this;
    if (this.#lock === undefined) return this.#open({ kind: 'login' });
    if (this.#closing !== undefined) throw stoppedBefore(target.name);
    const bare = lockScript(this.#lock.holder);
    const opened = await openLoginShell(this.#transport, target, this.#traffic, { script: ':', bare });
    const lock = { ...this.#lock, waitMs: 0 };
    await takeLock({ shell: opened.shell, host: target.name, lock, first: opened.bare });
    return opened.shell;
  }
}
