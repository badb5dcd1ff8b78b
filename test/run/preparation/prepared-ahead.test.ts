import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';

/** A task that was prepared ahead is used in its turn only if none of its inputs has changed. */
const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prepared-'));
  return () => rmSync(folder, { recursive: true });
});

test('a variable that changed since is seen in the turn of the task, its own and that of another host', async () => {
  const hosts = Object.fromEntries(
    ['a', 'b'].map((name) => [name, { ansible_connection: 'local', mine: join(folder, name), said: 'old' }]),
  );
  writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ web: { hosts } }));
  writeFileSync(
    join(folder, 'others.hbs'),
    '{{#each play_hosts}}{{lookup (lookup @root.hostvars this) "said"}} {{/each}}',
  );
  writeFileSync(
    join(folder, 'site.yml'),
    `- hosts: web
  tasks:
    - { name: before, copy: { content: "{{said}}", dest: "{{mine}}.before" } }
    - { name: say, set_fact: { said: "new {{inventory_hostname}}" } }
    - { name: own, copy: { content: "{{said}}", dest: "{{mine}}.own" } }
    - { name: others, template: { src: others.hbs, dest: "{{mine}}.others" } }
`,
  );
  const status = await new Promise((resolve) => {
    execFile(
      process.execPath,
      [RUNBOOK, 'play', 'site.yml', '-i', 'hosts.yml', '--no-lock'],
      { cwd: folder },
      (error) => resolve(error?.code ?? 0),
    );
  });
  expect(status).toBe(0);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  expect([read('a.before'), read('b.before')]).toEqual(['old', 'old']);
  expect([read('a.own'), read('b.own')]).toEqual(['new a', 'new b']);
  expect([read('a.others'), read('b.others')]).toEqual(['new a new b ', 'new a new b ']);
});
