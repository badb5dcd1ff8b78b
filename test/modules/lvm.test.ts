import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyModule } from '../../engine/modules/base/module.ts';
import { module as filesystem } from '../../engine/modules/filesystem.ts';
import { module as lvg } from '../../engine/modules/lvg.ts';
import { module as lvol } from '../../engine/modules/lvol.ts';
import { predict } from '../../engine/resources/base/resource.ts';
import type { ValueMap } from '../../engine/values/base/value.ts';
import { SystemHost, contextOf, planWith, seenAs } from './system-host.ts';
import { mistakes, told } from './told.ts';

const MODULES = { lvg, lvol };

test.for([
  ['lvg', { vg: 'a' }, 'lvg needs "pvs"'],
  ['lvg', { vg: '-a', pvs: '/dev/a' }, 'vg must be the name of a volume group'],
  ['lvg', { vg: 'a', pvs: ['/dev/a b'] }, 'pvs must not hold blanks'],
  ['lvg', { vg: 'a', pvs: '/dev/a', pesize: '4X' }, 'pesize must be a size, such as 4 or 32M'],
  ['lvol', { vg: 'a', lv: 'b', size: '+10G' }, 'size must be a size, such as 512, 20G, 50%VG, 80%FREE or +100%FREE'],
  ['lvol', { vg: 'a', lv: 'b', size: '50%VG', pvs: '/dev/a' }, 'size must be in units if pvs is given'],
  ['lvol', { vg: 'a', lv: '../b' }, 'lv must be the name of a logical volume'],
] as const)('%s %j', ([module, args, mistake]) => {
  expect(mistakes(MODULES[module] as unknown as AnyModule, args as unknown as ValueMap)).toBe(mistake);
});

const ANSWERS = ['answer', 'missing'] as const;

/** Plans with an answer for each question; `later`: an earlier task may change all of them. */
function planned(module: AnyModule, args: object, answers: Readonly<Record<string, string>>, later = false): string {
  const requests = module.observes(module.arguments.parse(args), undefined, contextOf());
  const states = requests.map((request) => {
    const [kind, text] = request.id in answers ? [ANSWERS[0], answers[request.id]] : [ANSWERS[1], ''];
    return [request, kind === 'answer' ? { kind, text } : { kind }] as const;
  });
  const outcome = planWith(module, args, seenAs(states, later ? requests : []));
  return `${told(outcome)}${outcome.kind === 'change' && outcome.certainty !== 'certain' ? ` (${outcome.certainty})` : ''}`;
}

const ROOM = '4194304 100 30 2';
const GROUP = { 'lvg data': '/dev/sdb*', 'lvspace data': ROOM, 'lvdevice /dev/sdb': '/dev/sdb the volume group data' };

/** A module, its arguments, the answers of LVM, and what the plan says. */
const SAID = [
  [
    'lvg',
    { vg: 'data', pvs: '/dev/sdb' },
    {},
    'this host has no vgs: Install it with a task before this one: package: { name: lvm2 }',
  ],
  [
    'lvg',
    { vg: 'data', pvs: '/dev/sdb' },
    { ...GROUP, 'lvg data': 'none', 'lvspace data': 'none', 'lvdevice /dev/sdb': '/dev/sdb xfs' },
    '/dev/sdb has xfs: All data on the device would be lost.',
  ],
  [
    'lvg',
    { vg: 'data', pvs: '/dev/sdb' },
    { ...GROUP, 'lvdevice /dev/sdb': 'no such device' },
    'there is no device /dev/sdb: Correct pvs; `runbook exec HOST -a lsblk` lists the devices of the host.',
  ],
  [
    'lvg',
    { vg: 'data', pvs: '/dev/sdc' },
    { ...GROUP, 'lvdevice /dev/sdc': '/dev/sdc nothing' },
    '/dev/sdb cannot leave the volume group data: It has data of volumes.',
  ],
  [
    'lvol',
    { vg: 'data', lv: 'a', size: '1G' },
    { 'lvol data/a': 'none', 'lvspace data': 'none' },
    'there is no volume group data: Make it with a task before this one: lvg: { vg: data, pvs: [/dev/…] }.',
  ],
  [
    'lvol',
    { vg: 'data', lv: 'a' },
    { 'lvol data/a': 'none', 'lvspace data': ROOM },
    'there is no volume data/a: Write size: then the task makes it.',
  ],
  ['lvol', { vg: 'data', lv: 'a' }, { 'lvol data/a': '4194304 active', 'lvspace data': ROOM }, 'in_sync'],
  [
    'lvol',
    { vg: 'data', lv: 'a', active: false },
    { 'lvol data/a': '4194304 active', 'lvspace data': ROOM },
    'data a: 4 MiB → 4 MiB, inactive',
  ],
  [
    'lvol',
    { vg: 'data', lv: 'a', size: '100%FREE' },
    { 'lvol data/a': '8388608 active', 'lvspace data': ROOM },
    'in_sync',
  ],
  [
    'lvol',
    { vg: 'data', lv: 'a', size: '+100%FREE' },
    { 'lvol data/a': '8388608 active', 'lvspace data': ROOM },
    'data a: 8 MiB → 128 MiB',
  ],
  [
    'lvol',
    { vg: 'data', lv: 'a', size: '1G' },
    { 'lvol data/a': 'none', 'lvspace data': ROOM },
    'the volume group data is too small for data/a: 1 GiB are needed, and 120 MiB are free.',
  ],
] as const;

describe('what a plan says', () => {
  test.for(SAID)('%s %j %j', ([module, args, answers, expected]) => {
    expect(planned(MODULES[module] as unknown as AnyModule, args, answers)).toBe(expected);
  });

  test('on a host without LVM that an earlier task installs', () => {
    expect(planned(lvg as unknown as AnyModule, { vg: 'data', pvs: '/dev/sdb' }, {}, true)).toBe(
      'data devices: not known before an earlier change → /dev/sdb (after_change)',
    );
    expect(planned(lvol as unknown as AnyModule, { vg: 'data', lv: 'a', size: '80%FREE' }, {}, true)).toBe(
      'data a: not known before an earlier change → 80%FREE (after_change)',
    );
  });
});

test('a new volume brings a device to the tasks after it', () => {
  const [volume] = lvol.observes(lvol.arguments.parse({ vg: 'a-b', lv: 'c' }), undefined, contextOf());
  if (volume === undefined) expect.fail('nothing is looked at');
  const effect = predict(volume, { kind: 'answer', text: '1 active' });
  const after = (dev: string): unknown => {
    const [request] = filesystem.observes(filesystem.arguments.parse({ dev, fstype: 'ext4' }), undefined, contextOf());
    return request?.kind.after?.({ kind: 'answer', text: 'no such device' }, request.id, effect);
  };
  expect(['/dev/a-b/c', '/dev/mapper/a--b-c', '/dev/a-b/d'].map(after)).toEqual(['stale', 'stale', undefined]);
});

/**
 * The kernels of test machines may have no device-mapper, so LVM is told to activate nothing. It writes and reads the
 * same groups and volumes as elsewhere; only their devices are missing.
 */
const SETUP = `printf '%s\\n' 'global { activation = 0 }' 'devices { obtain_device_list_from_udev = 0' 'use_devicesfile = 0 }' 'activation { udev_sync = 0' 'udev_rules = 0 }' >/etc/lvm/lvmlocal.conf
for n in 1 2 3; do truncate -s 64M /home/$n.img && losetup --find --show /home/$n.img; done`;

type Step = readonly [module: unknown, args: object, told: string];

/** Returns the tasks that follow one another on these devices, and what each plan says. */
function stepsOn([one = '', two = '', three = '']: readonly string[]): readonly Step[] {
  const vg = 'vg-test';
  const web = { vg, lv: 'web', opts: '--zero n --wipesignatures n' };
  return [
    [lvg, { vg, pvs: one, pesize: '1' }, `vg-test devices: none → ${one}`],
    [lvg, { vg, pvs: [one, two] }, `vg-test devices: ${one} → ${one} ${two}`],
    [
      lvg,
      { vg, pvs: [one, two, three], remove_extra_pvs: false },
      `vg-test devices: ${one} ${two} → ${one} ${two} ${three}`,
    ],
    [lvg, { vg, pvs: [one, two] }, `vg-test devices: ${one} ${two} ${three} → ${one} ${two}`],
    [lvol, { ...web, size: '5', pvs: one }, 'vg-test web: none → 5 MiB'],
    [lvg, { vg, pvs: [two] }, `${one} cannot leave the volume group vg-test: It has data of volumes.`],
    [lvol, { ...web, size: '10m' }, 'vg-test web: 5 MiB → 10 MiB'],
    [
      lvol,
      { ...web, size: '4096k' },
      'the volume vg-test/web is larger than 4096k: It has 10 MiB. Data at its end would be lost.',
    ],
    [lvol, { ...web, size: '4096k', shrink: false }, 'in_sync'],
    [lvol, { ...web, size: '4096k', force: true }, 'vg-test web: 10 MiB → 4 MiB'],
    [lvol, { ...web, lv: 'rest', size: '50%VG' }, 'vg-test rest: none → 63 MiB'],
    [lvol, { ...web, lv: 'rest', size: '+100%FREE' }, 'vg-test rest: 63 MiB → 122 MiB'],
    [lvg, { vg, state: 'absent' }, 'the volume group vg-test has 2 volumes: The data of its volumes would be lost.'],
    [lvol, { ...web, state: 'absent' }, 'the volume vg-test/web would be removed: Its data would be lost.'],
    [lvol, { ...web, state: 'absent', force: true }, 'vg-test web: 4 MiB → none'],
    [lvg, { vg, state: 'absent', force: true }, `vg-test devices: ${one} ${two} → none`],
    [lvg, { vg, state: 'absent' }, 'in_sync'],
    [lvol, { ...web, state: 'absent' }, 'in_sync'],
  ];
}

describe.skipIf(SystemHost.missing !== undefined)('real LVM on loop devices', () => {
  let host: SystemHost;
  let devices: readonly string[] = [];
  beforeAll(async () => {
    host = await SystemHost.start();
    const made = host.run(SETUP);
    expect(made.status, made.stderr.toString()).toBe(0);
    devices = made.stdout.toString().trim().split('\n');
  });
  afterAll(async () => {
    host.run(`vgremove --yes --force vg-test; for n in ${devices.join(' ')}; do losetup -d $n; done`);
    await host.stop();
  });

  test('a group and its volumes are made, enlarged, made smaller and removed', async () => {
    const steps = stepsOn(devices);
    for (const [module, args, expected] of steps) {
      const { outcome, failure } = await host.apply(module as AnyModule, args);
      expect({ args, told: told(outcome), failure }).toEqual({ args, told: expected, failure: undefined });
      if (outcome.kind === 'change') expect(told(host.plan(module as AnyModule, args))).toBe('in_sync');
    }
  });

  test('a device with a file system, or of another group, is refused', async () => {
    const [one = '', two = ''] = devices;
    expect(host.run(`mkfs.ext4 -q -F ${one}`).status).toBe(0);
    expect(told(host.plan(lvg as unknown as AnyModule, { vg: 'vg-test', pvs: [one] }))).toBe(
      `${one} has ext4: All data on the device would be lost.`,
    );
    expect(host.run(`wipefs -qa ${one} && vgcreate -q vg-test ${two}`).status).toBe(0);
    expect(told(host.plan(lvg as unknown as AnyModule, { vg: 'vg-other', pvs: [one, two] }))).toBe(
      `${two} has the volume group vg-test: All data on the device would be lost.`,
    );
  });
});
