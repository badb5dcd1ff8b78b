import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MapNode } from '../../engine/values/base/node.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { entryOf, resolved, roleScope, tasksOf, yamlOf } from './role-scope.ts';

/** When remove-node.yml, and the drain that it shares with upgrade.yml, have nothing more to do with a node, by the answers of kubectl. */
function taskOf(name: string): MapNode {
  const plays = yamlOf('playbooks/remove-node.yml');
  const first = plays.kind === 'list' ? plays.items[0] : undefined;
  const tasks = first?.kind === 'map' ? entryOf(first, 'tasks') : undefined;
  const found = tasks?.kind === 'list' ? tasks.items.filter((task) => task.kind === 'map') : [];
  const task = found.find((one) => {
    const title = entryOf(one, 'name');
    return title?.kind === 'scalar' && title.value === name;
  });
  return task ?? tasksOf('roles/node-drain/tasks/drain.yml').get(name) ?? expect.fail(`there is no task ${name}`);
}

/** Returns the exit status of the check of the task. undefined: kubectl cannot reach the API. */
async function statusOf(
  task: string,
  { node, rows }: { node: string | undefined; rows: string },
): Promise<number | null> {
  const kubectl = join(temporaryFolder('runbook-remove-'), 'kubectl');
  const answers = `case "$*" in *'get node'*) printf '%s' '${node ?? ''}' ;; *) printf '${rows}' ;; esac`;
  writeFileSync(kubectl, `#!/bin/sh\n${node === undefined ? 'exit 1' : answers}\n`);
  chmodSync(kubectl, 0o755);
  const scope = await roleScope({ role: 'node-drain', extra: { kubectl, item: 'k8s-node-2' } });
  const check = resolved(entryOf(taskOf(task), 'check'), scope);
  return spawnSync('sh', ['-c', typeof check === 'string' ? check : expect.fail('no text')]).status;
}

const DONE = 0;
const TO_DO = 1;

type Row = readonly [
  what: string,
  answers: { readonly node: string | undefined; readonly rows: string },
  status: number,
];

const GONE = { node: '', rows: '' };
const NO_API = { node: undefined, rows: '' };
const cordoned = (rows: string): Row[1] => ({ node: 'k8s-node-2 true', rows });
const withPods = (rows: string): Row[1] => ({ node: 'node/k8s-node-2', rows });

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'Node takes no new pods': [
    ['a Node that takes pods', { node: 'k8s-node-2 ', rows: '' }, TO_DO],
    ['a Node that takes none', { node: 'k8s-node-2 true', rows: '' }, DONE],
    ['a Node that is gone', GONE, DONE],
    ['no API', NO_API, TO_DO],
  ],
  'Node drained': [
    ['a Node without pods', cordoned(''), DONE],
    ['a Node without pods that takes pods', { node: 'k8s-node-2 ', rows: '' }, TO_DO],
    ['a Node with pods of DaemonSets', cordoned(String.raw`pod DaemonSet\npod DaemonSet\n`), DONE],
    ['a Node with a pod of a ReplicaSet', cordoned(String.raw`pod DaemonSet\npod ReplicaSet\n`), TO_DO],
    ['a Node with a pod that nobody owns', cordoned(String.raw`pod \n`), TO_DO],
    ['a Node that is gone', GONE, DONE],
    ['no API', NO_API, TO_DO],
  ],
  'Node absent in the cluster': [
    ['a Node', withPods(''), TO_DO],
    ['a Node that is gone', GONE, DONE],
    ['no API', NO_API, TO_DO],
  ],
  'Requests of the node for certificates absent': [
    ['a request', { node: '', rows: 'csr-1 ' }, TO_DO],
    ['none', GONE, DONE],
    ['no API', NO_API, TO_DO],
  ],
};

describe.each(Object.entries(TABLES))('%s', (task, rows) => {
  it.each(rows)('%s', async (_what, answers, status) => {
    expect(await statusOf(task, answers)).toBe(status);
  });
});
