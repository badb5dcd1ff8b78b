import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../engine/errors/problem.ts';
import type { SourceContext } from './binary-source.ts';
import { isInstalled, run } from './command.ts';

// Go with modules and objects in a folder that is removed afterwards.

const TOO_OLD = /^go1\.(\d|1\d|20)(\D|$)/;

export interface Go {
  readonly home: string;
  /** The folder of the module that is built. */
  readonly scratch: string;
  readonly modules: string;
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly signal: AbortSignal | undefined;
}

/** @throws Problem `go-missing` */
export async function prepare(folder: string, context: SourceContext): Promise<Go> {
  const version = (await isInstalled('go')) ? (await run(['go', 'env', 'GOVERSION'])).trim() : undefined;
  // From 1.21 on, go fetches the newer toolchain that a module needs.
  if (version === undefined || TOO_OLD.test(version)) {
    throw new Problem({
      code: 'go-missing',
      what: `building from Go modules needs Go 1.21 or newer, this machine has ${version ?? 'none'}`,
    });
  }
  const home = join(folder, 'go');
  const scratch = join(home, 'source');
  const store = context.store ?? home;
  await mkdir(scratch, { recursive: true });
  const env = {
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'auto',
    GOFLAGS: '-mod=mod -modcacherw -trimpath -buildvcs=false',
    GOARCH: context.architecture,
    GOOS: 'linux',
    GOWORK: 'off',
    GOMODCACHE: join(store, 'modules'),
    GOCACHE: join(store, 'objects'),
    GOTMPDIR: home,
  };
  return { home, scratch, modules: env.GOMODCACHE, env, version, signal: context.signal };
}

export async function go(tool: Go, args: readonly string[]): Promise<string> {
  return await run(['nice', 'go', ...args], { cwd: tool.scratch, env: tool.env, signal: tool.signal });
}

const downloadSchema = z.object({ Dir: z.string(), GoMod: z.string(), Info: z.string() });

async function download(tool: Go, module: string): Promise<z.infer<typeof downloadSchema>> {
  return downloadSchema.parse(JSON.parse(await go(tool, ['mod', 'download', '-json', module])));
}

interface ModuleFile {
  readonly text: string;
  readonly time: string;
}

/** Returns go.mod of a published module, and the time of its release. */
export async function moduleFile(tool: Go, module: string): Promise<ModuleFile> {
  const { GoMod, Info } = await download(tool, module);
  const { Time } = z.object({ Time: z.string() }).parse(JSON.parse(await readFile(Info, 'utf8')));
  return { text: await readFile(GoMod, 'utf8'), time: Time };
}

export function directive(text: string, name: string): string {
  return new RegExp(`^${name} .*$`, 'm').exec(text)?.[0] ?? '';
}

/** Copies the sources of a published module into the scratch folder, with its own go.mod and go.sum. */
export async function copyModule(tool: Go, module: string): Promise<void> {
  const { Dir } = await download(tool, module);
  await cp(Dir, tool.scratch, { recursive: true });
}

export interface Build {
  readonly tags?: string | undefined;
  readonly linkerFlags: string;
  readonly packages: readonly string[];
  /** The folder of the commands. */
  readonly folder: string;
}

/** Builds commands in the scratch folder. */
export async function build(tool: Go, { tags = '', linkerFlags, packages, folder }: Build): Promise<void> {
  await go(tool, ['build', '-tags', tags, '-ldflags', linkerFlags, '-o', `${folder}/`, ...packages]);
}

/** Builds the tests of each package, as `PACKAGE.test`. */
export async function buildTest(tool: Go, { linkerFlags, packages, folder }: Build): Promise<void> {
  await go(tool, ['test', '-c', '-ldflags', linkerFlags, '-o', `${folder}/`, ...packages]);
}

/** Removes what a build has left beside its commands. */
export async function cleanUp(tool: Go): Promise<void> {
  await rm(tool.home, { recursive: true });
}
