import type { Request, Seen } from '../../resources/base/resource.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import {
  type Attributes,
  type Directory,
  type FileState,
  type Link,
  ABSENT,
  nameOf,
  parentOf,
} from '../../resources/file/file-state.ts';
import type { Context, Impossible } from '../base/module.ts';
import { isRoot } from '../base/root-alone.ts';
import { aboveNeeds } from './file-needs.ts';

/**
 * The way to a path is the chain of directories that lead to it. The type says who can replace one of them: the owner of
 * a directory, and everybody who may write in it. In a sticky directory, only the owner of the directory and the owner
 * of the name can.
 */
export type Way =
  /** Only root and the user of the task can replace a directory. */
  { readonly kind: 'own' } | ForeignWay | Impossible;

/** A way that can be used. */
export type UsableWay = Exclude<Way, Impossible>;

/** Others can replace parts of the way, so each step is verified while it is made: see `foreign-folder.ts`. */
export interface ForeignWay {
  readonly kind: 'foreign';
  /** The nearest existing directory of the way. */
  readonly folder: string;
  /** Names of the directories that must be made below the folder. */
  readonly missing: readonly string[];
  /** The proof that the shell is in the folder. */
  readonly proof: Proof;
}

export type Proof =
  /**
   * `anchor` is the directory `levels` levels above the folder. Only root and the user of the task can change the name
   * of this directory.
   */
  | { readonly kind: 'below'; readonly anchor: string; readonly levels: number }
  /** The folder belongs to this user, who can lead the way only to directories of the same user. */
  | { readonly kind: 'owner'; readonly uid: number };

/** Returns the requests for the way to a path. */
export function wayNeeds(path: string): readonly Request<FileDetail, FileState>[] {
  return aboveNeeds(path);
}

/** Returns the way to a new name in a directory. Before, the caller must observe the requests `wayNeeds` of such a name. */
export function wayInside(directory: string, seen: Seen, context: Context): Way {
  const path = `${directory === '/' ? '' : directory}/.`;
  const walk = new Walk(context);
  for (const ancestor of aboveNeeds(path)) walk.step(nameOf(ancestor.id), seen.of(ancestor));
  return walk.arrive(directory, ABSENT);
}

/**
 * Returns the way to a path, if other requests have already seen its directories. `seen` has the state of each
 * directory and of the path itself, by path.
 */
export function wayThrough(path: string, seen: ReadonlyMap<string, FileState>, context: Context): Way {
  const walk = new Walk(context);
  const names = parentOf(path)
    .split('/')
    .filter((name) => name !== '');
  for (const [index, name] of names.entries())
    walk.step(name, seen.get(`/${names.slice(0, index + 1).join('/')}`) ?? ABSENT);
  return walk.arrive(path, seen.get(path) ?? ABSENT);
}

/**
 * Returns the way to the file that the request names. If `follow` is true and the file is a link, returns the way to the
 * target of the link. Before, the caller must observe the request and the requests `wayNeeds` of its path.
 */
export function wayTo(request: Request<FileDetail, FileState>, follow: boolean, seen: Seen, context: Context): Way {
  const state = seen.of(request);
  const walk = new Walk(context);
  for (const ancestor of aboveNeeds(request.id)) walk.step(nameOf(ancestor.id), seen.of(ancestor));
  if (state.type === 'link' && follow && state.to?.path !== undefined) {
    walk.follow(state);
    return walk.arrive(request.id, state.to.state);
  }
  return walk.arrive(request.id, state);
}

export const OWN_WAY: UsableWay = { kind: 'own' };

/**
 * Returns why a task must not use these paths only by their names; undefined if it is safe. The caller has observed the
 * requests and their `wayNeeds`.
 */
export function inForeignHands(
  requests: readonly Request<FileDetail, FileState>[],
  seen: Seen,
  context: Context,
): Impossible | undefined {
  for (const request of requests) {
    const way = wayTo(request, true, seen, context);
    if (way.kind === 'impossible') return way;
    if (way.kind === 'foreign') return unsafe(request.id, `other users can change names in ${way.folder}, or above it`);
  }
  return undefined;
}

/** The users who can change the names in a directory. */
interface Control {
  /** The owner of the directory; undefined if it is root or the user of the task. */
  readonly owner: Hand | undefined;
  /** Whether others may write in it. `sticky`: each can change only his own names. */
  readonly others: 'no' | 'sticky' | 'yes';
}

interface Hand {
  readonly name: string;
  readonly uid: number | undefined;
}

const ROOT: Control = { owner: undefined, others: 'no' };
const OTHERS: Hand = { name: 'others', uid: undefined };

/** Goes down from the root directory and collects the users who can change the way. */
class Walk {
  readonly #context: Context;
  #at = '';
  #control: Control = ROOT;
  #anchor: { readonly path: string; readonly depth: number } | undefined;
  #isByLink = false;
  #isOutOfSight = false;
  readonly #missing: string[] = [];
  readonly #hands = new Map<string, Hand>();
  #owner: Hand | undefined;
  #unsafe: string | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  step(name: string, state: FileState): void {
    if (this.#missing.length > 0 || state.type === 'absent' || state.type === 'file' || state.type === 'other') {
      this.#missing.push(name);
      return;
    }
    if (state.type === 'hidden') {
      this.#isOutOfSight = true;
      return;
    }
    this.#doubt(state);
    if (state.type === 'link') this.#enterBy(state);
    else this.#enter(`${this.#at}/${name}`, state);
  }

  /** Enters the directory that a link leads to. */
  #enterBy(link: Link): void {
    this.follow(link);
    const { path, state } = link.to ?? {};
    if (path === undefined || state?.type !== 'directory') return;
    if (!this.#isByLink) this.#doubt(state);
    this.#enter(path, state);
  }

  /**
   * Goes to the directory of the target of a link: through the directories of the target, unless somebody can replace
   * the link.
   */
  follow(link: Link): void {
    const { path, state, above = [] } = link.to ?? {};
    if (path === undefined || state === undefined) return;
    this.#doubt(link);
    if (this.#anchor === undefined) {
      this.#at = '';
      this.#control = ROOT;
      const names = parentOf(path).split('/').slice(1);
      for (const [index, directory] of above.entries()) {
        this.#doubt(directory);
        this.#enter(`/${names.slice(0, index + 1).join('/')}`, directory);
      }
    } else {
      this.#isByLink = true;
      this.#at = parentOf(path);
      const last = above.at(-1);
      if (last !== undefined) this.#take(last);
    }
  }

  /** Records the users, except root and the user of the task, who can change the next name. */
  #doubt(next: FileState): void {
    for (const hand of this.#changing(next)) {
      this.#anchor ??= { path: this.#at === '' ? '/' : this.#at, depth: depthOf(this.#at) };
      this.#hands.set(hand.name, hand);
    }
  }

  #changing(next: FileState): readonly Hand[] {
    const { owner, others } = this.#control;
    const hands = owner === undefined ? [] : [owner];
    if (others === 'yes') return [...hands, OTHERS];
    if (others === 'no' || next.type === 'hidden') return hands;
    if (next.type === 'absent') return [...hands, OTHERS];
    const own = this.#hand(next);
    return own === undefined ? hands : [...hands, own];
  }

  #enter(path: string, directory: Directory): void {
    this.#at = path;
    this.#take(directory);
  }

  #take(directory: Directory): void {
    const owner = this.#hand(directory);
    const mode = directory.mode ?? 0;
    const others = (mode & 0o022) === 0 || isGroupOfItsOwn(directory) ? 'no' : (mode & 0o1000) === 0 ? 'yes' : 'sticky';
    const stranger =
      owner === undefined
        ? undefined
        : [...this.#hands.values()].find((hand) => hand !== OTHERS && hand.name !== owner.name);
    if (owner !== undefined && stranger !== undefined)
      this.#unsafe ??= `${stranger.name} owns a directory above ${this.#at}, which belongs to ${owner.name}`;
    this.#control = { owner, others };
    this.#owner = owner;
  }

  /** Returns the owner; undefined if it is root or the user of the task, or if a plan does not know it. */
  #hand({ uid, owner }: Attributes): Hand | undefined {
    if (uid === 0 || (uid === undefined && owner === undefined)) return undefined;
    const me = this.#context.user;
    if (
      uid === undefined ? owner === 'root' || owner === me : owner === me || (isRoot(this.#context) && owner === 'root')
    )
      return undefined;
    return { name: owner === undefined || owner === 'UNKNOWN' ? `user ${uid ?? ''}` : owner, uid };
  }

  /** Ends the walk at the last name, which has this state. Returns the whole way. */
  arrive(path: string, state: FileState): Way {
    if (this.#missing.length === 0) this.#doubt(state);
    else this.#doubt({ type: 'absent', parent: true });
    if (this.#anchor === undefined || this.#isOutOfSight) return OWN_WAY;
    if (this.#unsafe !== undefined) return unsafe(path, this.#unsafe);
    const folder = this.#at === '' ? '/' : this.#at;
    const common = { kind: 'foreign', folder, missing: this.#missing } as const;
    if (!this.#isByLink)
      return {
        ...common,
        proof: { kind: 'below', anchor: this.#anchor.path, levels: depthOf(this.#at) - this.#anchor.depth },
      };
    const [hand, ...more] = this.#hands.values();
    if (hand === undefined || more.length > 0 || this.#owner?.uid === undefined || hand.uid !== this.#owner.uid)
      return unsafe(
        path,
        `a link that ${[...this.#hands.keys()].join(' and ')} can change leads to ${folder}, which belongs to ${this.#owner?.name ?? 'root'}`,
      );
    return { ...common, proof: { kind: 'owner', uid: this.#owner.uid } };
  }
}

/**
 * Returns whether only the owner may write in the directory, or also a group with the name of the owner. Such a group
 * usually has no other members. False if the directory has an access list (ACL).
 */
function isGroupOfItsOwn({
  mode,
  owner,
  group,
  hasAccessList,
}: Attributes & Pick<Directory, 'hasAccessList'>): boolean {
  return ((mode ?? 0) & 0o002) === 0 && owner !== undefined && owner === group && hasAccessList !== true;
}

function depthOf(path: string): number {
  return path.split('/').length - 1;
}

function unsafe(path: string, why: string): Impossible {
  return {
    kind: 'impossible',
    what: `another user can change the way to ${path}`,
    why: `${why}: the task could be made to write elsewhere.`,
    remedy:
      'Give the directories on the way to one owner, or to root. If that user is trusted like root, set unsafe_path: true.',
  };
}
