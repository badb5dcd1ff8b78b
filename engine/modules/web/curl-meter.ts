import type { Meter } from '../base/module.ts';

/** `% total`, its size, `% received`, its size, and eight columns of speeds and times, as curl draws them anew each second. */
const DRAWN = /^\s*(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+\d+\s+\S/;
const HEADING = /^ {2}% Total {4}% Received|^ +Dload {2}Upload /;

/** The progress that curl draws on stderr unless it is told to be silent. */
export const CURL_METER: Meter = {
  read(piece) {
    const drawn = piece.split('\r').findLast((part) => DRAWN.test(part));
    const [, percent, size, ofReceived, received] = DRAWN.exec(drawn ?? '') ?? [];
    if (percent === undefined || size === undefined || received === undefined) return undefined;
    // Where the server does not tell the size, curl takes what has come for all of it.
    const isSizeKnown = !(ofReceived === '0' && size === received);
    return { received, of: isSizeKnown ? { percent: Number(percent), size } : undefined };
  },
  without(text) {
    const lines = text.split('\n').filter((line) => !HEADING.test(line));
    return lines
      .map((line) => ({ line, left: withoutDrawn(line) }))
      .filter(({ line, left }) => left !== '' || line === '')
      .map(({ left }) => left)
      .join('\n');
  },
};

/** All twelve columns. What curl says of a failure stands right behind them, without a line end between. */
const WHOLE = /^\s*\d+\s+\S+\s+\d+\s+\S+\s+\d+(?:\s+\S+){3}(?:\s+(?:\d+d(?: \d+h)?|[\d:-]+)){3}\s+[\d.]+[kMGTP]?/;

function withoutDrawn(line: string): string {
  if (!line.includes('\r')) return line;
  return line
    .split('\r')
    .map((part) => (WHOLE.test(part) ? part.replace(WHOLE, '') : DRAWN.test(part) ? '' : part))
    .filter((part) => part !== '')
    .join('\r');
}
