import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect } from '../../engine/connection/connection.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

let server: OpensshServer;
beforeAll(async () => {
  server = await startOpensshServer();
});
afterAll(() => server.stop());

/** Does the work of nc without nc. */
const RELAY = "bash -c 'exec 3<>/dev/tcp/$1/$2 4<&0; cat <&4 >&3 & cat <&3; kill $!' relay-of-the-test %h %p";

test('a proxy command brings the connection, and none of its processes stays', async () => {
  const connection = await connect(server.target({ proxyCommand: RELAY }));
  const host = await connection.changing({ kind: 'login' });
  expect((await host.look('head -c 3000000 /dev/zero', { maxOutputBytes: 4_000_000 })).stdout).toHaveLength(3_000_000);
  await connection.close();
  const left = (): string => execFileSync('ps', ['-eo', 'args']).toString();
  await vi.waitFor(() => expect(left()).not.toContain(`relay-of-the-test ${server.target().address} ${server.port}`), {
    timeout: 20_000,
  });
});

test.each([
  // The system's ssh does not report the exit status of a command.
  [
    'that ends says how, and what it said',
    "sh -c 'echo no way through >&2; exit 7'",
    /(?:status 7\.\n|^)no way through/m,
  ],
  ['that is not there says so', 'no-such-program-anywhere %h', /no-such-program-anywhere.*not found/],
])('one %s', async (_what, proxyCommand, why) => {
  await expect(connect(server.target({ proxyCommand }))).rejects.toMatchObject({
    code: 'proxy-failed',
    why: expect.stringMatching(why),
  });
});

test('one that never says a word is given up', async () => {
  const silent = connect(server.target({ proxyCommand: 'sleep 600', connectTimeoutMs: 300 }));
  await expect(silent).rejects.toMatchObject({ code: 'connect-timeout' });
});
