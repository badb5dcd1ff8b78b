import type { WriteStream } from 'node:tty';
import type { Output } from '../text/output.ts';
import type { Paint } from '../text/paint.ts';
import { liveRows } from './live-rows.ts';
import { Progress } from './progress.ts';
import type { Renderer } from './renderer.ts';

/** Nobody reads more rows, and each costs CPU. */
const MOST_ROWS = 30;
/** Lines of the window that are kept for what scrolls. */
const LINES_ABOVE = 3;

/** So long nothing has to happen before results that were put off are told. */
const LONG_MS = 10_000;

/** On a terminal: the lines of another renderer, and below them what is going on. */
export function terminal(stdout: WriteStream, paint: Paint, linesOn: (output: Output) => Renderer): Renderer {
  const progress = new Progress(paint, () => performance.now());
  let lastEvent = performance.now();
  const live = liveRows(stdout, (window) => {
    if (performance.now() - lastEvent > LONG_MS) lines.catchUp?.();
    // In the last column some terminals break the line already.
    const columns = window.columns - 1;
    return progress.rows({ columns, rows: Math.max(2, Math.min(MOST_ROWS, window.lines - LINES_ABOVE)) });
  });
  const lines = linesOn(live.output);
  return {
    show(event, at) {
      lastEvent = performance.now();
      progress.follow(event);
      if (event.type === 'run_finished') live.stop();
      lines.show(event, at);
    },
    live(event) {
      progress.live(event);
    },
    async finish() {
      live.stop();
      await lines.finish();
    },
  };
}
