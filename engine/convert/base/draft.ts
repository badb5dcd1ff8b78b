import type { Place } from '../../errors/problem.ts';
import { Edits } from './edits.ts';
import { type Mark, commentOf, MARK_START } from './marks.ts';
import { type Level, type PlacedMark, type Unit, type UnitKind, worse } from './outcome.ts';
import { type Entry, type MapOfFile, type YamlSource, entriesOf } from './yaml-source.ts';

/** A YAML file while it is converted: its edits, marks and units. */
export class Draft {
  readonly source: YamlSource;
  readonly marks: PlacedMark[] = [];
  readonly #units: (Unit & { readonly anchor: number })[] = [];
  readonly #edits = new Edits();
  /** Offsets of the parts that are left by hand. */
  readonly #left: number[] = [];
  readonly #comments = new Map<number, string[]>();
  #level: Level = 'same';

  constructor(source: YamlSource) {
    this.source = source;
  }

  get units(): readonly Unit[] {
    return this.#units;
  }

  /** Returns the converted text; undefined if two edits overlap. */
  result(): string | undefined {
    for (const [at, lines] of this.#comments) this.#edits.insert(at, lines.join(''));
    this.#comments.clear();
    return this.#edits.isEmpty ? this.source.text : this.#edits.applied(this.source.text);
  }

  replace(from: number, to: number, text: string): void {
    if (this.source.text.slice(from, to) === text) return;
    this.#edits.replace(from, to, text);
    this.#reach('exact');
  }

  insert(at: number, text: string): void {
    this.#edits.insert(at, text);
    this.#reach('exact');
  }

  /** Writes a comment above the line of `anchor`, unless an earlier conversion has written it. */
  mark(anchor: number, mark: Mark): void {
    const { source } = this;
    const at = source.lineStart(anchor);
    const indentation = /^[ ]*/.exec(source.text.slice(at))?.[0] ?? '';
    const line = `${indentation}# ${commentOf(mark)}\n`;
    const lines = this.#comments.get(at) ?? [];
    if (lines.includes(line)) {
      this.#reach(mark.kind);
      return;
    }
    this.#comments.set(at, [...lines, line]);
    this.note(anchor, mark);
  }

  /** Counts a mark whose comment the caller writes itself. Returns the comment. */
  note(anchor: number, mark: Mark): string {
    if (mark.kind === 'byHand') this.#left.push(anchor);
    this.#reach(mark.kind);
    this.marks.push({ mark, place: this.placeOf(anchor) });
    return `# ${commentOf(mark)}`;
  }

  /** Returns whether a comment above the line says that it was converted before. */
  isMarked(anchor: number): boolean {
    const { text } = this.source;
    let end = this.source.lineStart(anchor);
    while (end > 0) {
      const start = this.source.lineStart(end - 1);
      const line = text.slice(start, end).trim();
      if (!line.startsWith('#')) return false;
      if (line.startsWith(`# ${MARK_START}`)) return true;
      end = start;
    }
    return false;
  }

  /** Returns whether something between these offsets is left by hand. */
  hasLeft(from: number, to: number): boolean {
    return this.#left.some((at) => at >= from && at <= to);
  }

  /**
   * Runs `work` and counts it as one unit, with the worst level that it reached. Units within it are counted
   * separately.
   */
  unit<Result>(kind: UnitKind, anchor: number, work: () => Result): Result {
    const before = this.#level;
    this.#level = 'same';
    const result = work();
    this.#units.push({ kind, level: this.#level, place: this.placeOf(anchor), anchor });
    this.#level = before;
    return result;
  }

  /** Marks a unit as left by hand. `line`: the line of the converted text `text` in which it begins. */
  leaveUnit(kind: UnitKind, line: number, text: string, mark: Mark): void {
    const index = this.#units.findIndex(
      (unit) => unit.kind === kind && lineAt(text, this.#edits.offsetAfter(unit.anchor)) === line,
    );
    const unit = this.#units[index];
    if (unit === undefined) return;
    this.#units[index] = { ...unit, level: 'byHand' };
    this.mark(unit.anchor, mark);
  }

  placeOf(offset: number): Place {
    return this.source.placeOf(offset);
  }

  rename({ keyNode }: Entry, name: string): void {
    this.replace(keyNode.range[0], keyNode.range[1], name);
  }

  /** Removes an entry from its map. */
  remove(entry: Entry): void {
    const { source } = this;
    const entries = entriesOf(entry.of);
    const from = entry.keyNode.range[0];
    const to = source.entryEnd(entry);
    if (entry.of.flow === true) {
      const index = entries.findIndex(({ keyNode }) => keyNode === entry.keyNode);
      const next = entries[index + 1];
      const before = entries[index - 1];
      if (next !== undefined) this.replace(from, next.keyNode.range[0], '');
      else this.replace(before === undefined ? from : source.entryEnd(before), to, '');
      return;
    }
    if (source.isFirstOfLine(from)) {
      this.replace(
        source.lineStart(from),
        Math.min(source.lineEnd(Math.max(to - 1, from)) + 1, source.text.length),
        '',
      );
      return;
    }
    // The first entry of an item stands after the dash: the next entry takes its place.
    const next = entries.find(({ keyNode }) => keyNode.range[0] > from);
    const between = next === undefined ? '' : source.text.slice(to, next.keyNode.range[0]);
    this.replace(from, next === undefined || between.trim() !== '' ? to : next.keyNode.range[0], '');
  }

  /** Adds an entry after another one of the same map. The value is YAML on one line. */
  addBehind(entry: Entry, key: string, value: string): void {
    const { source } = this;
    const end = source.entryEnd(entry);
    if (entry.of.flow === true) this.insert(end, `, ${key}: ${value}`);
    else {
      const first = entriesOf(entry.of)[0] ?? entry;
      const indentation = ' '.repeat(source.column(first.keyNode.range[0]));
      const isWholeLine = source.text[end - 1] === '\n';
      this.insert(
        isWholeLine ? end : source.lineEnd(end),
        isWholeLine ? `${indentation}${key}: ${value}\n` : `\n${indentation}${key}: ${value}`,
      );
    }
  }

  #reach(level: Level): void {
    this.#level = worse(this.#level, level);
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Returns the entry of a map with this key; undefined if there is none. */
export function entryNamed(map: MapOfFile, name: string): Entry | undefined {
  return entriesOf(map).find(({ key }) => key === name);
}
