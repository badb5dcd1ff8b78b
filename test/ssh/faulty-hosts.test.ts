import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../engine/connection/connection.ts';
import { freePort } from './openssh-server.ts';
import { startSite, type Site } from './site.ts';

const run = promisify(execFile);

let site: Site;

const play = async (
  task: object,
  ...more: readonly string[]
): Promise<{ readonly status: number | null; readonly stdout: string }> =>
  site.run([
    'play',
    await site.playbook('one.yml', JSON.stringify([{ name: 'Play', hosts: 'all', tasks: [task] }])),
    '--output',
    'plain',
    ...more,
  ]);

const lookAt = async (script: string): Promise<string> => {
  const connection = await connect(site.server.target());
  const { stdout } = await (await connection.looking({ kind: 'login' })).look(script);
  await connection.close();
  return stdout.toString();
};

describe.skipIf(process.getuid?.() !== 0)('hosts with faults (the tests need root, for mounts)', () => {
  beforeAll(async () => {
    site = await startSite(
      { one: {} },
      {
        mounts: `mount --bind /tmp /tmp
mount -o remount,bind,noexec /tmp
mkdir $folder/full $folder/readonly $folder/noexec
mount -t tmpfs -o size=64k tmpfs $folder/full
mount -t tmpfs -o ro tmpfs $folder/readonly`,
      },
    );
  });
  afterAll(() => site.stop());

  fileSystems();
  tasksWithoutEnd();
  muchOutput();
  silentAddresses();
});

function fileSystems(): void {
  test.each([
    ['a text', 'x'.repeat(60_000)],
    ['a file that is sent', 'y'.repeat(300_000)],
  ])('a full disk: %s is refused with the reason, and nothing is left', async (_what, content) => {
    const folder = join(site.server.folder, 'full');
    await lookAt(`head -c 40000 /dev/zero >${folder}/filler`);
    const ended = await play({ copy: { dest: `${folder}/file`, content, mode: '0644' } });
    expect(ended.status).toBe(2);
    expect(ended.stdout).toMatch(/no space left/i);
    expect(await lookAt(`ls -A ${folder}`)).toBe('filler\n');
  });

  test('a read-only file system is named', async () => {
    const ended = await play({ copy: { dest: `${site.server.folder}/readonly/file`, content: 'x', mode: '0644' } });
    expect(ended.status).toBe(2);
    expect(ended.stdout).toMatch(/nothing can be made or replaced in \S+readonly, even by root/);
    expect(ended.stdout).toContain('Its file system is read-only');
  });

  test('a /tmp that allows no programs hinders nothing', async () => {
    const path = join(site.folder, 'by-script');
    await run('sh', ['-c', `printf '#!/bin/sh\\necho done >${path}\\n' >${site.folder}/some.sh`]);
    const ended = await play({ script: `${site.folder}/some.sh` });
    expect(ended.status, ended.stdout).toBe(0);
    await stat(path);
  });
}

function tasksWithoutEnd(): void {
  test('no terminal is needed: a command that asks for one is told so at once', async () => {
    const ended = await play({ shell: 'tty; read -r answer || echo nobody answers; test -t 0' });
    expect(ended.status).toBe(2);
    expect(ended.stdout).toContain('not a tty');
    expect(ended.stdout).toContain('nobody answers');
  });

  test('a task without end is ended by its timeout, with what it printed last', async () => {
    const ended = await play({ name: 'endless', shell: 'echo first words; yes', timeout: 2 });
    expect(ended.status).toBe(2);
    expect(ended.stdout).toMatch(/not done after 2 s, so it was ended/);
    expect(ended.stdout).toMatch(/last output:\n(?:.*y\n){3}/);
    expect(ended.stdout.length).toBeLessThan(20_000);
    await site.quiet();
  });

  test('a task that prints nothing is ended by --silence', async () => {
    const ended = await play({ shell: 'echo at work; sleep 600' }, '--silence', '1');
    expect(ended.status).toBe(2);
    expect(ended.stdout).toMatch(/no output for 1 s/);
    expect(ended.stdout).toContain('at work');
    await site.quiet();
  });
}

function muchOutput(): void {
  test('much output is kept in part, and said to be', async () => {
    const ended = await play({ shell: 'head -c 50000000 /dev/zero | tr "\\000" x; echo', register: 'much' }, '-vv');
    expect(ended.status).toBe(0);
    expect(ended.stdout.length).toBeLessThan(3_000_000);
  });

  test('10,000 lines in a loop are done, or refused, within bounds', async () => {
    const ended = await play(
      { debug: { msg: '{{item}}' }, loop: '{{many}}' },
      '-e',
      JSON.stringify({ many: Array.from({ length: 10_000 }, (_, i) => i) }),
    );
    expect(ended.status, ended.stdout.slice(0, 2000)).toBe(0);
  });

  test('a file of 4 GB where a configuration was expected', async () => {
    const path = join(site.folder, 'huge');
    await run('truncate', ['-s', '4G', path]);
    const ended = await play({ lineinfile: { path, line: 'a = b' } });
    await run('rm', [path]);
    expect(ended.status).toBe(2);
    expect(ended.stdout).toMatch(/4294967296 bytes. up to 8 MiB/);
  });
}

function silentAddresses(): void {
  test('an address where packets get lost is given up after the usual time to connect, with what to do', async () => {
    // A separate network: the other end of the link accepts all packets, and answers none.
    const network = `ip link set lo up; ip link add near type veth peer name far && ip addr add 192.0.2.1/24 dev near &&
  ip link set near up && ip link set far up && ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev near && exec "$@"`;
    const ping = [
      process.execPath,
      join(import.meta.dirname, '../../bin/runbook.js'),
      'ping',
      'all',
      '-i',
      '192.0.2.9,',
    ];
    const failed: unknown = await run('unshare', ['--net', 'sh', '-c', network, 'sh', ...ping]).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/no answer from 192\.0\.2\.9 port 22 within 10 s[^]*no firewall drops packets/),
    });
  }, 60_000);

  test('an address that swallows what is sent to it is given up after the time to connect', async () => {
    // A full queue of one: the kernel drops further requests.
    const server = createServer();
    const port = await freePort();
    server.listen({ port, host: '127.0.0.1', backlog: 1 });
    await once(server, 'listening');
    const ended = await site.run(['ping', 'one', '-e', JSON.stringify({ ansible_port: port }), '-T', '1']);
    server.close();
    expect(ended.status).toBe(4);
    expect(ended.stdout + ended.stderr).toMatch(/within 1 s/);
  });

  test.each([
    ['a letter at a time of its first line', 'S'],
    ['line after line ahead of its version', 'hello\r\n'],
    ['its version, and then a packet without end', 'SSH-2.0-slow\r\n\0\0\x20\0'],
  ])(
    'a host that dribbles %s is given up after the time to connect',
    async (_, words) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        let at = 0;
        const timer = setInterval(() => socket.write(words.charAt(at++ % words.length), 'latin1'), 50);
        socket.once('close', () => clearInterval(timer));
      });
      const port = await freePort();
      server.listen({ port, host: '127.0.0.1' });
      await once(server, 'listening');
      const ended = await site.run(['ping', 'one', '-e', JSON.stringify({ ansible_port: port }), '-T', '1']);
      server.close();
      expect(ended.status).toBe(4);
      expect(ended.stdout).toMatch(/unreachable: \[one\]/);
      await site.quietHere();
    },
    60_000,
  );

  test('nothing of the tests is left beside the files', async () => {
    expect((await readdir(site.folder)).filter((name) => name.startsWith('.runbook-'))).toEqual([]);
  });
}
