import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BinariesOptions,
  type Mirrors,
  type Program,
  DEFAULT_KUBERNETES,
  contextOf,
  ensureEtcd,
  ensureKubernetes,
  ensureProgram,
} from './binaries.ts';
import {
  type SourceContext,
  CNI_COMMANDS,
  CONFORMANCE_COMMANDS,
  CONTAINERD_COMMANDS,
  COREDNS_COMMANDS,
  KUBERNETES_COMMANDS,
  NODE_COMMANDS,
  POD_COMMANDS,
  RUNC_COMMANDS,
} from './binary-source.ts';
import { cacheFolder } from './cache.ts';
import { downloadCniPlugins, downloadContainerd, downloadCoreDns, downloadRunc } from './github-releases.ts';
import { buildConformance, buildPodPrograms } from './go-build.ts';
import { buildCniPlugins, buildContainerd, buildCoreDns, buildRunc } from './go-module-copy.ts';

/** The versions of group_vars/all.yml. */
export const NODE_VERSIONS = { containerd: '2.4.2', runc: '1.5.3', cniPlugins: '1.10.0', coreDns: '1.14.2' } as const;

/** What a build leaves for the next one, which shares much of it, is removed after the last. */
async function withStore<T>(context: SourceContext, work: (context: SourceContext) => Promise<T>): Promise<T> {
  const place = join(cacheFolder(), 'binaries');
  await mkdir(place, { recursive: true });
  const store = await mkdtemp(join(place, '.store-'));
  try {
    return await work({ ...context, store });
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

/**
 * Fills the cache with the programs of a control plane and of worker nodes.
 * @throws Problem `binaries-unavailable` with the reason of each source.
 */
export async function ensureNodeBinaries(options: BinariesOptions = {}): Promise<Mirrors> {
  return await withStore(contextOf(options), async (context) => await ensureNodes(options, context));
}

async function ensureNodes(options: BinariesOptions, context: SourceContext): Promise<Mirrors> {
  await ensureKubernetes([...KUBERNETES_COMMANDS, ...NODE_COMMANDS], options, context);
  await ensurePodPrograms(options, context);
  await ensureRuntime(context);
  return await ensureEtcd(options);
}

/**
 * The same with Kubernetes' own tests.
 * @returns the folder of `e2e.test`
 * @throws Problem `binaries-unavailable` with the reason of each source.
 */
export async function ensureConformance(options: BinariesOptions = {}): Promise<string> {
  const { kubernetes = DEFAULT_KUBERNETES } = options;
  return await withStore(contextOf(options), async (context) => {
    await ensureNodes(options, context);
    return await ensureProgram(
      { name: 'conformance', version: kubernetes, commands: CONFORMANCE_COMMANDS, sources: [buildConformance] },
      context,
    );
  });
}

/** The same for containerd, runc and the CNI plugins alone. */
export async function ensureContainerRuntime(options: BinariesOptions = {}): Promise<void> {
  await withStore(contextOf(options), ensureRuntime);
}

const RUNTIME: readonly Program[] = [
  {
    name: 'containerd',
    version: NODE_VERSIONS.containerd,
    commands: CONTAINERD_COMMANDS,
    sources: [downloadContainerd, buildContainerd],
  },
  { name: 'runc', version: NODE_VERSIONS.runc, commands: RUNC_COMMANDS, sources: [downloadRunc, buildRunc] },
  {
    name: 'cni-plugins',
    version: NODE_VERSIONS.cniPlugins,
    commands: CNI_COMMANDS,
    sources: [downloadCniPlugins, buildCniPlugins],
  },
];

async function ensureRuntime(context: SourceContext): Promise<void> {
  for (const program of RUNTIME) await ensureProgram(program, context);
}

/** The folders of the programs that are in images of the lab. */
export interface PodPrograms {
  /** The folder of agnhost and pause. */
  readonly kubernetes: string;
  readonly coreDns: string;
}

/** Fills the cache with the programs of the images of the lab. */
export async function ensurePodPrograms(
  { kubernetes = DEFAULT_KUBERNETES }: BinariesOptions,
  context: SourceContext,
): Promise<PodPrograms> {
  return {
    kubernetes: await ensureProgram(
      { name: 'pod-programs', version: kubernetes, commands: POD_COMMANDS, sources: [buildPodPrograms] },
      context,
    ),
    coreDns: await ensureProgram(
      {
        name: 'coredns',
        version: NODE_VERSIONS.coreDns,
        commands: COREDNS_COMMANDS,
        sources: [downloadCoreDns, buildCoreDns],
      },
      context,
    ),
  };
}
