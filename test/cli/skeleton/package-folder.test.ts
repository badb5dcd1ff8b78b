import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kubernetesSkeleton, packageFolder } from '../../../engine/cli/skeleton/package-folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('the folder of the package is found from a file of its bundle, not one above it that looks like one', () => {
  const above = temporaryFolder('runbook-package-');
  const inside = join(above, 'node_modules/runbook');
  for (const folder of [above, inside]) {
    mkdirSync(join(folder, 'roles'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
  }
  mkdirSync(join(inside, 'dist'));
  expect(packageFolder(join(inside, 'dist'))).toBe(inside);
  expect(packageFolder()).toBe(ROOT);
});

test('the control plane comes with all that its playbooks name, without the lab', async () => {
  const names = [...(await kubernetesSkeleton()).keys()];
  expect(names).toEqual(
    expect.arrayContaining(['playbooks/site.yml', 'roles/etcd/tasks/main.yml', 'inventory/prod.yml']),
  );
  expect(names.filter((name) => /lab|gitignore/.test(name))).toEqual([]);
});
