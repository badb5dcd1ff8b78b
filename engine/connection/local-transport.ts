import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TargetProcess, Transport } from './base/transport.ts';
import { Unreachable } from './base/unreachable.ts';

/** Starts processes on this machine for a host with this name, each in a session of its own, as sshd does. */
export class LocalTransport implements Transport {
  readonly name = 'local';
  readonly lost = undefined;
  readonly #closed = Promise.withResolvers<void>();
  readonly gone = this.#closed.promise;
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  async start(command: string): Promise<TargetProcess> {
    const child = spawn('sh', ['-c', command], { detached: true, stdio: 'pipe' });
    // A process that cannot be started has no streams if the operating system has no descriptor left.
    await once(child, 'spawn').catch((error: unknown) => {
      throw this.#notStarted(error);
    });
    const ended = new Promise<number | undefined>((resolve) => {
      child.once('close', (status) => resolve(status ?? undefined));
    });
    // `ended` reports a process that ends without reading its input.
    child.stdin.on('error', () => {});
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended,
      abandon: () => {
        child.stdin.destroy();
        child.stdout.destroy();
        child.stderr.destroy();
      },
    };
  }

  #notStarted(cause: unknown): Unreachable {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new Unreachable({
      code: 'connection-failed',
      host: this.#host,
      what: `${this.#host}: no shell could be started on this machine`,
      why,
      remedy: /EMFILE|ENFILE/.test(why)
        ? 'This program has as many open files as it may have: raise the limit (ulimit -n), or give a smaller number of --forks.'
        : 'Check that `sh` is in the PATH, and that this user may start more processes (ulimit -u).',
      cause,
    });
  }

  wireBytes(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed.resolve();
  }
}
