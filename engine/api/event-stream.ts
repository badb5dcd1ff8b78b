import { Writable } from 'node:stream';

/**
 * An event of a run, as `--output json` prints it. `type` is the kind of the event; docs/commands.md lists the types.
 */
export interface SiteEvent {
  readonly type: string;
  /** ISO 8601, UTC, with milliseconds. */
  readonly at: string;
  readonly [field: string]: unknown;
}

/** Returns a stream that takes JSON lines and calls `receive` with each of them. */
export function eventsOf(receive: (event: SiteEvent) => void): Writable {
  let rest = '';
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = lines.pop() ?? '';
      try {
        for (const line of lines) if (line !== '') receive(JSON.parse(line));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}
