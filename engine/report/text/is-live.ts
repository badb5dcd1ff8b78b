import { WriteStream } from 'node:tty';

/**
 * Returns whether the stream is a terminal that can move its cursor. Build servers that only pretend to be terminals do
 * not count.
 */
export function isLive(stream: NodeJS.WritableStream): stream is WriteStream {
  return (
    stream instanceof WriteStream && stream.isTTY && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === ''
  );
}
