import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import { file } from '../resources/file.ts';
import type { MountState } from '../resources/mount.ts';
import { mountRequest } from '../resources/mount.ts';
import type { Prediction, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import { path, wholeNumber } from './arguments.ts';
import type { Context, Difference, Outcome } from './module.ts';
import { defineModule } from './module.ts';
import { editText, textRequest } from './text-edit.ts';

const word = z.string().regex(/^\S+$/, 'must be one word');

const schema = z.strictObject({
  path: path().describe('The directory.'),
  src: z
    .string()
    .regex(/^[^\n]+$/)
    .optional()
    .describe('What is mounted: a device, UUID=…, LABEL=…, server:/path, tmpfs.'),
  fstype: word.optional().describe('Type of the file system.'),
  opts: word.default('defaults').describe('Options, joined by commas.'),
  dump: wholeNumber({ max: 9 }).default(0).describe('Fifth field of fstab.'),
  passno: wholeNumber({ max: 9 }).default(0).describe('Sixth field of fstab: the order of checks at boot.'),
  fstab: path().default('/etc/fstab').describe('The file that lists what is mounted at boot.'),
  state: z
    .enum(['mounted', 'present', 'unmounted', 'absent', 'remounted'])
    .default('mounted')
    .describe(
      '`mounted`: now and at boot. `present`: at boot only. `unmounted`: not now. `absent`: neither, and the directory is removed. `remounted`: always mounted anew.',
    ),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'mount',
  summary: 'Mount file systems, now and at boot.',
  arguments: schema,
  aliases: { name: 'path' },
  examples: ['mount: { path: /var/lib/etcd, src: LABEL=etcd, fstype: ext4, opts: "noatime" }', 'mount: { path: /mnt/old, state: absent }'],
  observes: (args) => [mountRequest(args.path, args.src), textRequest(args.fstab), file(args.path)],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const listed = args.state === 'mounted' || args.state === 'present';
  const { src, fstype } = args;
  if (listed && (src === undefined || fstype === undefined))
    return { kind: 'impossible', what: `What to mount at ${args.path} is not told`, remedy: 'Give src and fstype' };
  const line =
    src === undefined || fstype === undefined
      ? undefined
      : [src, args.path].map(escape).concat(fstype, args.opts, String(args.dump), String(args.passno)).join(' ');
  const keepsTable = args.state === 'unmounted' || args.state === 'remounted';
  const edit = editText(args.fstab, (text) => (keepsTable ? text : editTable(text, args.path, listed ? line : undefined)), seen, context);
  if (edit.kind !== 'edit') return edit;
  const asked = mountRequest(args.path, args.src);
  const state = seen.of(asked);
  const run = findRun(args, state, edit.differences.length > 0);
  const directory = file(args.path);
  const isThere = seen.of(directory).type !== 'absent';
  const removes = args.state === 'absent' && isThere;
  const makes = args.state === 'mounted' && !isThere;
  const result = { path: args.path, state: args.state };
  if (edit.differences.length === 0 && run === undefined && !removes && !makes) return { kind: 'in_sync', result };
  const differences: Difference[] = [...edit.differences];
  if (run !== undefined)
    differences.push({
      kind: 'field',
      of: args.path,
      field: 'mounted',
      before: state.mounted ? (state.source ?? true) : false,
      after: run === 'umount' ? false : (src ?? true),
    });
  if (removes || makes)
    differences.push({
      kind: 'field',
      of: args.path,
      field: 'directory',
      before: isThere ? 'present' : 'absent',
      after: isThere ? 'absent' : 'present',
    });
  const mounted = run === undefined ? state.mounted : run !== 'umount';
  return {
    kind: 'change',
    differences,
    certainty: [asked, textRequest(args.fstab), directory].some((one) => seen.certainty(one) === 'after_change')
      ? 'after_change'
      : 'certain',
    predictions: [
      ...edit.predictions,
      predict(asked, { ...state, mounted, source: undefined, type: undefined, options: undefined }),
      ...directoryPrediction(args.path, run !== undefined, removes),
    ],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length === 0 ? undefined : await edit.apply();
      const before = written === undefined ? '' : `{ ${written.script}\n} || exit\n`;
      return {
        ...written,
        script: `${before}${makes ? `mkdir -p -- ${quote(args.path)} || exit\n` : ''}${run === undefined ? '' : mountScript(args, run)}${removes ? `rmdir -- ${quote(args.path)}\n` : ''}`,
      };
    },
    planned: result,
  };
}

type Run = 'mount' | 'remount' | 'umount' | 'again';

function findRun(args: Arguments, state: MountState, tableChanged: boolean): Run | undefined {
  switch (args.state) {
    case 'present':
      return undefined;
    case 'unmounted':
    case 'absent':
      return state.mounted ? 'umount' : undefined;
    case 'remounted':
      return state.mounted ? 'remount' : 'mount';
    case 'mounted': {
      if (!state.mounted) return 'mount';
      const device = args.src === undefined ? undefined : state.devices[args.src];
      const isOther = args.src !== undefined && state.source !== args.src && (device === undefined || device !== state.source);
      // What a remote or a bind mount is called by the kernel may differ from what was asked for: only devices tell.
      if (isOther && device !== undefined) return 'again';
      return tableChanged ? 'remount' : undefined;
    }
  }
}

function mountScript(args: Arguments, run: Run): string {
  const at = quote(args.path);
  const mount = `mount ${args.fstab === '/etc/fstab' || args.src === undefined || args.fstype === undefined ? '' : `-t ${quote(args.fstype)} -o ${quote(args.opts)} ${quote(args.src)} `}${at} || exit\n`;
  switch (run) {
    case 'mount':
      return mount;
    case 'umount':
      return `umount ${at} || exit\n`;
    case 'again':
      return `umount ${at} || exit\n${mount}`;
    case 'remount':
      return `mount -o ${quote(args.opts === 'defaults' ? 'remount' : `remount,${args.opts}`)} ${at} || exit\n`;
  }
}

/** Another file system lies over the directory: nothing that was known beneath is so any more. */
function directoryPrediction(at: string, changesBeneath: boolean, removed: boolean): readonly Prediction[] {
  if (removed) return [predict(file(at), { type: 'absent', parent: true })];
  if (!changesBeneath) return [];
  return [
    predict(file(at), {
      type: 'directory',
      mode: undefined,
      uid: undefined,
      gid: undefined,
      owner: undefined,
      group: undefined,
      changedBeneath: true,
    }),
  ];
}

function editTable(text: string, at: string, line: string | undefined): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const isOf = (one: string): boolean => !one.trimStart().startsWith('#') && one.trim().split(/\s+/)[1] === escape(at);
  const first = lines.findIndex(isOf);
  const same = line !== undefined && first >= 0 && fields(lines[first] ?? '') === fields(line);
  const after = lines.flatMap((one, index) => (isOf(one) ? (index === first && line !== undefined ? [same ? one : line] : []) : [one]));
  if (first < 0 && line !== undefined) after.push(line);
  return after.join('\n') === lines.join('\n') ? text : after.map((one) => `${one}\n`).join('');
}

/** Without the blanks between them, and with the two numbers that may be left out. */
function fields(line: string): string {
  const [source, at, type, options = 'defaults', dump = '0', passno = '0'] = line.trim().split(/\s+/);
  return [source, at, type, options, dump, passno].join(' ');
}

function escape(text: string): string {
  return text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
