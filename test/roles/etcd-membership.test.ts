import { describe, expect, it } from 'vitest';
import type { Value, ValueMap } from '../../engine/values/base/value.ts';
import { MASTERS, entryOf, holds, resolved, roleScope, tasksOf } from './role-scope.ts';

const tasks = tasksOf('roles/etcd/tasks/membership.yml');
const ADDRESSES = new Map([
  ['k8s-master-1', '192.168.1.26'],
  ['k8s-master-2', '192.168.1.28'],
  ['k8s-master-3', '192.168.1.29'],
]);
const ME = { peerURLs: ['https://192.168.1.26:2380'] };
const OTHER = {
  name: 'k8s-master-2',
  peerURLs: ['https://192.168.1.28:2380'],
  clientURLs: ['https://192.168.1.28:2379'],
};

interface Situation {
  readonly data: boolean;
  /** initial-cluster-state in the present file. */
  readonly configured?: string;
  readonly living?: readonly string[];
  readonly members?: readonly ValueMap[];
  readonly run?: readonly string[];
  /** Whether the running members have quorum. */
  readonly quorum?: boolean;
  /** Whether the other hosts of the run have data. */
  readonly others?: boolean;
}

/** Returns the values that the hosts of the run have registered about each other. */
function hostvarsIn({ data, run = MASTERS, others = false }: Situation): ValueMap {
  return Object.fromEntries(
    MASTERS.map((host) => [
      host,
      {
        node_address: ADDRESSES.get(host) ?? '',
        ...(run.includes(host) ? { etcd_data: { stat: { exists: host === 'k8s-master-1' ? data : others } } } : {}),
      },
    ]),
  );
}

/** Returns the values that the host has registered. */
function knownIn(situation: Situation): Record<string, Value> {
  const { data, configured = '', living = [], members = [], run = MASTERS, quorum = true } = situation;
  return {
    play_hosts: run,
    etcd_data: { stat: { exists: data } },
    etcd_configured_state: { stdout: configured },
    etcd_configured_cluster: { stdout: '' },
    etcd_living: { stdout: living.map((name) => `${name}\n`).join('') },
    etcd_known: quorum ? { rc: 0, json: { members } } : { rc: 1 },
  };
}

/** Returns the decision of the role: the assertion that stops it, or the initial state of the member. */
async function decide(situation: Situation): Promise<string> {
  const hostvars = hostvarsIn(situation);
  const known = knownIn(situation);
  const scope = async () => {
    const inner = await roleScope({ role: 'etcd', known });
    return {
      lookup: (name: string) => (name === 'hostvars' ? hostvars : inner.lookup(name)),
      names: () => inner.names(),
    };
  };
  known['etcd_peer_url'] = 'https://192.168.1.26:2380';
  for (const [name, task] of tasks) {
    const facts = entryOf(task, 'set_fact');
    if (facts?.kind === 'map') for (const { key, value } of facts.entries) known[key] = resolved(value, await scope());
    const assertion = entryOf(task, 'assert');
    if (assertion?.kind !== 'map') continue;
    if (!holds(entryOf(assertion, 'that'), await scope())) return name;
  }
  const state = known['etcd_initial_cluster_state'];
  return typeof state === 'string' ? state : 'no state';
}

describe('how an etcd member starts', () => {
  it.each<[string, Situation, string]>([
    ['a first run of all members', { data: false }, 'new'],
    ['a later run', { data: true, configured: 'new\n', others: true }, 'new'],
    ['a later run of one that once joined', { data: true, configured: 'existing\n', others: true }, 'existing'],
    ['data, and a lost configuration', { data: true, others: true }, 'existing'],
    ['data, and a run of this member alone', { data: true, configured: 'new', run: ['k8s-master-1'] }, 'new'],
    [
      'lost data beside a living cluster',
      {
        data: false,
        living: ['k8s-master-2'],
        members: [OTHER, { ...ME, name: 'k8s-master-1', clientURLs: ['https://192.168.1.26:2379'] }],
      },
      'The etcd member did not lose its data',
    ],
    [
      'lost data beside a member without quorum',
      { data: false, living: ['k8s-master-2'], quorum: false },
      'The living cluster has quorum',
    ],
    [
      'a first start that was cut off',
      { data: false, living: ['k8s-master-2'], members: [OTHER, { ...ME, name: 'k8s-master-1' }] },
      'new',
    ],
    [
      'a member that was added to join',
      { data: false, living: ['k8s-master-2'], members: [OTHER, { ...ME, isLearner: true }] },
      'existing',
    ],
    [
      'a stranger beside a living cluster',
      { data: false, living: ['k8s-master-2'], members: [OTHER] },
      'The living cluster knows the etcd member',
    ],
    [
      'no data beside sleeping members with data',
      { data: false, others: true },
      'Either all etcd members have data or none',
    ],
    [
      'a first run of one member alone',
      { data: false, run: ['k8s-master-1'] },
      'A new cluster has all its members in the run',
    ],
  ])('%s', async (_name, situation, outcome) => {
    expect(await decide(situation)).toBe(outcome);
  });
});

describe('when an etcd member may be restarted', () => {
  const gate = tasksOf('roles/etcd/handlers/main.yml').get('etcd keeps quorum without the member');
  it.each<[string, readonly [boolean, boolean, boolean], boolean]>([
    ['all are healthy', [true, true, true], true],
    ['it is the one that is ill', [false, true, true], true],
    ['another one is ill', [true, false, true], false],
    ['the cluster has no quorum anyway', [false, false, false], true],
  ])('%s', async (_name, health, expected) => {
    const json = [26, 28, 29].map((last, index) => ({
      endpoint: `https://192.168.1.${last}:2379`,
      health: health[index] ?? false,
    }));
    const scope = await roleScope({ role: 'etcd', known: { etcd_gate: { json } } });
    if (gate === undefined) throw new Error('the gate is gone');
    expect(holds(entryOf(gate, 'until'), scope)).toBe(expected);
  });
});

it.each([
  ['one', 'k8s-master-2\n'],
  ['several', 'k8s-master-2\nk8s-master-3\n'],
])('asks the first member that listens, of %s', async (_what, stdout) => {
  const scope = await roleScope({ role: 'etcd', known: { etcd_living: { stdout } } });
  expect(scope.lookup('etcd_first_living')).toBe('k8s-master-2');
});
