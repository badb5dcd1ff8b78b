import { quote } from '../../connection/base/quote.ts';
import { type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import {
  type Directory,
  type Link,
  type OtherFile,
  type RegularFile,
  describeType,
} from '../../resources/file/file-state.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Context, Difference, Observed, Outcome } from '../base/module.ts';
import {
  attributeCommands,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  attributesOf,
  changedAttributes,
  newAttributes,
} from '../path/file-attributes.ts';
import { cannotLook } from '../path/file-needs.ts';
import { makeInRoom } from '../path/foreign-folder.ts';
import { setAttributes } from '../path/set-attributes.ts';
import { OWN_WAY, wayTo, type UsableWay, type Way } from '../path/way-to-path.ts';
import { noDirectory } from '../write/file-place.ts';
import type { FileArguments } from './file-arguments.ts';

const EMPTY_DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Plans owner and mode of a path that must exist. */
export function planExisting(args: FileArguments, seen: Seen, context: Context): Outcome {
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const state = seen.of(request);
  const there = state.type === 'link' && args.follow ? (state.to?.state ?? state) : state;
  if (there.type === 'hidden') return cannotLook(args.path, context.user);
  if (there.type === 'absent') {
    if (seen.certainty(request) === 'after_change')
      return { kind: 'cannot_know', because: `an earlier change that may bring ${args.path}` };
    return {
      kind: 'impossible',
      what: `${args.path} does not exist`,
      remedy: 'Make it by copy or template, or write state: directory, touch or link.',
    };
  }
  if (there.type === 'link' && args.state === 'file') {
    return {
      kind: 'impossible',
      what: `${args.path} is ${describeType(there)}, not a file`,
      remedy: 'Write state: link, or leave state out.',
    };
  }
  if (there.type === 'link') return planLinkOwner(args, seen, there, context);
  if (args.state === 'file' && there.type === 'directory') {
    return {
      kind: 'impossible',
      what: `${args.path} is a directory, not a file`,
      remedy: 'Write state: directory, or leave state out.',
    };
  }
  return planAttributes(args, there, [], { seen, context });
}

function planLinkOwner(args: FileArguments, seen: Seen, link: Link, context: Context): Outcome {
  const request = file(args.path);
  const wanted = { owner: args.owner, group: args.group };
  const differences = attributeDifferences(args.path, wanted, link, 'file');
  const result = { path: args.path, state: 'link', ...attributeResult(link) };
  if (differences.length === 0) return { kind: 'in_sync', result };
  const way = wayOf(args, seen, context, false);
  if (way.kind === 'impossible') return way;
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(request),
    predictions: [predict(request, { ...link, ...changedAttributes(wanted, link, 'file') })],
    touches: 'predicted',
    apply: () => ({ script: setAttributes({ way, path: args.path, wanted, there: link }) }),
    planned: { ...result, ...attributeResult(changedAttributes(wanted, link, 'file')) },
    settled: (now) => ({ ...result, ...attributeResult({ ...link, ...attributesOf(now.of(request)) }) }),
  };
}

/** Makes an empty file, or sets the time of an existing path. */
export function planTouch(args: FileArguments, seen: Seen, context: Context): Outcome {
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const state = seen.of(request);
  if (state.type === 'hidden') return cannotLook(args.path, context.user);
  if (state.type === 'absent') {
    if (!state.parent && seen.certainty(request) === 'certain') return noDirectory(args.path);
    const way = wayOf(args, seen, context);
    if (way.kind === 'impossible') return way;
    const after: RegularFile = {
      type: 'file',
      ...newAttributes(args, context.user),
      ...(args.mode === undefined ? { modeIsExpected: true } : {}),
      size: 0,
      sha256: EMPTY_DIGEST,
      content: Buffer.alloc(0),
    };
    return {
      kind: 'change',
      differences: [{ kind: 'text', path: args.path, before: undefined, after: '' }],
      certainty: seen.certainty(request),
      predictions: [predict(request, after)],
      touches: 'predicted',
      apply: () => ({ script: newFile(args, way) }),
      planned: resultOf(args.path, after),
      settled: (now) => resultOf(args.path, { ...after, ...attributesBehind(now.of(request)) }),
    };
  }
  const there = state.type === 'link' ? state.to?.state : state;
  if (there === undefined || there.type === 'absent')
    return {
      kind: 'impossible',
      what: `${args.path} is a link that leads nowhere`,
      remedy: 'Make what it leads to first, or set follow: false for the link itself.',
    };
  return planAttributes(args, there, timesToSet(args), { seen, context });
}

function wayOf(args: FileArguments, seen: Seen, context: Context, follow: boolean = args.follow): Way {
  return args.unsafe_path ? OWN_WAY : wayTo(file(args.path, follow ? 'target' : 'attributes'), follow, seen, context);
}

/**
 * Returns shell text that makes an empty file. In a folder of another user, it is made in a room, where nobody can
 * replace it.
 */
function newFile(args: FileArguments, way: UsableWay): string {
  if (way.kind === 'own') {
    const path = quote(args.path);
    const mask = args.mode === undefined ? [] : ['umask 077'];
    return ['set -e', ...mask, `: >>${path}`, ...attributeCommands(path, args, undefined, 'file')].join('\n');
  }
  return makeInRoom(way, args.path, (word) => [
    `: >${word}`,
    ...(args.mode === undefined ? [`chmod u=rw,go=r -- ${word}`] : []),
    ...attributeCommands(word, args, undefined, 'file'),
  ]);
}

type Time = 'modification' | 'access';

function timesToSet({ modification_time, access_time = modification_time }: FileArguments): readonly Time[] {
  return [
    ...(modification_time === 'now' ? ['modification' as const] : []),
    ...(access_time === 'now' ? ['access' as const] : []),
  ];
}

/** Returns one line for both times: a task that sets both usually means the time of the last change. */
function timeDifference(path: string, times: readonly Time[], mtime: number | undefined): readonly Difference[] {
  const [first] = times;
  if (first === undefined) return [];
  return [
    {
      kind: 'field',
      of: path,
      field: `${first} time`,
      before: first === 'modification' ? (mtime ?? null) : null,
      after: 'now',
    },
  ];
}

function touchCommand(word: string, times: readonly Time[]): readonly string[] {
  const [first, second] = times;
  if (first === undefined) return [];
  const option = second === undefined ? (first === 'modification' ? '-m ' : '-a ') : '';
  return [`touch ${option}-- ${word}`];
}

function planAttributes(
  args: FileArguments,
  there: RegularFile | Directory | OtherFile,
  times: readonly Time[],
  { seen, context }: Observed,
): Outcome {
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const state = seen.of(request);
  const path = state.type === 'link' ? (state.to?.path ?? args.path) : args.path;
  const type = there.type === 'directory' ? 'directory' : 'file';
  const differences = [
    ...attributeDifferences(path, args, there, type),
    ...timeDifference(args.path, times, there.mtime),
  ];
  if (differences.length === 0) return { kind: 'in_sync', result: resultOf(path, there) };
  const way = wayOf(args, seen, context);
  if (way.kind === 'impossible') return way;
  const after = { ...there, ...changedAttributes(args, there, type), mtime: undefined };
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(request),
    predictions: [
      predict(request, state.type === 'link' ? { ...state, isKept: true, to: { path, state: after } } : after),
    ],
    touches: 'predicted',
    apply: () => ({
      script: setAttributes({ way, path, wanted: args, there, more: (word) => touchCommand(word, times) }),
    }),
    planned: resultOf(path, after),
    settled: (now) => resultOf(path, { ...after, ...attributesBehind(now.of(request)) }),
  };
}

function resultOf(path: string, state: RegularFile | Directory | OtherFile): ValueMap {
  return { path, dest: path, state: state.type === 'directory' ? 'directory' : 'file', ...attributeResult(state) };
}
