import type { Socket } from 'node:net';
import { TOOK, type Took } from '../ssh2/ssh2-patches.ts';

/**
 * Maximal time of one turn of the event loop, so that timers, the terminal and other connections get their turns.
 * Milliseconds. Measured with 1,000 hosts on the two cores of the controller: turns of up to 200 ms become 50 to 80 ms,
 * with garbage collection.
 */
const AT_A_STRETCH_MS = 8;

/** Shares the turns of the event loop among the hosts of one run. */
export class EventLoopBudget {
  /** Time at which the current turn of the event loop began; undefined between turns. */
  #began: number | undefined;
  /** Hosts that wait in the middle of their tasks. The last one continues first, so that few hosts are half done. */
  readonly #hosts: (() => void)[] = [];
  /** Data that sockets have received, in its order. */
  readonly #received: (() => void)[] = [];
  #isReleasing = false;
  #isHostsTurn = true;

  /**
   * Waits for the next turn of the event loop if the current one has taken long. The answers of many hosts may arrive
   * in one turn, and each causes some milliseconds of work: without this, a thousand hosts would keep the terminal from
   * being drawn. Returns undefined if there is no need to wait, which is so for most tasks.
   */
  breathe(): Promise<void> | undefined {
    if (!this.#isLong()) return undefined;
    return new Promise<void>((goOn) => {
      this.#hosts.push(goOn);
      this.#releaseLater();
    });
  }

  /**
   * Delivers the data of a socket in the next turn of the event loop if the current one has taken long. Otherwise the
   * loop delivers the data of all sockets before it does anything else. Until then, the socket does not read more.
   */
  receiveInTurn(socket: Socket): Took {
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      // The end of a stream need not wait: a socket whose data is held does not read, so it does not reach its end.
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
   * Continues waiting hosts and sockets in alternation, each with all work that follows immediately, while there is
   * time.
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
      // Runs after the promises that were settled, and after the work that follows from them.
      else queueMicrotask(() => process.nextTick(() => this.#release()));
    }
  }

  #isLong(): boolean {
    const now = performance.now();
    if (this.#began !== undefined) return now - this.#began > AT_A_STRETCH_MS;
    this.#began = now;
    // Registered before all other callbacks of this turn.
    setImmediate(() => (this.#began = undefined));
    return false;
  }
}
