import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../engine/errors/problem.ts';
import { type SourceContext, AGE_COMMANDS, KUBERNETES_COMMANDS, SOPS_COMMANDS } from './binary-source.ts';
import { isInstalled, run } from './command.ts';

// Builds programs from Go's module proxy, for machines that cannot reach the release sites. `go install pkg@version`
// refuses modules with `replace`, so a temporary module requires them. Modules and objects are in the scratch folder
// and are removed with it.

const GOJQ = '0.12.17';

const TOO_OLD = /^go1\.(\d|1\d|20)(\D|$)/;

interface Go {
  readonly scratch: string;
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly signal: AbortSignal | undefined;
}

/** @throws Problem `go-missing` */
async function prepare(folder: string, context: SourceContext): Promise<Go> {
  const version = (await isInstalled('go')) ? (await run(['go', 'env', 'GOVERSION'])).trim() : undefined;
  // From 1.21 on, go fetches the newer toolchain that a module needs.
  if (version === undefined || TOO_OLD.test(version)) {
    throw new Problem({
      code: 'go-missing',
      what: `building from Go modules needs Go 1.21 or newer, this machine has ${version ?? 'none'}`,
    });
  }
  const scratch = join(folder, 'go');
  await mkdir(scratch, { recursive: true });
  const env = {
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'auto',
    GOFLAGS: '-mod=mod -modcacherw -trimpath -buildvcs=false',
    GOARCH: context.architecture,
    GOOS: 'linux',
    GOWORK: 'off',
    GOMODCACHE: join(scratch, 'modules'),
    GOCACHE: join(scratch, 'objects'),
    GOTMPDIR: scratch,
  };
  return { scratch, env, version, signal: context.signal };
}

async function go(tool: Go, args: readonly string[]): Promise<string> {
  return await run(['nice', 'go', ...args], { cwd: tool.scratch, env: tool.env, signal: tool.signal });
}

const downloadSchema = z.object({ GoMod: z.string(), Info: z.string(), Error: z.string().optional() });

interface ModuleFile {
  readonly text: string;
  readonly time: string;
}

/** Returns go.mod of a published module, and the time of its release. */
async function moduleFile(tool: Go, module: string): Promise<ModuleFile> {
  const { GoMod, Info } = downloadSchema.parse(JSON.parse(await go(tool, ['mod', 'download', '-json', module])));
  const { Time } = z.object({ Time: z.string() }).parse(JSON.parse(await readFile(Info, 'utf8')));
  return { text: await readFile(GoMod, 'utf8'), time: Time };
}

function directive(text: string, name: string): string {
  return new RegExp(`^${name} .*$`, 'm').exec(text)?.[0] ?? '';
}

async function build(tool: Go, linkerFlags: string, packages: readonly string[], folder: string): Promise<void> {
  await go(tool, ['build', '-ldflags', linkerFlags, '-o', `${folder}/`, ...packages]);
  await rm(tool.scratch, { recursive: true });
}

export async function buildKubernetes(version: string, folder: string, context: SourceContext): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(
    `building Kubernetes ${version} from Go modules with ${tool.version}: about five minutes on two cores, once`,
  );
  const module = `k8s.io/kubernetes@v${version}`;
  const upstream = await moduleFile(tool, module);
  // In the repository the libraries are subfolders; published they are modules v0.MINOR.PATCH.
  const published = version.replace(/^1\./, '0.');
  const replaces = [...upstream.text.matchAll(/^\s*(k8s\.io\/[\w-]+) => \.\/staging\//gm)].map(
    ([, name]) => `replace ${name} => ${name} v${published}`,
  );
  const lines = [
    'module runbook.lab/kubernetes',
    directive(upstream.text, 'go'),
    directive(upstream.text, 'godebug'),
    `require k8s.io/kubernetes v${version}`,
    ...replaces,
    '',
  ];
  await writeFile(join(tool.scratch, 'go.mod'), lines.join('\n'));
  const [major = '', minor = ''] = version.split('.');
  const stamps = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'archive',
    gitCommit: 'built-from-go-modules',
    buildDate: upstream.time,
  };
  const flags = ['component-base/version', 'client-go/pkg/version'].flatMap((place) =>
    Object.entries(stamps).map(([name, value]) => `-X k8s.io/${place}.${name}=${value}`),
  );
  const packages = KUBERNETES_COMMANDS.map((command) => `k8s.io/kubernetes/cmd/${command}`);
  await build(tool, ['-s', '-w', ...flags].join(' '), packages, folder);
  return `Go module ${module}, built with ${tool.version}`;
}

/**
 * Builds kube-bench with its checks (`cfg.tar`), and gojq under the name jq, which some checks call.
 * @param version without the leading v: `0.15.1`
 */
export async function buildKubeBench(version: string, folder: string, context: SourceContext): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(`building kube-bench ${version} from Go modules with ${tool.version}: some minutes, once`);
  const module = `github.com/aquasecurity/kube-bench@v${version}`;
  const upstream = await moduleFile(tool, module);
  const requires = [
    `require github.com/aquasecurity/kube-bench v${version}`,
    `require github.com/itchyny/gojq v${GOJQ}`,
  ];
  await writeFile(
    join(tool.scratch, 'go.mod'),
    ['module runbook.lab/kube-bench', directive(upstream.text, 'go'), ...requires, ''].join('\n'),
  );
  await run(['tar', '-cf', join(folder, 'cfg.tar'), '-C', join(tool.scratch, 'modules', module), 'cfg'], {
    signal: tool.signal,
  });
  const flags = `-s -w -X github.com/aquasecurity/kube-bench/cmd.KubeBenchVersion=v${version}`;
  await build(tool, flags, ['github.com/aquasecurity/kube-bench', 'github.com/itchyny/gojq/cmd/gojq'], folder);
  await rename(join(folder, 'gojq'), join(folder, 'jq'));
  return `Go module ${module}, built with ${tool.version}`;
}

export async function buildEtcd(version: string, folder: string, context: SourceContext): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(`building etcd ${version} from Go modules with ${tool.version}: about a minute, once`);
  const modules = ['server', 'etcdctl', 'etcdutl'].map((name) => `go.etcd.io/etcd/${name}/v3`);
  const upstream = await moduleFile(tool, `go.etcd.io/etcd/server/v3@v${version}`);
  const lines = [
    'module runbook.lab/etcd',
    directive(upstream.text, 'go'),
    ...modules.map((name) => `require ${name} v${version}`),
    '',
  ];
  await writeFile(join(tool.scratch, 'go.mod'), lines.join('\n'));
  await build(tool, '-s -w -X go.etcd.io/etcd/api/v3/version.GitSHA=built-from-go-modules', modules, folder);
  await rename(join(folder, 'server'), join(folder, 'etcd'));
  return `Go module go.etcd.io/etcd/server/v3@v${version} and its tools, built with ${tool.version}`;
}

/** age and age-keygen. */
export async function buildAge(version: string, folder: string, context: SourceContext): Promise<string> {
  return await buildPackages(
    { module: `filippo.io/age@v${version}`, commands: AGE_COMMANDS, flags: '-s -w' },
    folder,
    context,
  );
}

/** Builds sops with the libraries of all clouds. It is large, so other work of the machine goes first. */
export async function buildSops(version: string, folder: string, context: SourceContext): Promise<string> {
  const flags = `-s -w -X github.com/getsops/sops/v3/version.Version=${version}`;
  return await buildPackages(
    { module: `github.com/getsops/sops/v3@v${version}`, commands: SOPS_COMMANDS, flags },
    folder,
    context,
  );
}

/** The programs `cmd/NAME` of one published module, and the flags of the linker. */
interface Programs {
  readonly module: string;
  readonly commands: readonly string[];
  readonly flags: string;
}

async function buildPackages(
  { module, commands, flags }: Programs,
  folder: string,
  context: SourceContext,
): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(`building ${commands.join(' and ')} from the Go module ${module} with ${tool.version}, once`);
  const upstream = await moduleFile(tool, module);
  const [path = '', version = ''] = module.split('@');
  const lines = ['module runbook.lab/programs', directive(upstream.text, 'go'), `require ${path} ${version}`, ''];
  await writeFile(join(tool.scratch, 'go.mod'), lines.join('\n'));
  await build(
    tool,
    flags,
    commands.map((command) => `${path}/cmd/${command}`),
    folder,
  );
  return `Go module ${module}, built with ${tool.version}`;
}
