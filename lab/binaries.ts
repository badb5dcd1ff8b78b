import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../engine/errors/problem.ts';
import {
  type Source,
  type SourceContext,
  AGE_COMMANDS,
  ETCD_COMMANDS,
  KUBERNETES_COMMANDS,
  KUBE_BENCH_COMMANDS,
  SOPS_COMMANDS,
} from './binary-source.ts';
import { cacheFolder, exists, fillOnce } from './cache.ts';
import { buildAge, buildEtcd, buildKubeBench, buildKubernetes, buildSops } from './go-build.ts';
import { downloadEtcd, downloadKubernetes } from './release-site.ts';

export const DEFAULT_KUBERNETES = '1.36.3';
export const DEFAULT_ETCD = '3.6.16';
const KUBE_BENCH = '0.15.1';
const AGE = '1.3.2';
const SOPS = '3.13.3';

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
}

/** Go's and upstream's name of this machine's architecture. */
function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

export function mirrors(): Mirrors {
  const folder = join(cacheFolder(), 'binaries');
  return { kubernetes: join(folder, 'kubernetes'), etcd: join(folder, 'etcd') };
}

/**
 * Fills the cache with one version of each program, from the first source that has it: the release site, then Go
 * modules that are built here. A binary that does not match the digest beside it is fetched again.
 * @throws Problem `binaries-unavailable` with the reason of each source.
 */
export async function ensureBinaries(options: BinariesOptions = {}): Promise<Mirrors> {
  const { kubernetes = DEFAULT_KUBERNETES } = options;
  const context = contextOf(options);
  await ensure(
    {
      what: `Kubernetes ${kubernetes}`,
      version: kubernetes,
      folder: join(mirrors().kubernetes, `v${kubernetes}`),
      place: `bin/linux/${context.architecture}`,
    },
    KUBERNETES_COMMANDS,
    [downloadKubernetes, buildKubernetes],
    context,
  );
  return await ensureEtcd(options);
}

/** The same for etcd alone, which is built in about a minute. */
export async function ensureEtcd(options: Omit<BinariesOptions, 'kubernetes'> = {}): Promise<Mirrors> {
  const { etcd = DEFAULT_ETCD } = options;
  const context = contextOf(options);
  await ensure(
    {
      what: `etcd ${etcd}`,
      version: etcd,
      folder: join(mirrors().etcd, `v${etcd}`),
      place: `linux/${context.architecture}`,
    },
    ETCD_COMMANDS,
    [downloadEtcd, buildEtcd],
    context,
  );
  return mirrors();
}

function contextOf({ report = () => undefined, signal }: BinariesOptions): SourceContext {
  return { architecture: architecture(), report, signal };
}

/**
 * Fills the cache with kube-bench, its checks and the jq that they call, from Go modules.
 * @returns their folder
 * @throws Problem `binaries-unavailable`
 */
export async function ensureKubeBench(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram(
    { name: 'kube-bench', version: KUBE_BENCH, commands: KUBE_BENCH_COMMANDS, source: buildKubeBench },
    options,
  );
}

/**
 * Fills the cache with `age` and `age-keygen`, from their Go module.
 * @returns their folder
 * @throws Problem `binaries-unavailable`
 */
export async function ensureAge(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram({ name: 'age', version: AGE, commands: AGE_COMMANDS, source: buildAge }, options);
}

/** The same, for `sops`. The first time takes some minutes. */
export async function ensureSops(options: Pick<BinariesOptions, 'report' | 'signal'> = {}): Promise<string> {
  return await ensureProgram({ name: 'sops', version: SOPS, commands: SOPS_COMMANDS, source: buildSops }, options);
}

interface Program {
  readonly name: string;
  readonly version: string;
  readonly commands: readonly string[];
  readonly source: Source;
}

async function ensureProgram(
  { name, version, commands, source }: Program,
  options: Pick<BinariesOptions, 'report' | 'signal'>,
): Promise<string> {
  const context = contextOf(options);
  const folder = join(cacheFolder(), 'binaries', name, `v${version}`);
  const place = `linux/${context.architecture}`;
  await ensure({ what: `${name} ${version}`, version, folder, place }, commands, [source], context);
  return join(folder, place);
}

interface Wanted {
  readonly what: string;
  readonly version: string;
  readonly folder: string;
  /** Folder of the commands below `folder`. */
  readonly place: string;
}

async function ensure(
  wanted: Wanted,
  commands: readonly string[],
  sources: readonly Source[],
  context: SourceContext,
): Promise<void> {
  if (await exists(wanted.folder)) {
    if (await isWhole(join(wanted.folder, wanted.place), commands)) return;
    context.report(`${wanted.what} in the cache is damaged: getting it anew`);
    await rm(wanted.folder, { recursive: true });
  }
  await fillOnce(wanted.folder, async (scratch) => {
    const bin = join(scratch, wanted.place);
    await mkdir(bin, { recursive: true });
    const work = await mkdtemp(join(dirname(wanted.folder), '.work-'));
    try {
      const origin = await firstOf(wanted, sources, work, context);
      for (const command of commands) {
        await copyFile(join(work, command), join(bin, command));
        await chmod(join(bin, command), 0o755);
        await writeFile(join(bin, `${command}.sha256`), await digest(join(bin, command)));
      }
      await writeFile(join(scratch, 'SOURCE'), `${origin}\n`);
      await chmod(scratch, 0o755);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

async function firstOf(
  wanted: Wanted,
  sources: readonly Source[],
  folder: string,
  context: SourceContext,
): Promise<string> {
  const answers: string[] = [];
  for (const source of sources) {
    try {
      return await source(wanted.version, folder, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      if (!(error instanceof Problem)) throw error;
      answers.push([error.what, error.why].filter((text) => text !== undefined).join('\n'));
    }
  }
  throw new Problem({
    code: 'binaries-unavailable',
    what: `no source gave ${wanted.what}`,
    why: answers.join('\n'),
    remedy:
      'Allow this machine to reach the release site or a Go module proxy, with Go 1.21 or newer installed; or ask for another version.',
  });
}

/** SHA-256 of a file, in hexadecimal. */
export async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function isWhole(folder: string, commands: readonly string[]): Promise<boolean> {
  for (const command of commands) {
    const file = join(folder, command);
    if (!(await exists(file)) || !(await exists(`${file}.sha256`))) return false;
    if ((await readFile(`${file}.sha256`, 'utf8')).trim() !== (await digest(file))) return false;
  }
  return true;
}
