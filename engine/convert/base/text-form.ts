const MARK = '\uFEFF';

/**
 * How the text of a file is stored: with a byte order mark, with the line ends of Windows. Conversions work on the text
 * without both, and the result gets them again.
 */
export class TextForm {
  /** The text without mark; with line feeds alone, if all of its lines end as in Windows. */
  readonly body: string;
  readonly #whole: string;
  readonly #mark: string;
  readonly #isOfWindows: boolean;

  constructor(whole: string) {
    this.#whole = whole;
    this.#mark = whole.startsWith(MARK) ? MARK : '';
    const text = whole.slice(this.#mark.length);
    // If a text has both kinds of line ends, they are not converted, because the original ones could not be restored.
    this.#isOfWindows = text.includes('\r\n') && !/(?:^|[^\r])\n|\r(?!\n)/.test(text);
    this.body = this.#isOfWindows ? text.replaceAll('\r\n', '\n') : text;
  }

  /** Returns the text in this form. The body itself gives the whole text as it was. */
  of(text: string): string {
    if (text === this.body) return this.#whole;
    return `${this.#mark}${this.#isOfWindows ? text.replaceAll('\n', '\r\n') : text}`;
  }
}
