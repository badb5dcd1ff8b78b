import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import {
  type FileState,
  type Link,
  type LinkEnd,
  type RegularFile,
  describeType,
  nameOf,
  UNKNOWN_ATTRIBUTES,
} from '../../resources/file/file-state.ts';
import { need } from '../../resources/need.ts';
import { type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Context, Difference, Impossible, Observed, Outcome } from '../base/module.ts';
import {
  attributeCommands,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  attributesOf,
  changedAttributes,
  type WantedAttributes,
} from '../path/file-attributes.ts';
import { cannotLook } from '../path/file-needs.ts';
import { goInto, makeInRoom } from '../path/foreign-folder.ts';
import { setAttributes } from '../path/set-attributes.ts';
import { OWN_WAY, wayTo, type ForeignWay, type UsableWay } from '../path/way-to-path.ts';
import { noDirectory } from '../write/file-place.ts';
import { temporaryBeside } from '../write/write-file.ts';
import type { FileArguments } from './file-arguments.ts';
import { targetsOf } from './link-target.ts';

/** Plans a symbolic link. */
export function planLink(args: FileArguments, seen: Seen, context: Context): Outcome {
  const request = file(args.path);
  const state = seen.of(request);
  if (args.src instanceof Unknown) return { kind: 'cannot_know', because: args.src.because };
  const there = state.type === 'link' ? state : undefined;
  const target = args.src ?? there?.target;
  if (target === undefined) return noLinkThere(args.path, state, seen.certainty(request));
  const own = ownAttributes(args);
  const result = { dest: args.path, path: args.path, src: target, state: 'link' };
  const settled = (now: Seen): ValueMap => ({
    ...result,
    ...attributeResult({ ...UNKNOWN_ATTRIBUTES, ...attributesOf(now.of(request)) }),
  });
  const beyond = args.follow ? attributesBeyond(args, state, seen, context) : NOTHING_BEYOND;
  const link = { args, target, own, state, kept: there?.target === target ? there : undefined };
  const differences = [...linkDifferences(link), ...beyond.differences];
  if (differences.length === 0) return { kind: 'in_sync', result: settled(seen) };
  const obstacle = link.kept === undefined ? obstacleOf(link, seen, context) : undefined;
  if (obstacle !== undefined) return obstacle;
  const after = linkAfter(link, beyond.end, seen);
  const way = args.unsafe_path ? OWN_WAY : wayTo(request, false, seen, context);
  if (way.kind === 'impossible') return way;
  if (beyond.unsafe !== undefined) return beyond.unsafe;
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(request),
    predictions: [predict(request, after), ...beyond.predictions],
    touches: 'predicted',
    apply() {
      const script = linkScript(link, way);
      if (beyond.script !== '') return { script: `(\n${script}\n)\n[ $? = 0 ] || exit 1\n${beyond.script}` };
      return way.kind === 'own' ? { script, brief: true } : { script };
    },
    planned: { ...result, ...attributeResult(after) },
    settled,
  };
}

/** Returns the attributes of the link itself: none with follow: true, because the target gets them. */
function ownAttributes({ follow, owner, group }: FileArguments): WantedAttributes {
  return follow ? {} : { owner, group };
}

/** A wanted link, and the state of its path. */
interface WantedLink {
  readonly args: FileArguments;
  readonly target: string;
  /** Attributes of the link itself. */
  readonly own: WantedAttributes;
  readonly state: FileState;
  /** The existing link, if it leads to the target. */
  readonly kept: Link | undefined;
}

function linkDifferences({ args, target, own, state, kept }: WantedLink): readonly Difference[] {
  return kept === undefined
    ? differencesOf(args.path, state, `a link to ${target}`)
    : attributeDifferences(args.path, own, kept, 'file');
}

function obstacleOf({ args, state }: WantedLink, seen: Seen, context: Context): Impossible | undefined {
  return obstacleTo(args, state, { seen, context }) ?? missingTarget(args, seen);
}

/**
 * Returns the state of the link after the change. `end`: the end of the link with its new attributes, if it gets any.
 */
function linkAfter({ args, target, own, kept }: WantedLink, end: LinkEnd | undefined, seen: Seen): Link {
  if (kept !== undefined) return { ...kept, ...changedAttributes(own, kept, 'file'), to: end ?? kept.to };
  const owners = { uid: own.owner?.id, owner: own.owner?.name, gid: own.group?.id, group: own.group?.name };
  return { type: 'link', target, mode: undefined, ...owners, to: end ?? endOf(args.path, target, seen) };
}

function linkScript(link: WantedLink, way: UsableWay): string {
  const { args, target, own, state, kept } = link;
  if (kept !== undefined) return setAttributes({ way, path: args.path, wanted: own, there: kept });
  if (way.kind === 'foreign') return foreignLink(way, link);
  return state.type === 'absent' ? newLink(args.path, target, own) : replacingLink(args.path, target, own, state);
}

function noLinkThere(path: string, state: FileState, certainty: 'certain' | 'after_change'): Outcome {
  if (certainty === 'after_change') return { kind: 'cannot_know', because: `an earlier change that may bring ${path}` };
  return {
    kind: 'impossible',
    what: `${path} is ${describeType(state)}, not a link`,
    remedy: 'Write the target of the link in src.',
  };
}

interface Beyond {
  readonly differences: readonly Difference[];
  readonly predictions: readonly Prediction[];
  readonly script: string;
  /** The reason why the attributes cannot be set. */
  readonly unsafe?: Impossible;
  /** The target of the link with its new attributes. */
  readonly end?: LinkEnd;
}

const NOTHING_BEYOND: Beyond = { differences: [], predictions: [], script: '' };

/** Plans owner and mode of the target of the link, if the target exists. */
function attributesBeyond(args: FileArguments, link: FileState, seen: Seen, context: Context): Beyond {
  const request = typeof args.src === 'string' ? targetRequest(args.path, args.src, seen) : file(args.path, 'target');
  if (request === undefined) return NOTHING_BEYOND;
  const state = seen.of(request);
  const end = state.type === 'link' ? state.to : { path: request.id, state };
  if (end?.path === undefined || end.state.type === 'absent' || end.state.type === 'hidden') return NOTHING_BEYOND;
  const type = end.state.type === 'directory' ? 'directory' : 'file';
  const differences = attributeDifferences(end.path, args, end.state, type);
  if (differences.length === 0) return NOTHING_BEYOND;
  const way = args.unsafe_path ? OWN_WAY : wayTo(request, true, seen, context);
  const after = { ...end.state, ...changedAttributes(args, end.state, type) };
  const predicted: FileState = state.type === 'link' ? { ...state, to: { path: end.path, state: after } } : after;
  // The prediction of the link itself comes first. This one must not replace it.
  const predictions = request.id === args.path && link.type === 'link' ? [] : [predict(request, predicted)];
  return {
    differences,
    predictions,
    ...(way.kind === 'impossible'
      ? { script: '', unsafe: way }
      : { script: setAttributes({ way, path: end.path, wanted: args, there: end.state }) }),
    end: { path: end.path, state: after },
  };
}

/** Returns the target of a new link, which is not changed. It has no content, because no task has requested it. */
function endOf(path: string, target: string, seen: Seen): LinkEnd | undefined {
  const request = targetRequest(path, target, seen) ?? targetsOf(path, target).map((one) => file(one, 'target'))[0];
  if (request === undefined || seen.certainty(request) === 'after_change') return undefined;
  const state = seen.of(request);
  if (state.type === 'hidden') return undefined;
  const end = state.type === 'link' ? state.to : { path: request.id, state };
  if (end === undefined) return undefined;
  const content = end.state.type === 'file' ? { size: undefined, sha256: undefined, content: undefined } : {};
  return { path: end.path, state: { ...end.state, ...content }, isUntouched: true };
}

function targetRequest(path: string, target: string, seen: Seen): Request<FileDetail, FileState> | undefined {
  return targetsOf(path, target)
    .map((one) => file(one, 'target'))
    .find((one) => seen.of(one).type !== 'absent');
}

/** Makes a link in one step, and only if nothing is in its place. */
function newLink(at: string, target: string, own: WantedAttributes): string {
  const path = quote(at);
  return [
    'set -e',
    // Otherwise ln would make the link inside the directory.
    `if [ -d ${path} ]; then printf '%s is a directory\\n' ${path} >&2; exit 1; fi`,
    `ln -s -- ${quote(target)} ${path}`,
    ...attributeCommands(path, own, undefined, 'file'),
  ].join('\n');
}

function foreignLink(way: ForeignWay, { args, target, own, state }: WantedLink): string {
  return makeInRoom(way, args.path, (word, room) => [
    `ln -s -- ${quote(target)} ${word}`,
    ...attributeCommands(word, own, undefined, 'file'),
    ...(state.type === 'directory' ? [`rmdir -- ${quote(room.target)}`] : []),
    // The mv of busybox does not replace a link to a directory.
    ...(state.type === 'link' ? [`rm -f -- ${quote(room.target)}`] : []),
  ]);
}

function replacingLink(path: string, target: string, own: WantedAttributes, state: FileState): string {
  const steps = [
    ...(state.type === 'directory' ? ['rmdir -- "$d"'] : []),
    `ln -s -- ${quote(target)} "$t"`,
    ...attributeCommands('"$t"', own, undefined, 'file'),
    INTO_PLACE,
  ];
  return `t=${quote(temporaryBeside(path))} d=${quote(path)}\n${steps.join(' &&\n')} || { rm -f -- "$t"; exit 1; }`;
}

/** Without -T, the new link would be moved into a directory that an old link at the path leads to. */
const INTO_PLACE = '{ mv -fT -- "$t" "$d" 2>/dev/null || { rm -f -- "$d" && mv -f -- "$t" "$d"; }; }';

/** Plans a second name for a file. */
export function planHardLink(args: FileArguments, seen: Seen, context: Context): Outcome {
  if (args.src === undefined || args.src instanceof Unknown)
    return { kind: 'cannot_know', because: args.src?.because ?? 'src' };
  const source = sourceOf(args.src);
  if (source === undefined)
    return {
      kind: 'impossible',
      what: 'src of a hard link must be an absolute path without ".."',
      remedy: 'Write the whole path of the file.',
    };
  const original = seen.of(file(source, 'target'));
  if (original.type === 'file') return planSecondName(args, source, original, { seen, context });
  if (seen.certainty(file(source, 'target')) === 'after_change')
    return { kind: 'cannot_know', because: `an earlier change that may bring ${source}` };
  return {
    kind: 'impossible',
    what: `${source} is ${describeType(original)}; only a file can have a hard link`,
    remedy: 'Name a file as src, or write state: link.',
  };
}

function sourceOf(src: string): string | undefined {
  return src.startsWith('/') && !src.split('/').includes('..') ? targetsOf('/', src)[0] : undefined;
}

function planSecondName(args: FileArguments, source: string, original: RegularFile, observed: Observed): Outcome {
  const { seen, context } = observed;
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const sourceRequest = file(source, 'target');
  const state = seen.of(request);
  const result = { dest: args.path, path: args.path, src: source, state: 'hard' };
  const settled = (now: Seen): ValueMap => ({
    ...result,
    ...attributeResult({ ...UNKNOWN_ATTRIBUTES, ...attributesBehind(now.of(request)) }),
  });
  const isSame = state.type === 'file' && state.identity !== undefined && state.identity === original.identity;
  const there = isSame ? state : undefined;
  const differences = [
    ...(there === undefined ? differencesOf(args.path, state, `a hard link to ${source}`) : []),
    ...attributeDifferences(args.path, args, original, 'file'),
  ];
  if (differences.length === 0) return { kind: 'in_sync', result: settled(seen) };
  const obstacle = there === undefined ? obstacleTo(args, state, observed) : undefined;
  if (obstacle !== undefined) return obstacle;
  const after = { ...original, ...changedAttributes(args, original, 'file') };
  const way = args.unsafe_path ? OWN_WAY : wayTo(request, args.follow, seen, context);
  const from = args.unsafe_path ? OWN_WAY : wayTo(sourceRequest, true, seen, context);
  if (way.kind === 'impossible') return way;
  if (from.kind === 'impossible') return from;
  return {
    kind: 'change',
    differences,
    certainty: [request, sourceRequest].some((one) => seen.certainty(one) === 'after_change')
      ? 'after_change'
      : 'certain',
    predictions: [predict(request, after), predict(sourceRequest, after)],
    touches: 'predicted',
    apply: () => ({
      script:
        there === undefined
          ? hardLink({ args, source, original, way, from })
          : setAttributes({ way, path: args.path, wanted: args, there }),
    }),
    planned: { ...result, ...attributeResult(after) },
    settled,
  };
}

interface HardLink {
  readonly args: FileArguments;
  readonly source: string;
  readonly original: RegularFile;
  readonly way: UsableWay;
  /** The way to the source. */
  readonly from: UsableWay;
}

function hardLink({ args, source, original, way, from }: HardLink): string {
  if (way.kind === 'own') {
    const steps = [secondName(from, source, '"$t"', original), ...attributeCommands('"$t"', args, original, 'file')];
    const all = [...steps, INTO_PLACE].join(' &&\n');
    return `t=${quote(temporaryBeside(args.path))} d=${quote(args.path)}\n${all} || { rm -f -- "$t"; exit 1; }`;
  }
  return makeInRoom(way, args.path, (word) => [
    'read -r me _ </proc/self/stat',
    // The shell is in the room, and nobody else can change this way to the room.
    secondName(from, source, `"/proc/$me/cwd/"${word}`, original),
    ...attributeCommands(word, args, original, 'file'),
  ]);
}

/**
 * Returns one step of the shell. In a folder of another user, the shell first proves that it is in the folder of the
 * source.
 */
function secondName(from: UsableWay, source: string, word: string, original: RegularFile): string {
  if (from.kind === 'own') return `ln -- ${quote(source)} ${word}`;
  const name = quote(`./${nameOf(source)}`);
  const changed = `{ printf '%s is another file than the one that was looked at, or has names elsewhere\\n' ${quote(source)} >&2; exit 1; }`;
  return `(
${goInto(from)}
ln -- ${name} ${word} || exit 1
seen=$(stat -c '%d:%i %h %u' -- ${word} .) && set -- $seen && [ "$1" = ${quote(original.identity ?? '')} ] && { [ "$2" = 2 ] || [ "$3" = "$6" ]; } || ${changed}
)`;
}

/** Returns why a link cannot replace the existing file at the path; undefined if it can. */
function obstacleTo(args: FileArguments, state: FileState, { seen, context }: Observed): Impossible | undefined {
  const request = file(args.path, args.state === 'hard' && args.follow ? 'target' : 'attributes');
  if (state.type === 'hidden') return cannotLook(args.path, context.user);
  if (state.type === 'absent')
    return state.parent || seen.certainty(request) === 'after_change' ? undefined : noDirectory(args.path);
  if (state.type === 'directory' && args.force && args.state === 'link') return filled(args.path, seen);
  if (state.type === 'link' || (args.force && state.type === 'file')) return undefined;
  return {
    kind: 'impossible',
    what: `${args.path} is ${describeType(state)}, not a link`,
    remedy:
      state.type === 'directory'
        ? 'Remove it first. With force: true an empty directory is replaced.'
        : 'With force: true the file is replaced.',
  };
}

function filled(path: string, seen: Seen): Impossible | undefined {
  const request = need({ kind: 'empty', path });
  if (seen.of(request).isMet || seen.certainty(request) === 'after_change') return undefined;
  return {
    kind: 'impossible',
    what: `${path} is a directory that is not empty`,
    remedy: `Remove it first, with all that is beneath: file: { path: ${path}, state: absent }`,
  };
}

function missingTarget(args: FileArguments, seen: Seen): Impossible | undefined {
  if (args.force || typeof args.src !== 'string') return undefined;
  const targets = targetsOf(args.path, args.src).map((target) => file(target, 'target'));
  const [first] = targets;
  if (
    first === undefined ||
    targets.some((one) => seen.of(one).type !== 'absent' || seen.certainty(one) === 'after_change')
  )
    return undefined;
  return {
    kind: 'impossible',
    what: `the target ${first.id} of the link does not exist`,
    remedy: 'Make it first, or set force: true.',
  };
}

function differencesOf(path: string, state: FileState, after: string): readonly Difference[] {
  return [{ kind: 'field', of: path, field: 'state', before: describeType(state), after }];
}
