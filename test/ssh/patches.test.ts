import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../engine/connection/connection.ts';
import { ConnectionContext } from '../../engine/connection/ssh/connection-context.ts';
import { EXPECTED } from '../../engine/connection/ssh2/ssh2-internals.ts';
import { CORRECTED, corrected } from '../../engine/connection/ssh2/ssh2-patch.ts';
import type { PatchedLibrary } from '../../engine/connection/ssh2/ssh2-patches.ts';
import { startOpensshServer, type OpensshServer } from './openssh-server.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const SSH2 = join(ROOT, 'node_modules/ssh2');
let server: OpensshServer;

beforeAll(async () => {
  server = await startOpensshServer();
});
afterAll(() => server.stop());

const SPEED = [
  'packet-keys',
  'large-packets',
  'joined-writes',
  'shared-reads',
  'host-key-proofs',
  'unasked-signature',
  'opened-key',
  'bytes-in-flight',
];

test('every patch takes hold of the ssh2 that is installed', async () => {
  expect(await libraryOf(new ConnectionContext())).toEqual({
    version: EXPECTED,
    patches: [
      { name: 'rekeying', kind: 'correctness', took: true, why: undefined },
      ...SPEED.map((name) => ({ name, kind: 'speed', took: true, why: undefined })),
    ],
  });
});

test('all patches that only save time can be left off, and no other', async () => {
  expect(await libraryOf(new ConnectionContext({ plainSsh: 'RUNBOOK_PLAIN_SSH is 1' }))).toEqual({
    version: EXPECTED,
    patches: [
      { name: 'rekeying', kind: 'correctness', took: true, why: undefined },
      ...SPEED.map((name) => ({ name, kind: 'speed', took: false, why: 'RUNBOOK_PLAIN_SSH is 1' })),
    ],
  });
});

test('a patch with nothing to do says why', async () => {
  const other = await startOpensshServer({ Ciphers: 'aes128-ctr' });
  try {
    const library = await libraryOf(new ConnectionContext(), other);
    expect(library?.patches.filter((patch) => !patch.took)).toEqual(
      ['packet-keys', 'large-packets'].map((name) => ({
        name,
        kind: 'speed',
        took: false,
        why: 'the cipher is not AES-GCM',
      })),
    );
  } finally {
    await other.stop();
  }
});

test.each([
  ['all of them', {}, '], with rekeying, packet-keys, large-packets, joined-writes, shared-reads, '],
  ['those of plain ssh2', { RUNBOOK_PLAIN_SSH: '1' }, 'with rekeying; without packet-keys (RUNBOOK_PLAIN_SSH is 1), '],
])('-vv says once which took hold: %s', async (_name, environment, expected) => {
  const inventory = JSON.stringify({
    all: {
      hosts: { host: {}, second: {} },
      vars: {
        ansible_host: '127.0.0.1',
        ansible_port: server.port,
        ansible_user: server.target().user,
        ansible_ssh_private_key_file: server.identityFile,
        ansible_known_hosts_file: server.knownHosts,
      },
    },
  });
  const path = join(server.folder, 'inventory.json');
  await writeFile(path, inventory);
  const args = [
    join(ROOT, 'bin/runbook.js'),
    'exec',
    'all',
    '-m',
    'command',
    '-a',
    'true',
    '--no-lock',
    '-i',
    path,
    '-vv',
  ];
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, ...environment, RUNBOOK_STATE: server.folder },
  });
  expect(stdout).toContain(expected);
  expect(stdout.split('ssh2 1.17.0 for').length - 1).toBe(1);
});

test('ping -vv says it of each host', async () => {
  const args = [join(ROOT, 'bin/runbook.js'), 'ping', 'all', '-i', join(server.folder, 'inventory.json'), '-vv'];
  const { stdout } = await run(process.execPath, args);
  expect(stdout).toContain('    ssh2 1.17.0 for [second], with rekeying, packet-keys, ');
});

test('the corrections fit the version that is described, and change what they are to change', async () => {
  expect(CORRECTED).toEqual(['lib/protocol/kex.js']);
  expect(JSON.parse(await readFile(join(SSH2, 'package.json'), 'utf8'))).toMatchObject({ version: EXPECTED });
  const text = await readFile(join(SSH2, 'lib/protocol/kex.js'), 'utf8');
  expect(text).toContain('this._kexinit = this._protocol._kexinit = undefined;');
  expect(corrected('lib/protocol/kex.js', text)).toMatch(
    /hsWrite = undefined;\n(?: +\/\/.*\n)+ +this\._protocol\._kexinit = undefined;\n +this\._protocol\._onHandshakeComplete/,
  );
  expect(corrected('lib/protocol/kex.js', text.replaceAll('hsWrite', 'other'))).toBeUndefined();
});

async function libraryOf(context: ConnectionContext, from = server): Promise<PatchedLibrary | undefined> {
  const connection = await connect(from.target(), { context });
  const { library } = connection;
  await connection.close();
  return library;
}
