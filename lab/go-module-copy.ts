import type { SourceContext, Wanted } from './binary-source.ts';
import { succeeds } from './command.ts';
import { build, cleanUp, copyModule, prepare } from './go-tool.ts';
import { installPackages } from './machine.ts';

// Builds programs of worker nodes in a copy of their module, with its own list of versions: a temporary module that
// requires containerd would have to resolve dependencies that no proxy has.

/** How the commands of one module are built. */
interface Recipe {
  readonly module: (version: string) => string;
  readonly packages: readonly string[];
  readonly tags?: string;
  readonly linkerFlags: (version: string) => string;
  /** Whether the program has parts in C. */
  readonly hasC?: boolean;
}

const PLUGINS = ['main/bridge', 'main/loopback', 'main/ptp', 'ipam/host-local', 'meta/portmap'];

const RECIPES = {
  containerd: {
    module: (version) => `github.com/containerd/containerd/v2@v${version}`,
    packages: ['./cmd/containerd', './cmd/containerd-shim-runc-v2', './cmd/ctr'],
    tags: 'no_btrfs no_zfs no_devmapper urfave_cli_no_docs osusergo netgo static_build',
    linkerFlags: (version) => `-s -w -X github.com/containerd/containerd/v2/version.Version=v${version}`,
  },
  runc: {
    module: (version) => `github.com/opencontainers/runc@v${version}`,
    packages: ['.'],
    tags: 'seccomp netgo osusergo',
    linkerFlags: (version) => `-s -w -extldflags -static -X main.version=${version}`,
    hasC: true,
  },
  'CNI plugins': {
    module: (version) => `github.com/containernetworking/plugins@v${version}`,
    packages: PLUGINS.map((plugin) => `./plugins/${plugin}`),
    linkerFlags: (version) =>
      `-s -w -X github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion=v${version}`,
  },
  CoreDNS: {
    module: (version) => `github.com/coredns/coredns@v${version}`,
    packages: ['.'],
    tags: 'grpcnotrace',
    linkerFlags: () => '-s -w -X github.com/coredns/coredns/coremain.GitCommit=built-from-go-modules',
  },
} as const satisfies Record<string, Recipe>;

/** A C compiler with the libraries that runc is linked with. */
export async function installCompiler({ report, signal }: SourceContext): Promise<void> {
  const isThere = (await succeeds(['gcc', '--version'])) && (await succeeds(['pkg-config', '--exists', 'libseccomp']));
  if (!isThere) await installPackages(['gcc', 'libc6-dev', 'libseccomp-dev', 'pkg-config'], report, signal);
}

async function buildIn(
  name: keyof typeof RECIPES,
  { version }: Wanted,
  folder: string,
  context: SourceContext,
): Promise<string> {
  const recipe: Recipe = RECIPES[name];
  const module = recipe.module(version);
  if (recipe.hasC === true) await installCompiler(context);
  const tool = await prepare(folder, context);
  context.report(`building ${name} ${version} from the Go module ${module} with ${tool.version}, once`);
  await copyModule(tool, module);
  const { packages, tags } = recipe;
  const env = { ...tool.env, CGO_ENABLED: recipe.hasC === true ? '1' : '0' };
  await build({ ...tool, env }, { tags, linkerFlags: recipe.linkerFlags(version), packages, folder });
  await cleanUp(tool);
  return `Go module ${module}, built with ${tool.version}`;
}

export async function buildContainerd(wanted: Wanted, folder: string, context: SourceContext): Promise<string> {
  return await buildIn('containerd', wanted, folder, context);
}

export async function buildRunc(wanted: Wanted, folder: string, context: SourceContext): Promise<string> {
  return await buildIn('runc', wanted, folder, context);
}

/** The plugins that the role installs, of about twenty. */
export async function buildCniPlugins(wanted: Wanted, folder: string, context: SourceContext): Promise<string> {
  return await buildIn('CNI plugins', wanted, folder, context);
}

export async function buildCoreDns(wanted: Wanted, folder: string, context: SourceContext): Promise<string> {
  return await buildIn('CoreDNS', wanted, folder, context);
}
