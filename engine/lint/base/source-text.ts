import type { Place } from '../../errors/problem.ts';

/** The text of a file, with the offsets of its lines. */
export class SourceText {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** Number of lines. The line end at the end of the text does not begin another line. */
  get length(): number {
    return this.text.endsWith('\n') ? this.#starts.length - 1 : this.#starts.length;
  }

  /** Returns a line, counted from 1, without its line end; empty if there is no such line. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    const end = this.#starts[number];
    return this.text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, '');
  }

  /** Returns the offset of the beginning of a line. */
  startOf(number: number): number {
    return this.#starts[number - 1] ?? this.text.length;
  }

  offsetOf({ line, column }: Pick<Place, 'line' | 'column'>): number {
    return this.startOf(line) + column - 1;
  }
}
