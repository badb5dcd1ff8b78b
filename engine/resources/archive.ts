import { createHash } from 'node:crypto';
import { quote } from '../connection/base/quote.ts';
import { unguessable } from '../connection/base/unguessable.ts';
import { type ArchiveTool, readListing } from './archive/archive-listing.ts';
import { type Member, tidyName } from './archive/archive-member.ts';
import {
  chooseTar,
  listArchive,
  namesOfListing,
  needsGnu,
  NO_SUCH_OPTIONS,
  type ArchiveOptions,
} from './archive/archive-script.ts';
import { type Prediction, type Request, type ResourceKind, predictedOf, request } from './base/resource.ts';
import { IN_OTHER_HANDS, opening } from './base/unhindered-read.ts';
import { files } from './file.ts';
import { type FileState, isBeneath } from './file/file-state.ts';
import { isPattern, somethingFits } from './glob.ts';

/** The state of the path to which one member is unpacked. In a prediction, unknown fields are undefined. */
export interface Entry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly size: number | undefined;
  /** Seconds since 1970. */
  readonly modified: number | undefined;
  /** The same time as digits in the time zone of the host: `20261128.174059`. */
  readonly modifiedThere: string | undefined;
  readonly target: string | undefined;
}

export interface ArchiveDetail {
  readonly dest: string;
  /** A path, or a pattern of paths. If one exists, nothing else is looked at. */
  readonly unless?: string | undefined;
  /** An archive on the host, or the names in an archive on the controller. */
  readonly archive:
    | { readonly kind: 'host'; readonly path: string; readonly options: ArchiveOptions }
    | {
        readonly kind: 'controller';
        readonly names: readonly string[];
        readonly isZip: boolean;
        readonly options: ArchiveOptions;
      };
}

/** An archive, and the states of the paths to which its members are unpacked. */
export interface ArchiveState {
  readonly dest: string;
  readonly src: string | undefined;
  readonly unless: string | undefined;
  /** False if a path of `unless` exists. */
  readonly isLookedAt: boolean;
  /** Undefined if nothing had to be listed or unpacked. */
  readonly tool: ArchiveTool | undefined;
  /** The reason why the archive cannot be listed or unpacked. */
  readonly problem: string | undefined;
  /** The names in an archive on the controller. For an archive on the host, `members` has the names. */
  readonly names: readonly string[];
  /** The members of an archive on the host. */
  readonly members: readonly Member[];
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly entries: readonly Entry[];
}

export const archives: ResourceKind<ArchiveDetail, ArchiveState> = {
  name: 'archive',
  treeOf: (id) => id.slice(0, id.lastIndexOf(' ')),
  observe(requests) {
    return [
      `b=${unguessable(12)}`,
      'printf \'%s\\n\' "$b"',
      `there() { QUOTING_STYLE=literal xargs -0 stat -c "\${b}s%f\t%u\t%g\t%U\t%G\t%s\t%Y\t%y\t%N" -- 2>/dev/null || :; }`,
      'accounts() { printf %s "${b}u"; sed \'s/:.*//\' /etc/passwd; printf %s "${b}g"; sed \'s/:.*//\' /etc/group; }',
      ...requests.map((one) => `printf %s "\${b}i"\n(\n${lookOf(one.detail)}\n)`),
      'printf %s "${b}z"',
    ].join('\n');
  },
  decode: (output, requests) => decode(output, requests),
  merge: (one) => one,
  disagreement(predicted, seen) {
    if (seen.problem !== undefined) return seen.problem;
    const entries = new Map(seen.entries.map((entry) => [entry.name, entry]));
    for (const wanted of predicted.entries) {
      const sentence = entryDisagreement(wanted, entries.get(wanted.name));
      if (sentence !== undefined) return `${wanted.name === '' ? predicted.dest : wanted.name}: ${sentence}`;
    }
    return undefined;
  },
  after: stateAfter,
};

/** Asks for the members of an archive, and for the states of their paths in `dest`. */
export function archiveRequest(detail: ArchiveDetail): Request<ArchiveDetail, ArchiveState> {
  const digest = createHash('sha256').update(JSON.stringify(detail)).digest('hex').slice(0, 16);
  return request(archives, `${detail.dest} ${digest}`, detail);
}

function lookOf(detail: ArchiveDetail): string {
  const { unless } = detail;
  const look = lookAt(detail);
  return unless === undefined ? look : `if ( ${somethingFits(unless)} ); then printf '%sn' "$b"; exit 0; fi\n${look}`;
}

function lookAt({ dest, archive }: ArchiveDetail): string {
  const go = `cd -- ${quote(dest)} 2>/dev/null || exit 0`;
  if (archive.kind === 'controller') {
    const names = archive.names.map((name) => quote(`./${name}`)).join(' ');
    const look = names === '' ? ':' : `printf '%s\\0' ${names} | there`;
    return `${archive.isZip ? NEEDS_UNZIP : tarFor(archive.options)}\naccounts\n${go}\n${look}`;
  }
  return `a=${quote(archive.path)}
[ -f "$a" ] || exit 0
${IN_OTHER_HANDS}
members() {
${listArchive(archive.options, 'printf \'%sp%s\' "$b" "$l"; exit 0')}
printf '%st%s' "$b" "$tool"
printf '%sl%s' "$b" "$l"
accounts
${go}
${namesOfListing(archive.options, 'all')} | there
}
if in_other_hands "$a"; then
${opening(['exec 4<"$a" || exit 1', 'a=/proc/self/fd/4', 'members'])}
else members
fi`;
}

const NEEDS_UNZIP = `case $(unzip -v 2>&1) in UnZip*) printf '%stzip' "$b" ;; *) printf '%spunzip is not there' "$b"; exit 0 ;; esac`;

function tarFor(options: ArchiveOptions): string {
  const refuse = needsGnu(options)
    ? `case $tool in busybox) printf '%sp%s' "$b" ${quote(NO_SUCH_OPTIONS)}; exit 0 ;; esac\n`
    : '';
  return `${chooseTar(`printf '%sp%s' "$b" "$l"; exit 0`)}\n${refuse}printf '%st%s' "$b" "$tool"`;
}

function decode(
  output: Buffer,
  requests: readonly Request<ArchiveDetail, ArchiveState>[],
): ReadonlyMap<string, ArchiveState> {
  const newline = output.indexOf(0x0a);
  const boundary = output.subarray(0, Math.max(newline, 0));
  if (boundary.length === 0) throw new Error('the observation of archives is empty');
  const sections: Buffer[][] = [];
  let ended = false;
  for (let at = output.indexOf(boundary, newline); at !== -1 && !ended;) {
    const from = at + boundary.length;
    at = output.indexOf(boundary, from);
    const piece = output.subarray(from, at === -1 ? undefined : at);
    const tag = String.fromCharCode(piece[0] ?? 0);
    if (tag === 'i') sections.push([]);
    else if (tag === 'z') ended = true;
    else sections.at(-1)?.push(piece);
  }
  if (!ended || sections.length !== requests.length) throw new Error('the observation of archives ended early');
  return new Map(requests.map(({ id, detail }, index) => [id, stateOf(detail, sections[index] ?? [])]));
}

function stateOf({ dest, unless, archive }: ArchiveDetail, pieces: readonly Buffer[]): ArchiveState {
  const all = (tag: string): readonly Buffer[] =>
    pieces.filter((piece) => piece[0] === tag.charCodeAt(0)).map((piece) => piece.subarray(1));
  const [said] = all('p');
  const tool = toolOf(all('t')[0]?.toString('latin1'));
  const common = {
    dest,
    src: archive.kind === 'host' ? archive.path : undefined,
    unless,
    isLookedAt: all('n').length === 0,
    tool,
    names: archive.kind === 'controller' ? archive.names : [],
    users: words(all('u')[0]),
    groups: words(all('g')[0]),
    entries: all('s').flatMap(entryOf),
  };
  const failed = (problem: string): ArchiveState => ({ ...common, problem, members: [] });
  if (said !== undefined) return failed(said.toString('utf8').trim() || 'it cannot be listed');
  try {
    const [listing] = all('l');
    const members =
      tool === undefined || listing === undefined ? [] : readListing(tool, listing, archive.options.strip);
    return { ...common, problem: undefined, members };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function toolOf(text: string | undefined): ArchiveTool | undefined {
  return text === 'gnu' || text === 'busybox' || text === 'zip' ? text : undefined;
}

function words(piece: Buffer | undefined): readonly string[] {
  return (piece?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
}

const FIELDS = 8;

function entryOf(record: Buffer): readonly Entry[] {
  const fields = record.toString('utf8').replace(/\n$/, '').split('\t');
  const [raw = '', uid, gid, owner, group, size, seconds, wall = ''] = fields;
  const bits = Number.parseInt(raw, 16);
  const type = typeOf(bits);
  const named = nameAndTarget(fields.slice(FIELDS).join('\t'), type === 'link');
  if (named === undefined) return [];
  return [
    {
      name: tidyName(named.name),
      type,
      mode: bits & 0o7777,
      uid: Number(uid),
      gid: Number(gid),
      owner,
      group,
      size: Number(size),
      modified: Number(seconds),
      modifiedThere: wall.slice(0, 19).replace(/[-:]/g, '').replace(' ', '.'),
      target: named.target,
    },
  ];
}

function typeOf(bits: number): Entry['type'] {
  const type = bits & 0o170000;
  return type === 0o100000 ? 'file' : type === 0o040000 ? 'directory' : type === 0o120000 ? 'link' : 'other';
}

/** Splits `name -> target`. busybox puts each of the two in quotes. Returns undefined for a link without an arrow. */
function nameAndTarget(
  text: string,
  isLink: boolean,
): { readonly name: string; readonly target: string | undefined } | undefined {
  if (!isLink) return { name: unquoted(text), target: undefined };
  // A name with an arrow in it is read as a shorter name, which no task asks for.
  const arrow = text.indexOf(' -> ');
  return arrow === -1 ? undefined : { name: unquoted(text.slice(0, arrow)), target: unquoted(text.slice(arrow + 4)) };
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1) : text;
}

/** Returns a sentence that says how the state differs from the wanted state; undefined if it agrees. */
function entryDisagreement(wanted: Entry, seen: Entry | undefined): string | undefined {
  if (seen === undefined) return 'it does not exist';
  for (const field of [
    'type',
    'mode',
    'uid',
    'gid',
    'owner',
    'group',
    'size',
    'modified',
    'modifiedThere',
    'target',
  ] as const) {
    if (wanted[field] === undefined || wanted[field] === seen[field]) continue;
    const shown = (value: string | number | undefined): string =>
      field === 'mode' && typeof value === 'number' ? value.toString(8).padStart(4, '0') : String(value);
    return `${field} is ${shown(seen[field])}, should be ${shown(wanted[field])}`;
  }
  return undefined;
}

function stateAfter(state: ArchiveState, _id: string, effect: Prediction): ArchiveState | 'stale' | undefined {
  // The package may contain the program that unpacks.
  if (effect.request.kind.name === 'package') {
    const bringsTar = state.tool === 'busybox' && effect.request.id === 'tar';
    return state.problem === undefined && !bringsTar ? undefined : 'stale';
  }
  const other = predictedOf(files, effect);
  if (other === undefined) return undefined;
  const { id } = effect.request;
  return concernsSource(state, id) || concernsDestination(state, id, other) ? 'stale' : undefined;
}

/** True if a change of the path may change the archive, or a path of `unless`. */
function concernsSource({ src, unless }: ArchiveState, id: string): boolean {
  if (unless !== undefined && mayFit(unless, id)) return true;
  return src !== undefined && (id === src || isBeneath(src, id));
}

/** True if a change of the path may change a state that the members are compared with. */
function concernsDestination(state: ArchiveState, id: string, other: FileState): boolean {
  const { dest } = state;
  const isPlainDirectory = other.type === 'directory' && other.changedBeneath !== true;
  if (isBeneath(dest, id)) return !isPlainDirectory;
  if (id === dest) return !isPlainDirectory || (state.entries.length > 0 && isAbout(state, '', true));
  return isBeneath(id, dest) && isAbout(state, id.slice(dest === '/' ? 1 : dest.length + 1), isPlainDirectory);
}

/** True if a change of the path may change which paths match the pattern. */
function mayFit(pattern: string, id: string): boolean {
  if (!isPattern(pattern)) return id === pattern || isBeneath(pattern, id);
  const above = pattern.slice(0, pattern.slice(0, pattern.search(/[*?[]/)).lastIndexOf('/')) || '/';
  return id === above || isBeneath(id, above) || isBeneath(above, id);
}

/**
 * True if a member has the path `changed`. If `changed` is not a plain directory, also true if a member is beneath it.
 */
function isAbout({ names, members }: ArchiveState, changed: string, isPlainDirectory: boolean): boolean {
  const concerns = (name: string): boolean => name === changed || (!isPlainDirectory && name.startsWith(`${changed}/`));
  return names.some(concerns) || members.some(({ name }) => concerns(name));
}
