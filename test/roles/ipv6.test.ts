import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * The roles support only IPv4, because they were never tried with IPv6: an error says so before the first connection.
 */
const ROOT = join(import.meta.dirname, '../..');

function runbook(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const program = [join(ROOT, 'bin/runbook.js'), ...args, '-i', join(ROOT, 'inventory/prod.yml')];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, RUNBOOK_STATE: '/dev/null' },
  });
  return { status, said: stdout + stderr };
}

test.each(['lint', 'plan'])('%s refuses addresses that are not IPv4', (command) => {
  const variables = [
    'service_cidr=fd00:2::/112',
    'pod_cidr=10.244.0.0/16,fd00:3::/56',
    'machine_cidr=fd00:1::/64',
    'api_vip=fd00:1::34',
  ];
  const { status, said } = runbook(
    command,
    ...variables.flatMap((one) => ['-e', one]),
    join(ROOT, 'playbooks/site.yml'),
  );
  expect(status).toBe(1);
  expect(said).toContain('api_vip must be an IPv4 address, not the string "fd00:1::34"');
  for (const name of ['service_cidr', 'pod_cidr', 'machine_cidr'])
    expect(said).toContain(`${name} must be an IPv4 network such as 10.96.0.0/16`);
  expect(said).not.toMatch(/unreachable|connected/);
});

test.each(['site.yml', 'renew-certs.yml', 'upgrade.yml'])('%s refuses a host of IPv6', (playbook) => {
  const { status, said } = runbook('lint', '-e', 'node_address=fd00:1::11', join(ROOT, 'playbooks', playbook));
  expect(status).toBe(1);
  expect(said).toContain('node_address must be an IPv4 address, not the string "fd00:1::11"');
});

test('the inventory of production passes', () => {
  expect(runbook('lint', join(ROOT, 'playbooks/site.yml')).said).not.toMatch(/IPv4/);
});
