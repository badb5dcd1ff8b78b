import { expect, test, vi } from 'vitest';
import { loadInventory } from '../../engine/inventory/load-inventory.ts';
import { HostVariables } from '../../engine/run/host/variables.ts';
import { RunHosts } from '../../engine/run/run-hosts.ts';

const COUNT = 300;
const NAMES = Array.from({ length: COUNT }, (_, index) => `web-${index}`);

async function runHosts(): Promise<RunHosts> {
  return new RunHosts({
    inventory: await loadInventory([NAMES.join(',')]),
    playbook: { file: 'site.yml', plays: [] },
    extra: { level: 'extra vars', origin: '-e', variables: new Map() },
    selection: { tags: [], skipTags: [] },
    mode: 'play',
    slice: undefined,
  });
}

const inGroup = (name: string, group: string) => ({ name, groups: new Map([[group, []]]), variables: new Map() });

/** Returns what a template of a host sees as `groups`. */
function groupsSeenBy(hosts: RunHosts, name: string): object {
  const groups = hosts.byName.get(name)?.variables.scope(undefined).lookup('groups');
  return typeof groups === 'object' && groups !== null ? groups : {};
}

test('a host that joins a group costs the same for any number of hosts', async () => {
  const hosts = await runHosts();
  const forgets = vi.spyOn(HostVariables.prototype, 'forgetScopes');
  for (const name of NAMES) await hosts.add(inGroup(name, 'late'));
  expect(forgets.mock.calls.length).toBeLessThanOrEqual(COUNT);
  forgets.mockRestore();
});

test('every host sees the groups as they are now, in the order of joining', async () => {
  const hosts = await runHosts();
  expect(groupsSeenBy(hosts, 'web-0')).toMatchObject({ ungrouped: NAMES });
  for (const name of ['web-7', 'web-3', 'web-7']) await hosts.add(inGroup(name, 'late'));
  const others = NAMES.filter((name) => name !== 'web-7' && name !== 'web-3');
  for (const name of ['web-0', 'web-3'])
    expect(groupsSeenBy(hosts, name)).toMatchObject({ late: ['web-7', 'web-3'], ungrouped: others });
  expect(hosts.grown().groups.get('late')?.hosts).toEqual(['web-7', 'web-3']);
});
