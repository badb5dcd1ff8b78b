import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/hosts.ts';
import { unfitness } from '../../lab/machine.ts';
import { API, allIsWell, cluster, etcdLeader, holderOfVip, pkiOf, release } from './cluster.ts';
import { underLoad } from './load.ts';

/** Faults while a client uses the API through the virtual address. */
const why = unfitness();
const SKIPPED = why === undefined ? '' : ` (skipped: ${why})`;
/** The limit that docs/operations.md promises. */
const LONGEST_GAP_MS = 5000;

let lab: Lab;

beforeAll(async () => {
  lab = await cluster('ops-b');
});
beforeEach(() => allIsWell(lab));
afterAll(() => release(lab));

const kill = (unit: string) => async (host: string) => {
  await lab.ssh(host, `sudo systemctl kill --signal=KILL ${unit}`);
  return () => Promise.resolve();
};
const stop = (unit: string) => async (host: string) => {
  await lab.ssh(host, `sudo systemctl stop ${unit}`);
  return async () => void (await lab.ssh(host, `sudo systemctl start ${unit}`));
};

describe.skipIf(why !== undefined)(`faults${SKIPPED}`, () => {
  test.each<[string, () => Promise<string>, (host: string) => Promise<() => Promise<void>>]>([
    ['the leader of etcd is killed', () => etcdLeader(lab), kill('etcd')],
    ['the leader of etcd stops', () => etcdLeader(lab), stop('etcd')],
    ['an apiserver is killed', () => holderOfVip(lab), kill('kube-apiserver')],
    ['haproxy is killed where the virtual address is', () => holderOfVip(lab), kill('haproxy')],
    ['haproxy stops where the virtual address is', () => holderOfVip(lab), stop('haproxy')],
    [
      'the power of the host with the virtual address is cut',
      () => holderOfVip(lab),
      async (host) => {
        await lab.kill(host);
        return () => lab.start(host);
      },
    ],
    [
      'the cable of the host with the virtual address is pulled',
      () => holderOfVip(lab),
      async (host) => {
        await lab.cut(host);
        return () => lab.mend(host);
      },
    ],
    [
      'the frames of the host with the virtual address are dropped',
      () => holderOfVip(lab),
      async (host) => {
        await lab.isolate(host);
        return () => lab.mend(host);
      },
    ],
  ])('%s: no acknowledged write is lost, and the API is back', async (name, victim, harm) => {
    const host = await victim();
    const [, summary] = await underLoad(lab, pkiOf(lab), API, async () => {
      const mend = await harm(host);
      // Long enough for any failover.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      await mend();
      await allIsWell(lab);
    });
    process.stdout.write(
      `${name} (${host}): away for ${(summary.gapMs / 1000).toFixed(1)} s, ${summary.failed} of ${summary.asked} requests failed, ` +
        `${summary.lost.length} of ${summary.written} acknowledged writes lost\n`,
    );
    expect(summary.written).toBeGreaterThan(0);
    expect(summary.lost).toEqual([]);
    expect(summary.gapMs).toBeLessThan(LONGEST_GAP_MS);
  });
});
