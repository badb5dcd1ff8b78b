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

/** Exit status of ssh if the connection failed or was lost. */
const SSH_FAILED = 255;
/** Maximal time between the end of a session and the end of the connection. Milliseconds. */
const MOMENT_MS = 1_000;
/** Time for the work of ssh beside waiting for the host: starting each of its helpers. Milliseconds. */
const SLACK_MS = 5_000;

/**
 * Uses the system's ssh as the transport: one process holds the connection and its first session, and each further
 * session has one more. ssh is called as its configuration says; settings of the inventory replace those. All processes
 * end with this program.
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

  /** The first session makes the connection. So does a session that starts after all others, and ssh, have ended. */
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
    // The limit applies to the TCP connection and to the handshake, for each host on the way.
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

  /**
   * Records why the connection ended. Called when the master process of ssh ends, before the callbacks of the sessions
   * that use the connection.
   */
  #ended(master: Master, status: number | undefined): void {
    if (this.#isClosing || (status !== undefined && status !== SSH_FAILED)) return;
    this.#lost ??= explainOpensshLoss(this.#target, master.said());
    this.#gone.resolve();
  }

  /** A server counts a session for MaxSessions for a moment after the session was closed. */
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
