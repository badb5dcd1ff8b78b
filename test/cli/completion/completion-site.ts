import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const FILES: Readonly<Record<string, string>> = {
  'hosts.yml': `
all:
  children:
    web:
      hosts: { web-1: { password: !vault "x" }, web-2: {} }
    db:
      hosts: { "db[1:2]": {} }
`,
  hosts: '[old]\nold-1 a=1\n[old:vars]\nb=2\n',
  'folder/more.yml': 'extra: { hosts: { more-1: {} } }\n',
  'program.sh': '#!/bin/sh\ntouch ran\necho "{}"\n',
  'broken.yml': 'all: [\n',
  'site.yml': `
- hosts: all
  tags: [whole]
  roles: [{ role: app, tags: "roles, more" }]
  tasks:
    - { name: Install the thing, command: id, tags: [install, "it's"] }
    - import_tasks: tasks/more.yml
    - block: [{ name: Inner, debug: { msg: !vault "x" }, tags: inner }]
- import_playbook: second.yml
`,
  'second.yml': '- { hosts: all, tasks: [{ name: Last, command: id, tags: last }] }\n',
  'tasks/more.yml': '- { name: Imported, command: id, tags: imported }\n- include_tasks: more.yml\n',
  'roles/app/tasks/main.yml': '- { name: In a role, command: id, tags: [app] }\n',
  'roles/app/meta/main.yml': 'dependencies: [base]\n',
  'roles/base/tasks/main.yml': '- { name: Base, command: id, tags: [base] }\n',
  '.runbook/runs/20260101T000000-aaa/journal.jsonl': '',
  '.runbook/runs/20260202T000000-bbb/journal.jsonl': '',
  'a b.yml': '',
};

/** A folder with inventories, playbooks and runs to complete, for the tests of a file. */
export function completionSite(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-completion-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  chmodSync(join(folder, 'program.sh'), 0o755);
  return folder;
}
