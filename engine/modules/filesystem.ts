import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { need } from '../resources/need.ts';
import { settingRequest } from '../resources/setting.ts';
import { boolean, path, plainText } from './base/arguments.ts';
import { type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { inForeignHands, wayNeeds } from './path/way-to-path.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

interface Maker {
  readonly program: string;
  /** The package with the program. */
  readonly package: string;
  /** The option that overwrites another file system. */
  readonly force?: string;
  /** The type as blkid names it, if it has another name. */
  readonly type?: string;
}

/** The programs that make file systems. A question of mkfs.ext4 would have no answer, so it always gets -F. */
const MAKERS = {
  btrfs: { program: 'mkfs.btrfs', package: 'btrfs-progs', force: '-f' },
  ext2: { program: 'mkfs.ext2 -F', package: 'e2fsprogs' },
  ext3: { program: 'mkfs.ext3 -F', package: 'e2fsprogs' },
  ext4: { program: 'mkfs.ext4 -F', package: 'e2fsprogs' },
  f2fs: { program: 'mkfs.f2fs', package: 'f2fs-tools', force: '-f' },
  lvm: { program: 'pvcreate', package: 'lvm2', force: '-f -y', type: 'LVM2_member' },
  swap: { program: 'mkswap', package: 'util-linux', force: '-f' },
  vfat: { program: 'mkfs.vfat', package: 'dosfstools' },
  xfs: { program: 'mkfs.xfs', package: 'xfsprogs', force: '-f' },
} as const satisfies Readonly<Record<string, Maker>>;

const TYPES = ['btrfs', 'ext2', 'ext3', 'ext4', 'f2fs', 'lvm', 'swap', 'vfat', 'xfs'] as const;

const schema = z
  .strictObject({
    dev: path().describe('The device, such as /dev/sdb1; or a file.'),
    fstype: z.enum(TYPES).optional().describe('The type of the file system.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('Whether the device has the file system. absent: the signature of any file system on it is wiped.'),
    force: boolean()
      .default(false)
      .describe('Whether something else on the device is overwritten: another file system, or a table of partitions.'),
    opts: plainText()
      .refine((text) => !text.includes('\n'), 'must be one line')
      .default('')
      .describe('Options for the program that makes the file system, such as -L data.'),
  })
  .refine((args) => args.state === 'absent' || args.fstype !== undefined, {
    path: ['fstype'],
    message: 'must be given\nName the type, such as ext4.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'filesystem',
  summary: 'Make a file system on a device that has none. Existing data is overwritten only if force is set.',
  arguments: schema,
  aliases: { device: 'dev', type: 'fstype' },
  foreign: {
    resizefs: 'Write check: and apply: with resize2fs or xfs_growfs.',
    uuid: 'Write it in opts, such as -U UUID for ext4.',
  },
  examples: ['filesystem: { dev: /dev/sdb1, fstype: ext4, opts: -L data }'],
  observes: (args) => [wantedOf(args).request, ...programsOf(args), file(args.dev, 'target'), ...wayNeeds(args.dev)],
  plan(args, _loaded, seen, context) {
    const wanted = wantedOf(args);
    const refusal = refused(args, seen) ?? withoutProgram(args, seen);
    if (refusal !== undefined) return refusal;
    const outcome = planned(args, wanted, seen, context);
    const foreign = inForeignHands([file(args.dev, 'target')], seen, context);
    if (outcome.kind !== 'change' || foreign === undefined) return outcome;
    return { ...foreign, remedy: 'Put the file into a directory of root, such as /var/lib.' };
  },
});

function makerOf({ fstype }: Arguments): Maker | undefined {
  return fstype === undefined ? undefined : MAKERS[fstype];
}

function programsOf(args: Arguments): readonly ReturnType<typeof need>[] {
  const name = makerOf(args)?.program.split(' ')[0];
  return args.state === 'absent' || name === undefined ? [] : [need({ kind: 'program', names: [name] })];
}

/** The answers for a device that is not there, and for one with nothing on it. */
const GONE = 'no such device';
const EMPTY = 'nothing';

function wantedOf(args: Arguments): WantedSetting {
  const { dev, fstype, state, force, opts } = args;
  const maker = makerOf(args);
  const isAbsent = state === 'absent' || maker === undefined;
  const wanted = isAbsent ? EMPTY : (maker.type ?? fstype ?? '');
  const words = opts.split(/\s+/).filter((word) => word !== '');
  return {
    request: settingRequest(
      `filesystem ${dev}`,
      `command -v blkid >/dev/null || exit 127
[ -e ${quote(dev)} ] || { echo '${GONE}'; exit 0; }
said=$(blkid -p -o export -- ${quote(dev)} 2>&1)
case $? in
0) type=$(printf '%s\\n' "$said" | sed -n 's/^TYPE=//p')
  case $said in *PTTYPE=*) type=\${type:-a table of partitions} ;; esac
  printf '%s\\n' "\${type:-something unknown}" ;;
2) [ -r ${quote(dev)} ] || { printf 'no permission to read %s\\n' ${quote(dev)} >&2; exit 1; }
  echo ${EMPTY} ;;
8) echo 'several file systems' ;;
*) printf '%s\\n' "$said" >&2; exit 1 ;;
esac`,
    ),
    wanted,
    accepts: (answer) => isAbsent && answer === GONE,
    differences: (before) => [{ kind: 'field', of: dev, field: 'file system', before, after: wanted }],
    script: isAbsent
      ? `wipefs -q -a -- ${quote(dev)}`
      : [
          maker.program,
          ...(force && maker.force !== undefined ? [maker.force] : []),
          ...words.map(quote),
          quote(dev),
          '>&2',
        ].join(' '),
  };
}

/** Returns why nothing is made: the device is missing, or has something else. */
function refused(args: Arguments, seen: Seen): Impossible | undefined {
  const { request, wanted } = wantedOf(args);
  const state = seen.of(request);
  if (args.state === 'absent' || state.kind !== 'answer' || seen.certainty(request) !== 'certain') return undefined;
  if (state.text === GONE)
    return {
      kind: 'impossible',
      what: `there is no ${args.dev}`,
      remedy: 'Correct dev; `runbook exec HOST -a lsblk` lists the devices of the host.',
    };
  if (state.text === EMPTY || state.text === wanted || args.force) return undefined;
  return {
    kind: 'impossible',
    what: `${args.dev} has ${state.text}, not ${wanted}`,
    why: 'A new file system would destroy what is on the device.',
    remedy: 'Correct dev or fstype; or set force: true, if all of it may be lost.',
  };
}

function withoutProgram(args: Arguments, seen: Seen): Impossible | undefined {
  const [program] = programsOf(args);
  const maker = makerOf(args);
  const { request, wanted } = wantedOf(args);
  const state = seen.of(request);
  if (program === undefined || maker === undefined || (state.kind === 'answer' && state.text === wanted))
    return undefined;
  if (seen.of(program).isMet || seen.certainty(program) !== 'certain') return undefined;
  return {
    kind: 'impossible',
    what: `this host has no ${maker.program.split(' ')[0]}`,
    remedy: `Install it with a task before this one: package: { name: ${maker.package} }`,
  };
}

function planned(args: Arguments, wanted: WantedSetting, seen: Seen, context: Context): Outcome {
  return planSettings(
    [wanted],
    {
      what: 'the file systems of the host',
      program: 'blkid',
      package: 'util-linux',
      result: { dev: args.dev, fstype: args.fstype ?? '', state: args.state },
    },
    seen,
    context,
  );
}
