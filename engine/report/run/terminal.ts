import type { WriteStream } from 'node:tty';
import type { Output } from '../text/output.ts';
import type { Paint } from '../text/paint.ts';
import { liveRows } from './live-rows.ts';
import { Progress } from './progress.ts';
import type { Renderer } from './renderer.ts';

/** Beyond so many rows drawing costs too much CPU, and nobody reads them. */
const MOST_ROWS = 30;

/** On a terminal: the lines of another renderer, and below them what is going on. */
export function terminal(stdout: WriteStream, paint: Paint, linesOn: (output: Output) => Renderer): Renderer {
  const progress = new Progress(paint);
  const most = (): number => Math.max(2, Math.min(MOST_ROWS, stdout.rows - 3));
  const live = liveRows(stdout, () => progress.rows(most(), performance.now()));
  const lines = linesOn(live.output);
  return {
    show(event, at) {
      progress.follow(event);
      if (event.type === 'run_finished') live.stop();
      lines.show(event, at);
    },
    async finish() {
      live.stop();
      await lines.finish();
    },
  };
}
