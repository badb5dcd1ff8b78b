import { expect, test } from 'vitest';
import { extentsFor, readSize } from '../../../engine/modules/system/lvm-size.ts';

const GROUP = { extent: 4 * 1024 * 1024, all: 100, free: 30, volumes: 1 };

test.for([
  // A text, the extents of a new volume, and those of a volume that has 20.
  ['512', 128, 128],
  ['512m', 128, 128],
  ['1G', 256, 256],
  ['1.5G', 384, 384],
  ['4194305B', 2, 2],
  ['8s', 1, 1],
  ['50%VG', 50, 50],
  ['33%vg', 33, 33],
  ['100%FREE', 30, 20],
  ['50%FREE', 15, 20],
  ['+100%FREE', 30, 50],
] as const)('%s', ([text, made, had]) => {
  const size = readSize(text);
  if (size === undefined) expect.fail('it is no size');
  expect([extentsFor(size, GROUP, undefined), extentsFor(size, GROUP, 20)]).toEqual([made, had]);
});

test.for(['', '0', '+10G', '-1G', '10%', '0%VG', '101%VG', '50%PVS', '50%ORIGIN', '+50%FREE', '1x', '1 G', '9999999E'])(
  '%j is no size',
  (text) => {
    expect(readSize(text)).toBeUndefined();
  },
);
