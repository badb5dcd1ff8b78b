import { setTimeout as sleep } from 'node:timers/promises';
import { onAbort } from '../base/on-abort.ts';
import type { SshTarget } from '../base/target.ts';
import type { TargetProcess, Transport } from '../base/transport.ts';
import { type Unreachable, stoppedBefore } from '../base/unreachable.ts';
import type { ConnectionContext } from '../ssh/connection-context.ts';
import { untilNotDropped } from '../ssh/ssh-client.ts';
import { channelRefused, connectionLost } from '../ssh/ssh-failure.ts';
import { explainOpensshFailure, explainOpensshLoss, opensshTimeout } from './openssh-failure.ts';
import { startMaster, type Master, type SshProcess } from './openssh-master.ts';

/** ssh's exit status where the connection failed, or ended. */
const SSH_FAILED = 255;
/** A session tells of its end before the connection does. */
const MOMENT_MS = 1_000;
/** For what ssh does beside waiting for the host: each of its helpers takes a while to start. */
const SLACK_MS = 5_000;

/**
 * The system's ssh as the way to a host: one process holds the connection and its first session, one more each further
 * session. It is called as its configuration says, with what the inventory says in place of that. With this program all
 * of them end.
 */
export class OpensshTransport implements Transport {
  readonly name = 'openssh';
  readonly #target: SshTarget;
  readonly #context: ConnectionContext;
  readonly #signal: AbortSignal | undefined;
  readonly #gone = Promise.withResolvers<void>();
  readonly gone = this.#gone.promise;
  #master: Promise<Master> | undefined;
  #lost: Unreachable | undefined;
  #isClosing = false;

  constructor(target: SshTarget, context: ConnectionContext, signal: AbortSignal | undefined) {
    this.#target = target;
    this.#context = context;
    this.#signal = signal;
  }

  get lost(): Unreachable | undefined {
    return this.#lost;
  }

  /** The first one makes the connection. So does one after all others have ended, and ssh with them. */
  async start(command: string): Promise<TargetProcess> {
    if (this.#lost !== undefined) throw this.#lost;
    const master = await this.#master?.catch(() => undefined);
    if (master?.isUp === true) return this.#further(master, command);
    const dialled = untilNotDropped(
      () => this.#context.handshakes.withPermit(() => this.#dial(command)),
      this.#context,
      this.#signal,
    );
    this.#master = dialled;
    const { process } = await dialled;
    return process;
  }

  async #dial(command: string): Promise<Master> {
    const target = this.#target;
    if (this.#signal?.aborted === true) throw stoppedBefore(target.name);
    const master = await startMaster(target, command);
    let why: 'aborted' | 'late' | undefined;
    const end = (reason: 'aborted' | 'late'): void => {
      why ??= reason;
      void master.kill();
    };
    const ways = target.jumps.length + 1;
    // For the TCP connection and for the handshake, of each host on the way.
    const limit = setTimeout(end, target.connectTimeoutMs * 2 * ways + SLACK_MS, 'late');
    const forget = onAbort(this.#signal, () => end('aborted'));
    const isReady = await master.ready;
    clearTimeout(limit);
    forget();
    if (why === 'aborted') throw stoppedBefore(target.name);
    if (why === 'late') throw opensshTimeout(target, master.said());
    if (!isReady) throw await explainOpensshFailure(target, this.#context, await master.ended, master.said());
    void master.ended.then((status) => this.#ended(master, status));
    return master;
  }

  /** Ahead of all who wait for the end of a session on it. */
  #ended(master: Master, status: number | undefined): void {
    if (this.#isClosing || (status !== undefined && status !== SSH_FAILED)) return;
    this.#lost ??= explainOpensshLoss(this.#target, master.said());
    this.#gone.resolve();
  }

  /** A server counts a session against MaxSessions for a moment after it told that it is closed. */
  async #further(master: Master, command: string): Promise<TargetProcess> {
    const deadline = performance.now() + MOMENT_MS;
    for (;;) {
      const session = master.session(command);
      if (await session.ready) return { ...session.process, ended: this.#endOf(session, master) };
      if (this.#lost !== undefined) throw this.#lost;
      if (!master.isUp) return this.start(command);
      if (performance.now() > deadline) throw channelRefused(this.#target, new Error(firstLine(session.said())));
      await sleep(50);
    }
  }

  async #endOf(session: SshProcess, master: Master): Promise<number | undefined> {
    const status = await session.ended;
    if (status === SSH_FAILED || status === undefined)
      await Promise.race([master.ended, sleep(MOMENT_MS, undefined, { ref: false })]);
    return status;
  }

  wireBytes(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const master = await this.#master?.catch(() => undefined);
    this.#lost ??= connectionLost(this.#target, undefined);
    if (master?.isUp === true) await master.kill();
    this.#gone.resolve();
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
