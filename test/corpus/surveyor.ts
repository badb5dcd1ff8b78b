import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { nameOf } from './attempts.ts';
import type { Breakdown, ProjectFigures } from './figures.ts';
import type { Answer, Order } from './worker.ts';

/** Maximal processor time of one piece of work, after which it counts as one that never ends. */
const LIMIT_MS = 60_000;
/** Factor for the maximal real time: the machine may have other work. */
const PATIENCE = 20;
const EVERY_MS = 500;
/** The state before the thread has begun any work. */
const START = 'start';
/** Maximal number of files of a project that may end the thread. */
const MOST_BREAKDOWNS = 20;

export interface SurveyorOptions {
  /** A folder in which each converted project is kept. */
  readonly keep?: string | undefined;
  readonly limitMs?: number;
}

/**
 * Surveys projects one after the other in a thread. If a file ends the thread or never ends, the thread is replaced.
 */
export class Surveyor {
  readonly #limitMs: number;
  readonly #keep: string | undefined;
  #worker: Worker | undefined;

  constructor({ keep, limitMs = LIMIT_MS }: SurveyorOptions = {}) {
    this.#keep = keep;
    this.#limitMs = limitMs;
  }

  async survey(folder: string): Promise<ProjectFigures> {
    const broken: Breakdown[] = [];
    while (broken.length < MOST_BREAKDOWNS) {
      const one = await this.#once({
        folder,
        skip: broken.map(({ file, during }) => nameOf(file, during)),
        keep: this.#keep,
      });
      if ('files' in one) return { ...one, breakdowns: [...broken, ...one.breakdowns] };
      await this.end();
      broken.push(one);
      // No work had begun that could be left out.
      if (one.during === START) break;
    }
    return { project: basename(folder), files: [], ownModules: [], conversion: undefined, breakdowns: broken };
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** Resolves to the figures, or to the error that ended the attempt. */
  #once(order: Order): Promise<ProjectFigures | Breakdown> {
    const worker = (this.#worker ??= new Worker(new URL('worker.ts', import.meta.url)));
    const project = basename(order.folder);
    let [file, during] = ['.', START];
    return new Promise((resolve) => {
      const settle = (result: ProjectFigures | Breakdown): void => {
        clearInterval(timer);
        worker.off('message', hear).off('error', fail);
        resolve(result);
      };
      let watch = new Watch(this.#limitMs);
      const timer = setInterval(
        () => {
          if (watch.isOver())
            settle({
              kind: 'hang',
              project,
              file,
              during,
              message: `not done after ${this.#limitMs} ms of the processor`,
            });
        },
        Math.min(EVERY_MS, this.#limitMs),
      );
      const hear = (answer: Answer): void => {
        if (answer.kind === 'done') return settle(answer.figures);
        ({ file, during } = answer);
        watch = new Watch(this.#limitMs);
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
      worker.postMessage(order, []);
    });
  }
}

/** Tells whether a piece of work has used up its time. */
class Watch {
  readonly #limitMs: number;
  readonly #cpu = process.cpuUsage();
  readonly #begin = performance.now();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  isOver(): boolean {
    const { user, system } = process.cpuUsage(this.#cpu);
    return (user + system) / 1000 > this.#limitMs || performance.now() - this.#begin > this.#limitMs * PATIENCE;
  }
}
