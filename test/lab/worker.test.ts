import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../engine/errors/problem.ts';
import { type Lab, down, up } from '../../lab/hosts.ts';
import { legacyHierarchies } from '../../lab/legacy-groups.ts';
import { unfitness } from '../../lab/machine.ts';
import { namesOf, plannedHosts } from '../../lab/state.ts';

/** Hosts that can run containers: their control groups, and what is left of these. */
const execute = promisify(execFile);
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
const NAME = 'worker-test';
const WORKER = 'k8s-node-1';

const hierarchies = legacyHierarchies(readFileSync('/proc/self/mounts', 'utf8'));

/** Returns the control groups of the lab in cgroup v1, with those that its hosts have made. */
async function groups(): Promise<string[]> {
  const folders = hierarchies.map(({ mountPoint }) => `${mountPoint}/runbook-lab/${namesOf(NAME).id}`);
  if (folders.length === 0) return [];
  const { stdout } = await execute('sh', ['-c', 'find "$@" -type d 2>/dev/null || true', 'sh', ...folders]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Returns the control groups and processes of the lab. */
async function traces(): Promise<string[]> {
  const { id, netns } = namesOf(NAME);
  const processes = (await execute('ps', ['-eo', 'args'])).stdout.split('\n');
  return [...(await groups()), ...processes.filter((line) => line.includes(id) || line.includes(netns))];
}

let lab: Lab;

beforeAll(async () => {
  if (why === undefined) lab = await up({ name: NAME, hosts: 0, workers: 1 });
}, 300_000);
afterAll(async () => {
  if (why === undefined) await down(NAME);
}, 60_000);

/** Makes a group with a process in each controller, as a container has, and one group that is empty. */
const CONTAINER = `
for controller in /sys/fs/cgroup/*; do
  [ -e "$controller/cgroup.procs" ] || continue
  mkdir -p "$controller/pods/left" "$controller/pods/one"
  if [ -e "$controller/cpuset.cpus" ]; then
    for group in pods pods/one; do
      for file in cpus mems; do cat "$controller/cpuset.$file" > "$controller/$group/cpuset.$file"; done
    done
  fi
  echo $$ > "$controller/pods/one/cgroup.procs"
done
setsid sleep infinity >/dev/null 2>&1 </dev/null &
cat /proc/$!/cgroup
`;

describe.skipIf(why !== undefined)(`a worker${SKIPPED}`, () => {
  test('boots, and shows kubelet the kernel parameters that it wants', async () => {
    expect(await lab.ssh(WORKER, 'systemctl is-system-running --wait')).toBe('running\n');
    expect(
      await lab.ssh(WORKER, 'cat /proc/sys/vm/overcommit_memory /proc/sys/kernel/panic /proc/sys/kernel/panic_on_oops'),
    ).toBe('1\n10\n1\n');
    expect(await lab.ssh(WORKER, 'sudo findmnt -n -o PROPAGATION /')).toBe('shared\n');
    expect(await lab.ssh(WORKER, 'stat -f -c %T /var/lib/containerd')).not.toMatch(/overlay/);
    await lab.ssh(WORKER, 'sudo dmesg >/dev/null');
  });

  test.skipIf(hierarchies.length === 0)(
    'sets limits in control groups, all of which are gone after a power cut',
    async () => {
      const membership = await lab.ssh(WORKER, `sudo sh -c '${CONTAINER.replaceAll("'", `'\\''`)}'`);
      expect(membership).toMatch(/memory:\/pods\/one$/m);
      await lab.ssh(WORKER, 'echo 64M | sudo tee /sys/fs/cgroup/memory/pods/one/memory.limit_in_bytes');
      expect(await groups()).toContainEqual(expect.stringMatching(/\/memory\/.*\/pods\/left$/));

      await lab.kill(WORKER);
      expect((await groups()).filter((group) => group.includes('/pods') || group.includes('system.slice'))).toEqual([]);
      await lab.start(WORKER);
      expect(await lab.ssh(WORKER, 'systemctl is-system-running --wait')).toBe('running\n');
    },
  );

  test.skipIf(hierarchies.length === 0)('leaves no group of an earlier boot when it reboots by itself', async () => {
    await lab.ssh(WORKER, `sudo sh -c '${CONTAINER.replaceAll("'", `'\\''`)}'`);
    const boot = await lab.ssh(WORKER, 'cat /proc/sys/kernel/random/boot_id');
    await lab.ssh(WORKER, 'sudo systemctl reboot').catch(() => undefined);
    await expect
      .poll(async () => await lab.ssh(WORKER, 'cat /proc/sys/kernel/random/boot_id').catch(() => boot), {
        timeout: 60_000,
      })
      .not.toBe(boot);
    expect((await groups()).filter((group) => group.includes('/pods'))).toEqual([]);
  });

  test('reaches the registry of the lab, which has the images whose programs need no build', async () => {
    const request = 'GET /v2/e2e-test-images/busybox/tags/list HTTP/1.0\\r\\n\\r\\n';
    const answer = await lab.ssh(
      WORKER,
      `bash -c 'exec 3<>/dev/tcp/192.168.1.1/5000; printf "${request}" >&3; cat <&3'`,
    );
    expect(answer).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
    expect(answer).toContain('{"name":"e2e-test-images/busybox","tags":["1.37.0-1"]}');
  });

  test('leaves no control group and no process when the lab is down', async () => {
    await down(NAME);
    expect(await traces()).toEqual([]);
  });

  test('leaves neither when up is interrupted after the registry has started', async () => {
    const controller = new AbortController();
    const report = (line: string): void => {
      if (line.startsWith('starting ')) controller.abort(new Problem({ code: 'interrupted', what: 'interrupted' }));
    };
    const begun = up({ name: NAME, hosts: 0, workers: 1, report, signal: controller.signal });
    await expect(begun).rejects.toMatchObject({ code: 'interrupted' });
    expect(await traces()).toEqual([]);
  });
});

describe('the hosts of a lab', () => {
  const names = (...counts: readonly (readonly [number, number])[]): string[] =>
    counts
      .reduce<ReturnType<typeof plannedHosts>>(
        (before, [hosts, workers]) => plannedHosts(before, { hosts, workers }, 'r-'),
        [],
      )
      .map(({ name, address, machine, worker }) => `${name} ${address} ${machine}${worker === true ? ' worker' : ''}`);

  test.each([
    { counts: [[1, 0]], hosts: ['k8s-master-1 192.168.1.26 r-1'] },
    {
      counts: [[1, 2]],
      hosts: [
        'k8s-master-1 192.168.1.26 r-1',
        'k8s-node-1 192.168.1.32 r-2 worker',
        'k8s-node-2 192.168.1.30 r-3 worker',
      ],
    },
    // Hosts that a lab has keep their kind when more are asked for.
    {
      counts: [
        [1, 1],
        [4, 1],
        [2, 2],
      ],
      hosts: [
        'k8s-master-1 192.168.1.26 r-1',
        'k8s-node-1 192.168.1.32 r-2 worker',
        'k8s-master-2 192.168.1.28 r-3',
        'k8s-master-3 192.168.1.29 r-4',
        'k8s-node-2 192.168.1.30 r-5',
        'k8s-node-3 192.168.1.31 r-6 worker',
      ],
    },
  ] as const)('$counts', ({ counts, hosts }) => {
    expect(names(...counts)).toEqual(hosts);
  });
});
