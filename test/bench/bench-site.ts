import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOpensshServer, type OpensshServer } from '../ssh/openssh-server.ts';
import { type Account, benchAccount } from './account.ts';
import type { BenchHost } from './tasks.ts';

/** The way to the hosts: all of them are one sshd, reached directly or through a delaying proxy. */
export interface Reach {
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHosts: string;
}

/** The machine that serves as all hosts, and the folders of a bench. */
export interface BenchSite {
  /** Files that the controllers read and write. */
  readonly folder: string;
  readonly account: Account;
  readonly server: OpensshServer;
  reach(port?: number): Reach;
  /** Makes empty hosts for one tool, and removes the folders of earlier hosts. */
  freshHosts(tool: string, count: number): Promise<readonly BenchHost[]>;
  stop(): Promise<void>;
}

export async function startBenchSite(): Promise<BenchSite> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-bench-'));
  await chmod(folder, 0o755);
  const home = join(folder, 'home');
  const hostsFolder = join(folder, 'hosts');
  for (const path of [home, hostsFolder]) await mkdir(path);
  const account = await benchAccount();
  await chown(home, account.uid, account.gid);
  const server = await startOpensshServer({
    MaxStartups: '2000',
    MaxSessions: '2000',
    LoginGraceTime: '600',
    SetEnv: `HOME=${home}`,
    Subsystem: 'sftp internal-sftp',
  });
  return {
    folder,
    account,
    server,
    reach: (port = server.port) => ({
      port,
      user: account.name,
      identityFile: server.identityFile,
      knownHosts: server.knownHosts,
    }),
    freshHosts: async (tool, count) => {
      const base = join(hostsFolder, tool);
      await rm(base, { recursive: true, force: true });
      const hosts = Array.from({ length: count }, (_, index) => ({
        name: `host-${index + 1}`,
        number: index + 1,
        root: join(base, `host-${index + 1}`),
      }));
      for (const host of hosts) {
        await mkdir(host.root, { recursive: true });
        await chown(host.root, account.uid, account.gid);
      }
      return hosts;
    },
    stop: async () => {
      await server.stop();
      await account.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
