import type { Value } from './value.ts';

/**
 * What templates and expressions may ask of the controller, as one task sees it. What the playbook may not read there is
 * a Problem. In a plan, an answer that an earlier change may bring is Unknown.
 */
export interface ControllerLookups {
  /** Returns a variable of the environment of this program; undefined if it is not set. */
  environment(name: string): Value | undefined;
  /** Returns the text of a file. Throws Problem if there is none. */
  text(name: string): Value;
  /** Returns the path of the first file that exists; undefined if there is none. */
  firstFile(names: readonly string[]): Value | undefined;
  /** Returns the paths of the files that match a pattern, in their order. */
  filesLike(pattern: string): Value;
}
