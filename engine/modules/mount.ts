import { quote } from '../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import type { FileDetail } from '../resources/file/file-detail.ts';
import { type FileState, endOf, UNKNOWN_ATTRIBUTES } from '../resources/file/file-state.ts';
import { type MountState, mountRequest } from '../resources/mount.ts';
import type { ValueMap } from '../values/base/value.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import {
  type Context,
  type Difference,
  type Impossible,
  type Observed,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { type TextEdit, editText, textNeeds, textRequest } from './edit/text-edit.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { type MountArguments as Arguments, mountArguments } from './system/mount-arguments.ts';
import { findRun, isBound, mountAfter } from './system/mount-run.ts';
import { type MountSteps, type Run, mountScript } from './system/mount-script.ts';
import { editTable, entryFor, isPlaceOfSwap, tableLine, type TableEntry } from './system/mount-table.ts';
import { temporaryBeside } from './write/write-file.ts';

export const module = defineModule<Arguments>({
  name: 'mount',
  summary: 'Mount file systems, now and at boot.',
  arguments: mountArguments,
  aliases: { name: 'path' },
  foreign: {
    backup: idleAs(
      [false],
      'Leave it out: fstab is replaced in one step, and a mount that fails puts the old one back. To keep a copy, use copy or command before.',
    ),
    opts_no_log:
      'Put the password into a separate file, and name that file: opts: "credentials=/root/share". Every user can read the options in fstab.',
  },
  examples: [
    'mount: { path: /var/lib/etcd, src: LABEL=etcd, fstype: ext4, opts: "noatime" }',
    'mount: { path: /mnt/old, state: absent }',
  ],
  observes: (args) => [
    ...textNeeds(args.fstab),
    ...(isPlaceless(args) ? [] : [mountOf(args), file(args.path, 'target'), ...wayNeeds(args.path)]),
    ...boundSource(args),
  ],
  plan: (args, _loaded, seen, context) =>
    forRootAlone(plan(args, seen, context), `what is mounted at ${args.path}`, context),
});

const isPlaceless = ({ path: at }: Arguments): boolean => isPlaceOfSwap(at);

function mountOf({ path: at, src, state }: Arguments): ReturnType<typeof mountRequest> {
  return mountRequest(at, src, state === 'absent');
}

/** Returns the request for the source of a bind mount; none for other mounts. */
function boundSource({ src, opts }: Arguments): readonly ReturnType<typeof file>[] {
  return src?.startsWith('/') === true && isBound(opts) ? [file(src, 'target')] : [];
}

/** Returns whether fstab gets a line, loses its line, or stays as it is. */
function tableWish({ state }: Arguments): 'line' | 'no line' | 'as it is' {
  switch (state) {
    case 'mounted':
    case 'present':
      return 'line';
    case 'absent':
    case 'absent_from_fstab':
      return 'no line';
    case 'unmounted':
    case 'remounted':
    case 'ephemeral':
      return 'as it is';
  }
}

function optionsOf({ opts, boot }: Arguments): string {
  if (boot || opts.split(',').includes('noauto')) return opts;
  return `${opts},noauto`;
}

function faultOf(args: Arguments): Impossible | undefined {
  const { src, fstype } = args;
  if (isPlaceless(args)) {
    if (src === undefined)
      return {
        kind: 'impossible',
        what: 'The task does not say which swap it means',
        remedy: 'Give src; or end all swap by a task `swap: "off"`',
      };
    if (args.state === 'present' || args.state === 'absent' || args.state === 'absent_from_fstab') {
      if (args.state !== 'present' || fstype === 'swap') return undefined;
      return {
        kind: 'impossible',
        what: `Only swap can have the path ${args.path}`,
        remedy: 'Give fstype: swap, or the directory as path',
      };
    }
    const turnOn = `check: "swapon --show=NAME --noheadings | grep -qxF ${src}", apply: "swapon ${src}"`;
    return {
      kind: 'impossible',
      what: `Swap is not mounted: state cannot be ${args.state}`,
      remedy: `Write state: present for the line in ${args.fstab}, and turn it on by a task of its own: ${turnOn}`,
    };
  }
  if ((tableWish(args) !== 'line' && args.state !== 'ephemeral') || (src !== undefined && fstype !== undefined))
    return undefined;
  return {
    kind: 'impossible',
    what: `The task does not say what to mount at ${args.path}`,
    remedy: 'Give src and fstype',
  };
}

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const fault = faultOf(args);
  if (fault !== undefined) return fault;
  const { edit, listed } = planTable(args, { seen, context });
  if (edit.kind !== 'edit') return edit;
  const isChanged = edit.differences.length > 0;
  const state: MountState = isPlaceless(args) ? { mounted: false, layers: 0, devices: {} } : seen.of(mountOf(args));
  const run = findRun(args, state, listed, isChanged);
  if (run === 'other') return occupied(args, state);
  const there = isPlaceless(args) ? undefined : seen.of(file(args.path, 'target'));
  const situation = { edit, listed, state, run, there, ...directoryStep(args, { isChanged, state, run, there }) };
  const obstacle = obstacleOf(args, situation, seen);
  if (obstacle !== undefined) return obstacle;
  if (!isChanged && run === undefined && !situation.removes && !situation.makes)
    return { kind: 'in_sync', result: resultOf(args) };
  const places = [...(isChanged ? [file(args.fstab, 'content')] : []), ...placeOf(args)];
  const foreign = args.unsafe_path ? undefined : inForeignHands(places, seen, context);
  return foreign ?? change(args, situation, seen);
}

type TableEdit = Extract<TextEdit, { kind: 'edit' }>;

/** The seen state of a mount, and the steps that it needs. */
interface Situation {
  readonly edit: TableEdit;
  /** The line of the table; undefined if it has none. */
  readonly listed: TableEntry | undefined;
  readonly state: MountState;
  readonly run: Run | undefined;
  /** The state of the path; undefined for swap. */
  readonly there: FileState | undefined;
  /** True if the directory of the mount is made (`makes`) or removed (`removes`). */
  readonly makes: boolean;
  readonly removes: boolean;
}

function planTable(
  args: Arguments,
  observed: Observed,
): { readonly edit: TextEdit; readonly listed: TableEntry | undefined } {
  const key = { at: args.path, source: args.src };
  const words = [args.src ?? '', args.path, args.fstype ?? '', optionsOf(args), String(args.dump), String(args.passno)];
  const wish = tableWish(args);
  let listed: TableEntry | undefined;
  const edit = editText(
    args.fstab,
    (text) => {
      listed = entryFor(text, key);
      return wish === 'as it is' ? text : editTable(text, key, wish === 'line' ? tableLine(words) : undefined);
    },
    observed,
    { unsafe_path: args.unsafe_path },
  );
  return { edit, listed };
}

/** Returns the request for the directory of the mount; none for swap. */
function placeOf(args: Arguments): readonly Request<FileDetail, FileState>[] {
  return isPlaceless(args) ? [] : [file(args.path, 'target')];
}

function directoryStep(
  args: Arguments,
  { isChanged, state, run, there }: Pick<Situation, 'state' | 'run' | 'there'> & { readonly isChanged: boolean },
): Pick<Situation, 'makes' | 'removes'> {
  // If the mount itself needs no change, the content of the directory came later, and the directory stays.
  const isLeft = state.isEmpty === false && run === undefined && !isChanged;
  return {
    makes: (run === 'mount' || args.state === 'mounted') && there?.type === 'absent',
    removes: args.state === 'absent' && there?.type === 'directory' && !isLeft,
  };
}

/** Returns why the file system cannot be mounted at the path; undefined if it can. */
function obstacleOf(
  args: Arguments,
  { listed, state, run, there, removes }: Situation,
  seen: Seen,
): Impossible | undefined {
  if (
    run === 'mount' &&
    there !== undefined &&
    !canCarry(args, listed, there) &&
    seen.certainty(file(args.path, 'target')) === 'certain'
  )
    return noDirectory(args);
  const unbound = run === 'mount' || run === 'again' ? bindFault(args, there, seen) : undefined;
  if (unbound !== undefined) return unbound;
  return removes && state.isEmpty === false && seen.certainty(mountOf(args)) === 'certain' ? notEmpty(args) : undefined;
}

function change(args: Arguments, { edit, state, run, there, makes, removes }: Situation, seen: Seen): Outcome {
  const requests = [textRequest(args.fstab), ...(isPlaceless(args) ? [] : [mountOf(args)]), ...placeOf(args)];
  return {
    kind: 'change',
    differences: [...edit.differences, ...liveDifferences(args, state, run, { makes, removes })],
    certainty: requests.some((one) => seen.certainty(one) === 'after_change') ? 'after_change' : 'certain',
    predictions: [
      ...edit.predictions,
      ...(isPlaceless(args) ? [] : [predict(mountOf(args), mountAfter(args, state, run))]),
      ...(there === undefined ? [] : directoryPrediction(args.path, there, run !== undefined, removes)),
    ],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length > 0 ? await edit.apply() : undefined;
      const table = written === undefined ? undefined : { ...tablePlace(args, seen), write: written.script };
      const steps: MountSteps = {
        at: args.path,
        run,
        how: howOf(args),
        byTable: byTable(args),
        options: args.opts,
        layers: state.layers ?? 1,
        makes,
        removes,
        table,
      };
      return { ...written, script: mountScript(steps) };
    },
    planned: resultOf(args),
  };
}

function resultOf(args: Arguments): ValueMap {
  return {
    path: args.path,
    state: args.state,
    ...(args.src === undefined ? {} : { src: args.src }),
    opts: optionsOf(args),
    fstab: args.fstab,
  };
}

/** Returns whether something can be mounted on the path. Only a bind mount can be mounted on a file. */
function canCarry(args: Arguments, listed: TableEntry | undefined, there: FileState): boolean {
  const end = endOf(there);
  return end?.type !== 'file' || isBound(args.opts) || isBound(listed?.options ?? '');
}

/** Returns the problem of a bind mount with its path: a file goes only on a file, a directory only on a directory. */
function bindFault(args: Arguments, there: FileState | undefined, seen: Seen): Impossible | undefined {
  const [asked] = boundSource(args);
  const place = file(args.path, 'target');
  if (asked === undefined || there === undefined) return undefined;
  if ([asked, place].some((one) => seen.certainty(one) === 'after_change')) return undefined;
  const source = endOf(seen.of(asked));
  const end = endOf(there);
  if (source?.type === 'absent')
    return {
      kind: 'impossible',
      what: `There is no ${asked.id} to bind to ${args.path}`,
      remedy: `Make it with a task before this one: file: { path: ${asked.id}, state: directory }`,
    };
  if (source?.type === 'directory' && end?.type === 'file') return noDirectory(args);
  if (source?.type !== 'file' || end?.type === 'file' || end === undefined) return undefined;
  return {
    kind: 'impossible',
    what: `${asked.id} is a file, which can only be bound to a file, and ${args.path} is not one`,
    remedy: `Make a file there with a task before this one: copy: { dest: ${args.path}, content: "", force: false }`,
  };
}

function notEmpty({ path: at, fstab }: Arguments): Impossible {
  return {
    kind: 'impossible',
    what: `${at} is not empty: it cannot be removed`,
    remedy: `Write state: unmounted, and a task with state: absent_from_fstab for the line in ${fstab}: both leave the directory. Or remove what is in it with a task before this one`,
  };
}

function noDirectory({ path: at }: Arguments): Impossible {
  return {
    kind: 'impossible',
    what: `${at} is a file: nothing can be mounted there`,
    remedy: `Remove it with a task before this one, if it is not needed: file: { path: ${at}, state: absent }`,
  };
}

function occupied({ path: at, src }: Arguments, { source }: MountState): Impossible {
  return {
    kind: 'impossible',
    what: `${source ?? 'Something else'} is mounted at ${at}, not ${src ?? ''}`,
    remedy: `Unmount it with a task before this one: mount: { path: ${at}, state: unmounted }`,
  };
}

/** Returns the argument of mount that names another table than /etc/fstab. */
function byTable({ fstab }: Arguments): string {
  return fstab === '/etc/fstab' ? '' : `-T ${quote(fstab)} `;
}

/** Returns the arguments of mount before the path. */
function howOf(args: Arguments): string {
  if (args.src === undefined || args.fstype === undefined || (args.fstab === '/etc/fstab' && args.state === 'mounted'))
    return byTable(args);
  return `-t ${quote(args.fstype)} -o ${quote(args.opts)} -- ${quote(args.src)} `;
}

function tablePlace(args: Arguments, seen: Seen): Omit<NonNullable<MountSteps['table']>, 'write'> {
  const state = seen.of(file(args.fstab, 'content'));
  const end = state.type === 'link' ? state.to : undefined;
  const at = end?.path ?? args.fstab;
  return { path: at, kept: temporaryBeside(`${at}.kept`), exists: (end?.state ?? state).type === 'file' };
}

function liveDifferences(
  args: Arguments,
  state: MountState,
  run: Run | undefined,
  { makes, removes }: { readonly makes: boolean; readonly removes: boolean },
): readonly Difference[] {
  const of = args.path;
  const before = state.mounted ? (state.source ?? true) : false;
  return [
    ...(run === undefined
      ? []
      : [
          {
            kind: 'field',
            of,
            field: 'mounted',
            before,
            after: run === 'umount' ? false : (args.src ?? true),
          } as const,
        ]),
    ...(makes || removes
      ? [
          {
            kind: 'field',
            of,
            field: 'directory',
            before: makes ? 'absent' : 'present',
            after: makes ? 'present' : 'absent',
          } as const,
        ]
      : []),
  ];
}

/** Predicts the directory. If another file system covers it, the known states beneath it are not valid any more. */
function directoryPrediction(
  at: string,
  there: FileState,
  changesBeneath: boolean,
  removed: boolean,
): readonly Prediction[] {
  if (removed) return [predict(file(at), { type: 'absent', parent: true })];
  const end = endOf(there);
  if (!changesBeneath || end?.type === 'file') return [];
  const after = { type: 'directory', ...UNKNOWN_ATTRIBUTES, changedBeneath: true } as const;
  return [
    predict(
      file(at, 'target'),
      there.type === 'link' ? { ...there, to: { path: there.to?.path, state: after } } : after,
    ),
  ];
}
