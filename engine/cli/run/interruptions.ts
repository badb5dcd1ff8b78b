import { EXIT } from '../base/exit-status.ts';

/**
 * The effects of Ctrl-C. The first one lets running tasks finish and starts no more. The second one ends the running
 * tasks. The third one ends this process.
 */
export interface Interruptions {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  /** Called when something may run on a host. Before that, the first Ctrl-C ends the program. */
  begin(): void;
  stop(): void;
}

/**
 * Maximal time in milliseconds between signals that count as one: a terminal sends Ctrl-C to each process, and the
 * launcher passes it on too.
 */
const ONE_SIGN = 150;

/** Handles Ctrl-C before anything has begun on a host. */
export function endAtOnce(): void {
  process.stderr.write('\nInterrupted.\n');
  process.exit(EXIT.interrupted);
}

/** Begins to watch for Ctrl-C and SIGTERM, and writes to `stderr` what each of them does. */
export function interruptions(stderr: NodeJS.WritableStream): Interruptions {
  const first = new AbortController();
  const second = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  const handle = (): void => {
    const now = performance.now();
    const isSame = now - last < ONE_SIGN;
    last = now;
    if (isSame) return;
    if (!first.signal.aborted) {
      stderr.write(
        '\nInterrupted: running tasks are finished, no more are started. Press Ctrl-C again to end them now.\n',
      );
      first.abort();
    } else if (!second.signal.aborted) {
      stderr.write('\nEnding what runs on the hosts.\n');
      second.abort();
    } else process.exit(130);
  };
  return {
    first: first.signal,
    second: second.signal,
    begin: () => {
      process.off('SIGINT', endAtOnce);
      process.on('SIGINT', handle);
      process.on('SIGTERM', handle);
    },
    stop: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
      process.on('SIGINT', endAtOnce);
    },
  };
}
