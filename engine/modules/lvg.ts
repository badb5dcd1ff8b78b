import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import type { Seen } from '../resources/base/resource.ts';
import { settingRequest } from '../resources/setting.ts';
import { idleAs } from '../values/habits/foreign-argument.ts';
import { alsoDigits, boolean, pathList, plainText } from './base/arguments.ts';
import { type Impossible, defineModule } from './base/module.ts';
import { LVM, LVM_NAME, NO_GROUP, answerOf, groupSpace, lvmLook, spaceIn } from './system/lvm.ts';
import { type WantedSetting, planSettings } from './system/setting-plan.ts';

const words = (what: string): z.ZodType<string> =>
  plainText()
    .refine((text) => !text.includes('\n'), 'must be one line')
    .default('')
    .describe(`Further options for ${what}.`);

const schema = z
  .strictObject({
    vg: alsoDigits(z.string().regex(LVM_NAME, 'must be the name of a volume group')).describe('The volume group.'),
    pvs: pathList()
      .refine((all) => all.every((one) => !/\s/.test(one)), 'must not hold blanks')
      .optional()
      .describe('The devices of the group, such as /dev/sdb1. An empty device becomes a physical volume.'),
    pesize: alsoDigits(z.string().regex(/^[0-9]+[bBsSkKmMgGtT]?$/, 'must be a size, such as 4 or 32M'))
      .default('4')
      .describe('The size of the extents of a new group. Without a unit: in MiB.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the host has the volume group.'),
    remove_extra_pvs: boolean()
      .default(true)
      .describe('Whether other devices leave the group. A device with data of volumes is refused.'),
    force: boolean().default(false).describe('Whether a group with volumes may be removed. All of their data is lost.'),
    pv_options: words('pvcreate'),
    vg_options: words('vgcreate'),
  })
  .refine((args) => args.state === 'absent' || args.pvs !== undefined, {
    path: ['pvs'],
    message: 'must be given\nName the devices of the group.',
  });
type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'lvg',
  summary: 'Make and remove volume groups of LVM, and add and remove their devices.',
  arguments: schema,
  foreign: {
    pvresize: idleAs([false], 'Write check: and apply: with pvs and pvresize.'),
    reset_vg_uuid: idleAs([false], 'Write command: vgchange --uuid, once by hand.'),
    reset_pv_uuid: idleAs([false], 'Write command: pvchange --uuid, once by hand.'),
  },
  examples: ['lvg: { vg: data, pvs: [/dev/sdb, /dev/sdc] }'],
  observes: (args) => [groupDevices(args.vg), groupSpace(args.vg), ...devicesOf(args).map(deviceRequest)],
  plan: (args, _loaded, seen, context) =>
    refused(args, seen) ??
    planSettings(
      [wantedOf(args, seen)],
      { ...LVM, what: 'the volume groups of LVM', result: { vg: args.vg, state: args.state } },
      seen,
      context,
    ),
});

function devicesOf({ pvs, state }: Arguments): readonly string[] {
  return state === 'present' ? (pvs ?? []) : [];
}

/** Asks for the devices of a group, by their real names; those with data of volumes end with an asterisk. */
function groupDevices(vg: string): ReturnType<typeof settingRequest> {
  return settingRequest(
    `lvg ${vg}`,
    lvmLook(`said=$(vgs --noheadings --separator ' ' -o pv_name,pv_used --units b --nosuffix -S ${quote(`vg_name="${vg}"`)}) || exit 1
[ -n "$said" ] || { echo '${NO_GROUP}'; exit 0; }
printf '%s\\n' "$said" | while read -r name used; do
  [ "$used" = 0 ] && mark= || mark='*'
  printf '%s%s\\n' "$(readlink -f -- "$name" || printf %s "$name")" "$mark"
done | LC_ALL=C sort | tr '\\n' ' ' | sed 's/ $//'`),
  );
}

/** The answers for a device that is not there, and for one that a group can take. */
const GONE = 'no such device';
const FREE = 'nothing';
const UNUSED = 'an unused physical volume';

/** Asks what a device is: its real name, and what is on it. */
function deviceRequest(device: string): ReturnType<typeof settingRequest> {
  const dev = quote(device);
  return settingRequest(
    `lvdevice ${device}`,
    lvmLook(`real=$(readlink -f -- ${dev}) && [ -b "$real" ] || { echo '${GONE}'; exit 0; }
group=$(pvs --noheadings -o vg_name "$real" 2>/dev/null | tr -d ' ')
if [ -n "$group" ]; then echo "$real the volume group $group"; exit 0; fi
said=$(blkid -p -o export -- "$real" 2>/dev/null)
case $? in
0) type=$(printf '%s\\n' "$said" | sed -n 's/^TYPE=//p')
  case $said in *PTTYPE=*) type=\${type:-a table of partitions} ;; esac
  case $type in LVM2_member) type='${UNUSED}' ;; esac
  echo "$real \${type:-something unknown}" ;;
2) echo "$real ${FREE}" ;;
*) echo "$real several things" ;;
esac`),
  );
}

/** What a device is. `real`: the name that was given, if there is no such device yet. */
interface Device {
  readonly given: string;
  readonly real: string;
  readonly holds: string;
}

function deviceIn(given: string, seen: Seen): Device {
  const answer = answerOf(deviceRequest(given), seen);
  if (answer === undefined || answer === GONE) return { given, real: given, holds: answer ?? FREE };
  const blank = answer.indexOf(' ');
  return { given, real: answer.slice(0, blank), holds: answer.slice(blank + 1) };
}

/** The devices of a group, by their real names. */
function heldBy(args: Arguments, seen: Seen): readonly { readonly name: string; readonly isUsed: boolean }[] {
  const answer = answerOf(groupDevices(args.vg), seen);
  if (answer === undefined || answer === NO_GROUP) return [];
  return answer.split(' ').map((one) => ({ name: one.replace(/\*$/, ''), isUsed: one.endsWith('*') }));
}

/** Returns why nothing is changed: a device is missing or has data, or volumes would be lost. */
function refused(args: Arguments, seen: Seen): Impossible | undefined {
  const isSure = (request: ReturnType<typeof settingRequest>): boolean => seen.certainty(request) === 'certain';
  for (const given of devicesOf(args)) {
    const fault = isSure(deviceRequest(given)) ? faultOf(args, deviceIn(given, seen)) : undefined;
    if (fault !== undefined) return fault;
  }
  const { volumes } = spaceIn(args.vg, seen) ?? { volumes: 0 };
  if (args.state === 'absent') {
    if (args.force || volumes === 0 || !isSure(groupSpace(args.vg))) return undefined;
    return {
      kind: 'impossible',
      what: `the volume group ${args.vg} has ${volumes === 1 ? 'a volume' : `${volumes} volumes`}`,
      why: 'The data of its volumes would be lost.',
      remedy: 'Remove the volumes with lvol: state: absent; or set force: true, if all of it may be lost.',
    };
  }
  const wanted = new Set(devicesOf(args).map((given) => deviceIn(given, seen).real));
  const used = heldBy(args, seen).find(({ name, isUsed }) => isUsed && !wanted.has(name));
  if (used === undefined || !args.remove_extra_pvs || !isSure(groupDevices(args.vg))) return undefined;
  return {
    kind: 'impossible',
    what: `${used.name} cannot leave the volume group ${args.vg}`,
    why: 'It has data of volumes.',
    remedy: `Add it to pvs, set remove_extra_pvs: false, or move its data first: command: pvmove ${used.name}.`,
  };
}

function faultOf({ vg }: Arguments, { given, holds }: Device): Impossible | undefined {
  if ([FREE, UNUSED, `the volume group ${vg}`].includes(holds)) return undefined;
  if (holds === GONE)
    return {
      kind: 'impossible',
      what: `there is no device ${given}`,
      remedy: 'Correct pvs; `runbook exec HOST -a lsblk` lists the devices of the host.',
    };
  return {
    kind: 'impossible',
    what: `${given} has ${holds}`,
    why: 'All data on the device would be lost.',
    remedy: holds.startsWith('the volume group')
      ? 'Correct pvs, or let the device leave that group with a task before this one: lvg.'
      : `Correct pvs; or, if all of it may be lost, wipe it with a task before this one: filesystem: { dev: ${given}, state: absent }.`,
  };
}

function wantedOf(args: Arguments, seen: Seen): WantedSetting {
  const request = groupDevices(args.vg);
  const held = heldBy(args, seen);
  const devices = devicesOf(args).map((given) => deviceIn(given, seen));
  const fresh = devices.filter(({ real }) => held.every(({ name }) => name !== real));
  const extra = args.remove_extra_pvs ? held.filter(({ name }) => devices.every(({ real }) => real !== name)) : [];
  const stay = held.filter((one) => !extra.includes(one)).map(({ name, isUsed }) => (isUsed ? `${name}*` : name));
  const after = [...new Set([...stay, ...fresh.map(({ real }) => real)])].sort();
  const wanted = args.state === 'absent' ? NO_GROUP : after.join(' ');
  return {
    request,
    wanted,
    differences: (before) => [
      { kind: 'field', of: args.vg, field: 'devices', before: shown(before), after: shown(wanted) },
    ],
    script:
      args.state === 'absent'
        ? `vgremove --yes ${args.force ? '--force ' : ''}${quote(args.vg)} >&2`
        : scriptOf(args, { fresh, extra: extra.map(({ name }) => name), isNew: held.length === 0 }),
  };
}

function shown(devices: string): string {
  return devices.replaceAll('*', '');
}

interface Steps {
  readonly fresh: readonly Device[];
  readonly extra: readonly string[];
  readonly isNew: boolean;
}

/** No step answers a question of LVM with yes. So data that is on a device by then is not overwritten. */
function scriptOf({ vg, pesize, pv_options: ofVolumes, vg_options: ofGroup }: Arguments, steps: Steps): string {
  const options = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
  const fresh = steps.fresh.map(({ real }) => real);
  const blank = steps.fresh.filter(({ holds }) => holds !== UNUSED).map(({ real }) => real);
  const size = /[0-9]$/.test(pesize) ? `${pesize}m` : pesize;
  const make = steps.isNew
    ? ['vgcreate', ...options(ofGroup), '--physicalextentsize', size, vg, ...fresh]
    : ['vgextend', vg, ...fresh];
  return [
    ...(ofVolumes === '' || blank.length === 0 ? [] : [['pvcreate', ...options(ofVolumes), ...blank]]),
    ...(fresh.length === 0 ? [] : [make]),
    ...(steps.extra.length === 0 ? [] : [['vgreduce', vg, ...steps.extra]]),
  ]
    .map((one) => `${one.map(quote).join(' ')} >&2`)
    .join(' && ');
}
