import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { nameBeside } from '../../engine/files/name-beside.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test.each([['a.yml'], ['名'.repeat(80)], ['😀'.repeat(60)], ['x'.repeat(255)]])(
  'a file can be made beside %j, hidden, in its folder and under another name each time',
  (name) => {
    const folder = temporaryFolder('runbook-beside-');
    const beside = nameBeside(join(folder, name));
    expect(dirname(beside)).toBe(folder);
    expect(beside.startsWith(join(folder, '.'))).toBe(true);
    expect(nameBeside(join(folder, name))).not.toBe(beside);
    writeFileSync(beside, '');
    rmSync(beside);
  },
);
