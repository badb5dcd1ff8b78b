import type { Breakdown } from './figures.ts';

export interface AttemptOptions {
  readonly project: string;
  /** Pieces of work that never end, by their `nameOf`. */
  readonly skip: ReadonlySet<string>;
  /** Is called before each piece of work, so that another thread can see which one never ends. */
  readonly begin: (file: string, during: string) => void;
}

/** One piece of work. */
export function nameOf(file: string, during: string): string {
  return `${during} ${file}`;
}

/** Runs pieces of work, and counts those that throw. */
export class Attempts {
  readonly breakdowns: Breakdown[] = [];
  readonly #options: AttemptOptions;

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** Returns the result of the work; undefined if it throws, or is known never to end. */
  async attempt<T>(file: string, during: string, work: () => T | Promise<T>): Promise<T | undefined> {
    const { project, skip, begin } = this.#options;
    if (skip.has(nameOf(file, during))) return undefined;
    begin(file, during);
    try {
      return await work();
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.breakdowns.push({ kind: 'crash', project, file, during, message });
      return undefined;
    }
  }
}
