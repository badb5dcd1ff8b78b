import type { Socket } from 'node:net';
import { TOOK, type Took } from '../ssh2/ssh2-patches.ts';

/**
 * Milliseconds that one turn of the event loop may go on for without the timers, the terminal and the other connections
 * having theirs. Measured with 1,000 hosts on the controller's own two cores: turns of up to 200 ms become 50 to 80 ms,
 * collecting garbage included.
 */
const AT_A_STRETCH_MS = 8;

/** Shares the turns of the event loop among the hosts of one run. */
export class EventLoopBudget {
  /** When this turn of the event loop began to work. */
  #began: number | undefined;
  /** Hosts in the middle of their tasks. The last one goes on first, so that few are half done. */
  readonly #hosts: (() => void)[] = [];
  /** What sockets have received, in its order. */
  readonly #received: (() => void)[] = [];
  #isReleasing = false;
  #isHostsTurn = true;

  /**
   * Waits where this turn of the event loop has gone on for long. The answers of many hosts may come in one turn, and
   * each is work for some milliseconds: without this, a thousand hosts would keep the terminal from being drawn.
   */
  async breathe(): Promise<void> {
    if (!this.#isLong()) return;
    await new Promise<void>((goOn) => {
      this.#hosts.push(goOn);
      this.#releaseLater();
    });
  }

  /**
   * What a socket receives is handed on in the next turn of the event loop where this one has gone on for long: else
   * the loop hands on all that has come to any socket before it does anything else. The socket reads no more until
   * then.
   */
  receiveInTurn(socket: Socket): Took {
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      // The end has nothing to wait for: a socket whose data is held does not read it.
      if (chunk === null || (!this.#isReleasing && !this.#isLong())) return push(chunk, encoding);
      this.#received.push(() => void push(chunk, encoding));
      this.#releaseLater();
      return false;
    };
    return TOOK;
  }

  #releaseLater(): void {
    if (this.#isReleasing) return;
    this.#isReleasing = true;
    setImmediate(() => this.#release());
  }

  /**
   * One after another, each with all that follows from it at once, for as long as there is time: hosts and sockets in
   * turns.
   */
  #release(): void {
    if (this.#isLong()) return void setImmediate(() => this.#release());
    const goOn = this.#isHostsTurn
      ? (this.#hosts.pop() ?? this.#received.shift())
      : (this.#received.shift() ?? this.#hosts.pop());
    this.#isHostsTurn = !this.#isHostsTurn;
    try {
      goOn?.();
    } finally {
      if (this.#hosts.length + this.#received.length === 0) this.#isReleasing = false;
      // Behind the promises that it has settled, and what follows from those.
      else queueMicrotask(() => process.nextTick(() => this.#release()));
    }
  }

  #isLong(): boolean {
    const now = performance.now();
    if (this.#began !== undefined) return now - this.#began > AT_A_STRETCH_MS;
    this.#began = now;
    // Ahead of all who will wait in this turn.
    setImmediate(() => (this.#began = undefined));
    return false;
  }
}
