import type { WriteStream } from 'node:tty';
import type * as listr2 from 'listr2';
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

/** A text that waits until the rows are off the screen. */
interface Held {
  readonly to: Output;
  readonly text: string;
}

/**
 * Shows rows on a terminal; `rows` is asked for their texts at each tick. Whatever happens to the drawing, lines are
 * written: they wait for at most a tick, and what waits when the process ends is written then.
 */
export function liveRows(stdout: WriteStream, rows: () => readonly string[]): LiveRows {
  return new Screen(stdout, rows);
}

class Screen implements LiveRows {
  readonly output: Output = {
    write: (text) => {
      if (this.#drawing === undefined || this.#isStopped) this.#direct.write(text);
      else if (text !== '') this.#held.push({ to: this.#direct, text });
    },
    drained: () => {
      this.stop();
      return this.#direct.drained();
    },
  };
  readonly #stdout: WriteStream;
  readonly #rows: () => readonly string[];
  readonly #direct: Output;
  readonly #held: Held[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #ended = Promise.withResolvers<void>();
  #drawing: Drawing | undefined;
  #setTitle: (() => void) | undefined;
  #isStopped = false;

  constructor(stdout: WriteStream, rows: () => readonly string[]) {
    this.#stdout = stdout;
    this.#rows = rows;
    this.#direct = openOutput(stdout);
    this.#timer = setInterval(() => {
      this.#setTitle?.();
      this.#flush();
    }, TICK_MS);
    this.#timer.unref();
    process.on('exit', this.stop);
    // Without rows a run goes on as well: its lines are what counts.
    this.#begin().catch(this.stop);
  }

  readonly stop = (): void => {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    process.off('exit', this.stop);
    this.#drawing?.pause();
    this.#flush();
    this.#ended.resolve();
  };

  #flush(): void {
    if (this.#held.length === 0) return;
    this.#drawing?.pause();
    for (const { to, text } of this.#held.splice(0)) to.write(text);
    if (!this.#isStopped) this.#drawing?.resume();
  }

  async #begin(): Promise<void> {
    const library = await import('listr2');
    if (this.#isStopped) return;
    const streams = heldStreams(library, this.#stdout, (one) => this.#held.push(one));
    const renderer = rowsRenderer(library, {
      isStopped: () => this.#isStopped,
      begun: (drawing) => {
        this.#drawing = drawing;
      },
    });
    await new library.Listr([{ title: this.#title(), task: (_: unknown, task) => this.#follow(task) }], {
      registerSignalListeners: false,
      renderer,
      rendererOptions: {
        logger: new library.ListrLogger({ processOutput: streams }),
        clearOutput: true,
        formatOutput: 'truncate',
      },
    }).run();
  }

  #title(): string {
    return this.#rows().join('\n');
  }

  /** The one task of listr2: its title is the rows, and it ends with them. */
  #follow(task: { title: string }): Promise<void> {
    this.#setTitle = () => {
      const title = this.#title();
      if (task.title !== title) task.title = title;
    };
    return this.#ended.promise;
  }
}

/** What others write to the terminal while rows are on it (the notice of Ctrl-C) is held, so that it is not drawn into. */
function heldStreams(
  { ProcessOutput }: typeof listr2,
  stdout: WriteStream,
  hold: (text: Held) => void,
): listr2.ProcessOutput {
  class Streams extends ProcessOutput {
    override hijack(): void {
      super.hijack();
      for (const stream of [process.stdout, process.stderr]) {
        const to = openOutput(stream);
        stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
          hold({ to, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
          const callback = rest.at(-1);
          if (typeof callback === 'function') callback();
          return true;
        };
      }
    }
  }
  return new Streams(stdout, undefined, { dump: [] });
}

/** The class of the renderer: listr2 makes the one object of it. */
function rowsRenderer(
  { DefaultRenderer }: typeof listr2,
  screen: { readonly isStopped: () => boolean; readonly begun: (drawing: Drawing) => void },
): typeof listr2.DefaultRenderer {
  return class Rows extends DefaultRenderer implements Drawing {
    #state: 'away' | 'coming' | 'shown' = 'away';
    constructor(...given: ConstructorParameters<typeof listr2.DefaultRenderer>) {
      super(...given);
      screen.begun(this);
    }
    // The rows come after a while (imports). A `stop` in the meantime takes them away as soon as they are there.
    override async render(): Promise<void> {
      if (screen.isStopped() || this.#state !== 'away') return;
      this.#state = 'coming';
      await super.render();
      this.#state = 'shown';
      if (screen.isStopped()) this.end();
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
  };
}
