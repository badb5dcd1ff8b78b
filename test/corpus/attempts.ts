import type { Breakdown } from './figures.ts';

export interface AttemptOptions {
  readonly project: string;
  /** Pieces of work that do not come to an end, as `nameOf` names them. */
  readonly skip: ReadonlySet<string>;
  /** Told before each piece of work, so that somebody can see which one does not come to an end. */
  readonly begin: (file: string, during: string) => void;
}

/** One piece of work. */
export function nameOf(file: string, during: string): string {
  return `${during} ${file}`;
}

/** Does pieces of work, counts those that throw, and goes on. */
export class Attempts {
  readonly breakdowns: Breakdown[] = [];
  readonly #options: AttemptOptions;

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** What the work gives; undefined where it throws, or is known not to come to an end. */
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
