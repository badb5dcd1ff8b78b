import type { Place, Problem } from '../../errors/problem.ts';
import type { Mark } from './marks.ts';

/**
 * Levels of a conversion. `same`: nothing to do. `exact`: other words with the same meaning. `assumed`: the same
 * meaning if an assumption is true. `byHand`: not converted.
 */
export type Level = 'same' | 'exact' | 'assumed' | 'byHand';

export const LEVELS: readonly Level[] = ['same', 'exact', 'assumed', 'byHand'];

/** Returns the level that leaves more work to a person. */
export function worse(one: Level, other: Level): Level {
  return LEVELS.indexOf(one) > LEVELS.indexOf(other) ? one : other;
}

/** The kinds of things that are counted. */
export type UnitKind = 'task' | 'block' | 'play' | 'role' | 'variable' | 'template';

export interface Unit {
  readonly kind: UnitKind;
  readonly level: Level;
  readonly place: Place;
}

export interface PlacedMark {
  readonly mark: Mark;
  readonly place: Place;
}

/** A file before the conversion. */
export interface GivenFile {
  /** Relative to the converted folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

export type FileKind = 'playbook' | 'tasks' | 'variables' | 'role-meta' | 'template' | 'other';

/** A file after the conversion. */
export interface ConvertedFile {
  readonly path: string;
  readonly newPath: string;
  readonly kind: FileKind;
  readonly text: string;
  readonly units: readonly Unit[];
  readonly marks: readonly PlacedMark[];
  /** The reason why it was left unchanged, if it cannot be read. */
  readonly problem: Problem | undefined;
}

export interface ProjectOutcome {
  readonly files: readonly ConvertedFile[];
}
