/**
 * A line of a file, and its line end apart from it: an empty one for the last line of a file that does not end in one.
 */
export interface Line {
  readonly text: string;
  readonly end: '' | '\n' | '\r\n';
}

/** A text file as lines, and how what is put into it has to be written. */
export class Lines {
  /** What ends its first line. */
  readonly lineEnd: '\n' | '\r\n';
  readonly lines: Line[];

  constructor(text: string) {
    this.lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(lineOf);
    this.lineEnd = this.lines[0]?.end === '\r\n' ? '\r\n' : '\n';
  }

  /** A text of the playbook as a line of this file. */
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

/** A line as expressions see it: with a line end as Python's `$` knows it, whichever the file has. */
export function matched({ text, end }: Line): string {
  return end === '' ? text : `${text}\n`;
}

function lineOf(line: string): Line {
  const end = line.endsWith('\r\n') ? '\r\n' : line.endsWith('\n') ? '\n' : '';
  return { text: line.slice(0, line.length - end.length), end };
}
