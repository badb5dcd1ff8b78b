import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TargetProcess, Transport } from './base/transport.ts';

/** Starts processes on this machine, each in a session of its own, as sshd does. */
export class LocalTransport implements Transport {
  readonly name = 'local';
  readonly lost = undefined;
  readonly #closed = Promise.withResolvers<void>();
  readonly gone = this.#closed.promise;

  async start(command: string): Promise<TargetProcess> {
    const child = spawn('sh', ['-c', command], { detached: true, stdio: 'pipe' });
    const ended = new Promise<number | undefined>((resolve) => {
      child.once('close', (status) => resolve(status ?? undefined));
    });
    // `ended` reports a process that ends without reading its input.
    child.stdin.on('error', () => {});
    await once(child, 'spawn');
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

  wireBytes(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed.resolve();
  }
}
