import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadInventory } from '../../../engine/inventory/load-inventory.ts';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import { loadPlaybook } from '../../../engine/playbook/load-playbook.ts';
import { printLists } from '../../../engine/report/listing/lists.ts';
import { Sink } from '../sink.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-lists-'));
  writeFileSync(join(directory, 'hosts.yml'), 'all: { hosts: { a: {}, b: {} } }\n');
  writeFileSync(
    join(directory, 'site.yml'),
    `- name: First
  hosts: all
  tasks:
    - name: Key of {{inventory_hostname}}
      random_key: { path: /srv/key }
      tags: [keys, secrets]
    - name: Pair
      key_pair: { path: /srv, name: pair }
      tags: [pair]
`,
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function list(
  what: 'hosts' | 'tasks' | 'tags',
  limit: string | undefined,
  tags: readonly string[],
): Promise<readonly string[]> {
  const inventory = await loadInventory([join(directory, 'hosts.yml')]);
  const playbook = await loadPlaybook(join(directory, 'site.yml'), { modules, rolesPath: [] });
  const sink = new Sink();
  printLists(
    playbook,
    inventory,
    {
      hosts: what === 'hosts',
      tasks: what === 'tasks',
      tags: what === 'tags',
      limit,
      selection: { tags, skipTags: [] },
    },
    sink,
  );
  return sink.lines().slice(3, -1);
}

it('lists hosts within the limit', async () => {
  expect(await list('hosts', undefined, [])).toEqual(['    hosts (2):', '      a', '      b']);
  expect(await list('hosts', 'b', [])).toEqual(['    hosts (1):', '      b']);
  await expect(list('hosts', 'nobody', [])).rejects.toThrow('nobody');
});

it('lists tasks and tags within the selection', async () => {
  expect(await list('tasks', undefined, [])).toEqual([
    '    tasks:',
    '      Key of {{inventory_hostname}}\tTAGS: [keys, secrets]',
    '      Pair\tTAGS: [pair]',
  ]);
  expect(await list('tasks', undefined, ['pair'])).toEqual(['    tasks:', '      Pair\tTAGS: [pair]']);
  expect(await list('tags', undefined, [])).toEqual(['    TASK TAGS: [keys, pair, secrets]']);
});
