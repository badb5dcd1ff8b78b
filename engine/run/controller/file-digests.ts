import { createHash } from 'node:crypto';
import { HostStops } from '../base/signals.ts';
import { piecesOf } from './file-pieces.ts';

/** Returns the SHA-256 of a content. */
export function digestOfText(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Returns the SHA-256 of a large file, which is read in pieces. Throws HostStops when the run is interrupted. */
export async function digestOf(path: string, interrupt: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(path)) {
    if (interrupt?.aborted === true) throw new HostStops('interrupted');
    hash.update(piece);
  }
  return hash.digest('hex');
}
