import { EXIT } from '../base/exit-status.ts';

/** Ctrl-C once: finish what runs and start no more. Twice: end what runs. A third time the process is simply ended. */
export interface Interruptions {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  /** Something may run on a host now. Before that, the first one ends the program. */
  begin(): void;
  stop(): void;
}

/**
 * Signals closer together count as one: a terminal sends Ctrl-C to each process, and the launcher passes it on too. In
 * milliseconds.
 */
const ONE_SIGN = 150;

/** Ctrl-C while nothing has begun on any host. */
export function endAtOnce(): void {
  process.stderr.write('\nInterrupted.\n');
  process.exit(EXIT.interrupted);
}

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
