import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DEFAULT_ETCD, DEFAULT_KUBERNETES, ensureBinaries } from '../../lab/binaries.ts';
import { until } from '../../lab/until.ts';

/** A kube-apiserver with its etcd, on the loopback address of this machine. */
export interface KubeServer {
  /** A kubeconfig of a user who may do everything. */
  readonly kubeconfig: string;
  /** The folder of kubectl. */
  readonly programs: string;
  stop(): void;
}

/** Starts a server whose files are in `folder`, and waits until it is ready. */
export async function startKubeServer(folder: string): Promise<KubeServer> {
  const mirrors = await ensureBinaries();
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const programs = join(mirrors.kubernetes, `v${DEFAULT_KUBERNETES}/bin/linux/${architecture}`);
  const etcd = join(mirrors.etcd, `v${DEFAULT_ETCD}/linux/${architecture}/etcd`);
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const token = 'lab-token';
  const started: ChildProcess[] = [];
  const start = (program: string, ...args: readonly string[]): void => {
    started.push(spawn(program, args, { stdio: 'ignore' }));
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(folder, 'accounts.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const url = `http://127.0.0.1:${client}`;
  start(
    etcd,
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
  );
  start(
    join(programs, 'kube-apiserver'),
    `--etcd-servers=${url}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://lab.invalid',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
  );
  const kubeconfig = join(folder, 'admin.conf');
  writeFileSync(kubeconfig, kubeconfigOf(`https://127.0.0.1:${port}`, token), { mode: 0o600 });
  const stop = (): void => {
    for (const one of started) one.kill('SIGKILL');
  };
  const isReady = async (): Promise<boolean> => {
    const asked = spawn(join(programs, 'kubectl'), [`--kubeconfig=${kubeconfig}`, 'get', 'namespace', 'default'], {
      stdio: 'ignore',
    });
    return (await new Promise((done) => asked.on('close', done))) === 0;
  };
  try {
    await until('kube-apiserver is ready', isReady, { timeoutMs: 180_000 });
  } catch (error) {
    stop();
    throw error;
  }
  return { kubeconfig, programs, stop };
}

function kubeconfigOf(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
    'current-context': 'lab',
  });
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}
