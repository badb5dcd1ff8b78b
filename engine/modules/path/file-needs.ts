import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import { type Attributes, type FileState, describeType, endOf, parentOf } from '../../resources/file/file-state.ts';
import { type Need, type NeedState, need } from '../../resources/need.ts';
import type { Context, Impossible, Observed, Outcome } from '../base/module.ts';
import { isRoot, permissionFor } from '../base/root-alone.ts';
import { type WantedAttributes, accountText, isSame } from './file-attributes.ts';

/** Returns the further requests of a task that writes files with an owner. */
export function fileNeeds(paths: readonly string[], wanted: WantedAttributes, context: Context): readonly Request[] {
  const ways = aboveAll(paths);
  const accounts = accountNeeds(wanted);
  if (isRoot(context)) return accounts.length === 0 ? ways : [...accounts, ...ways];
  return [
    ...accounts,
    ...ways,
    ...paths.flatMap((path) => memberNeeds(wanted, parentOf(path))),
    ...writableNeeds(paths, context),
  ];
}

/** Returns the requests whether a user who is not root may make and replace the paths. */
export function writableNeeds(paths: readonly string[], context: Context): readonly Request[] {
  return isRoot(context) ? [] : paths.map((path) => need({ kind: 'writable', path: parentOf(path) }));
}

/** Returns the request whether the user may write the file at the path. */
export function changeable(path: string): Request<Need, NeedState> {
  return need({ kind: 'changeable', path });
}

function memberNeeds({ group }: WantedAttributes, folder: string): readonly Request<Need, NeedState>[] {
  return group === undefined ? [] : [need({ kind: 'member', name: accountText(group), folder })];
}

/** Returns the requests of a task that also makes the directories above the path. */
export function aboveNeeds(path: string): readonly Request<FileDetail, FileState>[] {
  return ancestorsOf(path).map((ancestor) => file(ancestor, 'target'));
}

/** Like `aboveNeeds` for several paths, which often have most of their directories in common. */
function aboveAll(paths: readonly string[]): readonly Request<FileDetail, FileState>[] {
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return aboveNeeds(only);
  return Array.from(new Set(paths.flatMap(ancestorsOf)), (ancestor) => file(ancestor, 'target'));
}

/** Returns the directories above a path, from the top, without the root directory. */
function ancestorsOf(path: string): readonly string[] {
  const ancestors: string[] = [];
  for (let at = parentOf(path); at !== '/'; at = parentOf(at)) ancestors.unshift(at);
  return ancestors;
}

/** Returns why the directories above the path cannot be made; undefined if they can. */
export function noDirectoryAbove(path: string, seen: Seen, context: Context): Impossible | undefined {
  for (const ancestor of aboveNeeds(path)) {
    const state = seen.of(ancestor);
    const there = state.type === 'link' && state.to !== undefined ? state.to.state : state;
    if (there.type === 'hidden') return cannotLook(ancestor.id, context.user);
    if (there.type !== 'directory' && (there.type !== 'absent' || state.type === 'link')) {
      return {
        kind: 'impossible',
        what: `${ancestor.id} is ${describeType(state)}, not a directory`,
        why: `${path} would be beneath it.`,
        remedy: 'Correct the path, or remove what is there first: file: { path: …, state: absent }.',
      };
    }
  }
  return undefined;
}

/** Returns the problem that the user of the task may not look at the path. */
export function cannotLook(path: string, user: string): Impossible {
  return {
    kind: 'impossible',
    what: `${path} cannot be looked at as ${user}`,
    remedy: 'Set become: true on the task, or the permissions that it needs.',
  };
}

function accountNeeds({ owner, group }: WantedAttributes): readonly Request<Need, NeedState>[] {
  if (owner === undefined && group === undefined) return [];
  return [
    ...(owner?.name === undefined ? [] : [need({ kind: 'user', name: owner.name })]),
    ...(group?.name === undefined ? [] : [need({ kind: 'group', name: group.name })]),
  ];
}

/** Returns the problem that the wanted owner or group does not exist; undefined if it does. */
export function missingAccount(wanted: WantedAttributes, seen: Seen): Impossible | undefined {
  for (const request of accountNeeds(wanted)) {
    const { detail } = request;
    if (!('name' in detail) || isMet(request, seen)) continue;
    return {
      kind: 'impossible',
      what: `there is no ${detail.kind} ${detail.name} on the host`,
      remedy: `Make it first: ${detail.kind}: { name: ${detail.name} }`,
    };
  }
  return undefined;
}

/** Paths in file systems of the kernel. Some file systems below /sys/fs and /sys/kernel accept new folders. */
const KERNEL_FILES = /^\/(?:proc|sys(?!\/fs\/|\/kernel\/(?:config|debug|tracing)\/))\/./;

/** Returns why nothing can be made or replaced at the path; undefined if something can. */
export function notWritable(path: string, seen: Seen, context: Context): Impossible | undefined {
  if (KERNEL_FILES.test(path)) {
    return {
      kind: 'impossible',
      what: `${path} is a file of the kernel: no file can be made beside it`,
      remedy:
        'Set a parameter below /proc/sys by sysctl, and another one by check and apply: apply: "echo VALUE >PATH".',
    };
  }
  if (isRoot(context)) return lockedForRoot(path, seen);
  const request = need({ kind: 'writable', path: parentOf(path) });
  if (isMet(request, seen)) return undefined;
  return {
    kind: 'impossible',
    what: `${context.user} may not write in ${parentOf(path)}`,
    remedy: remedyFor(context),
  };
}

/** Returns why root itself cannot make anything in the directory; undefined if it can, and for other users. */
export function lockedDirectory(path: string, { seen, context }: Observed): Impossible | undefined {
  const request = file(path, 'target');
  const state = seen.of(request);
  const isLocked = state.type === 'absent' ? state.locks?.directory : state.locks?.itself;
  return isRoot(context) && isLocked === true && seen.certainty(request) === 'certain' ? nothingIn(path) : undefined;
}

/**
 * Returns the outcome, or Impossible if it is a certain change and root itself cannot make anything in the directory.
 * The caller has observed `file(directory, 'target')`.
 */
export function unlessLocked(outcome: Outcome, directory: string, observed: Observed): Outcome {
  if (outcome.kind !== 'change' || outcome.certainty !== 'certain') return outcome;
  return lockedDirectory(directory, observed) ?? outcome;
}

function nothingIn(directory: string): Impossible {
  return locked(`nothing can be made or replaced in ${directory}, even by root`, directory);
}

/** Returns why root itself cannot make or replace anything at the path. */
function lockedForRoot(path: string, seen: Seen): Impossible | undefined {
  const { locks, type } = seen.of(file(path));
  if (locks === undefined) return undefined;
  if (locks.directory) return nothingIn(parentOf(path));
  if (type === 'link') return undefined;
  return isInHandsOfRoot(parentOf(path), seen) ? locked(`${path} cannot be replaced, even by root`, path) : undefined;
}

/**
 * Returns whether only root can write in the directory. Then the host sees root as root, which an NFS server may not
 * do: there, root may replace files that it may not write.
 */
function isInHandsOfRoot(directory: string, seen: Seen): boolean {
  if (directory === '/') return true;
  const state = endOf(seen.of(file(directory, 'target')));
  return state?.type === 'directory' && state.uid === 0 && ((state.mode ?? 0o777) & 0o022) === 0;
}

function locked(what: string, path: string): Impossible {
  return {
    kind: 'impossible',
    what,
    why: 'Its file system is read-only, or it is immutable.',
    remedy: `Mount it for writing or make it changeable first (findmnt -T ${path} shows the mount, lsattr -d ${path} the letter i, which chattr -i removes), or choose a path on another file system.`,
  };
}

/**
 * Returns the outcome, or Impossible if it is a certain change and the user may not write the file. The caller has
 * observed `fileNeeds`.
 */
export function forWriters(outcome: Outcome, path: string, seen: Seen, context: Context): Outcome {
  if (outcome.kind !== 'change' || outcome.certainty !== 'certain') return outcome;
  const found = seen.of(file(path, 'content'));
  const isBelow = found.type === 'absent' && !found.parent;
  return (isBelow ? undefined : notWritable(path, seen, context)) ?? outcome;
}

function isMet(request: Request<Need, NeedState>, seen: Seen): boolean {
  return seen.of(request).isMet || seen.certainty(request) === 'after_change';
}

export interface PermittedChange {
  /** The path for which `fileNeeds` were observed. It may be a link that leads elsewhere. */
  readonly asked: string;
  /** The attributes of the existing file; undefined if there is none. */
  readonly before: Attributes | undefined;
  readonly isRewritten: boolean;
  readonly hasNewMode: boolean;
  /** The times that are set. Only the owner may set one of them alone. */
  readonly times?: 'both' | 'one' | undefined;
}

/** Returns why the user may not set these attributes or write a new content; undefined if both are permitted. */
export function notPermitted(
  path: string,
  wanted: WantedAttributes,
  change: PermittedChange,
  { seen, context }: Observed,
): Impossible | undefined {
  if (isRoot(context)) return lockedInPlace(path, change, seen);
  const what =
    foreignAccount(path, wanted, change, { seen, context }) ?? foreignFile(path, wanted, change, { seen, context });
  return what === undefined ? undefined : { kind: 'impossible', what, remedy: remedyFor(context) };
}

/** Returns why root itself cannot change attributes of the existing file. */
function lockedInPlace(
  path: string,
  { asked, before, isRewritten }: PermittedChange,
  seen: Seen,
): Impossible | undefined {
  if (before === undefined || isRewritten) return undefined;
  const state = seen.of(file(asked));
  const isLinkItself = state.type === 'link' && before === state;
  return state.locks?.itself === true && !isLinkItself
    ? locked(`${path} cannot be changed, even by root`, path)
    : undefined;
}

/** Returns the problem of an account to which the user may not give a file. */
function foreignAccount(
  path: string,
  wanted: WantedAttributes,
  { before, asked }: PermittedChange,
  { seen, context: { user } }: Observed,
): string | undefined {
  const owner = wanted.owner?.name;
  if (owner !== undefined && owner !== user && owner !== before?.owner)
    return `${user} may not give ${path} to ${owner}`;
  if (!hasNewGroup(wanted, before)) return undefined;
  return memberNeeds(wanted, parentOf(asked)).some((request) => !isMet(request, seen))
    ? `${user} may not give ${path} to the group ${accountText(wanted.group)}, without being in it`
    : undefined;
}

/** Returns the problem of a change that only the owner of the file may make. */
function foreignFile(
  path: string,
  wanted: WantedAttributes,
  { before, isRewritten, hasNewMode, times, asked }: PermittedChange,
  { seen, context: { user } }: Observed,
): string | undefined {
  if (before?.owner === undefined || before.owner === user) return undefined;
  const hindered = `${path} belongs to ${before.owner}, and ${user} may not`;
  if (isRewritten) return `${hindered} replace it`;
  if (hasNewMode) return `${hindered} change its mode`;
  if (hasNewGroup(wanted, before)) return `${hindered} change its group`;
  const mayNotTouch = times === 'one' || (times === 'both' && !isMet(changeable(asked), seen));
  return mayNotTouch ? `${hindered} set its time` : undefined;
}

function hasNewGroup({ group }: WantedAttributes, before: Attributes | undefined): boolean {
  return group !== undefined && !isSame(group, before?.group, before?.gid);
}

function remedyFor(context: Context): string {
  return `${permissionFor(context)}, or give ${context.user} the permission.`;
}
