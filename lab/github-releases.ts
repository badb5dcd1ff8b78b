import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceContext, Wanted } from './binary-source.ts';
import { run } from './command.ts';
import { download, publishedDigest } from './release-site.ts';

// Programs as their projects publish them on GitHub: an archive, or the program itself.

/** A published file of one version. */
interface Published {
  readonly name: string;
  /** The name of the file that has its digest. */
  readonly digests: string;
  /** Where the commands are in the archive; undefined: the file is the command. */
  readonly members: string | undefined;
}

type Name = 'etcd' | 'containerd' | 'runc' | 'cniPlugins' | 'coreDns';

const PROJECTS: Readonly<Record<Name, string>> = {
  etcd: 'etcd-io/etcd',
  containerd: 'containerd/containerd',
  runc: 'opencontainers/runc',
  cniPlugins: 'containernetworking/plugins',
  coreDns: 'coredns/coredns',
};

function publishedOf(name: Name, version: string, architecture: string): Published {
  switch (name) {
    case 'etcd': {
      const folder = `etcd-v${version}-linux-${architecture}`;
      return { name: `${folder}.tar.gz`, digests: 'SHA256SUMS', members: `${folder}/` };
    }
    case 'containerd': {
      const archive = `containerd-${version}-linux-${architecture}.tar.gz`;
      return { name: archive, digests: `${archive}.sha256sum`, members: 'bin/' };
    }
    case 'runc':
      return { name: `runc.${architecture}`, digests: 'runc.sha256sum', members: undefined };
    case 'cniPlugins': {
      const archive = `cni-plugins-linux-${architecture}-v${version}.tgz`;
      return { name: archive, digests: `${archive}.sha256`, members: './' };
    }
    case 'coreDns': {
      const archive = `coredns_${version}_linux_${architecture}.tgz`;
      return { name: archive, digests: `${archive}.sha256`, members: '' };
    }
  }
}

/** What is downloaded, from GitHub or from a server with the same paths. */
interface Origin {
  readonly site: string;
  readonly name: Name;
}

export async function downloadFrom(
  { site, name }: Origin,
  { version, commands }: Wanted,
  folder: string,
  context: SourceContext,
): Promise<string> {
  const release = `${site}/${PROJECTS[name]}/releases/download/v${version}`;
  const published = publishedOf(name, version, context.architecture);
  const url = `${release}/${published.name}`;
  const sha256 = await publishedDigest(`${release}/${published.digests}`, published.name, context.signal);
  context.report(`downloading ${published.name}`);
  if (published.members === undefined) {
    await download(url, join(folder, commands[0] ?? name), sha256, context.signal);
    return url;
  }
  const archive = join(folder, published.name);
  await download(url, archive, sha256, context.signal);
  const members = commands.map((command) => `${published.members ?? ''}${command}`);
  // Without the folders of the members.
  await run(['tar', '-xzf', archive, '-C', folder, '--transform=s,.*/,,', ...members], { signal: context.signal });
  await rm(archive);
  return url;
}

const from =
  (name: Name) =>
  async (wanted: Wanted, folder: string, context: SourceContext): Promise<string> =>
    await downloadFrom({ site: 'https://github.com', name }, wanted, folder, context);

export const downloadEtcd = from('etcd');
export const downloadContainerd = from('containerd');
export const downloadRunc = from('runc');
export const downloadCniPlugins = from('cniPlugins');
export const downloadCoreDns = from('coreDns');
