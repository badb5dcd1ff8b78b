import { rmSync } from 'node:fs';

const SIGNALS = { SIGHUP: 129, SIGTERM: 143 } as const;
type Ending = keyof typeof SIGNALS;

/**
 * Runs `work`, and removes the path afterwards, also if a signal ends the program meanwhile. SIGINT ends it through
 * `process.exit` already.
 */
export async function removingAtEnd<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  const end = (signal: Ending): void => process.exit(SIGNALS[signal]);
  process.once('exit', remove);
  process.on('SIGHUP', end).on('SIGTERM', end);
  try {
    return await work();
  } finally {
    process.off('exit', remove).off('SIGHUP', end).off('SIGTERM', end);
    remove();
  }
}
