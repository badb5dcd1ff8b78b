import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as filesystem } from '../../engine/modules/filesystem.ts';
import { need } from '../../engine/resources/need.ts';
import { SystemHost, contextOf, planWith, seenAs } from './system-host.ts';
import { told } from './told.ts';
import { wayOfRoot } from './way-of-root.ts';

const EXT4 = { dev: '/dev/x', fstype: 'ext4' };
const MADE = need({ kind: 'program', names: ['mkfs.ext4'] });

test.for([
  [
    EXT4,
    { kind: 'answer', text: 'a table of partitions' },
    '',
    '/dev/x has a table of partitions, not ext4: A new file system would destroy what is on the device.',
  ],
  [{ ...EXT4, force: true }, { kind: 'answer', text: 'xfs' }, '', '/dev/x file system: xfs → ext4'],
  [
    EXT4,
    { kind: 'answer', text: 'no such device' },
    '',
    'there is no /dev/x: Correct dev; `runbook exec HOST -a lsblk` lists the devices of the host.',
  ],
  [EXT4, { kind: 'answer', text: 'no such device' }, 'later', '/dev/x file system: no such device → ext4'],
  [
    EXT4,
    { kind: 'missing' },
    '',
    'this host has no blkid: Install it with a task before this one: package: { name: util-linux }',
  ],
  [{ dev: '/dev/x', fstype: 'lvm' }, { kind: 'answer', text: 'LVM2_member' }, '', 'in_sync'],
] as const)('%j: %j %s', ([args, state, later, expected]) => {
  const [request] = filesystem.observes(filesystem.arguments.parse(args), undefined, contextOf());
  if (request === undefined) expect.fail('nothing is looked at');
  const made = args.fstype === 'lvm' ? need({ kind: 'program', names: ['pvcreate'] }) : MADE;
  const seen = seenAs(
    [[request, state], [made, { isMet: true }], ...wayOfRoot('/dev/x', 'other')],
    later === 'later' ? [request] : [],
  );
  expect(told(planWith(filesystem, args, seen))).toBe(expected);
});

describe.skipIf(SystemHost.missing !== undefined)('on a host', () => {
  let host: SystemHost;
  beforeAll(async () => {
    host = await SystemHost.start();
    // The second sector of a disk with a table of partitions of the kind dos ends with 55 aa.
    const made = host.run(
      'mkdir /home/al && truncate -s 20M /home/a.img "/home/c d.img" /home/b.img /home/e.img /home/al/d.img && ln -s e.img /home/by-link && chown -R nobody /home/al && printf "\\125\\252" | dd of=/home/b.img bs=1 seek=510 conv=notrunc && printf "\\203" | dd of=/home/b.img bs=1 seek=450 conv=notrunc && printf "\\1\\0\\0\\0\\1\\0\\0\\0" | dd of=/home/b.img bs=1 seek=454 conv=notrunc',
    );
    expect(made.status, made.stderr.toString()).toBe(0);
  });
  afterAll(() => host.stop());

  test.for([
    [{ dev: '/home/a.img', fstype: 'ext4', opts: '-L data' }, '/home/a.img file system: nothing → ext4'],
    [
      { dev: '/home/a.img', fstype: 'ext3' },
      '/home/a.img has ext4, not ext3: A new file system would destroy what is on the device.',
    ],
    [{ dev: '/home/a.img', fstype: 'ext3', force: true }, '/home/a.img file system: ext4 → ext3'],
    [
      { dev: '/home/b.img', fstype: 'ext4' },
      '/home/b.img has a table of partitions, not ext4: A new file system would destroy what is on the device.',
    ],
    [{ dev: '/home/c d.img', fstype: 'swap' }, '/home/c d.img file system: nothing → swap'],
    [{ dev: '/home/c d.img', state: 'absent' }, '/home/c d.img file system: swap → nothing'],
    [{ dev: '/home/none', state: 'absent' }, 'in_sync'],
    [{ dev: '/home/by-link', fstype: 'ext4' }, '/home/by-link file system: nothing → ext4'],
    [
      { dev: '/home/al/d.img', fstype: 'ext4' },
      'another user can change the way to /home/al/d.img: other users can change names in /home/al, or above it: the task could be made to write elsewhere.',
    ],
  ] as const)('%j', async ([args, expected]) => {
    const { outcome, failure } = await host.apply(filesystem, args);
    expect({ told: told(outcome), failure }).toEqual({ told: expected, failure: undefined });
    if (outcome.kind === 'change') expect(host.plan(filesystem, args).kind).toBe('in_sync');
  });
});
