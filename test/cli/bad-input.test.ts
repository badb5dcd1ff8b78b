import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

let server: Server;
let connections = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly at: string;
  readonly says: RegExp;
  readonly remedy: RegExp;
}

function play(tasks: string): string {
  return `- name: One\n  hosts: web\n  tasks:\n${tasks}`;
}

const CASES: readonly Case[] = [
  {
    name: 'missing variable',
    files: {
      'site.yml': play('    - copy: { content: "{{greting}}", dest: /tmp/x }\n'),
      'group_vars/web.yml': 'greeting: hello\n',
    },
    at: 'site.yml:4:27',
    says: /greting/,
    remedy: /greeting/,
  },
  {
    name: 'missing variable in a template file',
    files: {
      'site.yml': play('    - template: { src: a.hbs, dest: /tmp/x }\n'),
      'templates/a.hbs': 'one\ntwo {{nothing}}\n',
    },
    at: 'templates/a.hbs:2:7',
    says: /nothing/,
    remedy: /./,
  },
  {
    name: 'unknown module',
    files: { 'site.yml': play('    - coppy: { content: a, dest: /tmp/x }\n') },
    at: 'site.yml:4:7',
    says: /coppy/,
    remedy: /copy/,
  },
  {
    name: 'unknown argument',
    files: { 'site.yml': play('    - copy: { content: a, dst: /tmp/x }\n') },
    at: 'site.yml:4:27',
    says: /dst/,
    remedy: /dest/,
  },
  {
    name: 'wrong type',
    files: { 'site.yml': play('    - copy: { content: a, dest: [1] }\n') },
    at: 'site.yml:4:33',
    says: /dest/,
    remedy: /./,
  },
  {
    name: 'unquoted mode',
    files: { 'site.yml': play('    - copy: { content: a, dest: /tmp/x, mode: 0644 }\n') },
    at: 'site.yml:4:47',
    says: /mode/,
    remedy: /"0644"/,
  },
  {
    name: 'duplicate key',
    files: { 'site.yml': play('    - copy:\n        dest: /tmp/x\n        content: a\n        content: b\n') },
    at: 'site.yml:7:9',
    says: /content/,
    remedy: /./,
  },
  {
    name: 'template syntax error',
    files: { 'site.yml': play('    - copy: { content: "{{#if x}}", dest: /tmp/x }\n') },
    at: 'site.yml:4:',
    says: /template|if/,
    remedy: /./,
  },
  {
    name: 'CEL error',
    files: { 'site.yml': play('    - command: "true"\n      when: a == = b\n') },
    at: 'site.yml:5:',
    says: /=/,
    remedy: /./,
  },
  {
    name: 'and instead of &&',
    files: { 'site.yml': play('    - command: "true"\n      when: true and false\n') },
    at: 'site.yml:5:18',
    says: /and/,
    remedy: /&&/,
  },
  {
    name: 'undefined role',
    files: { 'site.yml': '- hosts: web\n  roles: [etdc]\n', 'roles/etcd/tasks/main.yml': '[]\n' },
    at: 'site.yml:2:11',
    says: /etdc/,
    remedy: /etcd/,
  },
  {
    name: 'cyclic dependency',
    files: {
      'site.yml': '- hosts: web\n  roles: [one]\n',
      'roles/one/meta/main.yml': 'dependencies: [two]\n',
      'roles/two/meta/main.yml': 'dependencies: [one]\n',
    },
    at: 'roles/two/meta/main.yml:1:',
    says: /one/,
    remedy: /./,
  },
  {
    name: 'empty pattern',
    files: { 'site.yml': '- hosts: wbe\n  tasks: []\n' },
    at: 'site.yml:1:10',
    says: /wbe/,
    remedy: /web/,
  },
];

test.each(CASES)('$name: exit status 1, place and remedy, and no connection', async ({ files, at, says, remedy }) => {
  const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  try {
    const { port } = server.address() as AddressInfo;
    const all = {
      'hosts.yml': `web: { hosts: { web1: { ansible_host: 127.0.0.1, ansible_port: ${port} } } }\n`,
      ...files,
    };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const before = connections;
    const run = await runbook(folder, ['play', 'site.yml', '-i', 'hosts.yml']);
    expect(run.stderr).toContain(at);
    expect(run.stderr).toMatch(says);
    expect(run.stderr).toMatch(/help: /);
    expect(run.stderr).toMatch(remedy);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.status).toBe(1);
    expect(connections).toBe(before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function runbook(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [RUNBOOK, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}
