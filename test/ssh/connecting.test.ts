import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SshTarget } from '../../engine/connection/base/target.ts';
import { Unreachable } from '../../engine/connection/base/unreachable.ts';
import { connect } from '../../engine/connection/connection.ts';
import { connectionContext } from '../../engine/connection/ssh/connection-context.ts';
import { authorize, freePort, makeKey, startOpensshServer, type OpensshServer } from './openssh-server.ts';
import { isOverOpenssh } from './transports.ts';

let server: OpensshServer;

beforeAll(async () => {
  server = await startOpensshServer();
});
const onAfterAll: (() => void)[] = [];
afterAll(async () => {
  for (const end of onAfterAll) end();
  await server.stop();
});

async function refusal(target: SshTarget): Promise<Unreachable> {
  const connection = await connect(target).catch((error: unknown) => error);
  if (connection instanceof Unreachable) {
    expect(connection.what).toContain(target.name);
    expect(connection.remedy).not.toBe('');
    expect(connection.started).toBe('no');
    return connection;
  }
  throw new Error('It was not refused', { cause: connection });
}

async function works(target: SshTarget, context = connectionContext()): Promise<string> {
  const connection = await connect(target, { context });
  const { stdout } = await (await connection.looking({ kind: 'login' })).look('id -un');
  await connection.close();
  return stdout.toString().trim();
}

describe('host keys', () => {
  test('a known one is taken', async () => {
    expect(await works(server.target())).toBe(server.target().user);
  });

  test('a changed one is refused, with file, line and fingerprint', async () => {
    const other = join(server.folder, 'other_host_key');
    await makeKey(other);
    const file = join(server.folder, 'changed');
    const key = (await readFile(`${other}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
    await writeFile(file, `# comment\n[127.0.0.1]:${server.port} ${key}\n`);
    for (const hostKeyChecking of ['strict', 'accept-new'] as const) {
      const error = await refusal(server.target({ knownHostsFiles: [file], hostKeyChecking }));
      expect(error.code).toBe('host-key-changed');
      expect(error.why).toMatch(/SHA256:\S+[^]*changed:2/);
      expect(error.remedy).toContain('ssh-keygen -R');
    }
  });

  test('a revoked one is refused', async () => {
    const file = join(server.folder, 'revoked');
    await writeFile(file, `[127.0.0.1]:${server.port} ${server.hostKey}\n@revoked * ${server.hostKey}\n`);
    expect((await refusal(server.target({ knownHostsFiles: [file] }))).code).toBe('host-key-revoked');
  });

  test('an unknown one is refused', async () => {
    const error = await refusal(server.target({ knownHostsFiles: [join(server.folder, 'none')] }));
    expect(error.code).toBe('host-key-unknown');
    expect(error.remedy).toContain('ssh-keyscan');
  });

  test('with accept-new, an unknown one is written down once, and then known', async () => {
    const file = join(server.folder, 'new', 'known_hosts');
    const target = server.target({ knownHostsFiles: [file], hostKeyChecking: 'accept-new' });
    // The three connections belong to one run.
    const context = connectionContext();
    await Promise.all([works(target, context), works(target, context), works(target, context)]);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    // If several processes of ssh run at the same time, each of them writes the key.
    expect(isOverOpenssh() ? [...new Set(lines)] : lines).toEqual([`[127.0.0.1]:${server.port} ${server.hostKey}`]);
    await works({ ...target, hostKeyChecking: 'strict' });
  });

  test('a hashed one is found', async () => {
    const file = join(server.folder, 'hashed');
    await copyFile(server.knownHosts, file);
    const { execFileSync } = await import('node:child_process');
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
    expect(await readFile(file, 'utf8')).toMatch(/^\|1\|/);
    await works(server.target({ knownHostsFiles: [file] }));
  });
});

describe('logging in', () => {
  test('with a key that the host does not know is refused, and says what was tried', async () => {
    const stranger = join(server.folder, 'stranger');
    await makeKey(stranger);
    const error = await refusal(server.target({ identityFiles: [stranger, join(server.folder, 'missing')] }));
    expect(error.code).toBe('authentication-failed');
    expect(error.why).toContain(stranger);
    expect(error.why).toContain('No such key file');
  });

  test('with nothing to try is refused', async () => {
    const error = await refusal(server.target({ identityFiles: [], agent: join(server.folder, 'no-agent') }));
    expect(error.code).toBe('authentication-failed');
    expect(error.why).toContain('no SSH agent');
  });

  test('with an encrypted key takes its passphrase', async () => {
    const file = join(server.folder, 'encrypted');
    await makeKey(file, ['-N', 'open sesame', '-a', '1']);
    await authorize(server, `${file}.pub`);
    await works(server.target({ identityFiles: [file], passphrase: 'open sesame' }));
    expect((await refusal(server.target({ identityFiles: [file] }))).why).toContain('no passphrase is given');
    expect((await refusal(server.target({ identityFiles: [file], passphrase: 'wrong' }))).why).toContain(
      'another passphrase',
    );
  });

  test('with an ed25519 key in PKCS#8 says how to convert it', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const file = join(server.folder, 'pkcs8');
    await writeFile(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await chmod(file, 0o600);
    expect((await refusal(server.target({ identityFiles: [file] }))).why).toContain('PKCS#8');
  });

  test('more keys than the server bears says so', async () => {
    const files = await Promise.all(
      Array.from({ length: 7 }, async (_, index) => {
        const file = join(server.folder, `many-${index}`);
        await makeKey(file);
        return file;
      }),
    );
    const error = await refusal(server.target({ identityFiles: files }));
    expect(error.code).toBe('authentication-failed');
    expect(error.why).toContain('too many');
  });
});

describe('an agent with more keys than the server puts up with', () => {
  let socket: string;
  let right: string;
  beforeAll(async () => {
    socket = join(server.folder, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    onAfterAll.push(() => agent.kill());
    await vi.waitFor(() => access(socket), { timeout: 20_000 });
    right = join(server.folder, 'agent-7');
    for (let number = 0; number < 8; number += 1) {
      const file = join(server.folder, `agent-${number}`);
      await makeKey(file);
      execFileSync('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    }
    await authorize(server, `${right}.pub`);
  });

  test('says which variable names the right one', async () => {
    const error = await refusal(server.target({ identityFiles: [], agent: socket }));
    expect(error.code).toBe('authentication-failed');
    expect(error.why).toContain('too many attempts');
    expect(error.remedy).toContain('`ansible_ssh_private_key_file`');
  });

  test('shows the one first that an identity file names, though the file is encrypted, or only its public part is here', async () => {
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-a', '1', '-f', right]);
    expect(await works(server.target({ identityFiles: [right], agent: socket }))).toBe(server.target().user);
    await rm(right);
    expect(await works(server.target({ identityFiles: [right], agent: socket }))).toBe(server.target().user);
    expect(await works(server.target({ identityFiles: [`${right}.pub`], agent: socket }))).toBe(server.target().user);
  });
});

describe('a host that cannot be reached', () => {
  test('because nothing listens', async () => {
    expect((await refusal(server.target({ port: await freePort() }))).code).toBe('connection-refused');
  });

  test('because its name does not exist', async () => {
    expect((await refusal(server.target({ address: 'no-such-host.invalid' }))).code).toBe('name-not-found');
  });

  test('because what listens never says a word', async () => {
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    expect((await refusal(server.target({ port, connectTimeoutMs: 300 }))).code).toBe('connect-timeout');
    silent.close();
  });

  test('because its login shell is none', async () => {
    const forced = await startOpensshServer({ ForceCommand: 'echo This account is not available; exit 1' });
    onTestFinished(() => forced.stop());
    const error = await refusal(forced.target());
    expect(error.code).toBe('no-shell');
    expect(error.why).toContain('This account is not available');
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    [
      'key exchange',
      { KexAlgorithms: 'sntrup761x25519-sha512@openssh.com' },
      'KexAlgorithms=curve25519-sha256',
      /curve25519.*KexAlgorithms/,
    ],
    ['cipher', { Ciphers: 'chacha20-poly1305@openssh.com' }, 'Ciphers=aes256-ctr', /aes256-gcm.*Ciphers/],
    [
      'MAC',
      { MACs: 'umac-128-etm@openssh.com', Ciphers: 'aes256-ctr' },
      'MACs=hmac-sha2-256',
      /hmac-sha2-256-etm.*MACs/,
    ],
    [
      'host key',
      { HostKeyAlgorithms: 'ssh-ed25519' },
      'HostKeyAlgorithms=rsa-sha2-512',
      /ssh-ed25519.*HostKeyAlgorithms/,
    ],
  ])('because both sides have no %s in common, and the remedy is for that', async (_what, config, option, remedy) => {
    const strange = await startOpensshServer(config);
    onTestFinished(() => strange.stop());
    const error = await refusal(strange.target({ openssh: { use: 'always', options: ['-o', option] } }));
    expect(error.code).toBe('no-common-algorithm');
    expect(error.remedy).toMatch(remedy);
  });
});

test.concurrent.each(['destroy', 'resetAndDestroy'] as const)(
  'a server that goes on dropping logins (%s) is told as having too many',
  async (how) => {
    const full = createServer((socket) => socket[how]());
    full.listen(0, '127.0.0.1');
    await once(full, 'listening');
    const address = full.address();
    // Starting it takes a while, so the server has hung up before anybody listens.
    const slow = join(server.folder, `slow-${how}`);
    await makeKey(slow, ['-N', 'open sesame', '-a', '100']);
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const error = await refusal(server.target({ port, identityFiles: [slow], passphrase: 'open sesame' }));
    expect(error.code).toBe('connection-dropped');
    expect(error.remedy).toContain('MaxStartups');
    full.close();
  },
);

test('logins that the server drops for being too many are tried again', async () => {
  const busy = await startOpensshServer({ MaxStartups: '2' });
  onTestFinished(() => busy.stop());
  const connections = await Promise.all(Array.from({ length: 8 }, () => connect(busy.target())));
  expect(connections).toHaveLength(8);
  await Promise.all(connections.map((connection) => connection.close()));
});

describe('through a jump host', () => {
  test('two hosts share its connection', async () => {
    const inner = await startOpensshServer();
    onTestFinished(() => inner.stop());
    const target = inner.target({ jumps: [server.target({ name: 'bastion' })] });
    expect(await Promise.all([works(target), works(target)])).toEqual([target.user, target.user]);
  });

  test('one that cannot be reached behind it is told with the name of the jump host', async () => {
    const error = await refusal(server.target({ port: await freePort(), jumps: [server.target({ name: 'bastion' })] }));
    expect(error.code).toBe('jump-refused');
    expect(error.what).toContain('bastion');
  });

  test('one that does not forward says how to allow it', async () => {
    const closed = await startOpensshServer({ AllowTcpForwarding: 'no' });
    onTestFinished(() => closed.stop());
    const error = await refusal(server.target({ jumps: [closed.target({ name: 'bastion' })] }));
    expect(error.remedy).toContain('AllowTcpForwarding');
  });
});
