import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize, makeKey, startOpensshServer, type OpensshServer } from './openssh-server.ts';

// The published package, installed by npm into a folder with a blank in its name, passes secrets to ssh.

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'runbook-installed-'));
const prefix = join(folder, 'a place');
const key = join(folder, 'key');
let server: OpensshServer;

beforeAll(async () => {
  server = await startOpensshServer();
  await makeKey(key, ['-N', 'one passphrase']);
  await authorize(server, `${key}.pub`);
  const layout = join(folder, 'package');
  execFileSync(process.execPath, [join(ROOT, 'build/bundle.ts'), join(layout, 'dist')]);
  for (const path of ['package.json', 'bin', 'docs', 'README.md'])
    cpSync(join(ROOT, path), join(layout, path), { recursive: true });
  mkdirSync(prefix);
  const tarball = npm(layout, 'pack', '--ignore-scripts', '--silent').trim();
  // The package with Node is optional, and this Node works as well.
  npm(prefix, 'install', '--offline', '--omit=optional', '--no-audit', '--no-fund', join(layout, tarball));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['the passphrase of a key', { ansible_ssh_private_key_passphrase: 'one passphrase' }, 'ok: [host]'],
  ['another passphrase', { ansible_ssh_private_key_passphrase: 'another one' }, 'unreachable: [host]'],
])('%s reaches the ssh of this machine', (_, secret, answer) => {
  const vars = {
    ansible_connection: 'openssh',
    ansible_host: '127.0.0.1',
    ansible_port: server.port,
    ansible_user: userInfo().username,
    ansible_known_hosts_file: server.knownHosts,
    ansible_ssh_private_key_file: key,
    ...secret,
  };
  writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ all: { hosts: { host: vars } } }));
  const said = ping();
  expect(said).toContain(answer);
  expect(said).not.toContain(secret.ansible_ssh_private_key_passphrase);
});

function ping(): string {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') };
  const program = join(prefix, 'node_modules/.bin/runbook');
  try {
    return execFileSync(program, ['ping', 'host', '-i', 'hosts.yml', '--trust'], {
      cwd: folder,
      env,
      stdio: 'pipe',
    }).toString();
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

function npm(cwd: string, ...args: readonly string[]): string {
  // npm passes settings of this checkout on to the tests; a user does not have them.
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = { ...Object.fromEntries(inherited), npm_config_cache: join(folder, 'npm') };
  return execFileSync('npm', args, { cwd, env, stdio: 'pipe' }).toString();
}
