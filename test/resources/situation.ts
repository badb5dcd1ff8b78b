import type * as fc from 'fast-check';
import type { Request } from '../../engine/resources/base/resource.ts';
import type { HostFiles } from './host-in-folder.ts';

export interface Ask {
  readonly request: Request;
  /** Returns the expected state, from Node or from the test that wrote the files. Called after the host is laid out. */
  readonly is: () => unknown;
}

export interface Situation {
  readonly host: HostFiles;
  /** Prepares the rest after the files exist. */
  readonly prepare?: () => void;
  readonly asks: readonly Ask[];
}

/** Situations of a host in that folder, by the kind of resource. The test fails if a kind is missing here. */
export type Situations = (folder: string) => fc.Arbitrary<Situation>;
