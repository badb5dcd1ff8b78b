import type { ArchiveState, Entry } from '../../resources/archive.ts';
import type { Member } from '../../resources/archive/archive-member.ts';
import { NO_SUCH_OPTIONS, NO_TAR } from '../../resources/archive/archive-script.ts';
import type { Context, Impossible } from '../base/module.ts';
import { described, pathOf, type UnpackAs, type Unpacking } from './archive-plan.ts';

const GNU_TAR = 'Install GNU tar first: package: { name: tar }';

interface Named {
  readonly src: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly extra_opts: readonly string[];
}

/** Returns the problem of an archive that cannot be listed or must not be unpacked. */
export function problemOf({ src }: Named, problem: string, { facts }: Context): Impossible {
  const what = `the archive ${src} cannot be unpacked`;
  if (problem === 'unzip is not there') {
    const remedy = `Install it first: package: { name: unzip${facts.package_manager === 'apt' ? ', brings: []' : ''} }`;
    return { kind: 'impossible', what: `${what}, as the host has no unzip of Info-ZIP`, remedy };
  }
  if (problem === NO_SUCH_OPTIONS || problem === NO_TAR)
    return { kind: 'impossible', what: `${what}: ${problem}`, remedy: GNU_TAR };
  return {
    kind: 'impossible',
    what: `${what}: ${problem}`,
    remedy: 'List its content on the host with tar -tvf or unzip -Z.',
  };
}

/** Returns the problem that no member would be unpacked. */
export function nothingIn(args: Named): Impossible {
  const isChosen = args.include.length + args.exclude.length + args.extra_opts.length > 0;
  return {
    kind: 'impossible',
    what: isChosen
      ? `the archive ${args.src} has none of the members that the task asks for`
      : `the archive ${args.src} is empty`,
    remedy: isChosen
      ? 'Write the names as they stand in the archive: tar -tf shows them.'
      : 'Check how the archive was made.',
  };
}

interface Comparison {
  readonly members: readonly Member[];
  readonly unpackings: readonly Unpacking[];
  readonly differing: readonly Unpacking[];
  readonly how: UnpackAs;
  readonly tool: ArchiveState['tool'];
}

/**
 * Returns why a listed archive cannot be unpacked into its directory; undefined if it can, or if there is nothing to
 * do.
 */
export function refusalOf({ members, unpackings, differing, how, tool }: Comparison): Impossible | undefined {
  const obstacle = obstacleOf(unpackings, how, tool);
  if (obstacle !== undefined)
    return { kind: 'impossible', what: obstacle, remedy: 'Remove it first: file with state: absent.' };
  if (differing.length === 0) return undefined;
  return (tool === 'busybox' ? notByBusybox(members, how) : undefined) ?? loneLink(members, differing);
}

function notByBusybox(
  members: readonly Member[],
  { keepNewer, attributes: { owner, group, mode } }: UnpackAs,
): Impossible | undefined {
  if (keepNewer) return { kind: 'impossible', what: 'the tar of busybox cannot keep newer files', remedy: GNU_TAR };
  // Owner and mode are set by the names that tar lists, so each name must be clear.
  const unclear = (owner ?? group ?? mode) === undefined ? undefined : members.find(hasArrow);
  if (unclear === undefined) return undefined;
  const what = `the tar of busybox does not show where the name ${JSON.stringify(unclear.name)} ends`;
  return { kind: 'impossible', what, remedy: GNU_TAR };
}

function hasArrow({ type, name, size, target = '' }: Member): boolean {
  return type !== 'directory' && (type !== 'file' || size === 0) && `${name} ${target}`.includes(' -> ');
}

/** Returns the problem of a hard link whose file is not unpacked and does not exist; undefined if there is none. */
function loneLink(members: readonly Member[], differing: readonly Unpacking[]): Impossible | undefined {
  const names = new Set(members.map(({ name }) => name));
  const fresh = new Set(differing.filter(({ seen }) => seen === undefined).map(({ wanted }) => wanted.name));
  const alone = members.find(
    ({ type, name, target = '' }) => type === 'hard_link' && fresh.has(name) && !names.has(target),
  );
  if (alone === undefined) return undefined;
  return {
    kind: 'impossible',
    what: `${alone.name} is a hard link to ${alone.target}, which the task leaves out`,
    remedy: `Unpack both or neither: ${alone.target} and ${alone.name}.`,
  };
}

/**
 * Returns a sentence about an existing file that has the path of a member, and that would not be replaced or would lead
 * to another place; undefined if there is none.
 */
function obstacleOf(unpackings: readonly Unpacking[], how: UnpackAs, tool: ArchiveState['tool']): string | undefined {
  for (const unpacking of unpackings) {
    const { type, seen, wanted, isKept } = unpacking;
    if (seen === undefined || seen.type === type) continue;
    const fault = isKept ? faultOfKept(seen, type, how) : faultOfReplaced(seen, type, how, tool);
    if (fault !== undefined) return `${pathOf(how.dest, wanted.name)} is ${described(seen)}, ${fault}`;
  }
  return undefined;
}

const A_THING = { file: 'a file', directory: 'a directory', link: 'a link', other: 'a device or pipe' } as const;

function faultOfKept(seen: Entry, type: Entry['type'], how: UnpackAs): string | undefined {
  if (seen.type === 'link' && how.attributes.mode !== undefined) return 'which stays: mode would be set on its target';
  if (how.options.keepsLinkedFolders || type !== 'directory') return undefined;
  return `which stays as it is newer, where the archive has ${A_THING[type]}`;
}

function faultOfReplaced(
  seen: Entry,
  type: Entry['type'],
  how: UnpackAs,
  tool: ArchiveState['tool'],
): string | undefined {
  if (seen.type === 'directory' && !how.options.replacesFolders) return `where the archive has ${A_THING[type]}`;
  if (type !== 'directory' || tool === 'gnu') return undefined;
  return `which ${tool === 'zip' ? 'unzip' : 'tar'} does not replace by ${A_THING[type]}`;
}
