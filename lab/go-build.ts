import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SourceContext, type Wanted, AGE_COMMANDS, S3_SERVER_COMMANDS, SOPS_COMMANDS } from './binary-source.ts';
import { run } from './command.ts';
import { installCompiler } from './go-module-copy.ts';
import { type Go, build, buildTest, cleanUp, directive, moduleFile, prepare } from './go-tool.ts';

// Builds programs from Go's module proxy, for machines that cannot reach the release sites. `go install pkg@version`
// refuses modules with `replace`, so a temporary module requires them. Programs whose dependencies a temporary module
// cannot resolve are in go-module-copy.ts.

const GOJQ = '0.12.17';

/** Writes the temporary module for Kubernetes. Returns the flags of the linker that stamp the version. */
async function kubernetesModule(tool: Go, version: string): Promise<string> {
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
  return ['-s', '-w', ...flags].join(' ');
}

export async function buildKubernetes(
  { version, commands }: Wanted,
  folder: string,
  context: SourceContext,
): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(
    `building Kubernetes ${version} from Go modules with ${tool.version}: about five minutes on two cores, once`,
  );
  const linkerFlags = await kubernetesModule(tool, version);
  const packages = commands.map((command) => `k8s.io/kubernetes/cmd/${command}`);
  await build(tool, { linkerFlags, packages, folder });
  await cleanUp(tool);
  return `Go module k8s.io/kubernetes@v${version}, built with ${tool.version}`;
}

/** agnhost, the program of Kubernetes' own tests, and pause, the first process of each pod, which is in C. */
export async function buildPodPrograms({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(`building agnhost and pause of Kubernetes ${version} with ${tool.version}, once`);
  const linkerFlags = await kubernetesModule(tool, version);
  await build(tool, { linkerFlags, packages: ['k8s.io/kubernetes/test/images/agnhost'], folder });
  const source = join(tool.modules, `k8s.io/kubernetes@v${version}`, 'build/pause/linux/pause.c');
  await installCompiler(context);
  await run(['gcc', '-Os', '-Wall', '-static', `-DVERSION=v${version}`, '-o', join(folder, 'pause'), source], {
    signal: tool.signal,
  });
  await cleanUp(tool);
  return `Go module k8s.io/kubernetes@v${version}, built with ${tool.version}`;
}

/** Builds e2e.test, Kubernetes' own end-to-end tests. */
export async function buildConformance({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
  const tool = await prepare(folder, context);
  context.report(
    `building the tests of Kubernetes ${version} with ${tool.version}: about six minutes on two cores, once`,
  );
  const linkerFlags = await kubernetesModule(tool, version);
  await buildTest(tool, { linkerFlags, packages: ['k8s.io/kubernetes/test/e2e'], folder });
  await cleanUp(tool);
  return `Go module k8s.io/kubernetes@v${version}, built with ${tool.version}`;
}

/**
 * Builds kube-bench with its checks (`cfg.tar`), and gojq under the name jq, which some checks call.
 * @param version without the leading v: `0.15.1`
 */
export async function buildKubeBench({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
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
  await run(['tar', '-cf', join(folder, 'cfg.tar'), '-C', join(tool.modules, module), 'cfg'], {
    signal: tool.signal,
  });
  const flags = `-s -w -X github.com/aquasecurity/kube-bench/cmd.KubeBenchVersion=v${version}`;
  const packages = ['github.com/aquasecurity/kube-bench', 'github.com/itchyny/gojq/cmd/gojq'];
  await build(tool, { linkerFlags: flags, packages, folder });
  await cleanUp(tool);
  await rename(join(folder, 'gojq'), join(folder, 'jq'));
  return `Go module ${module}, built with ${tool.version}`;
}

export async function buildEtcd({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
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
  const linkerFlags = '-s -w -X go.etcd.io/etcd/api/v3/version.GitSHA=built-from-go-modules';
  await build(tool, { linkerFlags, packages: modules, folder });
  await cleanUp(tool);
  await rename(join(folder, 'server'), join(folder, 'etcd'));
  return `Go module go.etcd.io/etcd/server/v3@v${version} and its tools, built with ${tool.version}`;
}

/** age and age-keygen. */
export async function buildAge({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
  return await buildPackages(
    { module: `filippo.io/age@v${version}`, commands: AGE_COMMANDS, flags: '-s -w' },
    folder,
    context,
  );
}

/** Builds sops with the libraries of all clouds. It is large, so other work of the machine goes first. */
export async function buildSops({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
  const flags = `-s -w -X github.com/getsops/sops/v3/version.Version=${version}`;
  return await buildPackages(
    { module: `github.com/getsops/sops/v3@v${version}`, commands: SOPS_COMMANDS, flags },
    folder,
    context,
  );
}

export async function buildS3Server({ version }: Wanted, folder: string, context: SourceContext): Promise<string> {
  return await buildPackages(
    { module: `github.com/versity/versitygw@v${version}`, commands: S3_SERVER_COMMANDS, flags: '-s -w' },
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
  await build(tool, { linkerFlags: flags, packages: commands.map((command) => `${path}/cmd/${command}`), folder });
  await cleanUp(tool);
  return `Go module ${module}, built with ${tool.version}`;
}
