import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder, fillOnce, keyOf } from './cache.ts';
import { run } from './command.ts';
import type { Distribution } from './distribution.ts';

/** The packages that the roles install on Debian. Their dependencies are added. */
const PACKAGES = [
  'age',
  'apparmor',
  'ca-certificates',
  'chrony',
  'conntrack',
  'cron',
  'curl',
  'ebtables',
  'ethtool',
  'haproxy',
  'ipset',
  'iptables',
  'ipvsadm',
  'keepalived',
  'libseccomp2',
  'logrotate',
  'nftables',
  'openssl',
  'rclone',
  'rsyslog',
  'socat',
  'sysstat',
] as const;

interface Wish {
  readonly source: Distribution;
  readonly base: string;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly names?: readonly string[] | undefined;
}

/**
 * A flat package repository with everything that these packages need beyond the base system, fetched once by the apt of
 * this machine.
 * @returns its folder, for `deb [trusted=yes] file:FOLDER ./`
 */
export async function packageRepository({ source, base, report, signal, names = PACKAGES }: Wish): Promise<string> {
  const { url, suite } = source;
  const key = keyOf({ base: basename(base), packages: names, version: 1 });
  return await fillOnce(join(cacheFolder(), 'packages', `${suite}-${key}`), async (folder) => {
    report(`fetching packages for hosts (${names.slice(0, 3).join(', ')}, …): once`);
    const apt = join(folder, '.apt');
    await mkdir(join(apt, 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'partial'));
    await writeFile(join(apt, 'sources.list'), `deb ${url} ${suite} main\n`);
    // apt locks the folder of the status file: with the file of the base, a second repository at the same time would
    // fail.
    const installed = join(apt, 'status');
    await copyFile(join(base, 'var/lib/dpkg/status'), installed);
    const settings = {
      'Dir::Etc::sourcelist': join(apt, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(apt, 'lists'),
      'Dir::State::status': installed,
      'Dir::State::extended_states': join(apt, 'extended_states'),
      'Dir::Cache::archives': folder,
      'Dir::Cache::pkgcache': '',
      'Dir::Cache::srcpkgcache': '',
      'APT::Update::Post-Invoke': '',
      'APT::Sandbox::User': 'root',
      'APT::Get::List-Cleanup': 'false',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    await run(['apt-get', ...options, '-q', 'update'], { signal });
    await run(['apt-get', ...options, '-q', '-y', '--no-install-recommends', '--download-only', 'install', ...names], {
      signal,
    });
    await rm(apt, { recursive: true });
    await rm(join(folder, 'partial'), { recursive: true });
    await rm(join(folder, 'lock'), { force: true });
    const index = await run(['apt-ftparchive', 'packages', '.'], { cwd: folder });
    await writeFile(join(folder, 'Packages'), index);
    await writeFile(join(folder, 'Release'), await run(['apt-ftparchive', 'release', '.'], { cwd: folder }));
    await chmod(folder, 0o755);
  });
}
