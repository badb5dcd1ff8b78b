import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

/**
 * The role binaries with a mirror over HTTP, as a new user has it, and the files that other roles fetch from it in the
 * same run.
 */
const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];

/** A row in the recap. */
const CHANGED = /^here +\d+ +[1-9]/m;

let folder: string;
let server: Server;
const published = new Map<string, Buffer>();
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-'));
  for (const name of [...COMPONENTS, 'kubelet', 'kube-proxy']) {
    const content = Buffer.from(`#!/bin/sh\necho ${name}\n`);
    published.set(`/kubernetes/v1.36.3/bin/linux/amd64/${name}`, content);
    published.set(`/kubernetes/v1.36.3/bin/linux/amd64/${name}.sha256`, Buffer.from(digest(content)));
  }
  const release = 'etcd-v3.6.16-linux-amd64';
  mkdirSync(join(folder, release));
  for (const name of ['etcd', 'etcdctl', 'etcdutl'])
    writeFileSync(join(folder, release, name), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
  await run('tar', ['-czf', `${release}.tar.gz`, release], { cwd: folder });
  const archive = readFileSync(join(folder, `${release}.tar.gz`));
  published.set(`/etcd/v3.6.16/${release}.tar.gz`, archive);
  published.set(
    '/etcd/v3.6.16/SHA256SUMS',
    Buffer.from(`${digest(Buffer.from('another'))}  another\n${digest(archive)}  ${release}.tar.gz\n`),
  );
  await publishRuntime();
  server = createServer((request, response) => {
    const content = published.get(request.url ?? '');
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const RUNTIME = {
  containerd: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
  'cni-plugins': ['bridge', 'loopback', 'ptp', 'host-local', 'portmap'],
};

/** Publishes what runs containers, as the projects do: paths, archives and their members, digests. */
async function publishRuntime(): Promise<void> {
  const pack = async (file: string, sums: string, place: string, commands: readonly string[]): Promise<void> => {
    const members = [...commands, 'further'].map((command) => `${place}${command}`);
    mkdirSync(join(folder, 'release', place), { recursive: true });
    for (const member of members)
      writeFileSync(join(folder, 'release', member), `#!/bin/sh\necho ${member}\n`, { mode: 0o755 });
    await run('tar', ['-czf', join(folder, 'archive'), '-C', join(folder, 'release'), ...members]);
    const archive = readFileSync(join(folder, 'archive'));
    published.set(file, archive);
    published.set(`${file}${sums}`, Buffer.from(`${digest(archive)}  ${file.split('/').at(-1) ?? ''}\n`));
  };
  await pack('/containerd/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz', '.sha256sum', 'bin/', RUNTIME.containerd);
  await pack('/cni-plugins/v1.10.0/cni-plugins-linux-amd64-v1.10.0.tgz', '.sha256', './', RUNTIME['cni-plugins']);
  const runc = Buffer.from('#!/bin/sh\necho runc\n');
  published.set('/runc/v1.5.3/runc.amd64', runc);
  const sums = `${digest(Buffer.from('arm'))}  runc.arm64\n${digest(runc)}  runc.amd64\n`;
  published.set('/runc/v1.5.3/runc.sha256sum', Buffer.from(sums));
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function play(play: object, more: object = {}, groups: object = {}): Promise<string> {
  const address = server.address();
  const mirror = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  mkdirSync(join(folder, 'inventory/group_vars'), { recursive: true });
  cpSync(join(ROOT, 'inventory/group_vars/all.yml'), join(folder, 'inventory/group_vars/all.yml'));
  const host = { ansible_connection: 'local', ansible_host: '127.0.0.1' };
  writeFileSync(
    join(folder, 'inventory/hosts.yml'),
    JSON.stringify({ masters: { hosts: { here: host } }, etcd: { hosts: { here: {} } }, ...groups }),
  );
  if (!existsSync(join(folder, 'roles'))) symlinkSync(join(ROOT, 'roles'), join(folder, 'roles'));
  writeFileSync(
    join(folder, 'site.yml'),
    JSON.stringify([{ hosts: 'masters', roles: [{ role: 'binaries' }], ...play }]),
  );
  const variables = {
    kubernetes_mirror: `${mirror}/kubernetes`,
    etcd_mirror: `${mirror}/etcd`,
    containerd_mirror: `${mirror}/containerd`,
    runc_mirror: `${mirror}/runc`,
    cni_plugins_mirror: `${mirror}/cni-plugins`,
    kubernetes_version: '1.36.3',
    etcd_version: '3.6.16',
    ...more,
  };
  const argv = [
    join(ROOT, 'bin/runbook.js'),
    'play',
    'site.yml',
    '-i',
    'inventory/hosts.yml',
    '-e',
    JSON.stringify(variables),
  ];
  const { stdout } = await run(process.execPath, argv, { cwd: folder });
  return stdout;
}

test('a first run fetches the binaries over HTTP, and other roles bring them from there', async () => {
  const bring = { copy: { src: '{{kubernetes_release}}/kubectl', dest: join(folder, 'brought') } };
  expect(await play({ tasks: [bring] })).toMatch(CHANGED);
  expect(readFileSync(join(folder, 'brought'), 'utf8')).toBe('#!/bin/sh\necho kubectl\n');
  for (const name of COMPONENTS)
    expect(readFileSync(join(folder, '.runbook/binaries/kubernetes/v1.36.3/bin/linux/amd64', name), 'utf8')).toContain(
      name,
    );
  for (const name of ['etcd', 'etcdctl', 'etcdutl'])
    expect(readFileSync(join(folder, '.runbook/binaries/etcd/v3.6.16/linux/amd64', name), 'utf8')).toContain(name);
});

test('hosts fetch the binaries themselves where they are told to, and only what differs', async () => {
  const there = join(folder, 'bin');
  mkdirSync(there);
  const pull = { binary_delivery: 'pull', binary_dir: there, binary_host_cache: join(folder, 'cache') };
  const commands = (release: string, names: readonly string[]): object => ({
    import_role: { name: 'binaries', tasks_from: release },
    vars: { binary_names: names },
    notify: 'Told',
  });
  const handlers = [{ name: 'Told', shell: `echo told >>${folder}/told` }];
  const site = { tasks: [commands('kubernetes', ['kubectl']), commands('etcd', ['etcd', 'etcdctl'])], handlers };
  expect(await play(site, pull)).toMatch(CHANGED);
  expect(readdirSync(there).toSorted()).toEqual(['etcd', 'etcdctl', 'kubectl']);
  for (const name of readdirSync(there)) {
    expect(readFileSync(join(there, name), 'utf8')).toContain(name);
    expect(statSync(join(there, name)).mode & 0o7777).toBe(0o755);
  }
  expect(existsSync(join(folder, '.runbook/binaries'))).toBe(false);
  expect(await play(site, pull)).not.toMatch(CHANGED);

  writeFileSync(join(there, 'etcd'), 'damaged');
  chmodSync(join(there, 'kubectl'), 0o700);
  expect(await play(site, pull)).toMatch(CHANGED);
  expect(readFileSync(join(there, 'etcd'), 'utf8')).toContain('etcd');
  expect(statSync(join(there, 'kubectl')).mode & 0o7777).toBe(0o755);
  expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('told\ntold\n');
});

test('a mirror that is a folder of the controller is nothing that hosts could fetch from', async () => {
  const stopped = play({}, { binary_delivery: 'pull', kubernetes_mirror: folder });
  await expect(stopped).rejects.toMatchObject({
    stdout: expect.stringContaining('binary_delivery is pull, but a mirror is a folder'),
  });
});

/** The host is a node too: then what runs containers is fetched as well. */
const NODES = { nodes: { hosts: { here: {} } } };

test('with nodes, the first run fetches what runs containers', async () => {
  expect(await play({}, {}, NODES)).toMatch(CHANGED);
  const cached = (place: string, name: string): string =>
    readFileSync(join(folder, '.runbook/binaries', place, 'linux/amd64', name), 'utf8');
  for (const name of RUNTIME.containerd) expect(cached('containerd/v2.4.2', name)).toContain(`bin/${name}`);
  for (const name of RUNTIME['cni-plugins']) expect(cached('cni-plugins/v1.10.0', name)).toContain(`./${name}`);
  expect(cached('runc/v1.5.3', 'runc')).toContain('runc');
  expect(await play({}, {}, NODES)).not.toMatch(CHANGED);
});

test('nodes fetch it themselves where they are told to', async () => {
  const there = join(folder, 'bin');
  mkdirSync(there);
  const pull = {
    binary_delivery: 'pull',
    binary_dir: there,
    cni_bin_dir: there,
    binary_host_cache: join(folder, 'cache'),
  };
  const tasks = ['containerd', 'runc', 'cni-plugins'].map((part) => ({
    import_role: { name: 'binaries', tasks_from: part },
  }));
  expect(await play({ tasks }, pull, NODES)).toMatch(CHANGED);
  const names = [...RUNTIME.containerd, ...RUNTIME['cni-plugins'], 'runc'];
  expect(readdirSync(there).toSorted()).toEqual(names.toSorted());
  for (const name of names) {
    expect(readFileSync(join(there, name), 'utf8')).toContain(name);
    expect(statSync(join(there, name)).mode & 0o7777).toBe(0o755);
  }
  writeFileSync(join(there, 'ctr'), 'damaged');
  expect(await play({ tasks }, pull, NODES)).toMatch(CHANGED);
  expect(readFileSync(join(there, 'ctr'), 'utf8')).toContain('ctr');
  expect(await play({ tasks }, pull, NODES)).not.toMatch(CHANGED);
});
