import { isIPv6 } from 'node:net';
import { type Place, Problem } from '../errors/problem.ts';
import { expandRange } from './host-range.ts';

/** The hosts of one entry of an inventory. */
export interface HostEntry {
  readonly names: readonly string[];
  readonly port: number | undefined;
}

/** Parses `web[1:3]`, `web1:2222`, `[fd00::1]:22`: removes the port and expands ranges. Throws Problem. */
export function parseHostEntry(entry: string, place: Place | undefined): HostEntry {
  const bracketed = /^\[(?<host>.+)\]:(?<port>\d+)$/.exec(entry);
  if (bracketed?.groups !== undefined)
    return { names: [bracketed.groups['host'] ?? ''], port: portOf(bracketed.groups['port'], entry, place) };
  if (/^\[[0-9a-f:.]+\]$/i.test(entry) && isIPv6(entry.slice(1, -1)))
    return { names: [entry.slice(1, -1)], port: undefined };
  const plain = /^(?<host>(?:[^:[\]]|\[[^\]]*\])*):(?<port>\d+)$/.exec(entry);
  if (plain?.groups !== undefined)
    return { names: namesOf(plain.groups['host'] ?? '', place), port: portOf(plain.groups['port'], entry, place) };
  if (entry === '' || entry === '---' || entry.endsWith(':')) {
    throw new Problem({
      code: 'wrong-host',
      what: `"${entry}" cannot be the name of a host`,
      place,
      remedy: 'A colon stands before a port: web1:2222.',
    });
  }
  return { names: namesOf(entry, place), port: undefined };
}

/**
 * Expands the ranges of a name. Throws Problem for an invalid range, and for a name that no host pattern could select.
 */
function namesOf(name: string, place: Place | undefined): readonly string[] {
  const names = expandRange(name, place);
  const wrong = names.find((one) => /[[\]\s,=]|^[!&~]/.test(one));
  if (wrong === undefined) return names;
  const isRange = /[[\]]/.test(wrong);
  const isPair = wrong.includes('=');
  throw new Problem({
    code: 'wrong-host',
    what: `"${name}" cannot be the name of a host`,
    place,
    why: isRange
      ? 'A range has two ends of the same kind, with a colon between them.'
      : isPair
        ? 'It looks like a variable, and this line is for a host.'
        : 'Patterns of hosts could not name it.',
    remedy: isRange
      ? 'Write a range like web[01:10] or db-[a:f], and the header of a section like [group].'
      : isPair
        ? 'Put the variables of a group under [group:vars], and those of a host after its name, in the same line.'
        : 'Give it a name without blanks, commas and !, & or ~ in front, and put what is needed to reach it into ansible_host.',
  });
}

function portOf(text: string | undefined, entry: string, place: Place | undefined): number {
  const port = Number(text);
  if (port >= 1 && port <= 65_535) return port;
  throw new Problem({
    code: 'wrong-host',
    what: `the port of "${entry}" is not between 1 and 65535`,
    place,
    remedy: 'Write name:port with a port in that range.',
  });
}
