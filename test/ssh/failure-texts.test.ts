import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { points, score } from '../errors/input-case.ts';
import { failureText } from '../errors/plain-text.ts';
import { runHere, wordsOf } from '../errors/program.ts';
import { freePort, makeKey, startOpensshServer, type OpensshServer } from './openssh-server.ts';

const CASES = join(import.meta.dirname, '../errors/connections.yml');

const schema = z.strictObject({
  cases: z.array(
    z.strictObject({
      says: z.string(),
      host: z.record(z.string(), z.unknown()),
      become: z.boolean().default(false),
      task: z.string().default('command: id'),
      runs: z.string().default('play site.yml --no-lock'),
      score,
    }),
  ),
});

const { cases } = schema.parse(parse(readFileSync(CASES, 'utf8')));

const ACCOUNTS = [
  { name: 'asked', uid: 64_031, password: 'right', sudo: 'ALL=(ALL) ALL' },
  { name: 'plain', uid: 64_032, password: 'x' },
  { name: 'service', uid: 64_033, password: 'x', shell: '/usr/sbin/nologin' },
];

/** Another run holds the lock of root as long as the folder of the server exists. */
const HELD = `mkdir -p /run/runbook; mount -t tmpfs tmpfs /run/runbook; : >/run/runbook/lock
echo 'ada on laptop since 09:30: play site.yml' >/run/runbook/lock.by
(exec 9</run/runbook/lock; flock -n 9; while [ -d $folder ]; do sleep 1; done) >/dev/null 2>&1 &`;

let folder: string;
let server: OpensshServer;
let words: ReadonlyMap<string, string>;
const others: Server[] = [];
const told: string[] = [];

describe.skipIf(process.getuid?.() !== 0)(
  'connections that fail (root alone can make accounts that a server sees)',
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'failure-texts-'));
      chmodSync(folder, 0o755);
      server = await startOpensshServer({}, ACCOUNTS, HELD);
      const [other, sealed] = [join(folder, 'other'), join(folder, 'sealed')];
      await Promise.all([makeKey(other), makeKey(sealed, ['-N', 'passphrase'])]);
      const otherKey = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
      writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${server.port} ${otherKey}\n`);
      writeFileSync(join(folder, 'empty'), '');
      words = new Map([
        ['CLOSED_PORT', String(await freePort())],
        ['SILENT_PORT', await answering(() => undefined)],
        ['HTTP_PORT', await answering((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))],
        ['HANGUP_PORT', await answering((socket) => socket.destroy())],
        ['OTHER_KNOWN_HOSTS', join(folder, 'known_hosts')],
        ['EMPTY_FILE', join(folder, 'empty')],
        ['OTHER_KEY', other],
        ['SEALED_KEY', sealed],
      ]);
      process.env['RUNBOOK_STATE'] = join(folder, 'state');
      process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
      process.env['SSH_AUTH_SOCK'] = '';
    });
    afterAll(async () => {
      for (const one of others) one.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(cases.map((one, index) => ({ ...one, index })))('$says', async (one) => {
      const own = join(folder, String(one.index));
      mkdirSync(own);
      const variables = {
        ansible_host: '127.0.0.1',
        ansible_port: server.port,
        ansible_user: 'root',
        ansible_ssh_private_key_file: server.identityFile,
        ansible_known_hosts_file: server.knownHosts,
        ...filled(one.host),
      };
      writeFileSync(join(own, 'hosts.yml'), JSON.stringify({ all: { hosts: { web: variables } } }, undefined, 1));
      writeFileSync(join(own, 'site.yml'), `- hosts: web\n  become: ${one.become}\n  tasks:\n    - ${one.task}\n`);
      const ended = await runHere(own, [...wordsOf(one.runs), '-i', 'hosts.yml', '--output', 'plain']);
      told.push(`## ${one.says}\n${steady(ended.output, own)}`);
      expect(ended.status, ended.output).toBe(4);
    });

    test('the texts, word for word', async () => {
      await expect(`${told.join('\n')}\n`).toMatchFileSnapshot(CASES.replace(/yml$/, 'txt'));
    });
  },
);

test('the texts say where, why and what to do', () => {
  const scores = cases.map((one) => points(one.score));
  expect(scores.filter((one) => one === 0)).toEqual([]);
  expect(scores.reduce((sum, one) => sum + one, 0) / scores.length).toBeGreaterThanOrEqual(2.8);
});

function filled(host: Readonly<Record<string, unknown>>): object {
  let text = JSON.stringify(host);
  for (const [word, value] of words) text = text.replaceAll(word, value);
  return JSON.parse(text) as object;
}

/** Removes ports, fingerprints and folders, which differ each time. */
function steady(output: string, own: string): string {
  let text = failureText(output, own).replaceAll(folder, '/keys').replaceAll(server.folder, '/server');
  for (const [word, value] of [...words, ['SERVER_PORT', String(server.port)] as const])
    if (word.endsWith('PORT')) text = text.replaceAll(value, word);
  return text
    .replaceAll(/SHA256:[\w+/]+=*/g, 'SHA256:FINGERPRINT')
    .replaceAll(/AAAA[\w+/]{20,}=*/g, 'PUBLIC-KEY')
    .replaceAll(/process \d+/g, 'process N');
}

async function answering(answer: (socket: Socket) => void): Promise<string> {
  const one = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  others.push(one);
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return String((one.address() as AddressInfo).port);
}
