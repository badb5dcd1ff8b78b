import type { Place, Problem } from '../../errors/problem.ts';
import type { Mark } from './marks.ts';

/** How far a conversion went: nothing to do, the same in other words, the same if something holds, not at all. */
export type Level = 'same' | 'exact' | 'assumed' | 'byHand';

export const LEVELS: readonly Level[] = ['same', 'exact', 'assumed', 'byHand'];

export function worse(one: Level, other: Level): Level {
  return LEVELS.indexOf(one) > LEVELS.indexOf(other) ? one : other;
}

/** What is counted. */
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

/** A file before. */
export interface GivenFile {
  /** From the folder that is converted, with slashes. */
  readonly path: string;
  readonly text: string;
}

export type FileKind = 'playbook' | 'tasks' | 'variables' | 'role-meta' | 'template' | 'other';

/** A file after. */
export interface ConvertedFile {
  readonly path: string;
  readonly newPath: string;
  readonly kind: FileKind;
  readonly text: string;
  readonly units: readonly Unit[];
  readonly marks: readonly PlacedMark[];
  /** Why it was left as it is, where it cannot be read. */
  readonly problem: Problem | undefined;
}

export interface ProjectOutcome {
  readonly files: readonly ConvertedFile[];
}
