import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyModule } from '../../engine/modules/base/module.ts';
import { module as container } from '../../engine/modules/docker_container.ts';
import { module as image } from '../../engine/modules/docker_image.ts';
import { module as build } from '../../engine/modules/docker_image_build.ts';
import { module as pull } from '../../engine/modules/docker_image_pull.ts';
import { module as network } from '../../engine/modules/docker_network.ts';
import { module as volume } from '../../engine/modules/docker_volume.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { down, up } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { LabHost } from './lab-host.ts';

const NAME = 'containers';
const reason = unfitness();
const SKIPPED = reason === undefined ? '' : ` (skipped: ${reason})`;
const PACKAGES = ['aardvark-dns', 'busybox-static', 'crun', 'docker.io', 'iptables', 'netavark', 'podman'];

/** A container in a container has no key ring, no overlay, and with crun no control groups of its own. */
const PREPARE = `set -e
apt-get -q update; DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install ${PACKAGES.join(' ')}
printf '[storage]\\ndriver="vfs"\\nrunroot="/run/containers/storage"\\ngraphroot="/var/lib/containers/storage"\\n' >/etc/containers/storage.conf
printf '[containers]\\nkeyring=false\\ncgroups="disabled"\\n[network]\\nnetwork_backend="netavark"\\n' >/etc/containers/containers.conf
rm -rf /var/lib/containers /run/containers /etc/cni/net.d
mkdir -p /srv/image/bin /srv/image/etc /srv/image/tmp /srv/build /srv/data
cp /bin/busybox /srv/image/bin/; for one in sh sleep true env; do ln -s busybox /srv/image/bin/$one; done
echo root:x:0:0::/:/bin/sh >/srv/image/etc/passwd
printf 'FROM box:1\\nARG V\\nENV V=$V\\n' >/srv/build/Dockerfile
for p in docker podman; do
  tar -C /srv/image -c . | $p import -c 'ENV OF_IMAGE=1' -c 'CMD ["sleep","1000"]' -c 'LABEL of.image=yes' - box:1
done`;

type Expected = 'changes' | 'in_sync' | 'always' | RegExp;
type Step = readonly [module: AnyModule, args: object, expected: Expected];

const STEPS: readonly Step[] = [
  [volume, { name: 'v1', labels: { a: 'b' } }, 'changes'],
  [volume, { name: 'v1', labels: { a: 'c' } }, 'in_sync'],
  [volume, { name: 'v1', labels: { a: 'c' }, recreate: 'options-changed' }, 'changes'],
  [
    network,
    {
      name: 'net1',
      internal: true,
      labels: { x: 'y' },
      ipam_config: [{ subnet: '10.77.0.0/24', gateway: '10.77.0.1' }],
    },
    'changes',
  ],
  [network, { name: 'net1', internal: false }, 'changes'],
  [network, { name: 'net2' }, 'changes'],
  [pull, { name: 'box:1', pull: 'not_present' }, 'in_sync'],
  [container, { name: 'web', image: 'none:1', pull: 'never' }, /does not have the image none:1/],
  [container, { name: 'web', image: 'box:1', networks: ['lost'] }, /there is no network lost/],
  [container, { name: 'web' }, /names no image/],
  [
    container,
    {
      name: 'web',
      image: 'box:1',
      command: 'sleep 500',
      env: { A: "it's $x", TOKEN: Secret.of('sec ret"1'), N: 5 },
      volumes: ['/srv/data:/data:ro', 'v1:/v', '/unnamed'],
      ports: ['127.0.0.1:8090:80', '8100-8101:90-91/udp'],
      restart_policy: 'unless-stopped',
      labels: { l: 'm' },
      user: 'root',
      working_dir: '/tmp',
      hostname: 'inside',
      capabilities: ['NET_ADMIN'],
      cap_drop: ['MKNOD'],
      tmpfs: ['/run2:size=1m'],
      ulimits: ['nofile:1000:2000'],
      etc_hosts: { other: '192.0.2.7' },
      dns_servers: ['192.0.2.9'],
      shm_size: '32M',
      init: false,
      read_only: false,
      stop_timeout: 3,
      stop_signal: 'SIGKILL',
      devices: ['/dev/null:/dev/nothing'],
      security_opts: ['no-new-privileges'],
      networks: [{ name: 'net1', aliases: ['alias'] }, 'net2'],
    },
    'changes',
  ],
  [container, { name: 'web', image: 'box:1', env: { A: 'other' }, command: ['sleep', '501'] }, 'changes'],
  [container, { name: 'web', state: 'stopped', stop_timeout: 0 }, 'changes'],
  [container, { name: 'web' }, 'changes'],
  [container, { name: 'web', restart: true, stop_timeout: 0 }, 'always'],
  [container, { name: 'web', image: 'box:1', entrypoint: ['sleep', '600'], network_mode: 'host' }, 'changes'],
  [
    container,
    {
      name: 'web',
      image: 'box:1',
      command: ['sleep', '700'],
      healthcheck: { test: ['CMD', 'true'], interval: '1s', timeout: '2s', retries: 3 },
    },
    'changes',
  ],
  [build, { name: 'box:2', path: '/srv/build', args: { V: 7 } }, 'changes'],
  [image, { name: 'box', tag: '2', source: 'build', build: { path: '/srv/build' }, repository: 'other:9' }, 'changes'],
  [image, { name: 'other:9', state: 'absent' }, 'changes'],
  [image, { name: 'gone:1', source: 'local' }, /does not have the image gone:1/],
  [container, { name: 'web', image: 'box:2', command: ['sleep', '700'] }, 'changes'],
  [container, { name: 'idle', image: 'box:1', state: 'present', command: 'sleep 5' }, 'changes'],
  [network, { name: 'net2', connected: ['web'] }, 'changes'],
  [container, { name: 'web', state: 'absent', stop_timeout: 0 }, 'changes'],
  [container, { name: 'idle', state: 'absent' }, 'changes'],
  [network, { name: 'net1', state: 'absent' }, 'changes'],
  [network, { name: 'net2', state: 'absent' }, 'changes'],
  [volume, { name: 'v1', state: 'absent' }, 'changes'],
  [image, { name: 'box:2', state: 'absent', force_absent: true }, 'changes'],
];

let host: LabHost;

beforeAll(async () => {
  const lab = await up({ name: NAME, hosts: 1, packages: PACKAGES, nests: true });
  host = new LabHost(lab);
  const { status, stderr } = host.run(PREPARE);
  expect(status, stderr.toString().slice(-2000)).toBe(0);
});
afterAll(() => down(NAME));

async function take([module, own, expected]: Step, program: string): Promise<void> {
  // In a container in a container, podman may not set limits.
  const args = { ...own, program, ...(program === 'podman' && 'ulimits' in own ? { ulimits: [] } : {}) };
  const { outcome, failure } = await host.apply(module, args);
  expect(failure).toBeUndefined();
  if (expected instanceof RegExp) {
    expect(outcome).toMatchObject({ kind: 'impossible', what: expect.stringMatching(expected) });
    return;
  }
  expect(outcome).toMatchObject({ kind: expected === 'in_sync' ? 'in_sync' : 'change' });
  expect(host.plan(module, args)).toMatchObject({ kind: expected === 'always' ? 'change' : 'in_sync' });
}

describe.skipIf(reason !== undefined).each(['docker', 'podman'])(`%s${SKIPPED}`, (program) => {
  test.each(STEPS.map((step, index) => [index, step[0].name, step[1], step] as const))(
    '%i %s %j',
    async (_index, _name, args, step) => {
      await take(step, program);
      if (!('env' in args) || !('labels' in args)) return;
      const { stdout } = host.run(`${program} exec web env`);
      expect(stdout.toString().split('\n')).toEqual(expect.arrayContaining(["A=it's $x", 'TOKEN=sec ret"1', 'N=5']));
    },
  );
});
