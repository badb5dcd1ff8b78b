import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { settingRequest } from '../resources/setting.ts';
import { alsoDigits, boolean, pathList, plainText } from './base/arguments.ts';
import { type Impossible, defineModule } from './base/module.ts';
import { type VolumeSize, extentsFor, readSize } from './system/lvm-size.ts';
import { LVM, LVM_NAME, type Space, answerOf, groupSpace, lvmLook, spaceIn } from './system/lvm.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const schema = z
  .strictObject({
    vg: alsoDigits(z.string().regex(LVM_NAME, 'must be the name of a volume group')).describe('The volume group.'),
    lv: alsoDigits(z.string().regex(LVM_NAME, 'must be the name of a logical volume')).describe('The logical volume.'),
    size: alsoDigits(
      z
        .string()
        .refine(
          (text) => readSize(text) !== undefined,
          'must be a size, such as 512, 20G, 50%VG, 80%FREE or +100%FREE\nOther sizes that begin with a plus would make the volume larger in each run.',
        ),
    )
      .optional()
      .describe(
        'The size, rounded up to whole extents. Without a unit: in MiB. N%FREE counts only when the volume is made; +100%FREE lets it take all free room of the group in each run.',
      ),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the host has the volume.'),
    active: boolean().default(true).describe('Whether the volume can be used.'),
    shrink: boolean()
      .default(true)
      .describe('Whether a volume that is larger than size is a difference. If false, it stays unchanged.'),
    force: boolean().default(false).describe('Whether the volume may be removed or made smaller. Data is lost.'),
    resizefs: boolean().default(false).describe('Whether the file system gets the new size too.'),
    pvs: pathList().optional().describe('The devices of the group on which the volume is made.'),
    opts: plainText()
      .refine((text) => !text.includes('\n'), 'must be one line')
      .default('')
      .describe('Further options for lvcreate, such as --type raid1.'),
  })
  .refine(({ pvs, size }) => pvs === undefined || size?.includes('%') !== true, {
    path: ['size'],
    message: 'must be in units if pvs is given\nA share counts for the whole group.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'lvol',
  summary: 'Make, enlarge and remove logical volumes of LVM. Data is removed only if force is set.',
  arguments: schema,
  foreign: {
    snapshot: 'Write check: lvs VG/NAME, and apply: lvcreate --snapshot --name NAME --size SIZE VG/LV.',
    thinpool: 'Write check: lvs VG/NAME, and apply: lvcreate --thin --virtualsize SIZE --name NAME VG/POOL.',
  },
  examples: [
    'lvol: { vg: data, lv: web, size: 20G }',
    'lvol: { vg: data, lv: logs, size: "100%FREE" }',
    'lvol: { vg: data, lv: web, size: 30G, resizefs: true }',
  ],
  observes: (args) => [volumeRequest(args), groupSpace(args.vg)],
  plan: (args, _loaded, seen, context) =>
    refused(args, seen) ??
    planSettings(
      [wantedOf(args, seen)],
      {
        ...LVM,
        what: 'the logical volumes of LVM',
        result: { vg: args.vg, lv: args.lv, size: args.size ?? null, state: args.state },
      },
      seen,
      context,
    ),
});

/** The answer for a volume that is not there. */
const NO_VOLUME = 'none';

/**
 * Asks for the size and the activity of a volume. LVM that is set up to activate nothing does not tell whether a volume
 * is active, and could not change it.
 */
function volumeRequest({ vg, lv, active }: Arguments): ReturnType<typeof settingRequest> {
  return settingRequest(
    `lvol ${vg}/${lv}`,
    lvmLook(`said=$(lvs --noheadings --separator ' ' -o lv_size,lv_active --units b --nosuffix -S ${quote(`vg_name="${vg}" && lv_name="${lv}"`)}) || exit 1
set -- $said
case \${2:-} in active | inactive) is=$2 ;; '') is=inactive ;; *) is=${active ? 'active' : 'inactive'} ;; esac
[ -n "\${1:-}" ] && echo "$1 $is" || echo ${NO_VOLUME}`),
  );
}

interface Volume {
  readonly bytes: number;
  readonly isActive: boolean;
}

function volumeIn(args: Arguments, seen: Seen): Volume | undefined {
  const answer = answerOf(volumeRequest(args), seen) ?? NO_VOLUME;
  if (answer === NO_VOLUME) return undefined;
  const [bytes, activity] = answer.split(' ');
  return { bytes: Number(bytes), isActive: activity === 'active' };
}

/** The size that the volume shall have, in extents; undefined: the task names none, or the group is not known yet. */
function wantedExtents({ size: text, vg }: Arguments, there: Volume | undefined, seen: Seen): number | undefined {
  const space = spaceIn(vg, seen);
  const size: VolumeSize | undefined = text === undefined ? undefined : readSize(text);
  if (size === undefined || space === undefined) return undefined;
  return extentsFor(size, space, there === undefined ? undefined : there.bytes / space.extent);
}

/** Returns why nothing is changed: the group is missing or full, or data would be lost. */
function refused(args: Arguments, seen: Seen): Impossible | undefined {
  const [request, room] = [volumeRequest(args), groupSpace(args.vg)];
  if ([request, room].some((one) => answerOf(one, seen) === undefined || seen.certainty(one) !== 'certain'))
    return undefined;
  const name = `${args.vg}/${args.lv}`;
  const there = volumeIn(args, seen);
  const space = spaceIn(args.vg, seen);
  if (args.state === 'absent') {
    if (there === undefined || args.force) return undefined;
    return {
      kind: 'impossible',
      what: `the volume ${name} would be removed`,
      why: 'Its data would be lost.',
      remedy: 'Set force: true, if all of it may be lost.',
    };
  }
  if (space === undefined)
    return {
      kind: 'impossible',
      what: `there is no volume group ${args.vg}`,
      remedy: `Make it with a task before this one: lvg: { vg: ${args.vg}, pvs: [/dev/…] }.`,
    };
  if (there === undefined && args.size === undefined)
    return { kind: 'impossible', what: `there is no volume ${name}`, remedy: 'Write size: then the task makes it.' };
  return misfit(args, there, seen);
}

function misfit(args: Arguments, there: Volume | undefined, seen: Seen): Impossible | undefined {
  const space = spaceIn(args.vg, seen);
  const wanted = wantedExtents(args, there, seen);
  if (space === undefined || wanted === undefined) return undefined;
  const name = `${args.vg}/${args.lv}`;
  const has = there === undefined ? 0 : there.bytes / space.extent;
  if (wanted < 1)
    return {
      kind: 'impossible',
      what: `the volume ${name} would have no room`,
      why: `The volume group has ${space.free} free extents.`,
      remedy: 'Correct size, or add a device to the group with a task before this one: lvg.',
    };
  if (wanted - has > space.free)
    return {
      kind: 'impossible',
      what: `the volume group ${args.vg} is too small for ${name}`,
      why: `${shown((wanted - has) * space.extent)} are needed, and ${shown(space.free * space.extent)} are free.`,
      remedy: 'Correct size, or add a device to the group with a task before this one: lvg.',
    };
  if (wanted >= has || !args.shrink || args.force) return undefined;
  return {
    kind: 'impossible',
    what: `the volume ${name} is larger than ${args.size ?? ''}`,
    why: `It has ${shown(has * space.extent)}. Data at its end would be lost.`,
    remedy: 'Correct size, or set shrink: false to keep it; or set force: true, if data may be lost.',
  };
}

function wantedOf(args: Arguments, seen: Seen): WantedSetting {
  const { vg, lv } = args;
  const there = volumeIn(args, seen);
  const space = spaceIn(vg, seen);
  const extents = wantedExtents(args, there, seen);
  const bytes = extents === undefined || space === undefined ? there?.bytes : extents * space.extent;
  const after = there !== undefined && bytes !== undefined && bytes < there.bytes && !args.shrink ? there.bytes : bytes;
  const wanted =
    args.state === 'absent' ? NO_VOLUME : `${after ?? args.size ?? ''} ${args.active ? 'active' : 'inactive'}`;
  return {
    request: volumeRequest(args),
    wanted,
    differences: (before) => [{ kind: 'field', of: vg, field: lv, before: inWords(before), after: inWords(wanted) }],
    script: scriptOf(args, there, {
      space,
      extents: after === undefined || space === undefined ? 0 : after / space.extent,
    }),
  };
}

interface Target {
  readonly space: Space | undefined;
  readonly extents: number;
}

/** Returns the commands. lvextend refuses a size that is smaller by then, and lvreduce one that is larger. */
function scriptOf(args: Arguments, there: Volume | undefined, { space, extents }: Target): string {
  const name = `${args.vg}/${args.lv}`;
  const run = (words: readonly string[]): string => `${words.map(quote).join(' ')} >&2`;
  if (args.state === 'absent') return run(['lvremove', '--yes', '--force', name]);
  const size = ['--extents', String(extents)];
  if (there === undefined) {
    const options = args.opts.split(/\s+/).filter((word) => word !== '');
    const activity = args.active ? [] : ['--activate', 'n', '--zero', 'n', '--wipesignatures', 'n'];
    // Free room may have signatures of volumes that were removed: they are wiped.
    return run([
      'lvcreate',
      '--yes',
      '--name',
      args.lv,
      ...size,
      ...activity,
      ...options,
      args.vg,
      ...(args.pvs ?? []),
    ]);
  }
  const has = space === undefined ? extents : there.bytes / space.extent;
  const withFiles = args.resizefs ? ['--resizefs'] : [];
  return [
    ...(args.active === there.isActive ? [] : [['lvchange', '--activate', args.active ? 'y' : 'n', name]]),
    ...(extents > has ? [['lvextend', ...withFiles, ...size, name, ...(args.pvs ?? [])]] : []),
    ...(extents < has ? [['lvreduce', '--yes', '--force', ...withFiles, ...size, name]] : []),
  ]
    .map(run)
    .join(' && ');
}

/** Returns a size and an activity for people. */
function inWords(answer: string): string {
  const [bytes = '', activity = ''] = answer.split(' ');
  if (/^[0-9]+$/.test(bytes)) return `${shown(Number(bytes))}${activity === 'active' ? '' : ', inactive'}`;
  return activity === 'active' || activity === 'inactive' ? bytes : answer;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function shown(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${Math.round((bytes / 1024 ** power) * 100) / 100} ${UNITS[power] ?? ''}`;
}
