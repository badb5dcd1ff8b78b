import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WildCase } from '../wild/case.ts';
import type { Done, Place } from '../wild/place.ts';
import { sandboxFor, whyNoSandbox } from '../wild/sandbox.ts';
import { ROOT } from './role-scope.ts';

const PARAMETER = '/proc/sys/net/ipv4/conf/all/route_localnet';
const FILE = '/etc/sysctl.d/90-kubernetes.conf';
const why = whyNoSandbox();

/** A host that an earlier version of the role prepared, as far as it matters here. */
const former: WildCase = {
  name: 'route-localnet',
  says: '',
  source: 'own',
  sandbox: true,
  lab: false,
  needs: [],
  files: {
    'p.yml': `- hosts: localhost
  vars: { os_prep_in_container: false, os_prep_sysctl: "{{kept}}" }
  tasks:
    - import_tasks: ${ROOT}/roles/os-prep/tasks/route-localnet.yml
  handlers:
    - import_tasks: ${ROOT}/roles/os-prep/handlers/main.yml
`,
  },
  steps: [{ sh: 'true', status: 0, shows: [], hides: [] }],
};

/** A neighbor on the same link without an own 127.0.0.1, which sends packets for that address to the host. */
const NEIGHBOR = `
mount -o remount,rw /proc/sys 2>/dev/null || true
setsid unshare --net sleep 3600 >/dev/null 2>&1 </dev/null &
pid=$!
until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add name here type veth peer name beyond
ip link set beyond netns $pid
ip address add 10.9.0.1/24 dev here
ip link set here up
nsenter --target=$pid --net sh -ec '
  ip address add 10.9.0.2/24 dev beyond
  ip link set beyond up
  ip link set lo up
  ip address del 127.0.0.1/8 dev lo
  ip route add 127.0.0.1/32 via 10.9.0.1
  echo 1 > ${PARAMETER}'
echo $pid >"$w/neighbor"
cat >"$w/serve.cjs" <<'END'
require('node:net').createServer((s) => s.end('only for this host')).listen(10259, '127.0.0.1', () => require('node:fs').writeFileSync(process.argv[2], ''));
END
setsid '${process.execPath}' "$w/serve.cjs" "$w/ready" >/dev/null 2>&1 </dev/null &
until [ -e "$w/ready" ]; do :; done
`;
/** Returns the answer that the neighbor gets from 127.0.0.1 of the host. */
const ASK = `nsenter --target=$(cat "$w/neighbor") --net timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/10259 && cat <&3' 2>/dev/null || true`;

describe.skipIf(why !== undefined)(`what listens on 127.0.0.1${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let place: Place;
  beforeAll(async () => {
    place = await sandboxFor(former);
    expect(await place.onHost(`set -e\n${NEIGHBOR}`)).toEqual({ status: 0, output: '' });
    await place.onHost(
      `mkdir -p /etc/sysctl.d; printf 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.route_localnet = 1\n' >${FILE}; echo 1 >${PARAMETER}`,
    );
  });
  afterAll(() => place.end());

  const run = (command: string, kept = '[]'): Promise<Done> =>
    place.onController(`runbook ${command} p.yml -e '{"kept": ${kept}}' 2>&1`);

  test('is reached by a neighbor where a former version has prepared the host', async () => {
    expect((await place.onHost(ASK)).output).toBe('only for this host');
  });

  test('stays so where the inventory asks for it', async () => {
    const kept = await run('play', '[{"name": "net.ipv4.conf.all.route_localnet", "value": "1"}]');
    expect(kept.status, kept.output).toBe(0);
    expect((await place.onHost(`cat ${PARAMETER}`)).output).toBe('1\n');
  });

  test('is closed to it by the next run, as the plan says', async () => {
    const plan = await run('plan');
    expect(plan.output).toContain('-net.ipv4.conf.all.route_localnet = 1');
    expect(plan.output).toContain('Close 127.0.0.1 to the network');
    expect((await place.onHost(ASK)).output).toBe('only for this host');
    const play = await run('play');
    expect(play.status, play.output).toBe(0);
    expect((await place.onHost(`cat ${FILE} ${PARAMETER}`)).output).toBe('net.ipv4.ip_forward = 1\n0\n');
    expect((await place.onHost(ASK)).output).toBe('');
  });

  test('is left to kube-proxy from then on', async () => {
    await place.onHost(`echo 1 >${PARAMETER}`);
    const again = await run('plan --detailed-exitcode');
    expect(again.status, again.output).toBe(0);
  });
});
