import type { Place } from '../errors/problem.ts';
import { readAtOnce } from '../files/read-file.ts';
import { type Ignore, ignoresIn } from './base/ignores.ts';
import type { Edit, Level, Rule } from './base/rule.ts';
import type { Site } from './base/site.ts';
import { SourceText } from './base/source-text.ts';
import { RULES } from './rules.ts';

/** The finding of a rule, with the level of the rule in this project. */
export interface Reported {
  readonly rule: Rule;
  readonly level: Level;
  readonly place: Place;
  readonly what: string;
  readonly remedy: string;
  readonly edits: readonly Edit[];
}

/** Levels that differ from the rule's own. `off`: the rule is not checked. */
export type Levels = ReadonlyMap<string, Level | 'off'>;

/** Returns the level of a rule in this project. */
export function levelOf(rule: Rule, levels: Levels): Level | 'off' {
  return levels.get(rule.name) ?? rule.level;
}

/** Returns the findings of all rules, by file and line, without those that a comment turns off. */
export function findings(site: Site, levels: Levels): readonly Reported[] {
  const ignored = new Ignored(site);
  const found = RULES.flatMap((rule) => {
    const level = levelOf(rule, levels);
    if (level === 'off') return [];
    return [...rule.check(site)].map(({ place, what, remedy = rule.remedy, edits = [] }) => ({
      rule,
      level,
      place,
      what,
      remedy,
      edits,
    }));
  });
  return found
    .filter(({ rule, place }) => !ignored.has(rule.name, place))
    .toSorted(
      (one, other) =>
        (one.place.file < other.place.file ? -1 : one.place.file > other.place.file ? 1 : 0) ||
        one.place.line - other.place.line ||
        one.place.column - other.place.column,
    );
}

/** The rules that comments turn off, by file. */
class Ignored {
  readonly #site: Site;
  readonly #ignores = new Map<string, readonly Ignore[]>();

  constructor(site: Site) {
    this.#site = site;
  }

  /**
   * Returns whether a comment turns off the rule for this place. A comment counts for its own line and the line below;
   * above a task, for the whole task.
   */
  has(rule: string, { file, line }: Place): boolean {
    const ignores = this.#of(file).filter(({ name }) => name === rule);
    if (ignores.length === 0) return false;
    const begin = this.#taskBegin(file, line);
    return ignores.some(
      (ignore) => ignore.line === line || (ignore.isAlone && [line, begin].includes(this.#below(file, ignore.line))),
    );
  }

  /** Returns the line to which a comment applies: the next line that is not a comment. */
  #below(file: string, line: number): number {
    const text = this.#text(file);
    if (text === undefined) return line + 1;
    let next = line + 1;
    while (next <= text.length && text.line(next).trimStart().startsWith('#')) next += 1;
    return next;
  }

  #of(file: string): readonly Ignore[] {
    let ignores = this.#ignores.get(file);
    if (ignores === undefined) {
      const text = this.#text(file);
      this.#ignores.set(file, (ignores = text === undefined ? [] : ignoresIn(text)));
    }
    return ignores;
  }

  #text(file: string): SourceText | undefined {
    const known = this.#site.files.find(({ shown }) => shown === file);
    if (known !== undefined) return known.text;
    try {
      return new SourceText(readAtOnce(file).toString());
    } catch {
      return undefined;
    }
  }

  /** Returns the first line of the innermost task that contains the line. */
  #taskBegin(file: string, line: number): number {
    const begins = this.#site.tasks.filter((task) => task.file.shown === file).map(({ map }) => map.place.line);
    return Math.max(0, ...begins.filter((begin) => begin <= line));
  }
}
