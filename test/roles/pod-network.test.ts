import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { rendered } from './role-scope.ts';

/** What pod-network does with a bridge: the program itself, with commands that answer from files. */
const NODE = 'k8s-node-2';
const LINES = ['k8s-node-1 10.244.0.0/24', `${NODE} 10.244.1.0/24`];
const known = { pod_network_known: { stdout_lines: LINES }, play_hosts: [NODE] };

const IP = `case "$*" in
*'address show dev cni0') cat "$FOLDER/bridge" ;;
*'link show master cni0') cat "$FOLDER/pods" ;;
*'route show'*) echo '10.244.0.0/24 via 192.168.1.32 dev host0' ;;
*) echo "$*" >>"$FOLDER/done" ;;
esac`;
const NFT = `case "$1" in
list) echo 'ip saddr 10.244.0.0/16 ip daddr != 10.244.0.0/16 masquerade' ;;
*) cat >/dev/null ;;
esac`;

interface Outcome {
  readonly status: number | null;
  readonly said: string;
  /** The commands of ip that change something. */
  readonly done: readonly string[];
}

async function run(action: string, bridge: string, pods = ''): Promise<Outcome> {
  const folder = temporaryFolder('runbook-pod-network-');
  const extra = { pod_network_dir: folder, pod_cidr: '10.244.0.0/16' };
  const text = (template: string): Promise<string> =>
    rendered(template, { role: 'pod-network', host: NODE, known, extra });
  mkdirSync(join(folder, 'proc/sys/net/ipv4'), { recursive: true });
  const files = {
    routes: await text('routes.hbs'),
    bridge: bridge === '' ? '' : `5: cni0    inet ${bridge} brd 10.244.1.255 scope global cni0\n`,
    pods,
    done: '',
    ip: `#!/bin/sh\n${IP}\n`,
    nft: `#!/bin/sh\n${NFT}\n`,
    program: (await text('pod-network.hbs')).replaceAll('/proc/sys', `${folder}/proc/sys`),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  for (const name of ['ip', 'nft', 'program']) chmodSync(join(folder, name), 0o755);
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, FOLDER: folder };
  const { status, stderr } = spawnSync(join(folder, 'program'), [action], { encoding: 'utf8', env });
  const done = readFileSync(join(folder, 'done'), 'utf8').split('\n');
  return { status, said: stderr, done: done.filter((line) => line !== '' && !line.includes('route replace')) };
}

const PODS = '7: veth1234@if2: <BROADCAST> mtu 1500 master cni0\n';

describe('the bridge of pods', () => {
  it.each([
    ['none yet', '', '', 0],
    ['one with the first address of the network of the node', '10.244.1.1/24', PODS, 0],
    ['one of another network', '10.244.7.1/24', '', 1],
    ['one with another size', '10.244.1.1/16', '', 1],
  ])('%s', async (_what, bridge, pods, status) => {
    expect(await run('check', bridge, pods)).toEqual({ status, said: '', done: [] });
  });

  it('of another network is removed if no pod uses it', async () => {
    expect(await run('set', '10.244.7.1/24')).toEqual({ status: 0, said: '', done: ['link delete cni0'] });
  });

  it('of its own network stays', async () => {
    expect(await run('set', '10.244.1.1/24', PODS)).toEqual({ status: 0, said: '', done: [] });
  });

  it('of another network stays if pods use it, and the message tells how to let them go', async () => {
    const { status, said, done } = await run('set', '10.244.7.1/24', PODS);
    expect({ status, done }).toEqual({ status: 1, done: [] });
    expect(said).toMatch(/cni0 has the address 10\.244\.7\.1\/24.* 10\.244\.1\.0\/24.*kubectl drain k8s-node-2/);
  });
});
