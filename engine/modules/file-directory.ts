import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import type { Attributes, Directory, FileState } from '../resources/file-state.ts';
import { endOf, describeType, parentOf } from '../resources/file-state.ts';
import type { Request, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import type { ValueMap } from '../values/value.ts';
import type { FileArguments } from './file-arguments.ts';
import {
  attributeCommands,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  changedAttributes,
  newDirectory,
} from './file-attributes.ts';
import type { WantedAttributes } from './file-attributes.ts';
import { formatMode, shownMode } from './file-mode.ts';
import { differencesBeneath, recursively, treeProbe } from './file-tree.ts';
import { aboveNeeds, cannotLook, noDirectoryAbove } from './file-needs.ts';
import type { Context, Difference, Outcome } from './module.ts';

/** A directory, with the ones above it: each that is made gets the same owner and mode, as with Ansible. */
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
  const differences = [
    ...attributeDifferences(path, args, there, 'directory'),
    ...(args.recurse ? differencesBeneath(path, args, seen.of(treeProbe(args.path))) : []),
  ];
  if (differences.length === 0) return { kind: 'in_sync', result: resultOf(path, there) };
  const after: Directory = {
    type: 'directory',
    ...changedAttributes(args, there, 'directory'),
    ...(args.recurse ? { changedBeneath: true } : {}),
  };
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(request),
    predictions: [predict(request, state.type === 'link' ? { ...state, isKept: true, to: { path, state: after } } : after)],
    touches: 'predicted',
    apply: () =>
      args.recurse
        ? { script: ['set -e', ...recursively(path, args, seen.of(treeProbe(args.path)))].join('\n') }
        : { script: ['set -e', ...attributeCommands(quote(path), args, there, 'directory')].join('\n'), brief: true },
    planned: resultOf(path, after),
    settled: (now) => resultOf(path, { ...after, ...attributesBehind(now.of(request)) }),
  };
}

function planNew(args: FileArguments, seen: Seen, context: Context): Outcome {
  const inTheWay = noDirectoryAbove(args.path, seen, context);
  if (inTheWay !== undefined) return inTheWay;
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
  const asked = attributeDifferences(
    args.path,
    args,
    { mode: undefined, uid: undefined, gid: undefined, owner: undefined, group: undefined },
    'directory',
  );
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
    apply: () => ({
      script: ['set -e', ...missing.map(({ id }, index) => makeDirectory(id, args, made[index] ?? after))].join('\n'),
      brief: true,
    }),
    planned: resultOf(args.path, after),
    settled: (now) =>
      resultOf(args.path, { ...after, ...attributesBehind(now.of(file(args.path, args.follow ? 'target' : 'attributes'))) }),
  };
}

/** The directories that are made, from the top: each takes after the one that it is in. */
function chain(args: FileArguments, missing: readonly Request<unknown, FileState>[], seen: Seen, context: Context): readonly Directory[] {
  const [first] = missing;
  const above = first === undefined || parentOf(first.id) === '/' ? undefined : seen.of(file(parentOf(first.id), 'target'));
  const there = above === undefined ? undefined : endOf(above);
  let parent: Attributes | undefined = there?.type === 'directory' ? there : undefined;
  return missing.map(() => {
    const made = newDirectory(args, parent, context.user);
    parent = made;
    return made;
  });
}

/** Somebody else may have made it meanwhile. With an owner to be given, nobody gets in before. */
function makeDirectory(path: string, wanted: WantedAttributes, after: Directory): string {
  const bits = wanted.mode === undefined ? undefined : after.mode;
  const mode = bits === undefined ? {} : { mode: { kind: 'octal', bits } as const };
  const commands = attributeCommands(quote(path), { owner: wanted.owner, group: wanted.group, ...mode }, undefined, 'directory');
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
