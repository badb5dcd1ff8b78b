/**
 * Collects lines up to a limit. Of each section, as many entries as fit are kept, followed by the number of the rest.
 */
export class MarkdownPage {
  readonly #limit: number;
  readonly #parts: string[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    this.#parts.push(text);
    this.#length += text.length;
  }

  section(title: string, entries: readonly string[]): void {
    if (entries.length === 0) return;
    this.add(['', `#### ${title}`, '']);
    const fitting: string[] = [];
    let room = this.#limit - this.#length - ROOM_FOR_REST;
    for (const entry of entries) {
      room -= entry.length + 1;
      if (room < 0) break;
      fitting.push(entry);
    }
    const left = entries.length - fitting.length;
    this.add([...fitting, ...(left === 0 ? [] : [`- … and ${left} more`])]);
  }

  text(): string {
    return this.#parts.join('');
  }
}

/** Room for the titles of later sections and the numbers of their entries, in characters. */
const ROOM_FOR_REST = 500;
