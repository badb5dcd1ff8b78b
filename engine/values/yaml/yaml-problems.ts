import { LineCounter } from 'yaml';
import { type Place, Problem, Problems } from '../../errors/problem.ts';
import { MAX_DEPTH } from '../base/depth.ts';

const MAX_PROBLEMS = 20;

/** A mistake at an offset of the text, in characters. */
export interface YamlFinding {
  readonly code: string;
  readonly what: string;
  readonly offset: number;
  readonly length: number;
  readonly why?: string | undefined;
  readonly remedy?: string | undefined;
}

/** Collects the mistakes of one YAML file, at most twenty, and converts offsets to places. */
export class YamlProblems {
  readonly text: string;
  /** The parser adds the start of each line while it reads. */
  readonly lines = new LineCounter();
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(text: string, file: string) {
    this.text = text;
    this.#file = file;
  }

  get some(): boolean {
    return this.#problems.length > 0;
  }

  has(code: string): boolean {
    return this.#problems.some((problem) => problem.code === code);
  }

  report({ offset, length, ...rest }: YamlFinding): void {
    this.add(new Problem({ ...rest, place: this.place(offset, length) }));
  }

  /** Reports a nesting that is too deep. Only the first one is reported. */
  reportDepth(offset: number): void {
    if (this.has('yaml-too-deep')) return;
    this.report({
      code: 'yaml-too-deep',
      what: `Nested more than ${MAX_DEPTH} levels deep`,
      offset,
      length: 1,
      remedy: 'Write the inner part as text, or leave it out.',
    });
  }

  add(problem: Problem): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }

  /** Throws Problems if there are any. */
  throwAny(): void {
    const [first, ...rest] = this.#problems;
    if (first !== undefined) throw new Problems([first, ...rest]);
  }

  place(offset: number, length: number): Place {
    const { line, col } = this.lines.linePos(Math.min(offset, this.text.length));
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, length) };
  }
}
