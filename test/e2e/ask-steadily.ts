import { createInterface } from 'node:readline';

/**
 * Calls `once` so many times a second, without waiting for its answers, until a line comes on stdin; then waits for the
 * last answers. Prints `started` at the beginning. For programs that run by `beside`.
 */
export async function askSteadily(perSecond: number, once: () => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const round = once().finally(() => running.delete(round));
    running.add(round);
  }, 1000 / perSecond);
  process.stdout.write('started\n');
  const lines = createInterface({ input: process.stdin });
  await new Promise<void>((resolve) => {
    lines.once('line', () => resolve());
    lines.once('close', () => resolve());
  });
  clearInterval(timer);
  await Promise.all(running);
}
