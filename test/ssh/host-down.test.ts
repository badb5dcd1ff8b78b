import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OpensshServer, freePort, makeKey, startOpensshServer } from './openssh-server.ts';
import { connectionVariables } from './transports.ts';

/** A host that cannot be reached does not delay other hosts, and the exit status shows it. */
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

let server: OpensshServer;
let folder: string;
beforeAll(async () => {
  server = await startOpensshServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-down-'));
  return () => rmSync(folder, { recursive: true });
});

function inventory(down: { readonly port: number; readonly knownHosts: string }): void {
  const shared = {
    ...connectionVariables(),
    ansible_host: '127.0.0.1',
    ansible_ssh_private_key_file: server.identityFile,
  };
  const hosts = {
    up: {
      ...shared,
      ansible_port: server.port,
      ansible_known_hosts_file: server.knownHosts,
      file: join(folder, 'made'),
    },
    down: {
      ...shared,
      ansible_port: down.port,
      ansible_known_hosts_file: down.knownHosts,
      file: join(folder, 'not-made'),
    },
  };
  writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ all: { hosts } }));
  writeFileSync(
    join(folder, 'site.yml'),
    '- hosts: all\n  tasks:\n    - copy: { content: "made\\n", dest: "{{file}}" }\n',
  );
}

function play(): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [RUNBOOK, 'play', 'site.yml', '-i', 'hosts.yml', '--no-lock'],
      { cwd: folder },
      (error, stdout, stderr) => {
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr });
      },
    );
  });
}

test('a host that is down: the others go on, exit status 4', async () => {
  inventory({ port: await freePort(), knownHosts: server.knownHosts });
  const { status, text } = await play();
  expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('made\n');
  expect(text).toMatch(/unreachable: \[down\]/);
  expect(text).toMatch(/refuses connections/);
  expect(status).toBe(4);
});

test('a changed host key is refused, whatever the host says', async () => {
  const other = join(folder, 'other');
  await makeKey(other);
  const [type, key] = readFileSync(`${other}.pub`, 'utf8').split(' ');
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${server.port} ${type ?? ''} ${key ?? ''}\n`);
  inventory({ port: server.port, knownHosts });
  const { status, text } = await play();
  expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('made\n');
  expect(() => readFileSync(join(folder, 'not-made'))).toThrow(/ENOENT/);
  expect(text).toMatch(/host key/i);
  expect(status).toBe(4);
});
