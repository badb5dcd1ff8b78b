import type { WriteStream } from 'node:tty';
import type { Output } from '../text/output.ts';
import type { Paint } from '../text/paint.ts';
import { liveRows } from './live-rows.ts';
import { Progress } from './progress.ts';
import type { Renderer } from './renderer.ts';

/** Maximal number of rows: nobody reads more, and each costs processor time. */
const MOST_ROWS = 30;
/** Lines of the window that stay free for scrolling lines. */
const LINES_ABOVE = 3;

/** Quiet period after which delayed results are shown. Milliseconds. */
const LONG_MS = 10_000;

/** For a terminal: the lines of another renderer, and the current activities below them. */
export function terminal(stdout: WriteStream, paint: Paint, linesOn: (output: Output) => Renderer): Renderer {
  const progress = new Progress(paint, () => performance.now());
  let lastEvent = performance.now();
  const live = liveRows(stdout, (window) => {
    if (performance.now() - lastEvent > LONG_MS) lines.catchUp?.();
    // Some terminals wrap a line that fills the last column.
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
