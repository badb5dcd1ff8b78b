import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import type { FileState, Link } from '../resources/file-state.ts';
import { describeType, parentOf } from '../resources/file-state.ts';
import type { Request, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import type { ValueMap } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import type { FileArguments } from './file-arguments.ts';
import {
  attributeCommands,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  attributesOf,
  changedAttributes,
} from './file-attributes.ts';
import { cannotLook, noDirectory } from './file-plan.ts';
import type { Context, Difference, Impossible, Outcome } from './module.ts';
import { temporaryBeside } from './write-file.ts';

/** What a link at `path` with this text leads to, where that can be told from the text alone. */
export function resolvedTarget(path: string, target: string): string | undefined {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || target === '' || target.includes('\0')) return undefined;
  const base = target.startsWith('/') || parentOf(path) === '/' ? '' : parentOf(path);
  return `${base}/${parts.join('/')}`;
}

/** A symbolic link. */
export function planLink(args: FileArguments, seen: Seen, context: Context): Outcome {
  const request = file(args.path);
  const state = seen.of(request);
  const target = args.src;
  if (target === undefined || target instanceof Unknown) return { kind: 'cannot_know', because: target?.because ?? 'src' };
  const owners = { owner: args.owner, group: args.group };
  const result = { dest: args.path, path: args.path, src: target, state: 'link' };
  const settled = (now: Seen): ValueMap => ({ ...result, ...attributeResult({ ...NOTHING_KNOWN, ...attributesOf(now.of(request)) }) });
  if (state.type === 'link' && state.target === target) {
    const differences = attributeDifferences(args.path, owners, state, 'file');
    if (differences.length === 0) return { kind: 'in_sync', result: settled(seen) };
    const after = { ...state, ...changedAttributes(owners, state, 'file') };
    return {
      kind: 'change',
      differences,
      certainty: seen.certainty(request),
      predictions: [predict(request, after)],
      touches: 'predicted',
      apply: () => ({ script: ['set -e', ...attributeCommands(quote(args.path), owners, state, 'file')].join('\n'), brief: true }),
      planned: { ...result, ...attributeResult(after) },
      settled,
    };
  }
  const obstacle = obstacleTo(args, request, state, seen, context) ?? missingTarget(args, target, seen);
  if (obstacle !== undefined) return obstacle;
  const after: Link = { type: 'link', target, mode: undefined, ...ownersOf(args) };
  return {
    kind: 'change',
    differences: differencesOf(args.path, state, `a link to ${target}`),
    certainty: seen.certainty(request),
    predictions: [predict(request, after)],
    touches: 'predicted',
    apply: () => ({ script: state.type === 'absent' ? newLink(args, target) : replacingLink(args, target, state, context), brief: true }),
    planned: { ...result, ...attributeResult(after) },
    settled,
  };
}

/** A link is made in one step, and where something stands it is not made. */
function newLink(args: FileArguments, target: string): string {
  const path = quote(args.path);
  return [
    'set -e',
    // Else ln would make it in the directory.
    `if [ -d ${path} ]; then printf '%s is a directory\\n' ${path} >&2; exit 1; fi`,
    `ln -s -- ${quote(target)} ${path}`,
    ...attributeCommands(path, { owner: args.owner, group: args.group }, undefined, 'file'),
  ].join('\n');
}

function replacingLink(args: FileArguments, target: string, state: FileState, context: Context): string {
  const steps = [
    ...(state.type === 'directory' ? ['rmdir -- "$d"'] : []),
    `ln -s -- ${quote(target)} "$t"`,
    ...attributeCommands('"$t"', { owner: args.owner, group: args.group }, undefined, 'file'),
    // Without -T the link would be moved into a directory that the old link leads to.
    '{ mv -fT -- "$t" "$d" 2>/dev/null || { rm -f -- "$d" && mv -f -- "$t" "$d"; }; }',
  ];
  return `t=${quote(temporaryBeside(args.path, context))} d=${quote(args.path)}\n${steps.join(' &&\n')} || { rm -f -- "$t"; exit 1; }`;
}

/** A second name for a file. */
export function planHardLink(args: FileArguments, seen: Seen, context: Context): Outcome {
  const request = file(args.path, args.follow ? 'target' : 'attributes');
  const state = seen.of(request);
  const target = args.src;
  if (target === undefined || target instanceof Unknown) return { kind: 'cannot_know', because: target?.because ?? 'src' };
  const source = resolvedTarget('/', target);
  if (source === undefined || !target.startsWith('/'))
    return { kind: 'impossible', what: 'src of a hard link must be an absolute path without ".."' };
  const sourceRequest = file(source, 'target');
  const original = seen.of(sourceRequest);
  const result = { dest: args.path, path: args.path, src: source, state: 'hard' };
  const settled = (now: Seen): ValueMap => ({ ...result, ...attributeResult({ ...NOTHING_KNOWN, ...attributesBehind(now.of(request)) }) });
  if (original.type !== 'file') {
    if (seen.certainty(sourceRequest) === 'after_change')
      return { kind: 'cannot_know', because: `an earlier change that may bring ${source}` };
    return { kind: 'impossible', what: `${source} is ${describeType(original)}; only a file can have a hard link` };
  }
  if (state.type === 'file' && state.identity !== undefined && state.identity === original.identity)
    return { kind: 'in_sync', result: settled(seen) };
  const obstacle = obstacleTo(args, request, state, seen, context);
  if (obstacle !== undefined) return obstacle;
  const temporary = quote(temporaryBeside(args.path, context));
  return {
    kind: 'change',
    differences: differencesOf(args.path, state, `a hard link to ${source}`),
    certainty: seen.certainty(request),
    predictions: [predict(request, original)],
    touches: 'predicted',
    apply: () => ({
      script: `ln -- ${quote(source)} ${temporary} && { mv -f -- ${temporary} ${quote(args.path)} || { rm -f -- ${temporary}; false; }; }`,
    }),
    planned: { ...result, ...attributeResult(original) },
    settled,
  };
}

const NOTHING_KNOWN = { mode: undefined, uid: undefined, gid: undefined, owner: undefined, group: undefined };

function obstacleTo(
  args: FileArguments,
  request: Request<unknown, FileState>,
  state: FileState,
  seen: Seen,
  context: Context,
): Impossible | undefined {
  if (state.type === 'hidden') return cannotLook(args.path, context.user);
  if (state.type === 'absent') return state.parent || seen.certainty(request) === 'after_change' ? undefined : noDirectory(args.path);
  if (state.type === 'link' || (args.force && (state.type === 'file' || (state.type === 'directory' && args.state === 'link'))))
    return undefined;
  return {
    kind: 'impossible',
    what: `${args.path} is ${describeType(state)}, not a link`,
    remedy:
      state.type === 'directory'
        ? 'Remove it first. With force: true an empty directory is replaced.'
        : 'With force: true the file is replaced.',
  };
}

function missingTarget(args: FileArguments, target: string, seen: Seen): Impossible | undefined {
  const resolved = resolvedTarget(args.path, target);
  if (args.force || resolved === undefined) return undefined;
  const request = file(resolved, 'target');
  const state = seen.of(request);
  if (state.type !== 'absent' || seen.certainty(request) === 'after_change') return undefined;
  return {
    kind: 'impossible',
    what: `${resolved}, which the link would lead to, does not exist`,
    remedy: 'Make it first, or set force: true.',
  };
}

function differencesOf(path: string, state: FileState, after: string): readonly Difference[] {
  return [{ kind: 'field', of: path, field: 'state', before: describeType(state), after }];
}

function ownersOf(args: FileArguments): {
  uid: number | undefined;
  gid: number | undefined;
  owner: string | undefined;
  group: string | undefined;
} {
  return { uid: args.owner?.id, owner: args.owner?.name, gid: args.group?.id, group: args.group?.name };
}
