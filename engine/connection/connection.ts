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
  /** The limits of the connection hold unless told. */
  readonly timeoutMs?: number | undefined;
  /** How long it may print nothing. */
  readonly silenceMs?: number | undefined;
  /** Ends it: Unreachable `stopped`. */
  readonly signal?: AbortSignal | undefined;
  /** Per stream; 1 MiB unless told. */
  readonly maxOutputBytes?: number | undefined;
}

export interface ChangeOptions {
  /** No limit unless told. */
  readonly timeoutMs?: number | undefined;
  /** How long it may print nothing. */
  readonly silenceMs?: number | undefined;
  readonly maxOutputBytes?: number | undefined;
  readonly onOutput?: ScriptLimits['onOutput'];
}

/** The handle that a plan gets: its scripts must not change the host. */
export interface Looking {
  look(script: string, options?: LookOptions): Promise<Completed>;
}

export interface SendOptions {
  readonly mode: string;
  readonly room?: UploadRoom | undefined;
  /** Told how many bytes have left, as they leave. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** The handle for applying changes. */
export interface Changing extends Looking {
  change(script: string, options?: ChangeOptions): Promise<Completed>;
  /** A change and, right behind it, a look: both in one round trip. The look runs whatever the change came to. */
  changeAndLook(frame: ChangeFrame, options: ChangeOptions, lookOptions: LookOptions): Promise<Changed>;
  /**
   * Brings a file to `path`, which is made anew with `mode` (octal digits) and owned by the handle's user. For a path
   * beside the file that is meant; what it then replaces is the caller's matter. Where anything goes wrong nothing is
   * left at `path`.
   */
  send(source: UploadSource, path: string, options: SendOptions): Promise<void>;
}

export interface Counters {
  /** Scripts sent and answered, the greeting aside. */
  readonly roundTrips: number;
  /** On the wire for a direct SSH connection; otherwise what passed through the shells. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface Connection {
  readonly target: Target;
  readonly transport: TransportName;
  /** ssh2 as it is used here; undefined where another program is the way. */
  readonly library: PatchedLibrary | undefined;
  readonly facts: Facts;
  looking(privilege: Privilege): Promise<Looking>;
  changing(privilege: Privilege): Promise<Changing>;
  readonly counters: Counters;
  /** Resolves when the way to the host is gone: lost, or closed from here. */
  readonly gone: Promise<void>;
  /** Lets what runs finish, then closes. */
  close(): Promise<void>;
  /** Ends what runs on the host, then closes. */
  kill(): Promise<void>;
}

/** How long a host may take to be looked at, and to do what the engine does there for itself. Milliseconds. */
export interface LookLimits {
  readonly timeoutMs: number;
  /** How long it may print nothing. */
  readonly silenceMs?: number | undefined;
}

export const LOOK_LIMITS: LookLimits = { timeoutMs: 120_000 };
/** What the engine writes down or syncs ahead of a change may wait for a slow disk. */
const OWN_WORK_MS = 600_000;

export interface ConnectOptions {
  /** Ends the attempt; once connected, it does what `kill` does. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the attempt, and later ones to become another user; nothing else that runs. */
  readonly attempt?: AbortSignal | undefined;
  /** LOOK_LIMITS unless told. */
  readonly looks?: LookLimits | undefined;
  /**
   * Locks the host for this connection until it ends, however it ends. At no round trip of its own where it is free.
   */
  readonly lock?: Lock | undefined;
  /** Told who holds the lock while that is waited for, and nobody once it is taken. */
  readonly waiting?: ((holder: string | undefined) => void) | undefined;
  /** What it shares with other connections of the run; its own unless told. */
  readonly context?: ConnectionContext | undefined;
}

/**
 * Connects, opens the login user's shell and gets the facts. Throws Unreachable with cause and remedy, and Problem
 * `locked`, which names the holder.
 */
export async function connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
  const { signal, lock } = options;
  const attempt = options.attempt ?? signal;
  if (attempt?.aborted === true || signal?.aborted === true) throw stoppedBefore(target.name);
  const transport =
    target.kind === 'local'
      ? new LocalTransport()
      : await connectOverSsh(target, options.context ?? connectionContext(), attempt);
  const traffic: Traffic = { roundTrips: 0, bytesSent: 0, bytesReceived: 0 };
  try {
    const bare = lock === undefined ? undefined : lockScript(lock.holder);
    const first = await openLoginShell(transport, target.name, traffic, { script: GREETING, bare, signal: attempt });
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

/** What there is once a host has answered. */
interface Opened {
  readonly target: Target;
  readonly transport: Transport;
  readonly traffic: Traffic;
  readonly facts: Facts;
  /** Of the login user. */
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
    // What is brief is over as soon as a look is.
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
    // A shell that is still being opened is over with that.
    await this.#transport.close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    await Promise.all([...sessions, ...this.#uploads].map((session) => session.idle()));
    // With the lock held, whoever comes next must find it free. Otherwise there is nothing to wait for.
    const ended = Promise.all(sessions.map((session) => session.end()));
    if (this.#lock !== undefined || this.target.kind === 'local') await ended;
    await this.#transport.close();
    this.#afterClose();
  }

  /** One session a user. Who logged in needs no sudo to be himself. */
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
    return (await openLoginShell(this.#transport, this.target.name, this.#traffic, { script: ':' })).shell;
  }

  /** Who becomes root locks the host as root, too: so do others who log in under another name. */
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

  /** A round trip less than for a session: the file's own script answers first. */
  async #openForFile(privilege: Privilege): Promise<Shell> {
    if (this.#closing !== undefined) throw stoppedBefore(this.target.name);
    // The session holds the lock.
    if (!this.#isLogin(privilege)) return (await this.#become(privilege)).shell;
    return startLoginShell(this.#transport, this.target.name, this.#traffic);
  }

  /** The lock went with the shell that held it, so the new shell takes it again before it does anything. */
  async #reopenLogin(): Promise<Shell> {
    const { target } = this;
    if (this.#lock === undefined) return this.#open({ kind: 'login' });
    if (this.#closing !== undefined) throw stoppedBefore(target.name);
    const bare = lockScript(this.#lock.holder);
    const opened = await openLoginShell(this.#transport, target.name, this.#traffic, { script: ':', bare });
    const lock = { ...this.#lock, waitMs: 0 };
    await takeLock({ shell: opened.shell, host: target.name, lock, first: opened.bare });
    return opened.shell;
  }
}
