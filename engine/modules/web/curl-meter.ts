import type { Meter } from '../base/module.ts';

/**
 * The beginning of a line that curl draws each second: `% total`, its size, `% received`, its size, and eight columns
 * with speeds and times.
 */
const DRAWN = /^\s*(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+\d+\s+\S/;
const HEADING = /^ {2}% Total {4}% Received|^ +Dload {2}Upload /;

/** Reads the progress that curl draws on stderr unless it is silent. */
export const CURL_METER: Meter = {
  read(piece) {
    const drawn = piece.split('\r').findLast((part) => DRAWN.test(part));
    const [, percent, size, ofReceived, received] = DRAWN.exec(drawn ?? '') ?? [];
    if (percent === undefined || size === undefined || received === undefined) return undefined;
    // If the server does not tell the size, curl takes the received bytes as the total.
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

/** Matches all twelve columns. An error message of curl follows them directly, without a line end. */
const WHOLE = /^\s*\d+\s+\S+\s+\d+\s+\S+\s+\d+(?:\s+\S+){3}(?:\s+(?:\d+d(?: \d+h)?|[\d:-]+)){3}\s+[\d.]+[kMGTP]?/;

function withoutDrawn(line: string): string {
  if (!line.includes('\r')) return line;
  return line
    .split('\r')
    .map((part) => (WHOLE.test(part) ? part.replace(WHOLE, '') : DRAWN.test(part) ? '' : part))
    .filter((part) => part !== '')
    .join('\r');
}
