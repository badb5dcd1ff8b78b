import { styleText } from 'node:util';

export type Color = 'green' | 'yellow' | 'red' | 'magenta' | 'cyan' | 'bold' | 'dim';

/** Colors a text, or returns it unchanged. */
export type Paint = (color: Color, text: string) => string;

/**
 * Returns the colors for a stream: on a terminal, unless NO_COLOR is set; elsewhere only with FORCE_COLOR. An empty
 * NO_COLOR counts as not set (no-color.org), FORCE_COLOR=0 as "no colors".
 */
export function paintFor(stream: NodeJS.WritableStream, environment: NodeJS.ProcessEnv = process.env): Paint {
  return wantsColors(stream, environment)
    ? (color, text) => styleText(color, text, { validateStream: false })
    : (_, text) => text;
}

function wantsColors(stream: NodeJS.WritableStream, environment: NodeJS.ProcessEnv): boolean {
  const force = environment['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return isTerminal(stream) && environment['TERM'] !== 'dumb';
}

/** Returns whether the stream is a terminal. */
export function isTerminal(stream: NodeJS.WritableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
