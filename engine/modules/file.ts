import { type Request, type Seen, predictedOf } from '../resources/base/resource.ts';
import { file, files } from '../resources/file.ts';
import type { FileState } from '../resources/file/file-state.ts';
import { need } from '../resources/need.ts';
import { type Change, type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { isRoot } from './base/root-alone.ts';
import { planAbsent } from './file/file-absent.ts';
import { type FileArguments, fileArguments } from './file/file-arguments.ts';
import { planDirectory } from './file/file-directory.ts';
import { planExisting, planTouch } from './file/file-existing.ts';
import { planHardLink, planLink } from './file/file-link.ts';
import { treeProbe } from './file/file-tree.ts';
import { targetsOf } from './file/link-target.ts';
import { isModeOpen } from './path/file-attributes.ts';
import {
  type PermittedChange,
  aboveNeeds,
  changeable,
  fileNeeds,
  missingAccount,
  notPermitted,
  notWritable,
} from './path/file-needs.ts';
import { wayNeeds } from './path/way-to-path.ts';
import { foreignFileArguments } from './write/file-write-arguments.ts';

export const module = defineModule<FileArguments>({
  name: 'file',
  summary: 'Make directories and links, set owner and mode, remove files.',
  arguments: fileArguments,
  aliases: { dest: 'path', name: 'path' },
  foreign: {
    ...foreignFileArguments,
    access_time_format: 'Leave it out, or set the time by command: touch -a.',
    modification_time_format: 'Leave it out, or set the time by command: touch -d.',
  },
  examples: [
    'file: { path: /etc/etcd, state: directory, owner: etcd, mode: "0700" }',
    'file: { path: /usr/local/bin/kubectl, src: /opt/kubernetes/kubectl, state: link }',
    'file: { path: /etc/nginx/sites-enabled/default, state: absent }',
  ],
  isQuiet: true,
  observes(args, _loaded, context) {
    const requests: Request[] = [
      file(args.path, args.follow && args.state !== 'link' && args.state !== 'absent' ? 'target' : 'attributes'),
      ...fileNeeds([args.path], args, context),
      ...(args.state === 'touch' && !isRoot(context) ? [changeable(args.path)] : []),
    ];
    if (args.state === 'directory') requests.push(...aboveNeeds(args.path));
    if (args.recurse) requests.push(treeProbe(args.path), ...wayNeeds(`${args.path}/.`));
    if (args.state === 'link' && args.force) requests.push(need({ kind: 'empty', path: args.path }));
    if (typeof args.src === 'string')
      requests.push(
        ...targetsOf(args.path, args.src).flatMap((target) => [file(target, 'target'), ...wayNeeds(target)]),
      );
    else if (args.state === 'link') requests.push(file(args.path, 'target'));
    return requests;
  },
  plan(args, _loaded, seen, context): Outcome {
    const outcome = doubted(args, planState(args, seen, context), seen);
    return outcome.kind === 'change' ? (refusal(args, outcome, seen, context) ?? outcome) : outcome;
  },
});

function planState(args: FileArguments, seen: Seen, context: Context): Outcome {
  switch (args.state) {
    case 'absent':
      return planAbsent(args, seen, context);
    case 'directory':
      return planDirectory(args, seen, context);
    case 'link':
      return planLink(args, seen, context);
    case 'hard':
      return planHardLink(args, seen, context);
    case 'touch':
      return planTouch(args, seen, context);
    case 'file':
    case undefined:
      return planExisting(args, seen, context);
  }
}

/** Makes the outcome uncertain if it depends on an earlier change of the plan. */
function doubted(args: FileArguments, outcome: Outcome, seen: Seen): Outcome {
  const request = file(args.path);
  const isOpen = args.state !== 'absent' && args.state !== 'hard' && isModeOpen(args, seen.of(request));
  if (outcome.kind === 'change' && isOpen) return { ...outcome, certainty: 'after_change' };
  if (outcome.kind === 'in_sync' && (isOpen || seen.certainty(request) === 'after_change'))
    return { kind: 'cannot_know', because: `an earlier change of ${args.path}` };
  return outcome;
}

/** Returns why the change cannot be made, as far as the seen states show it. */
function refusal(args: FileArguments, change: Change, seen: Seen, context: Context): Impossible | undefined {
  if (change.certainty === 'after_change') return undefined;
  const account = args.state === 'absent' ? undefined : missingAccount(args, seen);
  if (account !== undefined) return account;
  const { path } = args;
  const before = seen.of(file(path));
  if (!becomesAnother(before, stateAfter(change, path)))
    return notPermitted(path, args, attributeChange(args, change, before), { seen, context });
  const isMade = args.state === 'directory' || args.state === 'touch';
  return (
    notWritable(path, seen, context) ??
    (isMade ? notPermitted(path, args, { ...NEW, asked: path }, { seen, context }) : undefined)
  );
}

function stateAfter(change: Change, path: string): FileState | undefined {
  return change.predictions
    .map((one) => (one.request.id === path ? predictedOf(files, one) : undefined))
    .find((one) => one !== undefined);
}

/** Returns whether the path gets another type, or a link another target. */
function becomesAnother(before: FileState, after: FileState | undefined): boolean {
  if (after?.type !== before.type) return true;
  return after.type === 'link' && before.type === 'link' && after.target !== before.target;
}

function attributeChange(args: FileArguments, change: Change, before: FileState): PermittedChange {
  const behind = before.type === 'link' && args.follow ? before.to?.state : before;
  return {
    asked: args.path,
    before: behind === undefined || behind.type === 'absent' || behind.type === 'hidden' ? undefined : behind,
    isRewritten: false,
    hasNewMode: hasField(change, 'mode'),
    times: timesOf(args, change),
  };
}

const NEW = { before: undefined, isRewritten: false, hasNewMode: false } as const;

function hasField({ differences }: Change, field: string): boolean {
  return differences.some((one) => one.kind === 'field' && one.field === field);
}

function timesOf(
  { modification_time, access_time = modification_time }: FileArguments,
  change: Change,
): 'both' | 'one' | undefined {
  if (!hasField(change, 'modification time') && !hasField(change, 'access time')) return undefined;
  return modification_time === access_time ? 'both' : 'one';
}
