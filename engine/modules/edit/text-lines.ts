/** A line of a file and its line end, which is empty only for a last line without a line end. */
export interface Line {
  readonly text: string;
  readonly end: '' | '\n' | '\r\n';
}

/** A text file as lines, with the line end for inserted lines. */
export class Lines {
  /** The line end of the first line of the file. */
  readonly lineEnd: '\n' | '\r\n';
  readonly lines: Line[];

  constructor(text: string) {
    this.lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(lineOf);
    this.lineEnd = this.lines[0]?.end === '\r\n' ? '\r\n' : '\n';
  }

  /** Makes a line of this file from a text of the playbook. */
  line(text: string): Line {
    return { text, end: this.lineEnd };
  }

  /** Inserts lines before the line at `index`. The line before them gets a line end if it has none. */
  insert(index: number, ...lines: readonly Line[]): void {
    const before = this.lines[index - 1];
    if (before?.end === '' && lines.length > 0) this.lines[index - 1] = { ...before, end: this.lineEnd };
    this.lines.splice(index, 0, ...lines);
  }

  toString(): string {
    return this.lines.map(({ text, end }) => text + end).join('');
  }
}

/** Returns the text of a line for matching. Every line end becomes `\n`, which the `$` of Python knows. */
export function matched({ text, end }: Line): string {
  return end === '' ? text : `${text}\n`;
}

function lineOf(line: string): Line {
  const end = line.endsWith('\r\n') ? '\r\n' : line.endsWith('\n') ? '\n' : '';
  return { text: line.slice(0, line.length - end.length), end };
}
