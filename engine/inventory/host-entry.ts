import type { Place } from '../errors/problem.ts';
import { Problem } from '../errors/problem.ts';
import { expandRange } from './host-range.ts';

/** Hosts as one entry of an inventory names them. */
export interface HostEntry {
  readonly names: readonly string[];
  readonly port: number | undefined;
}

/** `web[1:3]`, `web1:2222`, `[fd00::1]:22`: the port goes off, ranges are expanded. Throws Problem. */
export function parseHostEntry(entry: string, place: Place | undefined): HostEntry {
  const bracketed = /^\[(?<host>.+)\]:(?<port>\d+)$/.exec(entry);
  if (bracketed?.groups !== undefined)
    return { names: [bracketed.groups['host'] ?? ''], port: portOf(bracketed.groups['port'], entry, place) };
  const plain = /^(?<host>(?:[^:[\]]|\[[^\]]*\])*):(?<port>\d+)$/.exec(entry);
  if (plain?.groups !== undefined)
    return { names: expandRange(plain.groups['host'] ?? '', place), port: portOf(plain.groups['port'], entry, place) };
  if (entry === '' || entry === '---' || entry.endsWith(':')) {
    throw new Problem({
      code: 'wrong-host',
      what: `"${entry}" cannot be the name of a host`,
      place,
      remedy: 'A colon stands before a port: web1:2222.',
    });
  }
  return { names: expandRange(entry, place), port: undefined };
}

function portOf(text: string | undefined, entry: string, place: Place | undefined): number {
  const port = Number(text);
  if (port >= 1 && port <= 65_535) return port;
  throw new Problem({ code: 'wrong-host', what: `the port of "${entry}" is not between 1 and 65535`, place });
}
