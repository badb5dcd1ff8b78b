/** Milliseconds that hosts may go on for without the timers, the terminal and the other connections having their turn. */
const AT_A_STRETCH_MS = 25;

let began: number | undefined;

/**
 * Waits where this turn of the event loop has gone on for long. The answers of many hosts may come in one turn, and each is work for
 * some milliseconds: without this, a thousand hosts would keep the terminal from being drawn.
 */
export async function breathe(): Promise<void> {
  while (isLong()) await new Promise(setImmediate);
}

function isLong(): boolean {
  const now = performance.now();
  if (began !== undefined) return now - began > AT_A_STRETCH_MS;
  began = now;
  // Ahead of all who will wait in this turn.
  setImmediate(() => (began = undefined));
  return false;
}
