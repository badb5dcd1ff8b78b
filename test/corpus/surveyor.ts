import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Breakdown, ProjectFigures } from './figures.ts';
import type { Answer, Order } from './worker.ts';

/** How long one piece of work may take before it counts as one that does not come to an end. */
const LIMIT_MS = 60_000;
/** Before the thread has begun anything. */
const START = 'start';
/** So many files of a project may break the thread. */
const MOST_BREAKDOWNS = 20;

/** Looks at projects one after the other in a thread, which is replaced where a file ends it or never ends. */
export class Surveyor {
  readonly #limitMs: number;
  #worker: Worker | undefined;

  constructor(limitMs = LIMIT_MS) {
    this.#limitMs = limitMs;
  }

  async survey(folder: string): Promise<ProjectFigures> {
    const broken: Breakdown[] = [];
    while (broken.length < MOST_BREAKDOWNS) {
      const one = await this.#once({ folder, skip: broken.map(({ file }) => file) });
      if ('files' in one) return { ...one, breakdowns: [...broken, ...one.breakdowns] };
      await this.end();
      broken.push(one);
      // Nothing was begun that could be left out.
      if (one.during === START) break;
    }
    return { project: basename(folder), files: [], conversion: undefined, breakdowns: broken };
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** The figures, or what ended the attempt. */
  #once(order: Order): Promise<ProjectFigures | Breakdown> {
    const worker = (this.#worker ??= new Worker(new URL('worker.ts', import.meta.url)));
    const project = basename(order.folder);
    let [file, during] = ['.', START];
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (result: ProjectFigures | Breakdown): void => {
        clearTimeout(timer);
        worker.off('message', hear).off('error', fail);
        resolve(result);
      };
      const watch = (): void => {
        clearTimeout(timer);
        timer = setTimeout(
          () => settle({ kind: 'hang', project, file, during, message: `not done after ${this.#limitMs} ms` }),
          this.#limitMs,
        );
      };
      const hear = (answer: Answer): void => {
        if (answer.kind === 'done') return settle(answer.figures);
        ({ file, during } = answer);
        watch();
      };
      const fail = (error: unknown): void =>
        settle({
          kind: 'crash',
          project,
          file,
          during,
          message: error instanceof Error ? error.message : String(error),
        });
      worker.on('message', hear).on('error', fail);
      watch();
      worker.postMessage(order, []);
    });
  }
}
