import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, startOpensshServer, type OpensshServer } from './openssh-server.ts';

// A login to the controller itself runs code on the controller: an inventory from elsewhere must not cause it.

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const folder = mkdtempSync(join(tmpdir(), 'runbook-this-machine-'));
let server: OpensshServer;

beforeAll(async () => {
  server = await startOpensshServer();
  await makeKey(join(folder, 'other'));
  for (const name of ['elsewhere', 'here']) mkdirSync(join(folder, name));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly ok: boolean;
  readonly code?: string;
  readonly what?: string;
  readonly remedy?: string;
}

/** Runs `ping` on a machine whose own host key is that of the file. */
function ping(how: string, ownKey: string, more: Readonly<Record<string, unknown>>, ...args: readonly string[]): Said {
  const vars = {
    ansible_connection: how,
    ansible_host: '127.0.0.1',
    ansible_port: server.port,
    ansible_user: userInfo().username,
    ansible_known_hosts_file: server.knownHosts,
    ansible_ssh_private_key_file: server.identityFile,
    ...more,
  };
  const inventory = join(folder, 'elsewhere/hosts.yml');
  writeFileSync(inventory, JSON.stringify({ all: { hosts: { host: vars } } }));
  writeFileSync(join(folder, 'key.pub'), `${ownKey} root@here\n`);
  const machine = 'mount -t tmpfs tmpfs /etc/ssh && cp "$1" /etc/ssh/ssh_host_ed25519_key.pub && shift && exec "$@"';
  const call = [process.execPath, RUNBOOK, 'ping', 'host', '-i', inventory, '--output', 'json', ...args];
  const options = { cwd: join(folder, 'here'), stdio: 'pipe' } as const;
  const said = ((): string => {
    try {
      return execFileSync(
        'unshare',
        ['--mount', 'sh', '-c', machine, 'sh', join(folder, 'key.pub'), ...call],
        options,
      ).toString();
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    }
  })();
  return JSON.parse(said.split('\n')[0] ?? '') as Said;
}

describe.runIf(process.getuid?.() === 0).each(['ssh', 'openssh'])('over %s', (how) => {
  test.each([
    ['that shows its key', {}],
    ['that shows its key, and is not to be checked', { ansible_host_key_checking: false }],
    ['of another name', { ansible_host: 'localhost', ansible_host_key_checking: false }],
  ])('an inventory from elsewhere does not log in to this machine, by an address %s', (_, more) => {
    const said = ping(how, server.hostKey, more);
    expect(said).toMatchObject({ ok: false, code: 'this-machine' });
    expect(said.what).toMatch(/^host is this machine itself/);
    expect(said.remedy).toContain('--trust');
    expect(ping(how, server.hostKey, more, '--trust').ok).toBe(true);
  });

  test('it logs in to another machine, whatever its address is', () => {
    expect(
      ping(how, readFileSync(join(folder, 'other.pub'), 'utf8').split(' ').slice(0, 2).join(' '), {}),
    ).toMatchObject({ ok: true });
  });
});
