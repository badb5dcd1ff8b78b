import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './role-scope.ts';

/** How nodes leave the service for an upgrade and come back: with a kubectl that keeps a cluster in a file. */
const run = promisify(execFile);
const NEW = 'v1.36.3';
const OLD = 'v1.35.4';
const NODES = ['node-1', 'node-2'];

interface Pod {
  readonly name: string;
  /** The kind of its controller; empty if it has none. */
  readonly owner?: string;
  readonly data?: boolean;
}

interface NodeState {
  readonly kubelet?: string;
  readonly runtime?: string;
  readonly ready?: string;
  readonly unschedulable?: boolean;
  /** The annotation of this role. */
  readonly mark?: string;
  readonly pods?: readonly Pod[];
}

type ClusterState = Readonly<Record<string, NodeState>>;

const DEFAULTS = { kubelet: OLD, runtime: 'containerd://2.4.2', ready: 'True', unschedulable: false, mark: '' };
const WEB: Pod = { name: 'web', owner: 'ReplicaSet' };
const AGENT: Pod = { name: 'agent', owner: 'DaemonSet' };

/** Answers the few calls of the role as kubectl does. `upgrade NODE` stands for the roles that bring a new kubelet. */
const KUBECTL = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const file = __dirname + '/cluster.json';
const nodes = JSON.parse(readFileSync(file, 'utf8'));
const given = process.argv.slice(2).filter((word) => !/^--(request-timeout|server)/.test(word));
const option = (name) => given.find((word) => word.startsWith('--' + name + '='))?.slice(name.length + 3) ?? '';
const [verb, kind, third] = given;
const save = () => writeFileSync(file, JSON.stringify(nodes));
if (verb === 'get' && kind === 'node') {
  const node = nodes[third];
  if (node === undefined) process.exit(given.includes('--ignore-not-found') ? 0 : 1);
  const fields = {
    '.metadata.name': third,
    '.status.nodeInfo.kubeletVersion': node.kubelet,
    '.status.nodeInfo.containerRuntimeVersion': node.runtime,
    '.status.conditions[?(@.type=="Ready")].status': node.ready,
    '.spec.unschedulable': node.unschedulable ? 'true' : '',
    '.metadata.annotations.runbook/cordoned-by': node.mark,
    '"{"': '{', '"}"': '}',
  };
  const text = option('output').slice('jsonpath='.length);
  process.stdout.write(text.replace(/\\{("[^"]*"|[^{}]*)\\}/g, (whole, field) => fields[field] ?? ''));
} else if (verb === 'get' && kind === 'pods') {
  const { pods } = nodes[/nodeName=([^,]*)/.exec(option('field-selector'))[1]] ?? { pods: [] };
  for (const pod of pods)
    console.log(option('output').includes('emptyDir') ? \`app/\${pod.name} \${pod.owner ?? ''}- \${pod.data ? '{}' : ''}\` : \`pod \${pod.owner ?? ''}\`);
} else if (verb === 'get' && option('raw') === '/version') {
  console.log('  "gitVersion": "${OLD}",');
} else if (verb === 'patch') {
  const { metadata, spec } = JSON.parse(option('patch'));
  nodes[third].mark = metadata.annotations['runbook/cordoned-by'] ?? '';
  nodes[third].unschedulable = spec.unschedulable ?? false;
  save();
} else if (verb === 'drain') {
  appendFileSync(__dirname + '/drains', given.join(' ') + '\\n');
  const stays = (pod) => pod.owner === 'DaemonSet';
  const other = Object.keys(nodes).find((name) => name !== kind && !nodes[name].unschedulable);
  if (other === undefined) { console.error('Cannot evict pod as it would violate the budget'); process.exit(1); }
  nodes[other].pods.push(...nodes[kind].pods.filter((pod) => !stays(pod) && pod.owner !== undefined));
  nodes[kind].pods = nodes[kind].pods.filter(stays);
  save();
} else if (verb === 'upgrade') {
  if (!nodes[kind].unschedulable && nodes[kind].kubelet !== '${NEW}') { console.error('pods run on ' + kind); process.exit(1); }
  nodes[kind].kubelet = '${NEW}';
  nodes[kind].runtime = 'containerd://2.4.2';
  save();
} else if (verb !== 'kubelet-of') process.exit(9);
else if (nodes[kind].kubelet !== '${NEW}') process.exit(1);
`;

const PLAYBOOK = [
  {
    name: 'Preflight',
    hosts: 'masters:nodes',
    any_errors_fatal: true,
    tasks: [
      {
        name: 'Preflight',
        import_role: { name: 'node-drain', tasks_from: 'preflight' },
        when: 'inventory_hostname in node_hosts',
      },
    ],
  },
  {
    name: 'Nodes',
    hosts: 'nodes',
    serial: 1,
    any_errors_fatal: true,
    pre_tasks: [{ name: 'Out', import_role: { name: 'node-drain' } }],
    tasks: [
      {
        name: 'New kubelet',
        check: '{{kubectl}} kubelet-of {{inventory_hostname}}',
        apply: '{{kubectl}} upgrade {{inventory_hostname}}',
      },
    ],
    post_tasks: [{ name: 'Back', import_role: { name: 'node-drain', tasks_from: 'back' } }],
  },
];

interface Done {
  readonly status: number;
  /** `host: task kind` of all tasks that are not in sync, in their order. */
  readonly steps: readonly string[];
  readonly text: string;
}

interface Trial {
  readonly state: () => ClusterState;
  readonly drains: () => readonly string[];
  readonly runbook: (command: 'plan' | 'play', extra?: object, ...args: readonly string[]) => Promise<Done>;
}

interface Event {
  readonly type: string;
  readonly host?: string;
  readonly task?: { readonly name: string };
  readonly outcome?: { readonly kind: string };
}

function trial(cluster: ClusterState): Trial {
  const folder = temporaryFolder('runbook-node-drain-');
  const file = (name: string): string => join(folder, name);
  mkdirSync(file('inventory/group_vars'), { recursive: true });
  cpSync(join(ROOT, 'inventory/group_vars/all.yml'), file('inventory/group_vars/all.yml'));
  symlinkSync(join(ROOT, 'roles'), file('roles'));
  const host = { ansible_connection: 'local', ansible_host: '127.0.0.1' };
  const hosts = Object.fromEntries(NODES.map((name) => [name, host]));
  writeFileSync(
    file('inventory/hosts.yml'),
    JSON.stringify({ masters: { hosts: { 'master-1': host } }, nodes: { hosts } }),
  );
  writeFileSync(file('site.yml'), JSON.stringify(PLAYBOOK));
  writeFileSync(file('kubectl'), KUBECTL, { mode: 0o755 });
  const whole = Object.entries(cluster).map(([name, node]) => [name, { ...DEFAULTS, pods: [], ...node }]);
  writeFileSync(file('cluster.json'), JSON.stringify(Object.fromEntries(whole)));
  writeFileSync(file('drains'), '');
  // Nothing listens on port 1: the first master is asked.
  const fixed = {
    kubectl: file('kubectl'),
    kubernetes_version: NEW.slice(1),
    apiserver_port: 1,
    node_drain_ready_timeout_seconds: 1,
  };
  return {
    state: () => JSON.parse(readFileSync(file('cluster.json'), 'utf8')),
    drains: () =>
      readFileSync(file('drains'), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    async runbook(command, extra = {}, ...args) {
      const all = { ...fixed, ...extra };
      const argv = [
        join(ROOT, 'bin/runbook.js'),
        command,
        'site.yml',
        '-i',
        'inventory/hosts.yml',
        '-e',
        JSON.stringify(all),
        '--output',
        'json',
        ...args,
      ];
      const ended = await run(process.execPath, argv, { cwd: folder }).catch((error: unknown) => {
        if (error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error) return error;
        throw error;
      });
      const text = `${String(ended.stdout)}${String(ended.stderr)}`;
      const events = String(ended.stdout)
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): Event => JSON.parse(line));
      const steps = events
        .filter(({ type, outcome }) => type === 'task_finished' && !['ok', 'skipped'].includes(outcome?.kind ?? ''))
        .map((event) => `${event.host ?? ''}: ${event.task?.name ?? ''} ${event.outcome?.kind ?? ''}`);
      return { status: 'code' in ended ? Number(ended.code) : 0, steps, text };
    },
  };
}

const SERVING = { kubelet: NEW, unschedulable: false, mark: '' };

describe('nodes that are older than the cluster', () => {
  it('are drained and upgraded one after another, as the plan says, and a second run does nothing', async () => {
    const { runbook, state, drains } = trial({ 'node-1': { pods: [WEB, AGENT] }, 'node-2': { pods: [AGENT] } });
    const plan = await runbook('plan');
    expect(plan.steps).toEqual(
      NODES.flatMap((node) => [
        `${node}: Node takes no new pods changed`,
        `${node}: Node drained changed`,
        `${node}: New kubelet changed`,
        `${node}: Node takes pods again unknown`,
      ]),
    );
    expect(drains()).toEqual([]);
    const play = await runbook('play');
    expect(play.status, play.text).toBe(0);
    expect(play.steps).toEqual(
      NODES.flatMap((node) => [
        `${node}: Node takes no new pods changed`,
        `${node}: Node drained changed`,
        `${node}: New kubelet changed`,
        `${node}: Node takes pods again changed`,
      ]),
    );
    expect(state()).toMatchObject({ 'node-1': SERVING, 'node-2': SERVING });
    expect(drains()).toHaveLength(2);
    expect((await runbook('play')).steps).toEqual([]);
    expect((await runbook('plan')).steps).toEqual([]);
    expect(drains()).toHaveLength(2);
  });

  it('stay out of service if an operator has taken them out', async () => {
    const { runbook, state, drains } = trial({
      'node-1': { unschedulable: true, pods: [WEB] },
      'node-2': { kubelet: NEW },
    });
    const play = await runbook('play');
    expect(play.status, play.text).toBe(0);
    expect(state()).toMatchObject({ 'node-1': { ...SERVING, unschedulable: true }, 'node-2': SERVING });
    expect(drains()[0]).toContain('drain node-1 ');
  });

  it('are drained for an older containerd alone', async () => {
    const { runbook, state, drains } = trial({
      'node-1': { kubelet: NEW, runtime: 'containerd://2.4.1', pods: [WEB] },
      'node-2': { kubelet: NEW },
    });
    const play = await runbook('play');
    expect(play.steps[0]).toBe('node-1: Node takes no new pods changed');
    expect(drains()).toHaveLength(1);
    expect(state()).toMatchObject({ 'node-1': SERVING });
  });
});

describe('a run that continues an interrupted one', () => {
  it('lets a node that is new and Ready take pods again, without a drain', async () => {
    const marked = { unschedulable: true, mark: 'upgrade' };
    const { runbook, state, drains } = trial({
      'node-1': { ...marked, kubelet: NEW, pods: [AGENT] },
      'node-2': { kubelet: NEW, pods: [WEB] },
    });
    expect((await runbook('play')).steps).toEqual(['node-1: Node takes pods again changed']);
    expect(drains()).toEqual([]);
    expect(state()).toMatchObject({ 'node-1': SERVING, 'node-2': SERVING });
  });

  it('goes on with a node that is half drained', async () => {
    const { runbook, state, drains } = trial({
      'node-1': { unschedulable: true, mark: 'upgrade', pods: [WEB] },
      'node-2': { kubelet: NEW },
    });
    const play = await runbook('play');
    expect(play.status, play.text).toBe(0);
    expect(drains()).toHaveLength(1);
    expect(state()).toMatchObject({ 'node-1': SERVING });
  });
});

describe('a fault before the run', () => {
  it.each<[string, ClusterState, object, string]>([
    ['a host that has not joined', { 'node-1': { kubelet: NEW } }, {}, 'add-node.yml -e added=node-2'],
    [
      'a way back',
      { 'node-1': { kubelet: 'v1.36.4' }, 'node-2': {} },
      {},
      'node-1 has kubelet v1.36.4, wanted is 1.36.3.',
    ],
    [
      'a pod that nothing makes again',
      { 'node-1': { kubelet: NEW, pods: [{ name: 'fine' }] }, 'node-2': { pods: [{ name: 'one-off' }] } },
      {},
      'node-2 has pods without a controller: app/one-off.',
    ],
    [
      'data that must stay',
      {
        'node-1': {
          pods: [
            { ...WEB, data: true },
            { ...AGENT, data: true },
          ],
        },
        'node-2': {},
      },
      { node_drain_delete_data: false },
      'node-1 has pods with data in emptyDir volumes, which a drain deletes: app/web.',
    ],
  ])('%s is refused before anything changes', async (_what, cluster, extra, said) => {
    const { runbook, state } = trial(cluster);
    const before = state();
    const play = await runbook('play', extra);
    expect(play.status).toBe(2);
    expect(play.text).toContain(said);
    expect(state()).toEqual(before);
  });

  it('is refused that would leave an apiserver older than the kubelet', async () => {
    const { runbook, state } = trial({ 'node-1': { pods: [WEB] }, 'node-2': {} });
    const before = state();
    const play = await runbook('play', {}, '--limit', 'node-1');
    expect(play.status).toBe(2);
    expect(play.text).toContain('The versions of those that answer: 1.35.4.');
    expect(state()).toEqual(before);
  });
});

describe('a fault in the run', () => {
  it('stops before the next node if a node does not become Ready, and leaves it out of service', async () => {
    const { runbook, state } = trial({ 'node-1': { ready: 'False' }, 'node-2': {} });
    const play = await runbook('play');
    expect(play.status).toBe(2);
    expect(play.text).toContain('The Node node-1 is not Ready with v1.36.3, but: v1.36.3 False');
    expect(state()).toMatchObject({
      'node-1': { unschedulable: true, mark: 'upgrade' },
      'node-2': { unschedulable: false, kubelet: OLD },
    });
  });

  it('tells what to do if a drain does not end', async () => {
    const { runbook } = trial({ 'node-1': { pods: [WEB] }, 'node-2': { unschedulable: true, kubelet: NEW } });
    const play = await runbook('play');
    expect(play.status).toBe(2);
    expect(play.text).toContain('Cannot evict pod as it would violate the budget');
    expect(play.text).toContain(
      'To give up: kubectl uncordon node-1; kubectl annotate node node-1 runbook/cordoned-by-',
    );
  });
});

describe('the drain', () => {
  it.each<[object, string]>([
    [{}, 'drain node-1 --ignore-daemonsets --timeout=300s --delete-emptydir-data'],
    [
      { node_drain_delete_bare_pods: true, node_drain_timeout_seconds: 60 },
      'drain node-1 --ignore-daemonsets --timeout=60s --force --delete-emptydir-data',
    ],
    [{ node_drain_delete_data: false }, 'drain node-1 --ignore-daemonsets --timeout=300s'],
  ])('with %j', async (extra, call) => {
    const { runbook, drains } = trial({ 'node-1': { pods: [WEB] }, 'node-2': { kubelet: NEW } });
    await runbook('play', extra);
    expect(drains()).toEqual([call]);
  });

  it('names the pods whose data it deletes', async () => {
    const { runbook } = trial({ 'node-1': { pods: [{ ...WEB, data: true }] }, 'node-2': { kubelet: NEW } });
    expect((await runbook('plan')).text).toContain('lose what they have in emptyDir volumes: app/web.');
  });
});
