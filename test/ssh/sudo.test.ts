import { chmod, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BecomePrivilege, SshTarget } from '../../engine/connection/base/target.ts';
import { connect, type Connection } from '../../engine/connection/connection.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

const root: BecomePrivilege = { kind: 'become', user: 'root', method: 'sudo' };

let server: OpensshServer;

const open: Connection[] = [];

async function login(user: string, changes: Partial<SshTarget> = {}): Promise<Connection> {
  const connection = await connect(server.target({ user, ...changes }));
  open.push(connection);
  return connection;
}

describe.skipIf(process.getuid?.() !== 0)('sudo (the test needs root, for users that only its server sees)', () => {
  beforeAll(async () => {
    server = await startOpensshServer({ PasswordAuthentication: 'yes' }, [
      { name: 'asked', uid: 64_001, password: "it's secret", sudo: 'ALL=(ALL) ALL' },
      { name: 'trusted', uid: 64_002, password: 'x', sudo: 'ALL=(ALL) NOPASSWD: ALL' },
      { name: 'nobodys', uid: 64_003, password: 'x' },
      { name: 'ttys', uid: 64_004, password: 'x', sudo: 'ALL=(ALL) NOPASSWD: ALL\nDefaults:ttys requiretty' },
    ]);
  });
  afterAll(async () => {
    await Promise.all(open.map((connection) => connection.close()));
    await server.stop();
  });

  passwords();
  refusals();
  workAsOther();
});

function passwords(): void {
  test('a password logs in', async () => {
    const connection = await login('asked', { identityFiles: [], password: "it's secret" });
    expect(connection.facts).toMatchObject({ user: 'asked', uid: 64_001 });
  });

  test('a wrong password does not', async () => {
    await expect(login('asked', { identityFiles: [], password: 'wrong' })).rejects.toMatchObject({
      code: 'authentication-failed',
    });
  });

  test('becomes another user with a password', async () => {
    expect(await whoIs(await login('asked'), { ...root, password: "it's secret" })).toBe('root\n/root\n');
  });

  test('becomes another user where no password is asked for, also when one is given', async () => {
    const connection = await login('trusted');
    expect(await whoIs(connection, root)).toBe('root\n/root\n');
    expect(await whoIs(connection, { ...root, user: 'daemon', password: 'not asked for' })).toBe('daemon\n/usr/sbin\n');
  });

  test('needs none to be who logged in', async () => {
    expect(await whoIs(await login('nobodys'), { ...root, user: 'nobodys' })).toBe('nobodys\n/\n');
  });
}

function refusals(): void {
  test.each([
    ['a wrong password', 'asked', { ...root, password: 'wrong' }, 'sudo-password-wrong'],
    ['no password where one is wanted', 'asked', root, 'sudo-password-needed'],
    ['no rule', 'nobodys', { ...root, password: 'x' }, 'sudo-refused'],
    ['a rule that wants a terminal', 'ttys', root, 'sudo-refused'],
    ['a user that does not exist', 'trusted', { ...root, user: 'no-such-user' }, 'no-such-account'],
  ] as const)('with %s says so, and the login goes on', async (_what, user, privilege, code) => {
    const connection = await login(user);
    await expect(connection.looking(privilege)).rejects.toMatchObject({
      code,
      started: 'no',
      remedy: expect.stringMatching(/sudo|NOPASSWD|become_user/),
    });
    const login_ = await connection.looking({ kind: 'login' });
    expect((await login_.look('id -un')).stdout.toString()).toBe(`${user}\n`);
  });

  test('that is not installed is told so, with what to do', async () => {
    const programs = await mkdtemp(join(tmpdir(), 'no-sudo-'));
    await chmod(programs, 0o755);
    for (const name of await readdir('/usr/bin'))
      if (name !== 'sudo') await symlink(join('/usr/bin', name), join(programs, name));
    const without = await startOpensshServer({ SetEnv: `PATH=${programs}` }, [
      { name: 'alone', uid: 64_005, password: 'x' },
    ]);
    const connection = await connect(without.target({ user: 'alone' }));
    await expect(connection.looking(root)).rejects.toMatchObject({
      code: 'sudo-missing',
      started: 'no',
      remedy: expect.stringContaining('Install sudo'),
    });
    await connection.close();
    await without.stop();
    await rm(programs, { recursive: true });
  });
}

function workAsOther(): void {
  test('ends what another user runs when its time is over', async () => {
    const changing = await (await login('asked')).changing({ ...root, password: "it's secret" });
    const failure = await changing
      .change('echo $$; (trap "" TERM; sleep 600) & sleep 600', { timeoutMs: 300 })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'timed-out', ended: true });
    const leader = failure instanceof Error && 'lastOutput' in failure ? Number(failure.lastOutput) : 0;
    expect(leader).toBeGreaterThan(1);
    await vi.waitFor(() => expect(stat(`/proc/${leader}`)).rejects.toThrow('ENOENT'), { timeout: 20_000 });
    expect((await changing.look('id -un')).stdout.toString()).toBe('root\n');
  });

  test('brings files as the other user', async () => {
    const changing = await (await login('asked')).changing({ ...root, password: "it's secret" });
    const path = `${server.folder}/of-root`;
    await changing.send(
      {
        size: 3,
        open: async function* () {
          yield Buffer.from('abc');
        },
      },
      path,
      { mode: '0600' },
    );
    expect(await stat(path)).toMatchObject({ uid: 0, size: 3 });
  });
}

async function whoIs(connection: Connection, privilege: BecomePrivilege): Promise<string> {
  return (await (await connection.looking(privilege)).look('id -un; echo "$HOME"')).stdout.toString();
}
