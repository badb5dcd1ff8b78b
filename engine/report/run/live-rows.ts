import type { WriteStream } from 'node:tty';
import type { DefaultRenderer } from 'listr2';
import { type Output, openOutput } from '../text/output.ts';

/** How often the rows are drawn. Drawing costs CPU that the connections need as well. */
const TICK_MS = 100;

/** Lines that scroll, and below them rows that change in place. */
export interface LiveRows {
  /** For lines that stay. Each is on the screen at the next tick, above the rows. */
  readonly output: Output;
  /** Takes the rows away for good; from now on lines go straight out. */
  stop(): void;
}

/** A renderer of listr2 that can be put aside and taken up again. */
interface Drawing {
  pause(): void;
  resume(): void;
}

/**
 * Shows rows on a terminal; `rows` is asked for their texts at each tick. Whatever happens to the drawing, lines are
 * written: they wait for at most a tick, and what waits when the process ends is written then.
 */
export function liveRows(stdout: WriteStream, rows: () => readonly string[]): LiveRows {
  const direct = openOutput(stdout);
  const held: { readonly to: Output; readonly text: string }[] = [];
  let drawing: Drawing | undefined;
  let stopped = false;
  let setTitle: (() => void) | undefined;
  let end: (() => void) | undefined;

  const flush = (): void => {
    if (held.length === 0) return;
    drawing?.pause();
    for (const { to, text } of held.splice(0)) to.write(text);
    if (!stopped) drawing?.resume();
  };
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    process.off('exit', stop);
    drawing?.pause();
    flush();
    end?.();
  };
  const timer = setInterval(() => {
    setTitle?.();
    flush();
  }, TICK_MS);
  timer.unref();
  process.on('exit', stop);

  const drawOn = (rowsDrawn: Drawing): void => {
    drawing = rowsDrawn;
  };
  const begin = async (): Promise<void> => {
    const { DefaultRenderer: Base, Listr, ListrLogger, ProcessOutput } = await import('listr2');
    if (stopped) return;
    /** What others write to the terminal while rows are on it (the notice of Ctrl-C) must not be drawn into them. */
    class Streams extends ProcessOutput {
      override hijack(): void {
        super.hijack();
        for (const stream of [process.stdout, process.stderr]) {
          const to = openOutput(stream);
          stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
            held.push({ to, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
            const callback = rest.at(-1);
            if (typeof callback === 'function') callback();
            return true;
          };
        }
      }
    }
    class Rows extends Base implements Drawing {
      #state: 'away' | 'coming' | 'shown' = 'away';
      constructor(...given: ConstructorParameters<typeof DefaultRenderer>) {
        super(...given);
        drawOn(this);
      }
      // It comes after a while (imports); whoever puts it aside meanwhile is heard when it is there.
      override async render(): Promise<void> {
        if (stopped || this.#state !== 'away') return;
        this.#state = 'coming';
        await super.render();
        this.#state = 'shown';
        if (stopped) this.end();
        else this.update();
      }
      override end(): void {
        if (this.#state !== 'shown') return;
        this.#state = 'away';
        super.end();
      }
      pause(): void {
        this.end();
      }
      resume(): void {
        void this.render();
      }
    }
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const row = {
      title: rows().join('\n'),
      task: (_: unknown, task: { title: string }): Promise<void> => {
        setTitle = () => {
          const title = rows().join('\n');
          if (task.title !== title) task.title = title;
        };
        return ended;
      },
    };
    await new Listr([row], {
      registerSignalListeners: false,
      renderer: Rows,
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new Streams(stdout, undefined, { dump: [] }) }),
        clearOutput: true,
        formatOutput: 'truncate',
      },
    }).run();
  };
  // Without rows a run goes on as well: its lines are what counts.
  begin().catch(stop);

  return {
    output: {
      write: (text) => {
        if (drawing === undefined || stopped) direct.write(text);
        else if (text !== '') held.push({ to: direct, text });
      },
      drained: () => {
        stop();
        return direct.drained();
      },
    },
    stop,
  };
}
