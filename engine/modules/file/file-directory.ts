import { quote } from '../../connection/base/quote.ts';
import { type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import {
  type Attributes,
  type Directory,
  type FileState,
  type Link,
  endOf,
  describeType,
  parentOf,
  UNKNOWN_ATTRIBUTES,
} from '../../resources/file/file-state.ts';
import type { ProbeState } from '../../resources/probe.ts';
import type { ValueMap } from '../../values/base/value.ts';
import { formatMode, shownMode } from '../base/file-mode.ts';
import type { Context, Difference, Outcome } from '../base/module.ts';
import {
  attributeCommands,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  changedAttributes,
  newDirectory,
  type WantedAttributes,
} from '../path/file-attributes.ts';
import { aboveNeeds, cannotLook, noDirectoryAbove } from '../path/file-needs.ts';
import { directoriesIn, makeInRoom } from '../path/foreign-folder.ts';
import { setAttributes } from '../path/set-attributes.ts';
import { OWN_WAY, wayInside, wayTo, type UsableWay, type Way } from '../path/way-to-path.ts';
import type { FileArguments } from './file-arguments.ts';
import { recursivelyInRoom } from './file-tree-in-room.ts';
import { differencesBeneath, isInForeignHands, recursively, treeProbe } from './file-tree.ts';

/**
 * Plans a directory and the missing directories above it. Each new directory gets the same owner and mode, as in
 * Ansible.
 */
export function planDirectory(args: FileArguments, seen: Seen, context: Context): Outcome {
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const state = seen.of(request);
  if (state.type === 'absent') return planNew(args, seen, context);
  if (state.type === 'hidden') return cannotLook(args.path, context.user);
  const end = state.type === 'link' && args.follow ? state.to : undefined;
  const there = end?.state ?? state;
  const path = end?.path ?? args.path;
  if (there.type !== 'directory') {
    return {
      kind: 'impossible',
      what: `${path} is ${describeType(there)}, not a directory`,
      remedy: 'Remove it first: file: { path: …, state: absent }',
    };
  }
  return planExisting(args, { path, there, link: state.type === 'link' ? state : undefined }, seen, context);
}

/** An existing directory. */
interface Existing {
  readonly path: string;
  readonly there: Directory;
  /** The link that leads to it; undefined if there is none. */
  readonly link: Link | undefined;
}

function planExisting(args: FileArguments, { path, there, link }: Existing, seen: Seen, context: Context): Outcome {
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const differences = [
    ...attributeDifferences(path, args, there, 'directory'),
    ...(args.recurse ? differencesBeneath(path, args, seen.of(treeProbe(args.path))) : []),
  ];
  if (differences.length === 0) return { kind: 'in_sync', result: resultOf(path, there) };
  const way = args.unsafe_path ? OWN_WAY : wayTo(request, args.follow, seen, context);
  const inside = args.recurse ? wayBeneath(args, path, seen, context) : OWN_WAY;
  if (way.kind === 'impossible') return way;
  if (inside.kind === 'impossible') return inside;
  const after: Directory = {
    type: 'directory',
    ...changedAttributes(args, there, 'directory'),
    ...(args.recurse ? { changedBeneath: true } : {}),
  };
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(request),
    predictions: [predict(request, link === undefined ? after : { ...link, isKept: true, to: { path, state: after } })],
    touches: 'predicted',
    apply: () =>
      args.recurse
        ? { script: beneath(inside, path, args, seen.of(treeProbe(args.path))) }
        : {
            script: setAttributes({ way, path, wanted: args, there }),
            ...(way.kind === 'own' ? { brief: true } : {}),
          },
    planned: resultOf(path, after),
    settled: (now) => resultOf(path, { ...after, ...attributesBehind(now.of(request)) }),
  };
}

/** Returns the way to the files beneath the directory: who can replace a directory on it (see `Way`). */
function wayBeneath(args: FileArguments, path: string, seen: Seen, context: Context): Way {
  if (args.unsafe_path) return OWN_WAY;
  const way = wayInside(args.path, seen, context);
  if (way.kind !== 'own' || !isInForeignHands(seen.of(treeProbe(args.path)), context.user)) return way;
  return { kind: 'foreign', folder: path, missing: [], proof: { kind: 'below', anchor: path, levels: 0 } };
}

function beneath(way: UsableWay, path: string, args: FileArguments, tree: ProbeState): string {
  return way.kind === 'own'
    ? ['set -e', ...recursively(path, args, tree)].join('\n')
    : recursivelyInRoom(way, path, args, tree);
}

function planNew(args: FileArguments, seen: Seen, context: Context): Outcome {
  const inTheWay = noDirectoryAbove(args.path, seen, context);
  if (inTheWay !== undefined) return inTheWay;
  const way = args.unsafe_path
    ? OWN_WAY
    : wayTo(file(args.path, args.follow ? 'target' : 'attributes'), args.follow, seen, context);
  if (way.kind === 'impossible') return way;
  const ancestors = aboveNeeds(args.path);
  const missing = [
    ...ancestors.filter((ancestor) => seen.of(ancestor).type === 'absent'),
    file(args.path, args.follow ? 'target' : 'attributes'),
  ];
  const made = chain(args, missing, seen, context);
  const after = made.at(-1) ?? newDirectory(args, undefined, context.user);
  const differences: Difference[] = missing.map(({ id }) => ({
    kind: 'field',
    of: id,
    field: 'state',
    before: 'absent',
    after: 'a directory',
  }));
  const asked = attributeDifferences(args.path, args, UNKNOWN_ATTRIBUTES, 'directory');
  for (const difference of asked)
    differences.push(
      difference.kind === 'field'
        ? { ...difference, before: null, after: shownAfter(difference.field, after, difference.after) }
        : difference,
    );
  return {
    kind: 'change',
    differences,
    certainty: missing.some((one) => seen.certainty(one) === 'after_change') ? 'after_change' : 'certain',
    predictions: missing.map((one, index) => predict(one, made[index] ?? after)),
    touches: 'predicted',
    apply: () =>
      way.kind === 'foreign'
        ? {
            script: makeInRoom(way, args.path, (word, room) =>
              makeAll([...directoriesIn(room).map(quote), word], args, made, after),
            ),
          }
        : {
            script: ['set -e', ...missing.map(({ id }, index) => makeDirectory(id, args, made[index] ?? after))].join(
              '\n',
            ),
            brief: true,
          },
    planned: resultOf(args.path, after),
    settled: (now) =>
      resultOf(args.path, {
        ...after,
        ...attributesBehind(now.of(file(args.path, args.follow ? 'target' : 'attributes'))),
      }),
  };
}

/** Returns the directories that are made, from the top. Each may inherit attributes from its parent. */
function chain(
  args: FileArguments,
  missing: readonly Request<unknown, FileState>[],
  seen: Seen,
  context: Context,
): readonly Directory[] {
  const [first] = missing;
  const above =
    first === undefined || parentOf(first.id) === '/' ? undefined : seen.of(file(parentOf(first.id), 'target'));
  const there = above === undefined ? undefined : endOf(above);
  let parent: Attributes | undefined = there?.type === 'directory' ? there : undefined;
  return missing.map(() => {
    const made = newDirectory(args, parent, context.user);
    parent = made;
    return made;
  });
}

/** Returns commands that make the directories in a room, which nobody else can enter. */
function makeAll(
  words: readonly string[],
  wanted: WantedAttributes,
  made: readonly Directory[],
  last: Directory,
): readonly string[] {
  return words.flatMap((word, index) => {
    const bits = wanted.mode === undefined ? undefined : (made[index] ?? last).mode;
    const mode = bits === undefined ? {} : { mode: { kind: 'octal', bits } as const };
    return [
      `mkdir -- ${word}`,
      ...(bits === undefined ? [`chmod u=rwx,go=rx -- ${word}`] : []),
      ...attributeCommands(word, { owner: wanted.owner, group: wanted.group, ...mode }, undefined, 'directory'),
    ];
  });
}

/**
 * Makes the directory. If another process has made it meanwhile, its attributes are set. If the task gives a mode and
 * an owner or group, a new directory has the mode 0700 until its owner is set, so that nobody else enters it before.
 */
function makeDirectory(path: string, wanted: WantedAttributes, after: Directory): string {
  const bits = wanted.mode === undefined ? undefined : after.mode;
  const mode = bits === undefined ? {} : { mode: { kind: 'octal', bits } as const };
  const commands = attributeCommands(
    quote(path),
    { owner: wanted.owner, group: wanted.group, ...mode },
    undefined,
    'directory',
  );
  if (wanted.owner === undefined && wanted.group === undefined) {
    const make = `mkdir${bits === undefined ? '' : ` -m 0${formatMode(bits)}`} -- ${quote(path)}`;
    return `if [ -d ${quote(path)} ]; then ${[':', ...commands].join('; ')}; else ${make}; fi`;
  }
  const make = `mkdir${wanted.mode === undefined ? '' : ' -m 00700'} -- ${quote(path)}`;
  return [`[ -d ${quote(path)} ] || ${make}`, ...commands].join('\n');
}

function shownAfter<Shown>(field: string, after: Attributes, otherwise: Shown): Shown | string {
  return field === 'mode' && after.mode !== undefined ? shownMode(after.mode) : otherwise;
}

function resultOf(path: string, state: Directory): ValueMap {
  return { path, state: 'directory', ...attributeResult(state) };
}
