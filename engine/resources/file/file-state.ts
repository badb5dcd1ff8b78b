/** The state of a path. In a prediction, unknown attributes are undefined. */
export type FileState = (AbsentFile | RegularFile | Directory | Link | OtherFile | HiddenFile) & {
  /** Only of a requested path that was seen, if something of it is locked. */
  readonly locks?: Locks | undefined;
};

/**
 * The parts of a path that the user may not write. For root, they are on a file system that is read-only, or are
 * immutable. The shell of busybox does not see them for root.
 */
export interface Locks {
  /** The directory of the path or, if it is missing, the nearest one above it. */
  readonly directory: boolean;
  /** Of a link: its end. */
  readonly itself: boolean;
}

export interface AbsentFile {
  readonly type: 'absent';
  /** True if the directory above the path exists. */
  readonly parent: boolean;
}

export interface Attributes {
  /** Permission bits, with the set-id and sticky bits. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** `UNKNOWN` if the number has no name on the host. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  /** Seconds since 1970. */
  readonly mtime?: number | undefined;
  /** Only in a prediction: a default ACL above it may have given it another mode. */
  readonly modeIsExpected?: boolean | undefined;
  /** Device and inode: equal for two names of the same file. */
  readonly identity?: string | undefined;
}

/** The attributes of something that exists and of which nothing is known. */
export const UNKNOWN_ATTRIBUTES: Attributes = {
  mode: undefined,
  uid: undefined,
  gid: undefined,
  owner: undefined,
  group: undefined,
};

export interface RegularFile extends Attributes {
  readonly type: 'file';
  /** Bytes. */
  readonly size: number | undefined;
  /**
   * Hexadecimal. Undefined if it was not requested, if the file cannot be read, or if it is too large for its content.
   */
  readonly sha256: string | undefined;
  /** Only if it was requested and is at most 1 MiB, for an edit 8 MiB. */
  readonly content: Buffer | undefined;
  /** True if this run has created it: it has only the attributes that each new file beside it gets. */
  readonly isPlain?: boolean | undefined;
  /** True if a digest or content was requested and could not be read. */
  readonly unreadable?: boolean | undefined;
}

export interface Directory extends Attributes {
  readonly type: 'directory';
  /**
   * True if the directory has an access list (ACL), so that more users may be able to write in it. The list is looked
   * for only if the mode lets the group write but does not let everybody write.
   */
  readonly hasAccessList?: boolean | undefined;
  /** Only in a prediction: the content of the directory changes too. */
  readonly changedBeneath?: boolean | undefined;
}

export interface Link extends Attributes {
  readonly type: 'link';
  /** The text in the link. */
  readonly target: string;
  /**
   * The end of the link, if the link was followed. Its path is undefined if the link leads into a directory that does
   * not exist, or in a circle.
   */
  readonly to?: LinkEnd | undefined;
  /** Only in a prediction: the link itself already existed, and stays. */
  readonly isKept?: boolean | undefined;
}

export interface LinkEnd {
  readonly path: string | undefined;
  readonly state: Followed;
  /** The directories above that path that were seen, from the top. */
  readonly above?: readonly Directory[] | undefined;
  /** Only in a prediction: the change leaves the end as it is, and its content is not known. */
  readonly isUntouched?: boolean | undefined;
}

export type Followed = AbsentFile | RegularFile | Directory | OtherFile;

export interface OtherFile extends Attributes {
  readonly type: 'other';
  /** Such as `a block device`, `a socket`. */
  readonly what: string;
}

/** A path beneath a directory that the user may not enter. */
export interface HiddenFile {
  readonly type: 'hidden';
}

export const ABSENT: AbsentFile = { type: 'absent', parent: true };
export const NOTHING_ABOVE: AbsentFile = { type: 'absent', parent: false };

/** Returns the directory of a path. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** Returns the last name of a path: the text after the last slash. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns whether the path is beneath the directory, at any depth. A directory is not beneath itself. */
export function isBeneath(path: string, directory: string): boolean {
  return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`);
}

/** Returns words for a sentence, such as `a directory`. */
export function describeType(state: FileState): string {
  switch (state.type) {
    case 'absent':
      return 'absent';
    case 'file':
      return 'a file';
    case 'directory':
      return 'a directory';
    case 'link':
      return `a link to ${state.target}`;
    case 'other':
      return state.what;
    case 'hidden':
      return 'out of sight';
  }
}

/**
 * Returns a sentence that says how a seen file differs from a predicted one; undefined if it agrees. Undefined
 * attributes agree with anything.
 */
export function disagreement(predicted: FileState, seen: FileState): string | undefined {
  if (predicted.type === 'absent')
    return seen.type === 'absent' ? undefined : `it is ${describeType(seen)}, should be absent`;
  if (seen.type === 'absent') return `it does not exist, should be ${describeType(predicted)}`;
  if (seen.type === 'hidden' || predicted.type === 'hidden')
    return seen.type === predicted.type ? undefined : 'it cannot be looked at';
  if (seen.type !== predicted.type) return `it is ${describeType(seen)}, should be ${describeType(predicted)}`;
  if (predicted.type === 'link' && seen.type === 'link') return linkDisagreement(predicted, seen);
  return attributeDisagreement(predicted, seen) ?? contentDisagreement(predicted, seen);
}

function linkDisagreement(predicted: Link, seen: Link): string | undefined {
  if (predicted.target !== seen.target) return `it links to ${seen.target}, should link to ${predicted.target}`;
  return predicted.to === undefined || seen.to === undefined
    ? undefined
    : disagreement(predicted.to.state, seen.to.state);
}

const ACCOUNTS = [
  ['owner', 'owner'],
  ['uid', 'owner'],
  ['group', 'group'],
  ['gid', 'group'],
] as const;

function attributeDisagreement(predicted: Attributes, seen: Attributes): string | undefined {
  if (predicted.mode !== undefined && predicted.modeIsExpected !== true && seen.mode !== predicted.mode)
    return `mode is ${octal(seen.mode)}, should be ${octal(predicted.mode)}`;
  for (const [field, name] of ACCOUNTS)
    if (predicted[field] !== undefined && seen[field] !== predicted[field])
      return `${name} is ${seen[field]}, should be ${predicted[field]}`;
  if (predicted.identity !== undefined && seen.identity !== predicted.identity)
    return 'it is another file than it should be';
  return undefined;
}

function contentDisagreement(predicted: FileState, seen: FileState): string | undefined {
  if (predicted.type !== 'file' || seen.type !== 'file') return undefined;
  const isKnown = predicted.sha256 !== undefined && seen.sha256 !== undefined;
  return isKnown && seen.sha256 !== predicted.sha256 ? 'its content is not what was written' : undefined;
}

/** Returns the state of the path, or of the end of a link; undefined for a link without an end. */
export function endOf(state: FileState): FileState | undefined {
  return state.type === 'link' ? state.to?.state : state;
}

function octal(mode: number | undefined): string {
  return mode === undefined ? 'unknown' : mode.toString(8).padStart(4, '0');
}
