import { spawn } from 'node:child_process';
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, fillOnce } from './cache.ts';
import { run } from './command.ts';
import { distribution } from './distribution.ts';
import { cachedImages } from './images.ts';
import { packageRepository } from './packages.ts';
import { isPowered, makeGroup } from './power.ts';
import { type LabState, NETWORK } from './state.ts';
import { until } from './until.ts';

// The registry of a lab with workers: Debian's docker-registry on the controller, inside the lab's network. Its process
// is in a control group of the lab, so that it ends with the lab.

/** The name of its control group and of its folder, beside those of the hosts. */
const MACHINE = 'registry';
const PORT = 5000;
export const REGISTRY = `http://${NETWORK.controller}:${PORT}`;
const UPLOAD = fileURLToPath(new URL('upload-images.ts', import.meta.url));

interface Wish {
  readonly report: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Returns a folder with docker-registry and busybox-static, unpacked. */
async function programs({ base }: LabState, { report, signal }: Wish): Promise<string> {
  const names = ['busybox-static', 'docker-registry'];
  const packages = await packageRepository({ source: await distribution(), base, report, signal, names });
  return await fillOnce(join(cacheFolder(), 'registry', basename(packages)), async (scratch) => {
    const files = await readdir(packages);
    for (const name of names) {
      const file = files.find((one) => one.startsWith(`${name}_`));
      await run(['dpkg-deb', '-x', join(packages, file ?? name), scratch], { signal });
    }
  });
}

// The groups of a host have subgroups, and a process is in one of these: see power.ts.
const START = 'mkdir -p "$GROUP/host" && echo 0 > "$GROUP/host/cgroup.procs" && exec "$@"';

async function start(state: LabState, command: string): Promise<void> {
  const folder = join(state.disks, MACHINE);
  await mkdir(folder, { recursive: true });
  const settings = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: `${NETWORK.controller}:${PORT}` },
  };
  // JSON is YAML too.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(settings));
  const log = await open(join(folder, 'log'), 'w');
  try {
    const serve = ['sh', '-c', START, 'registry', command, 'serve', join(folder, 'config.yml')];
    const [first = '', ...rest] = [...state.enter, ...serve];
    const server = spawn(first, rest, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: process.env['PATH'] ?? '', GROUP: await makeGroup(state.id, MACHINE) },
    });
    await new Promise<void>((resolve, reject) => {
      server.once('spawn', resolve);
      server.once('error', reject);
    });
    server.unref();
    const hasBegun = async (): Promise<boolean> => server.exitCode !== null || (await isPowered(state.id, MACHINE));
    await until('the registry has started', hasBegun, { timeoutMs: 10_000 });
  } finally {
    await log.close();
  }
}

/** Starts the registry of the lab if it does not run, and puts the images in whose programs are in the cache. */
export async function ensureRegistry(state: LabState, wish: Wish): Promise<void> {
  const folder = await programs(state, wish);
  if (!(await isPowered(state.id, MACHINE))) await start(state, join(folder, 'usr/bin/docker-registry'));
  const images = await cachedImages(join(folder, 'bin/busybox'));
  wish.report(`images in the registry: ${images.map(({ name, tag }) => `${name}:${tag}`).join(', ')}`);
  const words = images.flatMap((image) => [image.name, image.tag, image.folder]);
  await run([...state.enter, process.execPath, UPLOAD, REGISTRY, ...words], {
    signal: wish.signal,
    remedy: `The log of the registry is ${join(state.disks, MACHINE, 'log')}.`,
  });
}
