import { spawn } from 'node:child_process';

/** Maximal run time of a program, in milliseconds. */
const LIMIT_MS = 120_000;
const MOST_BYTES = 128 * 1024 * 1024;
/** Number of characters of stderr that are kept for the message. */
const MOST_SAID = 4_096;

/**
 * Resolves to the output of a program, which gets no input. A program that takes too long or prints too much is killed
 * with all of its children, and so it is when this process ends. Throws Error with its stderr, also for an exit status
 * other than 0.
 */
export async function outputOf(program: string, args: readonly string[]): Promise<Buffer> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = Promise.withResolvers<void>();
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has already ended.
    }
  };
  const stop = (why: string): void => {
    kill();
    // A process that has left the process group may hold the streams open.
    child.stdout.destroy();
    child.stderr.destroy();
    ended.reject(new Error(why));
  };
  const timer = setTimeout(() => stop(`It was not done after ${LIMIT_MS / 1000} s, so it was ended.`), LIMIT_MS);
  process.once('exit', kill);
  const pieces: Buffer[] = [];
  let bytes = 0;
  let said = '';
  child.stdout.on('data', (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_BYTES) stop(`It printed more than ${MOST_BYTES / 1024 / 1024} MiB, so it was ended.`);
  });
  child.stderr.on('data', (piece: Buffer) => (said = `${said}${piece.toString()}`.slice(-MOST_SAID)));
  child.once('error', (error) => ended.reject(error));
  child.once('close', (status, signal) => {
    if (status === 0) ended.resolve();
    else
      ended.reject(
        new Error(
          `${signal === null ? `Its exit status is ${status ?? 'unknown'}.` : `It was ended by ${signal}.`}\n${said}`,
        ),
      );
  });
  try {
    await ended.promise;
    return Buffer.concat(pieces);
  } finally {
    clearTimeout(timer);
    process.off('exit', kill);
  }
}
