import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import {
  type AbsentFile,
  type FileState,
  type Followed,
  type RegularFile,
  describeType,
  parentOf,
} from '../../resources/file/file-state.ts';
import type { Impossible } from '../base/module.ts';
import { cannotLook } from '../path/file-needs.ts';

/** The place where a file is written: the target of a link if it is followed. */
export interface FilePlace {
  readonly kind: 'place';
  readonly path: string;
  readonly state: RegularFile | AbsentFile | ReplacedLink;
  predicted(state: RegularFile): Prediction;
}

interface ReplacedLink {
  readonly type: 'link';
  readonly target: string;
}

interface PlaceOptions {
  /** True if a link stays and its target is written. */
  readonly follow: boolean;
  /** True if the directory of the file may be missing. */
  readonly makesDirectory?: boolean;
}

/** Returns the place for a file at `request`, or why it cannot be written there. */
export function placeFor(
  request: Request<FileDetail, FileState>,
  { follow, makesDirectory = false }: PlaceOptions,
  seen: Seen,
  user: string,
): FilePlace | Impossible {
  const state = seen.of(request);
  const path = request.id;
  const predicted = (after: FileState): Prediction => predict(request, after);
  if (state.type === 'link') {
    if (!follow) return { kind: 'place', path, state, predicted };
    const end = state.to;
    if (end?.path === undefined) {
      return {
        kind: 'impossible',
        what: `${path} is a link to ${state.target}, which leads nowhere`,
        remedy: 'Remove the link, or make the directory that it leads to.',
      };
    }
    const there = end.path;
    const behind = (after: Followed): Prediction =>
      predict(request, { ...state, isKept: true, to: { path: there, state: after } });
    return standing({ path: there, state: end.state, predicted: behind }, seen.certainty(request), user);
  }
  if (state.type === 'absent' && makesDirectory) return { kind: 'place', path, state, predicted };
  return standing({ path, state, predicted }, seen.certainty(request), user);
}

interface Standing {
  readonly path: string;
  readonly state: FileState;
  readonly predicted: (state: RegularFile) => Prediction;
}

function standing(
  { path, state, predicted }: Standing,
  certainty: 'certain' | 'after_change',
  user: string,
): FilePlace | Impossible {
  switch (state.type) {
    case 'file':
      if (state.unreadable === true) return cannotLook(path, user);
      return { kind: 'place', path, state, predicted };
    case 'absent':
      if (!state.parent && certainty === 'certain') return noDirectory(path);
      return { kind: 'place', path, state, predicted };
    case 'hidden':
      return cannotLook(path, user);
    case 'directory':
    case 'other':
    case 'link':
      return {
        kind: 'impossible',
        what: `${path} is ${describeType(state)}, not a file`,
        remedy: 'Correct the path, or remove what is there first: file: { path: …, state: absent }.',
      };
  }
}

/** Returns the problem that the directory of a path does not exist. */
export function noDirectory(path: string): Impossible {
  return {
    kind: 'impossible',
    what: `the directory ${parentOf(path)} does not exist`,
    why: `${path} would be in it.`,
    remedy: `Make it first: file: { path: ${parentOf(path)}, state: directory }. A file in its place must be removed before.`,
  };
}
