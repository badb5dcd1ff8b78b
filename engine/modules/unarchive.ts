import { z } from 'zod';
import type { ArchiveState } from '../resources/archive.ts';
import { archiveRequest } from '../resources/archive.ts';
import type { Member } from '../resources/archive-member.ts';
import { dangerOf } from '../resources/archive-member.ts';
import { file } from '../resources/file.ts';
import { describeType } from '../resources/file-state.ts';
import type { Directory, FileState, Followed } from '../resources/file-state.ts';
import type { Prediction, Request, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import type { ValueMap } from '../values/value.ts';
import { chosenMembers, readOptions } from './archive-options.ts';
import type { UnpackOptions } from './archive-options.ts';
import { compareMembers, predictionsOf } from './archive-plan.ts';
import type { Unpacking } from './archive-plan.ts';
import type { ArchiveContent } from './archive-read.ts';
import { boolean, commaList, path, plainText } from './arguments.ts';
import { alreadyDone, createsRemoves, createsRemovesRequests } from './creates-removes.ts';
import { attributeArguments, attributeResult } from './file-attributes.ts';
import { cannotLook } from './file-needs.ts';
import { noDirectory } from './file-plan.ts';
import type { Change, Context, Difference, Impossible, LocalFile, Outcome } from './module.ts';
import { defineModule } from './module.ts';
import { isRoot } from './root-alone.ts';
import { unpack } from './archive-unpack.ts';

const schema = z.strictObject({
  src: plainText()
    .refine(
      (src) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(src),
      'must be a path\nBring the archive by get_url, with its checksum, and unpack it with remote_src: true.',
    )
    .describe('The archive: in files/ of the role or beside the playbook; with remote_src a path on the host.'),
  dest: path().describe(
    'The directory on the host that it is unpacked in. It must be there. What is in it beside the archive is left alone.',
  ),
  remote_src: boolean().default(false).describe('Whether the archive is on the host already.'),
  creates: createsRemoves.creates,
  keep_newer: boolean().default(false).describe('Whether a file stays that is newer than the one in the archive.'),
  list_files: boolean().default(false).describe('Whether the names in the archive are registered, as files.'),
  extra_opts: commaList({ mayBeEmpty: true }).default([]).describe('Further options of tar or unzip: --strip-components=1.'),
  include: commaList({ mayBeEmpty: true }).default([]).describe('Only these members of the archive.'),
  exclude: commaList({ mayBeEmpty: true }).default([]).describe('All members but these.'),
  ...attributeArguments,
});
type Arguments = z.infer<typeof schema>;

interface Loaded {
  readonly file: LocalFile;
  /** Undefined with `creates`, which tells by itself whether there is anything to do. */
  readonly content: ArchiveContent | undefined;
}

export const module = defineModule<Arguments, Loaded | undefined>({
  name: 'unarchive',
  summary: 'Unpack a tar or zip archive on the host.',
  arguments: schema,
  examples: [
    'unarchive: { src: /opt/etcd.tar.gz, dest: /opt/etcd, remote_src: true, extra_opts: ["--strip-components=1"] }',
    'unarchive: { src: app.zip, dest: /srv/app, owner: app, group: app }',
  ],
  async load(args, controller) {
    if (args.remote_src) return undefined;
    const source = await controller.file(args.src);
    return { file: source, content: args.creates === undefined ? await controller.archive(source) : undefined };
  },
  observes: (args, loaded) => [
    file(args.dest, 'target'),
    ...createsRemovesRequests(args),
    ...(args.remote_src && args.src.startsWith('/') ? [file(args.src, 'target')] : []),
    ...comparison(args, loaded),
  ],
  plan(args, loaded, seen, context) {
    const request = file(args.dest, 'target');
    const state = seen.of(request);
    const there = state.type === 'link' && state.to !== undefined ? state.to.state : state;
    const result = resultOf(args, there);
    if (alreadyDone(args, seen) !== undefined) return { kind: 'in_sync', result };
    const hindrance = hindranceOf(args, there, seen, context);
    if (hindrance !== undefined) return hindrance;
    const [question] = comparison(args, loaded);
    if (question === undefined) return unpackUnseen(args, loaded, seen, context, result);
    return planComparison(args, loaded, seen, context, question);
  },
});

function resultOf(args: Arguments, there: FileState | Followed): ValueMap {
  const common = { dest: args.dest, src: args.src };
  return there.type === 'directory' ? { ...common, state: 'directory', ...attributeResult(there) } : common;
}

function optionsOf(args: Arguments): UnpackOptions {
  return readOptions(args);
}

/** What has to be seen to tell which members differ. Nothing where `creates` tells, or where an option leaves open what comes of it. */
function comparison(args: Arguments, loaded: Loaded | undefined): readonly ReturnType<typeof archiveRequest>[] {
  const options = optionsOf(args);
  if (args.creates !== undefined || !options.isUnderstood) return [];
  if (args.remote_src) {
    const { extra, include, exclude, strip } = options;
    return args.src.startsWith('/')
      ? [archiveRequest({ dest: args.dest, archive: { kind: 'host', path: args.src, options: { extra, include, exclude, strip } } })]
      : [];
  }
  const content = loaded?.content;
  if (content === undefined) return [];
  const names = [...new Set(chosenMembers(content.members, options, content.isZip).map(({ name }) => name))];
  return [archiveRequest({ dest: args.dest, archive: { kind: 'controller', names, isZip: content.isZip } })];
}

function hindranceOf(args: Arguments, there: FileState | Followed, seen: Seen, context: Context): Impossible | undefined {
  if (there.type === 'hidden') return cannotLook(args.dest, context.user);
  if (there.type === 'absent' && seen.certainty(file(args.dest, 'target')) === 'certain') return noDirectory(`${args.dest}/…`);
  if (there.type !== 'directory' && there.type !== 'absent')
    return { kind: 'impossible', what: `${args.dest} is ${describeType(there)}, not a directory` };
  if (!args.remote_src) return undefined;
  if (!args.src.startsWith('/'))
    return {
      kind: 'impossible',
      what: `the archive ${args.src} is no absolute path`,
      remedy: 'Begin it with a slash, as it is on the host.',
    };
  const request = file(args.src, 'target');
  const source = seen.of(request);
  const end = source.type === 'link' && source.to !== undefined ? source.to.state : source;
  if (end.type === 'file' || seen.certainty(request) === 'after_change') return undefined;
  if (end.type === 'hidden') return cannotLook(args.src, context.user);
  return {
    kind: 'impossible',
    what:
      end.type === 'absent' ? `the archive ${args.src} does not exist on the host` : `${args.src} is ${describeType(end)}, not an archive`,
    ...(end.type === 'absent' ? { remedy: 'Without remote_src it is brought from the controller.' } : {}),
  };
}

/** Nothing tells which members differ. */
function unpackUnseen(args: Arguments, loaded: Loaded | undefined, seen: Seen, context: Context, result: ValueMap): Change {
  const tells = createsRemovesRequests(args)[0];
  return {
    kind: 'change',
    differences: [wholeArchive(args)],
    certainty: tells === undefined ? 'opaque' : seen.certainty(tells),
    predictions: [],
    touches: 'everything',
    apply: () => unpack(args, optionsOf(args), loaded?.file, context),
    planned: result,
  };
}

function wholeArchive(args: Arguments): Difference {
  return { kind: 'field', of: args.dest, field: 'content', before: null, after: `what ${args.src} holds` };
}

function planComparison(
  args: Arguments,
  loaded: Loaded | undefined,
  seen: Seen,
  context: Context,
  question: ReturnType<typeof archiveRequest>,
): Outcome {
  const state = seen.of(question);
  const certainty = seen.certainty(question);
  const options = optionsOf(args);
  const there = seen.of(file(args.dest, 'target'));
  const result = resultOf(args, there.type === 'link' && there.to !== undefined ? there.to.state : there);
  const source = args.remote_src ? seen.of(file(args.src, 'target')) : undefined;
  const isToCome = source?.type === 'absent' || (source?.type === 'file' && source.mtime === undefined);
  if (isToCome || (state.problem !== undefined && certainty === 'after_change'))
    return { ...unpackUnseen(args, loaded, seen, context, result), certainty: 'after_change' };
  if (state.problem !== undefined) return problemOf(args, state.problem, context);
  const content = loaded?.content;
  const members = content === undefined ? state.members : chosenMembers(content.members, options, content.isZip);
  const danger = dangerOf(members);
  if (danger !== undefined) return problemOf(args, danger, context);
  if (members.length === 0) return nothingIn(args);
  const isZip = content?.isZip ?? state.tool === 'zip';
  const { dest, owner, group, mode, keep_newer: keepNewer } = args;
  const how = { dest, options, attributes: { owner, group, mode }, keepNewer, byRoot: isRoot(context), isZip };
  const unpackings = compareMembers(members, state, how);
  const listed = args.list_files ? { ...result, files: unpackings.map(({ wanted }) => wanted.name) } : result;
  const differing = unpackings.filter(({ differences }) => differences.length > 0);
  if (differing.length === 0) {
    if (certainty === 'certain') return { kind: 'in_sync', result: listed };
    return { kind: 'cannot_know', because: `an earlier change of what ${args.src} is compared with`, planned: listed };
  }
  if (keepNewer && state.tool === 'busybox') return noKeepNewer();
  const alone = loneLink(members, differing);
  if (alone !== undefined) return alone;
  const told = predictionsOf(unpackings, dest, there);
  return {
    kind: 'change',
    differences: shortened(differing, dest),
    certainty: certainty === 'certain' ? seen.certainty(file(args.dest, 'target')) : certainty,
    predictions: [predict(question, after(state, unpackings)), ...(told ?? [changedBeneath(args, there)])],
    touches: told === undefined ? 'everything' : 'predicted',
    apply: () => unpack(args, options, loaded?.file, context),
    planned: listed,
  };
}

function problemOf(args: Arguments, problem: string, { facts }: Context): Impossible {
  const what = `the archive ${args.src} cannot be unpacked`;
  if (problem === 'unzip is not there') {
    const remedy = `Install it first: package: { name: unzip${facts.package_manager === 'apt' ? ', brings: []' : ''} }`;
    return { kind: 'impossible', what: `${what}, as the host has no unzip of Info-ZIP`, remedy };
  }
  return { kind: 'impossible', what: `${what}: ${problem}`, remedy: 'Look at it on the host by tar -tvf or unzip -Z.' };
}

function nothingIn(args: Arguments): Impossible {
  const isChosen = args.include.length + args.exclude.length + args.extra_opts.length > 0;
  return {
    kind: 'impossible',
    what: isChosen ? `the archive ${args.src} holds nothing that is asked for` : `the archive ${args.src} is empty`,
    remedy: isChosen ? 'Write the names as they stand in the archive: tar -tf shows them.' : 'Look at how it was made.',
  };
}

/** A hard link whose file is not asked for cannot be made where that file is not there. */
function loneLink(members: readonly Member[], differing: readonly Unpacking[]): Impossible | undefined {
  const names = new Set(members.map(({ name }) => name));
  const fresh = new Set(differing.filter(({ seen }) => seen === undefined).map(({ wanted }) => wanted.name));
  const alone = members.find(({ type, name, target = '' }) => type === 'hard_link' && fresh.has(name) && !names.has(target));
  if (alone === undefined) return undefined;
  return {
    kind: 'impossible',
    what: `${alone.name} is a hard link to ${alone.target}, which is not asked for`,
    remedy: `Ask for both, or for neither: ${alone.target} beside ${alone.name}.`,
  };
}

function noKeepNewer(): Impossible {
  return {
    kind: 'impossible',
    what: 'the tar of busybox cannot keep newer files',
    remedy: 'Install GNU tar first: package: { name: tar }',
  };
}

function changedBeneath(args: Arguments, there: FileState): Prediction {
  const request: Request<unknown, FileState> = file(args.dest, 'target');
  if (there.type !== 'directory') return predict(request, there);
  const directory: Directory = { type: 'directory', mode: undefined, uid: undefined, gid: undefined, owner: undefined, group: undefined };
  return predict(request, { ...directory, changedBeneath: true });
}

/** What will stand there. What stays newer than the archive stays as it is. */
function after(state: ArchiveState, unpackings: readonly Unpacking[]): ArchiveState {
  return { ...state, entries: unpackings.map(({ wanted, seen, isKept }) => (isKept ? (seen ?? wanted) : wanted)) };
}

/** Members that a plan tells one by one. */
const MOST_TOLD = 100;

function shortened(differing: readonly Unpacking[], dest: string): readonly Difference[] {
  const told = differing.slice(0, MOST_TOLD).flatMap(({ differences }) => differences);
  if (differing.length <= MOST_TOLD) return told;
  const after = `${differing.length - MOST_TOLD} more that are not as the archive has them`;
  return [...told, { kind: 'field', of: dest, field: 'members', before: null, after }];
}
