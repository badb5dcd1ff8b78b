import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { module as firewalld } from '../../engine/modules/firewalld.ts';
import { module as install } from '../../engine/modules/package.ts';
import { distribution } from '../../lab/distribution.ts';
import { type Lab, down, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { packageRepository } from '../../lab/packages.ts';
import { sshCommand } from '../../lab/ssh.ts';
import { hostOf } from '../../lab/state.ts';
import { told } from '../modules/told.ts';
import { LabHost } from './lab-host.ts';

const NAME = 'firewalls';
const reason = unfitness();
const SKIPPED = reason === undefined ? '' : ` (skipped: ${reason})`;

let host: LabHost;

/** Brings packages besides those of the lab to the host, as a second repository. */
async function bring(lab: Lab, names: readonly string[]): Promise<void> {
  const folder = await packageRepository({
    source: await distribution(),
    base: lab.state.base,
    report: () => undefined,
    names,
  });
  const archive = spawnSync('tar', ['-c', '-C', folder, '.'], { maxBuffer: 1 << 30 });
  const [command = '', ...args] = sshCommand(lab.state, hostOf(lab.state, 'k8s-master-1'), [
    'sudo',
    'sh',
    '-c',
    "'mkdir -p /srv/more && tar -x -C /srv/more && echo deb [trusted=yes] file:/srv/more ./ >/etc/apt/sources.list.d/more.list'",
  ]);
  const done = spawnSync(command, args, { input: archive.stdout });
  expect(done.status, done.stderr.toString()).toBe(0);
}

beforeAll(async () => {
  if (reason !== undefined) return;
  const lab = await up({ name: NAME, hosts: 1 });
  await bring(lab, ['firewalld']);
  host = new LabHost(lab);
  const { failure } = await host.apply(install, { name: 'firewalld', install_recommends: false });
  expect(failure).toBeUndefined();
});
afterAll(() => down(NAME));

const BOTH = { permanent: true, immediate: true, state: 'enabled' };
const TASKS = [
  [
    { service: 'https', ...BOTH },
    'firewalld default zone service https (permanent): disabled → enabled\nfirewalld default zone service https (running): disabled → enabled',
  ],
  [{ service: 'https', state: 'disabled' }, 'firewalld default zone service https (running): enabled → disabled'],
  [
    { port: '9000-9010/udp', state: 'enabled', timeout: 600 },
    'firewalld default zone port 9000-9010/udp (running): disabled → enabled',
  ],
  [{ zone: 'backups', state: 'present', permanent: true }, 'firewalld zone backups: absent → present'],
  [
    { zone: 'backups', service: 'ssh', state: 'enabled', permanent: true },
    'firewalld backups service ssh (permanent): disabled → enabled',
  ],
  [
    { zone: 'backups', service: 'ssh', state: 'enabled' },
    'firewall-cmd does not answer for root: Error: INVALID_ZONE: backups',
  ],
  [
    { zone: 'backups', target: 'DROP', state: 'enabled', permanent: true },
    'firewalld backups target DROP (permanent): disabled → enabled',
  ],
  [
    { zone: 'backups', target: 'DROP', state: 'absent', permanent: true },
    'firewalld backups target of its own (permanent): enabled → disabled',
  ],
  [{ zone: 'backups', state: 'absent', permanent: true }, 'firewalld zone backups: present → absent'],
  [
    { rich_rule: 'rule family="ipv4" source address="192.0.2.0/24" accept', permanent: true, state: 'enabled' },
    'firewalld default zone rich rule rule family="ipv4" source address="192.0.2.0/24" accept (permanent): disabled → enabled',
  ],
  [
    { masquerade: true, permanent: true, state: 'enabled' },
    'firewalld default zone masquerade (permanent): disabled → enabled',
  ],
  [
    { masquerade: false, permanent: true, state: 'enabled' },
    'firewalld default zone masquerade (permanent): enabled → disabled',
  ],
  [
    { interface: 'dummy9', zone: 'internal', state: 'enabled' },
    'firewalld internal interface dummy9 (running): disabled → enabled',
  ],
  [
    { source: '10.9.0.0/16', zone: 'internal', state: 'enabled' },
    'firewalld internal source 10.9.0.0/16 (running): disabled → enabled',
  ],
  [
    { port_forward: [{ port: 443, proto: 'tcp', toport: 8443 }], state: 'enabled' },
    'firewalld default zone forward port port=443:proto=tcp:toport=8443 (running): disabled → enabled',
  ],
  [
    { icmp_block_inversion: true, state: 'enabled' },
    'firewalld default zone icmp block inversion (running): disabled → enabled',
  ],
  [
    { icmp_block_inversion: true, state: 'disabled' },
    'firewalld default zone icmp block inversion (running): enabled → disabled',
  ],
] as const;

describe.skipIf(reason !== undefined)(`firewalld${SKIPPED}`, () => {
  test.for(TASKS)('%j', { timeout: 120_000 }, async ([args, expected]) => {
    const { outcome, failure } = await host.apply(firewalld, args);
    expect({ told: told(outcome), failure }).toEqual({ told: expected, failure: undefined });
    if (outcome.kind === 'change') expect(told(host.plan(firewalld, args))).toBe('in_sync');
  });

  test('the configuration is reached while firewalld does not run', { timeout: 120_000 }, async () => {
    expect(host.run('systemctl stop firewalld').status).toBe(0);
    const http = { service: 'http', permanent: true, state: 'enabled' };
    expect(told(host.plan(firewalld, { ...http, immediate: true }))).toBe(
      'firewall-cmd does not answer for root: FirewallD is not running',
    );
    const { outcome, failure } = await host.apply(firewalld, { ...http, immediate: true, offline: true });
    expect({ told: told(outcome), failure }).toEqual({
      told: 'firewalld default zone service http (permanent): disabled → enabled',
      failure: undefined,
    });
    expect(told(host.plan(firewalld, http))).toBe('in_sync');
    expect(host.run('systemctl start firewalld && firewall-cmd --query-service=http').status).toBe(0);
  });
});

describe.skipIf(reason !== undefined)(`apt${SKIPPED}`, () => {
  test('a file of a package is installed once, and what nothing needs goes', { timeout: 120_000 }, async () => {
    expect(host.run('cp /srv/packages/socat_*.deb /tmp/socat.deb').status).toBe(0);
    const { outcome, failure } = await host.apply(install, { deb: '/tmp/socat.deb' });
    expect(failure).toBeUndefined();
    expect(told(outcome)).toMatch(/^package socat version: absent → \d/);
    expect(told(host.plan(install, { deb: '/tmp/socat.deb' }))).toBe('in_sync');
    expect(host.run('apt-mark auto socat').status).toBe(0);
    const removed = await host.apply(install, { autoremove: true });
    expect(told(removed.outcome)).toMatch(/package socat version: \d\S* → absent/);
    expect(told(host.plan(install, { autoremove: true }))).toBe('in_sync');
    expect(
      (await host.apply(install, { upgrade: 'dist', update_cache: true, cache_valid_time: 0 })).failure,
    ).toBeUndefined();
    expect(told(host.plan(install, { upgrade: 'dist' }))).toBe('in_sync');
  });
});
