import { join } from 'node:path';
import {
  type Source,
  type SourceContext,
  AGE_COMMANDS,
  ETCD_COMMANDS,
  KUBERNETES_COMMANDS,
  KUBE_BENCH_COMMANDS,
  S3_SERVER_COMMANDS,
  SOPS_COMMANDS,
} from './binary-source.ts';
import { cacheFolder } from './cache.ts';
import { downloadEtcd } from './github-releases.ts';
import { buildAge, buildEtcd, buildKubeBench, buildKubernetes, buildS3Server, buildSops } from './go-build.ts';
import { ensureRelease } from './release-cache.ts';
import { downloadKubernetes } from './release-site.ts';

export const DEFAULT_KUBERNETES = '1.36.3';
export const DEFAULT_ETCD = '3.6.16';
const KUBE_BENCH = '0.15.1';
const AGE = '1.3.2';
const SOPS = '3.13.3';
const S3_SERVER = '1.8.0';

export interface BinariesOptions {
  /** Without the leading v: `1.36.3`. */
  readonly kubernetes?: string;
  readonly etcd?: string;
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Folders that mirror the release sites, such as `<kubernetes>/v1.36.3/bin/linux/amd64/kube-apiserver` and
 * `<etcd>/v3.6.16/linux/amd64/etcd`.
 */
export interface Mirrors {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
}

/** Go's and upstream's name of this machine's architecture. */
function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

export function mirrors(): Mirrors {
  const folder = join(cacheFolder(), 'binaries');
  return {
    kubernetes: join(folder, 'kubernetes'),
    etcd: join(folder, 'etcd'),
    containerd: join(folder, 'containerd'),
    runc: join(folder, 'runc'),
    cniPlugins: join(folder, 'cni-plugins'),
  };
}

/**
 * Fills the cache with one version of each program, from the first source that has it: the release site, then Go
 * modules that are built here. A binary that does not match the digest beside it is fetched again.
 * @throws Problem `binaries-unavailable` with the reason of each source.
 */
export async function ensureBinaries(options: BinariesOptions = {}): Promise<Mirrors> {
  await ensureKubernetes(KUBERNETES_COMMANDS, options, contextOf(options));
  return await ensureEtcd(options);
}

/** Fills the cache with commands of Kubernetes, those of nodes too. */
export async function ensureKubernetes(
  commands: readonly string[],
  { kubernetes = DEFAULT_KUBERNETES }: BinariesOptions,
  context: SourceContext,
): Promise<void> {
  await ensureRelease(
    {
      what: `Kubernetes ${kubernetes}`,
      version: kubernetes,
      folder: join(mirrors().kubernetes, `v${kubernetes}`),
      place: `bin/linux/${context.architecture}`,
      commands,
      sources: [downloadKubernetes, buildKubernetes],
    },
    context,
  );
}

/** The same for etcd alone, which is built in about a minute. */
export async function ensureEtcd(options: Omit<BinariesOptions, 'kubernetes'> = {}): Promise<Mirrors> {
  const { etcd = DEFAULT_ETCD } = options;
  const context = contextOf(options);
  await ensureProgram(
    { name: 'etcd', version: etcd, commands: ETCD_COMMANDS, sources: [downloadEtcd, buildEtcd] },
    context,
  );
  return mirrors();
}

export function contextOf({ report = () => undefined, signal }: BinariesOptions): SourceContext {
  return { architecture: architecture(), report, signal };
}

/**
 * Fills the cache with kube-bench, its checks and the jq that they call, from Go modules.
 * @returns their folder
 * @throws Problem `binaries-unavailable`
 */
export async function ensureKubeBench(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram(
    { name: 'kube-bench', version: KUBE_BENCH, commands: KUBE_BENCH_COMMANDS, sources: [buildKubeBench] },
    contextOf(options),
  );
}

/**
 * Fills the cache with `age` and `age-keygen`, from their Go module.
 * @returns their folder
 * @throws Problem `binaries-unavailable`
 */
export async function ensureAge(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram(
    { name: 'age', version: AGE, commands: AGE_COMMANDS, sources: [buildAge] },
    contextOf(options),
  );
}

/** The same, for `sops`. The first time takes some minutes. */
export async function ensureSops(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram(
    { name: 'sops', version: SOPS, commands: SOPS_COMMANDS, sources: [buildSops] },
    contextOf(options),
  );
}

/** The same, for `versitygw`, a server of S3. The first time takes some minutes. */
export async function ensureS3Server(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram(
    { name: 'versitygw', version: S3_SERVER, commands: S3_SERVER_COMMANDS, sources: [buildS3Server] },
    contextOf(options),
  );
}

export interface Program {
  readonly name: string;
  readonly version: string;
  readonly commands: readonly string[];
  readonly sources: readonly Source[];
}

/** Fills the cache with a program, and returns the folder of its commands. */
export async function ensureProgram(program: Program, context: SourceContext): Promise<string> {
  const { name, version } = program;
  const folder = join(cacheFolder(), 'binaries', name, `v${version}`);
  const place = `linux/${context.architecture}`;
  await ensureRelease({ ...program, what: `${name} ${version}`, folder, place }, context);
  return join(folder, place);
}
