import type { Apply } from '../../modules/base/module.ts';
import type { Activity } from '../base/live-events.ts';
import type { ChangeLimits } from '../machine/machine-change.ts';
import type { ItemRun } from './item.ts';

/**
 * Reports the progress of a change to displays: the sent bytes of its files, and the last line that its command has
 * printed.
 */
export function progressOf(
  { context, host, prepared }: Pick<ItemRun, 'context' | 'host' | 'prepared'>,
  apply: Apply,
): Pick<ChangeLimits, 'sent' | 'printed'> {
  const tell = (activity: Activity): void => context.live({ host: host.name, activity });
  return {
    sent: (sent, size) => {
      tell({ kind: 'sending', sent, size });
    },
    printed: prepared.noLog ? undefined : printedOf(apply, tell),
  };
}

function printedOf({ talks, meter }: Apply, tell: (activity: Activity) => void): ChangeLimits['printed'] {
  if (meter !== undefined)
    return (piece) => {
      const download = meter.read(piece);
      if (download !== undefined) tell({ kind: 'fetching', ...download });
    };
  if (talks !== true) return undefined;
  return wholeLines((line) => {
    tell({ kind: 'printing', line });
  });
}

/** Longer lines are not shown: they cannot be cut before secrets are masked, and masking them costs time. */
const MOST_CHARACTERS = 4096;

/** The end of a stream that is not a complete line yet. */
interface Rest {
  text: string;
  isTooLong: boolean;
}

/**
 * Reports the last complete line of each piece of output, because a secret in a cut line would not be found. The two
 * streams have separate pieces, so that a line is never joined from both.
 */
export function wholeLines(tell: (line: string) => void): NonNullable<ChangeLimits['printed']> {
  const rests: Record<'stdout' | 'stderr', Rest> = {
    stdout: { text: '', isTooLong: false },
    stderr: { text: '', isTooLong: false },
  };
  return (piece, stream) => {
    const rest = rests[stream];
    const end = piece.lastIndexOf('\n');
    if (end !== -1) {
      const begin = end === 0 ? -1 : piece.lastIndexOf('\n', end - 1);
      const isWhole = begin === -1 ? !rest.isTooLong : true;
      const line = begin === -1 ? rest.text + piece.slice(0, end) : piece.slice(begin + 1, end);
      rest.text = '';
      rest.isTooLong = false;
      if (isWhole && line.length <= MOST_CHARACTERS && line.trim() !== '') tell(line);
    }
    const more = piece.slice(end + 1);
    if (rest.isTooLong) return;
    rest.isTooLong = rest.text.length + more.length > MOST_CHARACTERS;
    rest.text = rest.isTooLong ? '' : rest.text + more;
  };
}
