import type { Socket } from 'node:net';

/**
 * Milliseconds that one turn of the event loop may go on for without the timers, the terminal and the other connections having theirs.
 * Measured with 1,000 hosts on the controller's own two cores: turns of up to 200 ms become 50 to 80 ms, collecting garbage included.
 */
const AT_A_STRETCH_MS = 8;

/** When this turn of the event loop began to work. */
let began: number | undefined;
/** Hosts in the middle of their tasks. The last one goes on first, so that few are half done. */
const hosts: (() => void)[] = [];
/** What sockets have received, in its order. */
const received: (() => void)[] = [];
let isReleasing = false;
let isHostsTurn = true;

/**
 * Waits where this turn of the event loop has gone on for long. The answers of many hosts may come in one turn, and each is work for
 * some milliseconds: without this, a thousand hosts would keep the terminal from being drawn.
 */
export async function breathe(): Promise<void> {
  if (!isLong()) return;
  await new Promise<void>((goOn) => {
    hosts.push(goOn);
    releaseLater();
  });
}

/**
 * What a socket receives is handed on in the next turn of the event loop where this one has gone on for long: else the loop hands on all
 * that has come to any socket before it does anything else. The socket reads no more until then.
 */
export function receiveInTurn(socket: Socket): void {
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    // The end has nothing to wait for: a socket whose data is held does not read it.
    if (chunk === null || (!isReleasing && !isLong())) return push(chunk, encoding);
    received.push(() => void push(chunk, encoding));
    releaseLater();
    return false;
  };
}

function releaseLater(): void {
  if (isReleasing) return;
  isReleasing = true;
  setImmediate(release);
}

/** One after another, each with all that follows from it at once, for as long as there is time: hosts and sockets in turns. */
function release(): void {
  if (isLong()) return void setImmediate(release);
  const goOn = isHostsTurn ? (hosts.pop() ?? received.shift()) : (received.shift() ?? hosts.pop());
  isHostsTurn = !isHostsTurn;
  try {
    goOn?.();
  } finally {
    if (hosts.length + received.length === 0) isReleasing = false;
    // Behind the promises that it has settled, and what follows from those.
    else queueMicrotask(() => process.nextTick(release));
  }
}

function isLong(): boolean {
  const now = performance.now();
  if (began !== undefined) return now - began > AT_A_STRETCH_MS;
  began = now;
  // Ahead of all who will wait in this turn.
  setImmediate(() => (began = undefined));
  return false;
}
