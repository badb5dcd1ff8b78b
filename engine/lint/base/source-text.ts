import type { Place } from '../../errors/problem.ts';

/** The text of a file, and where its lines begin. */
export class SourceText {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** How many lines there are. A text that ends with a line end has no empty line behind it. */
  get length(): number {
    return this.text.endsWith('\n') ? this.#starts.length - 1 : this.#starts.length;
  }

  /** A line, counted from 1, without its end; empty where there is none. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    const end = this.#starts[number];
    return this.text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, '');
  }

  /** Where a line begins. */
  startOf(number: number): number {
    return this.#starts[number - 1] ?? this.text.length;
  }

  offsetOf({ line, column }: Pick<Place, 'line' | 'column'>): number {
    return this.startOf(line) + column - 1;
  }
}
