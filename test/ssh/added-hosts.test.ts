import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Site } from './site.ts';

let site: Site;

/** Returns a playbook that adds the host `two`, which is reached as `one` of the inventory is, and plays there. */
async function adding(more: object = {}): Promise<string> {
  const { all } = JSON.parse(await readFile(join(site.folder, 'inventory.yml'), 'utf8')) as {
    readonly all: { readonly hosts: { readonly one: object }; readonly vars?: object };
  };
  const tasks = [{ name: 'Add', add_host: { name: 'two', groups: 'made', ...all.vars, ...all.hosts.one, ...more } }];
  const mark = {
    name: 'Mark',
    copy: { content: 'x', dest: `${site.folder}/{{inventory_hostname}}.txt`, mode: '0600' },
  };
  const plays = [
    { name: 'Adding', hosts: 'localhost', tasks },
    { name: 'Made', hosts: 'made', tasks: [mark, { debug: { msg: '{{facts.hostname}} is known' } }] },
  ];
  return site.playbook('adding.yml', JSON.stringify(plays));
}

describe.skipIf(process.getuid?.() !== 0)('a host that add_host adds (the tests need root, for mounts)', () => {
  beforeAll(async () => {
    site = await startSite({ one: {} });
  });
  afterAll(() => site.stop());

  test('is planned and played over SSH, and a second run finds nothing to do', async () => {
    const book = await adding();
    const planned = await site.run(['plan', book]);
    expect(planned.status, planned.stdout + planned.stderr).toBe(0);
    expect(planned.stdout).toContain('two.txt');
    const played = await site.run(['play', book]);
    expect(played.status, played.stdout + played.stderr).toBe(0);
    expect(await readFile(join(site.folder, 'two.txt'), 'utf8')).toBe('x');
    expect((await site.run(['play', book])).stdout).toContain('nothing to do');
  });

  test('that cannot be reached is told as any host', async () => {
    const played = await site.run(['play', await adding({ ansible_host: '127.0.0.1', ansible_port: 1 })]);
    expect(played.status).not.toBe(0);
    expect(played.stdout).toMatch(/unreachable: \[two\]/);
  });
});
