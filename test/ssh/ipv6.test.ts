import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, startOpensshServer, type OpensshServer } from './openssh-server.ts';
import { connectionVariables, isOverOpenssh } from './transports.ts';

const run = promisify(execFile);
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
let server: OpensshServer;
let port: number;
const web = createServer((_request, response) => response.end('{"hello": true}'));

beforeAll(async () => {
  port = await freePort();
  // The names of options ignore case, and sshd accepts this option more than once.
  server = await startOpensshServer({ listenaddress: `[::1]:${port}` });
  await appendFile(server.knownHosts, `[::1]:${port} ${server.hostKey}\n`);
  // Jump hosts use the default keys and the default known_hosts of ssh.
  await mkdir(join(server.folder, '.ssh'));
  await copyFile(server.identityFile, join(server.folder, '.ssh/id_ed25519'));
  await copyFile(server.knownHosts, join(server.folder, '.ssh/known_hosts'));
  // ssh reads its home from passwd, and ignores HOME.
  const accounts = await readFile('/etc/passwd', 'utf8');
  const entry = new RegExp(`^(${userInfo().username}:.*):[^:]*:([^:]*)$`, 'm');
  await writeFile(join(server.folder, 'at-home'), accounts.replace(entry, `$1:${server.folder}:$2`));
  web.listen(0, '::1');
  await once(web, 'listening');
});
afterAll(async () => {
  web.close();
  await server.stop();
});

async function play(inventory: string): Promise<string> {
  const { port: webPort } = web.address() as AddressInfo;
  const tasks = [
    { wait_for: { host: '::1', port: webPort, timeout: 5 } },
    { uri: { url: `http://[::1]:${webPort}/` }, register: 'said' },
    { assert: { that: ['said.json.hello'] } },
    { get_url: { url: `http://[::1]:${webPort}/f`, dest: '{{folder}}/{{inventory_hostname}}.got' } },
    { command: `echo reached {{inventory_hostname}}` },
  ];
  const vars = {
    ...connectionVariables(),
    ansible_known_hosts_file: server.knownHosts,
    ansible_ssh_private_key_file: server.identityFile,
    folder: server.folder,
  };
  await writeFile(join(server.folder, 'site.yml'), JSON.stringify([{ hosts: 'all', tasks }]));
  await writeFile(join(server.folder, 'hosts'), inventory);
  await writeFile(join(server.folder, 'ssh_vars.yml'), JSON.stringify(vars));
  const atHome = ['--mount', 'sh', '-c', 'mount --bind "$1" /etc/passwd && shift && exec "$@"', 'sh'];
  const args = [
    ...atHome,
    join(server.folder, 'at-home'),
    process.execPath,
    RUNBOOK,
    'play',
    '-v',
    '-i',
    join(server.folder, 'hosts'),
    '-e',
    `@${join(server.folder, 'ssh_vars.yml')}`,
    '--no-lock',
  ];
  const { stdout } = await run('unshare', [...args, join(server.folder, 'site.yml')], {
    env: { ...process.env, RUNBOOK_STATE: join(server.folder, 'state'), HOME: server.folder },
  });
  return stdout;
}

test.runIf(process.getuid?.() === 0).each([
  ['in a variable', () => `h1 ansible_host=::1 ansible_port=${port}`],
  ['in brackets, as ssh takes it', () => `h1 ansible_host=[::1] ansible_port=${port}`],
  ['as the name, with its port', () => `[::1]:${port}`],
  ['of a jump host', () => `h1 ansible_host=127.0.0.1 ansible_port=${server.port} ansible_jump_host=[::1]:${port}`],
  ['behind a jump host', () => `h1 ansible_host=::1 ansible_port=${port} ansible_jump_host=127.0.0.1:${server.port}`],
])('an IPv6 address %s', async (_, inventory) => {
  const said = await play(inventory());
  expect(said).toMatch(/^changed: \[.*\] command/m);
  expect(said.includes('by openssh')).toBe(isOverOpenssh());
});
