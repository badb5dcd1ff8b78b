import type { Json, JsonMap } from './case.ts';

/** A case of tasks without its number. */
export interface Draft {
  readonly given?: readonly string[];
  readonly files?: JsonMap;
  readonly tasks: readonly Json[];
  readonly mayFail?: readonly string[];
}
