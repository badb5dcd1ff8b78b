import type { HostRecap, RunFinished } from '../../run/base/events.ts';
import { owedTexts } from '../text/owed-text.ts';
import type { Colour, Paint } from '../text/paint.ts';
import { safeLine } from '../text/safe-text.ts';
import { displayWidth } from '../text/width.ts';

const COLUMNS: readonly {
  readonly title: string;
  readonly of: (recap: HostRecap) => number;
  readonly colour: Colour;
}[] = [
  { title: 'ok', of: (recap) => recap.ok, colour: 'green' },
  { title: 'changed', of: (recap) => recap.changed, colour: 'yellow' },
  { title: 'unknown', of: (recap) => recap.unknown, colour: 'magenta' },
  { title: 'skipped', of: (recap) => recap.skipped, colour: 'cyan' },
  { title: 'failed', of: (recap) => recap.failed, colour: 'red' },
  { title: 'ignored', of: (recap) => recap.ignored, colour: 'cyan' },
  { title: 'rescued', of: (recap) => recap.rescued, colour: 'yellow' },
  { title: 'unreachable', of: (recap) => (recap.unreachable ? 1 : 0), colour: 'red' },
];

/** What became of each host, as a table; then the handlers that are still owed, and why the run stopped. */
export function recapLines(event: RunFinished, paint: Paint): readonly string[] {
  const names = event.recap.map((recap) => safeLine(recap.host));
  const width = Math.max(4, ...names.map(displayWidth));
  const header = [' '.repeat(width), ...COLUMNS.map(({ title }) => title)].join('  ');
  const rows = event.recap.map((recap, index) => {
    const name = names[index] ?? '';
    const cells = COLUMNS.map(({ title, of, colour }) => {
      const count = of(recap);
      const cell = String(count).padStart(title.length);
      return count === 0 ? paint('dim', cell) : paint(colour, cell);
    });
    return [`${paint(hostColour(recap), name)}${' '.repeat(width - displayWidth(name))}`, ...cells].join('  ');
  });
  const owed = event.recap.flatMap((recap) =>
    owedTexts(recap.owed).map((text) => paint('yellow', `${safeLine(recap.host)} owes the handlers ${text}.`)),
  );
  return [
    ...(event.recap.length === 0 ? [] : [paint('bold', header), ...rows]),
    ...owed,
    ...(event.stopped === undefined ? [] : [paint('red', `Stopped: ${safeLine(event.stopped)}`)]),
  ];
}

function hostColour(recap: HostRecap): Colour {
  if (recap.unreachable || recap.failed > 0) return 'red';
  if (recap.changed > 0) return 'yellow';
  return recap.unknown > 0 ? 'magenta' : 'green';
}
