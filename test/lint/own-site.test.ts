import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('no rule finds anything in the playbooks and roles of this repository', () => {
  const playbooks = readdirSync(join(ROOT, 'playbooks'))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `playbooks/${name}`);
  const hosts = ['added', 'removed', 'replaced'].flatMap((name) => ['-e', `${name}=k8s-master-1`]);
  const given = ['lint', ...playbooks, '-i', 'inventory/prod.yml', ...hosts];
  const stdout = execFileSync(join(ROOT, 'bin/runbook.js'), given, { cwd: ROOT, encoding: 'utf8' });
  expect(stdout).toBe(`${playbooks.length} playbooks: no problems\n`);
}, 300_000);
