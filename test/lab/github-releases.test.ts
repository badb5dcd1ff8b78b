import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { downloadFrom } from '../../lab/github-releases.ts';

/** Releases as their projects lay them out: paths, archives, lists of digests. */
const RELEASES = [
  {
    name: 'etcd',
    version: '3.6.16',
    commands: ['etcd', 'etcdctl'],
    file: '/etcd-io/etcd/releases/download/v3.6.16/etcd-v3.6.16-linux-amd64.tar.gz',
    digests: '/etcd-io/etcd/releases/download/v3.6.16/SHA256SUMS',
    members: ['etcd', 'etcdctl', 'README.md'].map((name) => `etcd-v3.6.16-linux-amd64/${name}`),
  },
  {
    name: 'containerd',
    version: '2.4.2',
    commands: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
    file: '/containerd/containerd/releases/download/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz',
    digests: '/containerd/containerd/releases/download/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz.sha256sum',
    members: ['bin/containerd', 'bin/containerd-shim-runc-v2', 'bin/containerd-stress', 'bin/ctr'],
  },
  {
    name: 'cniPlugins',
    version: '1.10.0',
    commands: ['bridge', 'host-local'],
    file: '/containernetworking/plugins/releases/download/v1.10.0/cni-plugins-linux-amd64-v1.10.0.tgz',
    digests: '/containernetworking/plugins/releases/download/v1.10.0/cni-plugins-linux-amd64-v1.10.0.tgz.sha256',
    members: ['./bridge', './host-local', './README.md'],
  },
  {
    name: 'coreDns',
    version: '1.15.0',
    commands: ['coredns'],
    file: '/coredns/coredns/releases/download/v1.15.0/coredns_1.15.0_linux_amd64.tgz',
    digests: '/coredns/coredns/releases/download/v1.15.0/coredns_1.15.0_linux_amd64.tgz.sha256',
    members: ['coredns'],
  },
] as const;

let folder: string;
let server: Server;
let site: string;
const published = new Map<string, string | Buffer>();
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  mkdirSync(join(folder, 'got'));
  server = createServer((request, response) => {
    const content = published.get(request.url ?? '');
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  site = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
});
afterEach(() => {
  published.clear();
  server.close();
  rmSync(folder, { recursive: true });
});

const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const context = { architecture: 'amd64', report: () => undefined, signal: undefined };

function publish({ file, digests, members }: (typeof RELEASES)[number]): void {
  for (const member of members) {
    mkdirSync(join(folder, 'release', member, '..'), { recursive: true });
    writeFileSync(join(folder, 'release', member), `program ${member}`);
  }
  const archive = execFileSync('tar', ['-cz', '-C', join(folder, 'release'), ...members]);
  published.set(file, archive);
  published.set(digests, `${digest(archive)}  ${file.split('/').at(-1) ?? ''}\n`);
}

describe('downloads', () => {
  test.each(RELEASES)('$name', async (release) => {
    publish(release);
    const { name, version, commands } = release;
    expect(await downloadFrom({ site, name }, { version, commands }, join(folder, 'got'), context)).toBe(
      `${site}${release.file}`,
    );
    expect(readdirSync(join(folder, 'got')).toSorted()).toEqual([...commands].toSorted());
    for (const command of commands) expect(readFileSync(join(folder, 'got', command), 'utf8')).toContain(command);
  });

  test('runc, which is no archive', async () => {
    const release = '/opencontainers/runc/releases/download/v1.5.3';
    published.set(`${release}/runc.amd64`, 'runc');
    published.set(`${release}/runc.sha256sum`, `${digest('arm')}  runc.arm64\n${digest('runc')}  runc.amd64\n`);
    await downloadFrom({ site, name: 'runc' }, { version: '1.5.3', commands: ['runc'] }, join(folder, 'got'), context);
    expect(readFileSync(join(folder, 'got/runc'), 'utf8')).toBe('runc');
  });

  test('nothing that differs from its digest', async () => {
    const [release] = RELEASES;
    publish(release);
    published.set(release.file, 'another');
    const { name, version, commands } = release;
    await expect(
      downloadFrom({ site, name }, { version, commands }, join(folder, 'got'), context),
    ).rejects.toMatchObject({
      code: 'digest-mismatch',
    });
  });
});
