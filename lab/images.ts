import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DEFAULT_KUBERNETES, contextOf } from './binaries.ts';
import { cacheFolder, exists, fillOnce, keyOf } from './cache.ts';
import { run } from './command.ts';
import { type Image, writeImage } from './image.ts';
import { NODE_VERSIONS } from './node-binaries.ts';
import { digest } from './release-cache.ts';

// The images of the lab, by the names that Kubernetes and its tests have for them.

/** An image in the cache. */
export interface CachedImage {
  readonly name: string;
  readonly tag: string;
  readonly folder: string;
}

interface Place {
  /** The folder of pause and agnhost. */
  readonly pods: string;
  readonly coreDns: string;
  readonly busybox: string;
  /** curl of this machine with its libraries: their places in an image, and on this machine. Empty if it has none. */
  readonly curl: Readonly<Record<string, string>>;
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ACCOUNTS = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  '/etc/group': 'root:x:0:\n',
};

function imagesOf({ pods, coreDns, busybox, curl }: Place): Image[] {
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' })
    .split('\n')
    .filter((applet) => applet !== '' && applet !== 'busybox');
  const shell = {
    files: { '/bin/busybox': busybox },
    links: Object.fromEntries(applets.map((applet) => [`/bin/${applet}`, '/bin/busybox'])),
    texts: ACCOUNTS,
  };
  const none = { files: {}, links: {}, texts: {} };
  return [
    {
      name: 'pause',
      tag: '3.10.2',
      ...none,
      files: { '/pause': join(pods, 'pause') },
      config: { Entrypoint: ['/pause'], User: '65535:65535', Env: [PATH] },
    },
    {
      name: 'coredns/coredns',
      tag: `v${NODE_VERSIONS.coreDns}`,
      ...none,
      files: { '/coredns': join(coreDns, 'coredns') },
      config: { Entrypoint: ['/coredns'], User: '65532:65532', Env: [PATH] },
    },
    { name: 'e2e-test-images/busybox', tag: '1.37.0-1', ...shell, config: { Cmd: ['sh'], Env: [PATH] } },
    // Tests of updates go from one to the other.
    ...['2.63.0', '2.55'].map((tag) => ({
      name: 'e2e-test-images/agnhost',
      tag,
      ...shell,
      files: { ...shell.files, ...curl, '/agnhost': join(pods, 'agnhost') },
      links: { ...shell.links, '/agnhost-2': '/agnhost' },
      config: { Entrypoint: ['/agnhost'], Cmd: ['pause'], Env: [PATH] },
    })),
  ];
}

async function curlOfMachine(): Promise<Readonly<Record<string, string>>> {
  const path = '/usr/bin/curl';
  if (!(await exists(path))) return {};
  const libraries = (await run(['ldd', path])).matchAll(/(?<=\s)\/\S+(?= \()/g);
  return Object.fromEntries([path, ...Array.from(libraries, ([library]) => library)].map((file) => [file, file]));
}

/**
 * Makes the images whose programs are in the cache (`lab binaries --nodes`), and returns them.
 * @param busybox a busybox without shared libraries
 */
export async function cachedImages(busybox: string): Promise<CachedImage[]> {
  const { architecture } = contextOf({});
  const binaries = join(cacheFolder(), 'binaries');
  const place = {
    pods: join(binaries, 'pod-programs', `v${DEFAULT_KUBERNETES}`, 'linux', architecture),
    coreDns: join(binaries, 'coredns', `v${NODE_VERSIONS.coreDns}`, 'linux', architecture),
    busybox,
    curl: await curlOfMachine(),
  };
  const made: CachedImage[] = [];
  for (const image of imagesOf(place)) {
    const sources = Object.values(image.files);
    if (!(await Promise.all(sources.map(exists))).every(Boolean)) continue;
    const key = keyOf({ image, digests: await Promise.all(sources.map(digest)), architecture, version: 1 });
    const folder = join(cacheFolder(), 'images', `${image.name.replaceAll('/', '-')}-${key}`);
    await fillOnce(folder, async (scratch) => await writeImage(image, scratch, architecture));
    made.push({ name: image.name, tag: image.tag, folder });
  }
  return made;
}
