import { unguessable } from '../connection/base/unguessable.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { decodeFiles } from './file/file-decode.ts';
import { type FileDetail, type Look, LOOKS, MAX_CONTENT_BYTES } from './file/file-detail.ts';
import { fileTogether } from './file/file-proof.ts';
import { observeFiles } from './file/file-script.ts';
import {
  type AbsentFile,
  type FileState,
  type Link,
  type RegularFile,
  NOTHING_ABOVE,
  disagreement,
  endOf,
  isBeneath,
  parentOf,
  UNKNOWN_ATTRIBUTES,
} from './file/file-state.ts';
import { groups } from './group.ts';
import { isUndeclaredPackage, packages } from './package.ts';
import { users } from './user.ts';

export type { FileDetail } from './file/file-detail.ts';

/** The state of an absolute path: a file, directory or link. */
export const files: ResourceKind<FileDetail, FileState> = {
  name: 'file',
  observe: (requests) => observeFiles(requests, unguessable(12)),
  decode: decodeFiles,
  // A look for the digest may read a huge file.
  isBrief: (detail) => detail.look !== 'digest',
  merge: (one, other) => {
    if (one === other) return one;
    const look = LOOKS.indexOf(one.look) < LOOKS.indexOf(other.look) ? other.look : one.look;
    const digested = one.digested || other.digested;
    const unless = unlessBoth(one, other);
    const whole = one.whole || other.whole;
    const isNew =
      look !== one.look || digested !== one.digested || whole !== one.whole || unless.length !== one.unless.length;
    return isNew || unless.some((digest, index) => digest !== one.unless[index])
      ? { look, unless, digested, whole }
      : one;
  },
  ahead: (detail) => (detail.whole ? { ...detail, whole: false } : detail),
  suffices: (known, state, asked) => {
    if (known.look !== asked.look || known.digested !== asked.digested || known.unless.length !== asked.unless.length)
      return false;
    const there = fileIn(state);
    return there === undefined || there.content !== undefined || (there.size ?? 0) <= MAX_CONTENT_BYTES;
  },
  disagreement,
  settled: (predicted, seen) => {
    const [written, there] = [fileIn(predicted), fileIn(seen)];
    if (written?.isPlain !== true || there === undefined) return seen;
    const plain = { ...there, isPlain: true };
    return seen.type === 'link' && seen.to !== undefined ? { ...seen, to: { ...seen.to, state: plain } } : plain;
  },
  after: stateAfter,
  together: fileTogether,
  decided(id, effect) {
    const other = predictedOf(files, effect);
    if (other === undefined || !isBeneath(id, effect.request.id)) return undefined;
    const end = other.type === 'link' ? other.to?.state : other;
    return end?.type === 'absent' || end?.type === 'file' || end?.type === 'other' ? NOTHING_ABOVE : undefined;
  },
};

function fileIn(state: FileState): RegularFile | undefined {
  const there = endOf(state);
  return there?.type === 'file' ? there : undefined;
}

/** If only one request wants the content, a digest of the other request does not make the content unnecessary. */
function unlessBoth(one: FileDetail, other: FileDetail): readonly string[] {
  if (one.look !== 'content') return other.unless;
  return other.look === 'content' ? one.unless.filter((digest) => other.unless.includes(digest)) : one.unless;
}

/** Most requests have one of these details. As they share it, comparing them costs nothing. */
const DETAILS: Readonly<Record<Look, FileDetail>> = {
  attributes: detailOf('attributes'),
  target: detailOf('target'),
  digest: detailOf('digest'),
  content: detailOf('content'),
};

function detailOf(look: Look, unless: readonly string[] = []): FileDetail {
  return { look, unless, digested: look === 'digest' || unless.length > 0, whole: false };
}

/** Asks for the state of `path`. If the file has a digest in `unless`, its content is not brought. */
export function file(
  path: string,
  look: Look = 'attributes',
  unless: readonly string[] = [],
): Request<FileDetail, FileState> {
  return request(files, path, unless.length === 0 ? DETAILS[look] : detailOf(look, unless));
}

/** Asks for a file with its content, up to MAX_EDITED_BYTES. */
export function wholeFile(path: string): Request<FileDetail, FileState> {
  return request(files, path, { look: 'content', unless: [], digested: false, whole: true });
}

/** Returns the state of one path after a change of another path. */
function stateAfter(state: FileState, path: string, effect: Prediction): FileState | 'stale' | undefined {
  const other = predictedOf(files, effect);
  if (other === undefined) return afterPackage(state, path, effect) ?? afterAccount(state, effect);
  const changed = effect.request.id;
  if (changed === path) return other;
  if (other.type === 'link' && other.to?.path === path && other.to.isUntouched !== true) return other.to.state;
  if (isBeneath(path, changed) && !isEnd(state, changed)) return stateBeneath(state, path, changed, other);
  if (state.type === 'absent') return other.type === 'absent' ? undefined : stateAbove(state, path, changed);
  return state.type === 'link' ? linkAfter(state, changed, other) : undefined;
}

function isEnd(state: FileState, path: string): boolean {
  return state.type === 'link' && state.to?.path === path;
}

/** Returns the state of an absent path after something was put beneath it, or beside it. */
function stateAbove(state: AbsentFile, path: string, changed: string): FileState | undefined {
  if (isBeneath(changed, path)) return { type: 'directory', ...UNKNOWN_ATTRIBUTES };
  return !state.parent && isBeneath(changed, parentOf(path)) ? { ...state, parent: true } : undefined;
}

/** Returns the state of a link after a change of its end, or of a path on the way to its end. */
function linkAfter(state: Link, changed: string, other: FileState): FileState | 'stale' | undefined {
  const end = state.to?.path;
  if (end === undefined) return undefined;
  if (end === changed)
    return other.type === 'link' || other.type === 'hidden'
      ? 'stale'
      : { ...state, to: { path: changed, state: other } };
  // A link on the way may lead beneath the changed path.
  return isBeneath(end, changed) && other.type !== 'directory' ? 'stale' : undefined;
}

/** Directories into which packages put no files. */
const APART_FROM_PACKAGES = /^\/(?:dev|home|media|mnt|proc|root|srv|sys|tmp)(?:\/|$)/;

/**
 * A package may add, change or remove any file, so a play looks again. A plan believes what it has seen, except for a
 * missing file: a package that does not list what it brings may bring the file.
 */
function afterPackage(state: FileState, path: string, effect: Prediction): FileState | 'stale' | undefined {
  const other = predictedOf(packages, effect);
  if (other === undefined) return undefined;
  const mayCome =
    state.type === 'absent' && other.installed && isUndeclaredPackage(effect) && !APART_FROM_PACKAGES.test(path);
  return mayCome ? 'stale' : state;
}

/**
 * A file keeps its numbers. If an account or group gets another number, the file belongs to nobody, or to somebody
 * else.
 */
function afterAccount(state: FileState, effect: Prediction): 'stale' | undefined {
  if (state.type === 'absent' || state.type === 'hidden') return undefined;
  const { id } = effect.request;
  const user = predictedOf(users, effect);
  const group = predictedOf(groups, effect);
  const isOther =
    (user !== undefined && isRenumbered(state.owner, state.uid, { name: id, exists: user.exists, number: user.uid })) ||
    (group !== undefined &&
      isRenumbered(state.group, state.gid, { name: id, exists: group.exists, number: group.gid }));
  return isOther ||
    (state.type === 'link' && state.to !== undefined && afterAccount(state.to.state, effect) === 'stale')
    ? 'stale'
    : undefined;
}

function isRenumbered(
  name: string | undefined,
  number: number | undefined,
  after: { readonly name: string; readonly exists: boolean; readonly number: number | undefined },
): boolean {
  if (name === after.name)
    return !after.exists || (after.number !== undefined && number !== undefined && after.number !== number);
  return after.exists && (after.number === undefined ? name === 'UNKNOWN' : after.number === number);
}

function stateBeneath(
  state: FileState,
  path: string,
  changed: string,
  other: FileState,
): FileState | 'stale' | undefined {
  const isNowhere = state.type === 'absent' && !state.parent;
  switch (other.type) {
    case 'absent':
    case 'file':
    case 'other':
      return isNowhere ? undefined : NOTHING_ABOVE;
    case 'directory':
      if (state.type === 'hidden' || other.changedBeneath === true) return 'stale';
      return isNowhere && parentOf(path) === changed ? { ...state, parent: true } : undefined;
    case 'link':
      return other.isKept === true && other.to !== undefined
        ? stateBeneath(state, path, changed, other.to.state)
        : 'stale';
    case 'hidden':
      return 'stale';
  }
}
