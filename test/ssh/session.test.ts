import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect, type Changing, type Connection } from '../../engine/connection/connection.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

let server: OpensshServer;
let connection: Connection;
let host: Changing;

beforeAll(async () => {
  server = await startOpensshServer();
  connection = await connect(server.target());
  host = await connection.changing({ kind: 'login' });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

/** Resolves when no process of the group is left. */
function gone(leader: number): Promise<void> {
  expect(leader).toBeGreaterThan(1);
  return vi.waitFor(() => expect(() => process.kill(-leader, 0)).toThrow('ESRCH'), { timeout: 20_000 });
}

describe('a session over SSH', () => {
  test('brings the facts with the greeting, and a script is one round trip', async () => {
    expect(connection.facts.user).toBe(server.target().user);
    const before = connection.counters;
    await host.look('uname -r');
    const after = connection.counters;
    expect(after.roundTrips - before.roundTrips).toBe(1);
    expect(after.bytesSent).toBeGreaterThan(before.bytesSent);
    expect(after.bytesReceived).toBeGreaterThan(before.bytesReceived);
  });

  test('is binary safe in both streams', async () => {
    const completed = await host.look("printf '\\000\\377\\001'; printf '\\376\\000' >&2");
    expect([...completed.stdout, ...completed.stderr]).toEqual([0, 255, 1, 254, 0]);
  });

  test('brings much output whole, and more than the bound cut', async () => {
    const whole = await host.look('head -c 5000000 /dev/zero', { maxOutputBytes: 6_000_000 });
    expect([whole.stdout.length, whole.cut]).toEqual([5_000_000, false]);
    const bounded = await host.look('head -c 5000000 /dev/zero');
    expect([bounded.stdout.length, bounded.cut]).toEqual([1024 * 1024, true]);
  });

  test('brings 20 MB to the host, in one round trip but for the opening of a shell', async () => {
    const { roundTrips } = connection.counters;
    const content = randomBytes(20_000_000);
    const path = join(server.folder, 'large');
    const sha256 = createHash('sha256').update(content).digest('hex');
    async function* open(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
    }
    await host.send({ size: content.length, sha256, open }, path, { mode: '0600' });
    expect(connection.counters.roundTrips - roundTrips).toBe(1);
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(sha256);
  });

  test('a script over its time is ended on the host, and the session goes on', async () => {
    const failure = await host
      .change('echo $$; (trap "" TERM; sleep 600) & sleep 600', { timeoutMs: 300 })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'timed-out', ended: true });
    if (failure instanceof Error && 'lastOutput' in failure) await gone(Number(failure.lastOutput));
    expect((await host.look('echo alive')).stdout.toString()).toBe('alive\n');
  });
});

describe('a connection that is cut', () => {
  test('in a script: it may have been done, and it is ended on the host', async () => {
    const proxy = await startCuttingProxy(server.port);
    onTestFinished(() => proxy.stop());
    const cut = await connect(server.target({ port: proxy.port, hostKeyChecking: 'off' }));
    const changing = await cut.changing({ kind: 'login' });
    let leader = 0;
    const running = changing.change('echo $$; sleep 600', {
      onOutput: (text) => {
        // ssh itself prints a message when it is cut.
        if (leader === 0) leader = Number(text);
        proxy.cut();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'connection-lost', started: 'maybe' });
    await gone(leader);
    await expect(changing.look('true')).rejects.toMatchObject({ code: 'connection-lost', started: 'no' });
    await cut.close();
  });

  test('in a file: nothing is left of it', async () => {
    const proxy = await startCuttingProxy(server.port);
    onTestFinished(() => proxy.stop());
    const cut = await connect(server.target({ port: proxy.port, hostKeyChecking: 'off' }));
    const changing = await cut.changing({ kind: 'login' });
    const path = join(server.folder, 'torn');
    async function* open(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(300_000);
      yield Buffer.alloc(200_000);
      await vi.waitFor(async () => expect((await stat(path)).size).toBeGreaterThan(0), { timeout: 20_000 });
      proxy.cut();
      yield Buffer.alloc(500_000);
      yield Buffer.alloc(500_000);
    }
    await expect(changing.send({ size: 1_500_000, open }, path, { mode: '0600' })).rejects.toMatchObject({
      code: 'connection-lost',
    });
    await vi.waitFor(() => expect(stat(path)).rejects.toThrow('ENOENT'), { timeout: 20_000 });
    await cut.close();
  });

  test('without anybody being told, is noticed by keep-alive', async () => {
    const proxy = await startCuttingProxy(server.port);
    onTestFinished(() => proxy.stop());
    const cut = await connect(server.target({ port: proxy.port, hostKeyChecking: 'off', keepAliveMs: 100 }));
    const changing = await cut.changing({ kind: 'login' });
    const running = changing.change('echo up; sleep 600', { onOutput: () => proxy.stall() });
    await expect(running).rejects.toMatchObject({
      code: 'connection-lost',
      started: 'maybe',
      why: expect.stringContaining('The host sent nothing'),
    });
    await cut.close();
  });
});

test('the lock names its holder, and is free when the holder is killed', async () => {
  const other = await connect(server.target(), { lock: { holder: 'anna@desk', waitMs: 20_000 } });
  expect(other.counters.roundTrips).toBe(0);
  await expect(connect(server.target(), { lock: { holder: 'ben', waitMs: 0 } })).rejects.toMatchObject({
    code: 'locked',
    why: expect.stringMatching(/^Held by anna@desk \(process \d+ of user 0\)\.$/),
  });
  const daemon = await (await other.changing({ kind: 'login' })).change('sleep 600 >/dev/null 2>&1 & echo $!');
  onTestFinished(() => void process.kill(Number(daemon.stdout.toString())));
  const waiting = connect(server.target(), { lock: { holder: 'ben', waitMs: 20_000 } });
  await other.kill();
  await (await waiting).close();
});

test('a server that allows one session only says so', async () => {
  const single = await startOpensshServer({ MaxSessions: '1' });
  onTestFinished(() => single.stop());
  const one = await connect(single.target());
  await expect(one.looking({ kind: 'become', user: 'nobody', method: 'sudo' })).rejects.toMatchObject({
    code: 'too-many-sessions',
    started: 'no',
  });
  // The existing session continues. A script that exceeds its time is ended without a second session.
  const changing = await one.changing({ kind: 'login' });
  await expect(changing.change('sleep 600', { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'timed-out',
    ended: true,
  });
  expect((await changing.look('echo alive')).stdout.toString()).toBe('alive\n');
  await one.close();
});
