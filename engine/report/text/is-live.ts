import { WriteStream } from 'node:tty';

/** A terminal that can move its cursor, and no build server that only pretends to be one. */
export function isLive(stream: NodeJS.WritableStream): stream is WriteStream {
  return (
    stream instanceof WriteStream && stream.isTTY && process.env['TERM'] !== 'dumb' && (process.env['CI'] ?? '') === ''
  );
}
