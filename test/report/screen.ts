const ESC = '\u001B[';
/** Control sequences, and characters. */
const PARTS = new RegExp(`${RegExp.escape(ESC)}[?0-9;]*[A-Za-z]|[\\s\\S]`, 'gu');

/**
 * The screen of a terminal, with the parts that the live view uses: text, line ends, cursor up, clearing. A line that
 * is too long is broken, as terminals do, and counted.
 */
export class TerminalScreen {
  readonly #columns: number;
  readonly #height: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;
  /** Lines that were broken because they were wider than the screen. */
  broken = 0;
  isCursorShown = true;

  constructor(columns: number, height: number) {
    this.#columns = columns;
    this.#height = height;
  }

  /** Returns the lines on the screen, without empty lines at the end; lines that have scrolled away come first. */
  get lines(): readonly string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  write(text: string): void {
    for (const [part] of text.matchAll(PARTS)) this.#take(part);
  }

  #take(part: string): void {
    if (part === '\r') this.#column = 0;
    else if (part === '\n') this.#down();
    else if (part.startsWith(ESC)) this.#obey(part.slice(2));
    else this.#print(part);
  }

  #obey(sequence: string): void {
    const count = Number.parseInt(sequence, 10);
    if (sequence.endsWith('A')) this.#row = Math.max(this.#top(), this.#row - (Number.isNaN(count) ? 1 : count));
    else if (sequence === 'K') this.#lines[this.#row] = this.#line().slice(0, this.#column);
    else if (sequence === 'J') {
      this.#lines[this.#row] = this.#line().slice(0, this.#column);
      this.#lines.length = this.#row + 1;
    } else if (sequence === '?25l' || sequence === '?25h') this.isCursorShown = sequence === '?25h';
    else if (!/^\?2026[hl]$|^[0-9;]*m$/.test(sequence)) throw new Error(`a sequence that is not known: ${sequence}`);
  }

  #print(character: string): void {
    if (this.#column >= this.#columns) {
      this.broken += 1;
      this.#column = 0;
      this.#down();
    }
    const line = this.#line().padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #down(): void {
    this.#row += 1;
    this.#lines[this.#row] ??= '';
  }

  #line(): string {
    return this.#lines[this.#row] ?? '';
  }

  /** Returns the first line that the cursor can reach. */
  #top(): number {
    return Math.max(0, this.#lines.length - this.#height);
  }
}
