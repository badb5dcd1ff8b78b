import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionContext } from '../../engine/connection/ssh/connection-context.ts';
import { openClient, tcp } from '../../engine/connection/ssh/ssh-client.ts';
import { type OpensshServer, startOpensshServer } from './openssh-server.ts';

const run = promisify(execFile);
let server: OpensshServer;

beforeAll(async () => {
  server = await startOpensshServer({ LogLevel: 'DEBUG3' });
  const keys = { strange: ['ed25519'], rsa: ['rsa', '-b', '2048'], ecdsa: ['ecdsa'] };
  for (const [name, type] of Object.entries(keys))
    await run('ssh-keygen', ['-q', '-N', '', '-f', join(server.folder, name), '-t', ...type]);
  for (const known of ['rsa', 'ecdsa'])
    await appendFile(join(server.folder, 'authorized_keys'), await readFile(join(server.folder, `${known}.pub`)));
});

afterAll(() => server.stop());

test.each([
  // The turns are: version; algorithms; key exchange; keys in use and service; signature. The first ones go together if
  // the server is quick.
  ['an Ed25519 key, which needs no question', ['identity'], { turns: 5, questions: 0 }],
  ['an ECDSA key, which needs no question', ['ecdsa'], { turns: 5, questions: 0 }],
  // The server first sends the digests that it supports.
  ['an RSA key, as ssh2 does', ['rsa'], { turns: 6, questions: 1 }],
  ['the second key, where the first one is not known', ['strange', 'identity'], { turns: 6, questions: 0 }],
])('logs in with %s', async (_, names, expected) => {
  const before = await questions();
  const wire = await turnTaking(server.port);
  const target = server.target({ identityFiles: names.map((name) => join(server.folder, name)) });
  const { client } = await openClient(target, wire.dial, connectionContext());
  const turns = wire.turns();
  client.end();
  wire.stop();
  expect(turns).toBeLessThanOrEqual(expected.turns);
  expect((await questions()) - before).toBe(expected.questions);
});

test('does not ask for proofs of the host keys that the server tells of, and lets it go on at once', async () => {
  const target = server.target();
  const { client } = await openClient(target, tcp(target), connectionContext());
  const before = await server.log();
  await new Promise((resolve, reject) => {
    client.exec('exit', (error, channel) =>
      error === undefined ? channel.resume().once('close', resolve) : reject(error),
    );
  });
  client.end();
  const log = (await server.log()).slice(before.length);
  expect(log).toContain('session_input_channel_req: session 0 req exec');
  expect(await server.log()).not.toContain('hostkeys-prove');
  expect(await server.log()).toContain('Received SSH2_MSG_IGNORE');
});

/** Returns how often the server was asked whether it accepts a key. */
async function questions(): Promise<number> {
  return (await server.log()).split('Postponed publickey for').length - 1;
}

/**
 * A proxy in front of the server. It collects everything that a side sends within a moment and passes it on at once, as
 * a slow connection does. It counts the turns of the client: the client needs another turn only when it must wait for
 * an answer.
 */
async function turnTaking(
  port: number,
): Promise<{ readonly dial: () => Promise<Socket>; readonly turns: () => number; readonly stop: () => void }> {
  let turns = 0;
  const listener = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port, noDelay: true });
    gather(near, far, () => (turns += 1));
    gather(far, near, () => {});
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const dial = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: address.port, noDelay: true });
    await once(socket, 'connect');
    return socket;
  };
  return { dial, turns: () => turns, stop: () => listener.close() };
}

const MOMENT_MS = 50;

function gather(from: Socket, to: Socket, passed: () => void): void {
  let held: Buffer[] = [];
  from.on('data', (data: Buffer) => {
    if (held.length === 0) {
      setTimeout(() => {
        passed();
        to.write(Buffer.concat(held));
        held = [];
      }, MOMENT_MS);
    }
    held.push(data);
  });
  from.on('error', () => {});
  from.once('close', () => to.destroy());
}
