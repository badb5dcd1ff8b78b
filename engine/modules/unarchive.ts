import { z } from 'zod';
import { type ArchiveDetail, type ArchiveState, archiveRequest } from '../resources/archive.ts';
import { dangerOf } from '../resources/archive/archive-member.ts';
import { type Prediction, type Request, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { describeType, type FileState, type Followed, UNKNOWN_ATTRIBUTES } from '../resources/file/file-state.ts';
import type { ValueMap } from '../values/base/value.ts';
import { idle, idleAs } from '../values/habits/foreign-argument.ts';
import type { ArchiveContent } from './archive-content/archive-read.ts';
import { chosenMembers, readOptions, type UnpackOptions } from './archive/archive-options.ts';
import { SET_GROUP, type UnpackAs, type Unpacking, compareMembers, predictionsOf } from './archive/archive-plan.ts';
import { nothingIn, problemOf, refusalOf } from './archive/archive-refusals.ts';
import { unpack } from './archive/archive-unpack.ts';
import { boolean, commaList, path, plainText } from './base/arguments.ts';
import {
  type Apply,
  type Change,
  type Context,
  type Difference,
  type Impossible,
  type LocalFile,
  type Observed,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { plainFile } from './base/plain-file.ts';
import { isRoot } from './base/root-alone.ts';
import { alreadyDone, createdPath, createsRemoves, createsRemovesRequests } from './command/creates-removes.ts';
import { attributeArguments, attributeResult } from './path/file-attributes.ts';
import { cannotLook, lockedDirectory } from './path/file-needs.ts';
import { OWN_WAY, wayInside, wayNeeds, wayTo, type Way } from './path/way-to-path.ts';
import { noDirectory } from './write/file-place.ts';

const schema = z.strictObject({
  src: plainText()
    .refine(
      (src) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(src),
      'must be a path\nBring the archive by get_url, with its checksum, and unpack it with remote_src: true.',
    )
    .describe('The archive, in files/ of the role or beside the playbook; with remote_src a path on the host.'),
  dest: path().describe(
    'The directory on the host that gets the content of the archive. It must exist. Other files in it stay unchanged.',
  ),
  remote_src: boolean().default(false).describe('Whether src is a file on the host, not on the controller.'),
  creates: createsRemoves.creates,
  keep_newer: boolean()
    .default(false)
    .describe('Whether a file stays unchanged if it is newer than the file in the archive.'),
  list_files: boolean().default(false).describe('Whether the result has the names in the archive, as `files`.'),
  extra_opts: commaList({ mayBeEmpty: true })
    .default([])
    .describe('Further options of tar or unzip: --strip-components=1.'),
  include: commaList({ mayBeEmpty: true }).default([]).describe('The members of the archive to unpack. Default: all.'),
  exclude: commaList({ mayBeEmpty: true }).default([]).describe('The members of the archive to leave out.'),
  ...attributeArguments,
});
type Arguments = z.infer<typeof schema>;

interface Loaded {
  readonly file: LocalFile;
  /** Undefined if `creates` is given and an option leaves open how the archive is read. */
  readonly content: ArchiveContent | undefined;
}

export const module = defineModule<Arguments, Loaded | undefined>({
  name: 'unarchive',
  summary: 'Unpack a tar or zip archive on the host.',
  arguments: schema,
  foreign: {
    copy: idleAs([true], 'Write remote_src: true in place of copy: false: both mean that src is on the host.'),
    io_buffer_size: idle('runbook chooses the size of the pieces.'),
    validate_certs: idleAs(
      [true],
      'Download the archive by get_url, which has validate_certs, and unpack it with remote_src: true.',
    ),
  },
  examples: [
    'unarchive: { src: /opt/etcd.tar.gz, dest: /opt/etcd, remote_src: true, extra_opts: ["--strip-components=1"] }',
    'unarchive: { src: app.zip, dest: /srv/app, owner: app, group: app }',
  ],
  async load(args, controller) {
    if (args.remote_src) return undefined;
    const source = await plainFile(args.src, controller);
    const isRead = args.creates === undefined || optionsOf(args).isUnderstood;
    return { file: source, content: isRead ? await controller.archive(source) : undefined };
  },
  observes: (args, loaded) => [
    file(args.dest, 'target'),
    ...wayNeeds(`${args.dest}/.`),
    ...createsRemovesRequests(args),
    ...(args.remote_src && args.src.startsWith('/') ? [file(args.src, 'target'), ...wayNeeds(args.src)] : []),
    ...comparison(args, loaded),
  ],
  plan(args, loaded, seen, context) {
    const request = file(args.dest, 'target');
    const state = seen.of(request);
    const there = behindLink(state);
    const result = resultOf(args, there);
    if (alreadyDone(args, seen) !== undefined) return { kind: 'in_sync', result };
    const blocker = blockerOf(args, there, seen, context);
    if (blocker !== undefined) return blocker;
    const [question] = comparison(args, loaded);
    const outcome =
      question === undefined
        ? unpackUnseen(args, loaded, { seen, context })
        : planComparison(args, loaded, question, { seen, context });
    if (outcome.kind !== 'change') return outcome;
    for (const way of [wayInto(args, seen, context), wayToSource(args, seen, context)])
      if (way.kind === 'impossible') return way;
    return outcome;
  },
});

/** Returns the way into `dest`, which may belong to another user. */
function wayInto(args: Arguments, seen: Seen, context: Context): Way {
  if (args.unsafe_path) return OWN_WAY;
  const way = wayInside(args.dest, seen, context);
  if (way.kind !== 'foreign' || !args.keep_newer) return way;
  return {
    kind: 'impossible',
    what: `keep_newer is not possible in ${args.dest}, where other users can change names`,
    remedy: 'Leave keep_newer out. If these users are trusted like root, set unsafe_path: true.',
  };
}

/** Returns the way to an archive on the host, which may belong to another user. */
function wayToSource(
  { src, remote_src: isThere, unsafe_path: isTrusted }: Arguments,
  seen: Seen,
  context: Context,
): Way {
  return isThere && !isTrusted ? wayTo(file(src, 'target'), true, seen, context) : OWN_WAY;
}

function unpackNow(args: Arguments, loaded: Loaded | undefined, seen: Seen, context: Context): Apply {
  const [way, source] = [wayInto(args, seen, context), wayToSource(args, seen, context)];
  if (way.kind === 'impossible' || source.kind === 'impossible') throw new Error('what is impossible is not applied');
  if (loaded !== undefined) return unpack(args, optionsOf(args), { kind: 'brought', file: loaded.file }, way);
  const state = seen.of(file(args.src, 'target'));
  const path = state.type === 'link' ? (state.to?.path ?? args.src) : args.src;
  return unpack(args, optionsOf(args), { kind: 'host', path, way: source }, way);
}

function resultOf(args: Arguments, there: FileState | Followed): ValueMap {
  const common = { dest: args.dest, src: args.src };
  return there.type === 'directory' ? { ...common, state: 'directory', ...attributeResult(there) } : common;
}

function optionsOf(args: Arguments): UnpackOptions {
  return readOptions(args);
}

/** Returns the requests that show which members differ; none if the effect of an option cannot be predicted. */
function comparison(args: Arguments, loaded: Loaded | undefined): readonly ArchiveQuestion[] {
  const detail = toCompare(args, loaded);
  return detail === undefined ? [] : [archiveRequest({ ...detail, unless: createdPath(args) })];
}

type ArchiveQuestion = ReturnType<typeof archiveRequest>;

function toCompare(
  { src, dest, remote_src: isThere, ...args }: Arguments,
  loaded: Loaded | undefined,
): ArchiveDetail | undefined {
  const how = readOptions(args);
  if (!how.isUnderstood) return undefined;
  const { extra, include, exclude, strip } = how;
  const options = { extra, include, exclude, strip };
  if (isThere) return src.startsWith('/') ? { dest, archive: { kind: 'host', path: src, options } } : undefined;
  const content = loaded?.content;
  if (content === undefined) return undefined;
  const names = [...new Set(chosenMembers(content.members, how, content.isZip).map(({ name }) => name))];
  return { dest, archive: { kind: 'controller', names, isZip: content.isZip, options } };
}

function blockerOf(args: Arguments, there: FileState | Followed, seen: Seen, context: Context): Impossible | undefined {
  if (there.type === 'hidden') return cannotLook(args.dest, context.user);
  if (there.type === 'absent' && seen.certainty(file(args.dest, 'target')) === 'certain')
    return noDirectory(`${args.dest}/…`);
  if (there.type !== 'directory' && there.type !== 'absent')
    return {
      kind: 'impossible',
      what: `${args.dest} is ${describeType(there)}, not a directory`,
      remedy: 'Name a directory as dest, or remove what is there first: file: { path: …, state: absent }.',
    };
  if (!args.remote_src) return undefined;
  if (!args.src.startsWith('/'))
    return {
      kind: 'impossible',
      what: `the path ${args.src} of the archive is not absolute`,
      remedy: 'Write the whole path on the host, from its first slash.',
    };
  const request = file(args.src, 'target');
  const source = seen.of(request);
  const end = source.type === 'link' && source.to !== undefined ? source.to.state : source;
  if (end.type === 'file' || seen.certainty(request) === 'after_change') return undefined;
  if (end.type === 'hidden') return cannotLook(args.src, context.user);
  return {
    kind: 'impossible',
    what:
      end.type === 'absent'
        ? `the archive ${args.src} does not exist on the host`
        : `${args.src} is ${describeType(end)}, not an archive`,
    ...(end.type === 'absent' ? { remedy: 'Leave remote_src out for an archive on the controller.' } : {}),
  };
}

/** Plans to unpack everything, because the differing members are not known. */
function unpackUnseen(args: Arguments, loaded: Loaded | undefined, { seen, context }: Observed): Change {
  const tells = createsRemovesRequests(args)[0];
  return {
    kind: 'change',
    differences: [wholeArchive(args)],
    certainty: tells === undefined ? 'opaque' : seen.certainty(tells),
    predictions: [],
    touches: 'everything',
    apply: () => unpackNow(args, loaded, seen, context),
    planned: resultOf(args, behindLink(seen.of(file(args.dest, 'target')))),
  };
}

function wholeArchive(args: Arguments): Difference {
  return { kind: 'field', of: args.dest, field: 'content', before: null, after: `the content of ${args.src}` };
}

function planComparison(
  args: Arguments,
  loaded: Loaded | undefined,
  question: ArchiveQuestion,
  observed: Observed,
): Outcome {
  const { seen, context } = observed;
  const state = seen.of(question);
  const certainty = seen.certainty(question);
  const unseen = (): Change => ({ ...unpackUnseen(args, loaded, observed), certainty: 'after_change' });
  if (isToCome(args, seen) || !state.isLookedAt || (state.problem !== undefined && certainty === 'after_change'))
    return unseen();
  if (state.problem !== undefined) return problemOf(args, state.problem, context);
  const content = loaded?.content;
  const members =
    content === undefined ? state.members : chosenMembers(content.members, optionsOf(args), content.isZip);
  const danger = dangerOf(members);
  if (danger !== undefined) return problemOf(args, danger, context);
  if (members.length === 0) return nothingIn(args);
  const how = unpackAs(args, content?.isZip ?? state.tool === 'zip', observed);
  const unpackings = compareMembers(members, state, how);
  const differing = unpackings.filter(({ differences }) => differences.length > 0);
  const refusal =
    refusalOf({ members, unpackings, differing, how, tool: state.tool }) ?? lockedFor(differing, args.dest, observed);
  if (refusal !== undefined) return certainty === 'certain' ? refusal : unseen();
  return planUnpackings(args, loaded, { question, unpackings, differing }, observed);
}

function lockedFor(differing: readonly Unpacking[], dest: string, observed: Observed): Impossible | undefined {
  return differing.length > 0 ? lockedDirectory(dest, observed) : undefined;
}

/** Returns whether an earlier change of the plan brings the archive. */
function isToCome(args: Arguments, seen: Seen): boolean {
  if (!args.remote_src) return false;
  const source = seen.of(file(args.src, 'target'));
  return source.type === 'absent' || (source.type === 'file' && source.mtime === undefined);
}

function unpackAs({ dest, owner, group, mode, ...args }: Arguments, isZip: boolean, observed: Observed): UnpackAs {
  const there = behindLink(observed.seen.of(file(dest, 'target')));
  return {
    dest,
    options: readOptions(args),
    attributes: { owner, group, mode },
    keepNewer: args.keep_newer,
    byRoot: isRoot(observed.context),
    setsGroup: there.type === 'directory' && ((there.mode ?? 0) & SET_GROUP) !== 0,
    isZip,
  };
}

interface Compared {
  readonly question: ArchiveQuestion;
  readonly unpackings: readonly Unpacking[];
  readonly differing: readonly Unpacking[];
}

function planUnpackings(
  args: Arguments,
  loaded: Loaded | undefined,
  { question, unpackings, differing }: Compared,
  { seen, context }: Observed,
): Outcome {
  const certainty = seen.certainty(question);
  const directory = file(args.dest, 'target');
  const there = seen.of(directory);
  const result = resultOf(args, behindLink(there));
  const listed = args.list_files ? { ...result, files: unpackings.map(({ wanted }) => wanted.name) } : result;
  if (differing.length === 0) {
    if (certainty === 'certain') return { kind: 'in_sync', result: listed };
    return {
      kind: 'cannot_know',
      because: `an earlier change of the files that ${args.src} is compared with`,
      planned: listed,
    };
  }
  const told = predictionsOf(unpackings, args.dest, there);
  return {
    kind: 'change',
    differences: shortened(differing, args.dest),
    certainty: certainty === 'certain' ? seen.certainty(directory) : certainty,
    predictions: [
      predict(behind(question), after(seen.of(question), unpackings)),
      ...(told ?? [changedBeneath(args, there)]),
    ],
    touches: told === undefined ? 'everything' : 'predicted',
    apply: () => unpackNow(args, loaded, seen, context),
    planned: listed,
    settled: (now) => resultOf(args, behindLink(now.of(directory))),
  };
}

/**
 * Returns the request without the path of `creates`: after the change that path exists and decides nothing any more.
 */
function behind({ detail }: ArchiveQuestion): ArchiveQuestion {
  return archiveRequest({ ...detail, unless: undefined });
}

function behindLink(state: FileState): FileState | Followed {
  return state.type === 'link' && state.to !== undefined ? state.to.state : state;
}

function changedBeneath(args: Arguments, there: FileState): Prediction {
  const request: Request<unknown, FileState> = file(args.dest, 'target');
  if (there.type !== 'directory') return predict(request, there);
  return predict(request, { type: 'directory', ...UNKNOWN_ATTRIBUTES, changedBeneath: true });
}

function after(state: ArchiveState, unpackings: readonly Unpacking[]): ArchiveState {
  return { ...state, unless: undefined, entries: unpackings.map(({ wanted }) => wanted) };
}

/** Maximal number of members that a plan lists. */
const MOST_TOLD = 100;

function shortened(differing: readonly Unpacking[], dest: string): readonly Difference[] {
  const told = differing.slice(0, MOST_TOLD).flatMap(({ differences }) => differences);
  if (differing.length <= MOST_TOLD) return told;
  const after = `${differing.length - MOST_TOLD} more that are not as the archive has them`;
  return [...told, { kind: 'field', of: dest, field: 'members', before: null, after }];
}
