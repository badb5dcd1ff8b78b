import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce } from '../lab/cache.ts';

const run = promisify(execFile);

/** The version of Ansible for all comparisons, with mitogen, which runs its modules in a tenth of the time. */
export const ANSIBLE = ['ansible-core==2.19.14', 'mitogen==0.3.54'];

/** The folder of a virtual environment, or the reason why there is none. */
export type Installed =
  | { readonly kind: 'there'; readonly folder: string }
  | { readonly kind: 'missing'; readonly why: string };

/**
 * A virtual environment with these packages, installed once into the user's cache. Its name depends on its packages.
 */
export async function pythonEnvironment(packages: readonly string[]): Promise<Installed> {
  const cache = join(cacheFolder(), 'python');
  const folder = join(cache, packages.join('+').replaceAll('==', '-'));
  const done = join(folder, 'complete');
  if (existsSync(done)) return { kind: 'there', folder };
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], {
      maxBuffer: 16 * 1024 * 1024,
      timeout: 600_000,
    });
    await mkdir(done);
    return { kind: 'there', folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const why = error instanceof Error ? error.message.trim().split('\n').slice(0, 3).join(' ') : String(error);
    return { kind: 'missing', why: `${packages.join(' ')} cannot be installed: ${why}` };
  }
}

/** The release of Ansible's collections that contains the ansible-core above. */
const COLLECTIONS = 'ansible==12.3.0';
/** Only this collection is unpacked: the whole release has a hundred. */
const COLLECTION = 'ansible_collections/ansible/posix/';
const EXTRACT = `
import glob, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(sys.argv[3])])
`;

/** The folder of the collections with authorized_key, mount and sysctl, fetched once into the user's cache. */
export async function collections(): Promise<Installed> {
  try {
    const folder = await fillOnce(
      join(cacheFolder(), 'python', `${COLLECTIONS.replace('==', '-')}-ansible.posix`),
      async (scratch) => {
        const wheel = await mkdtemp(join(tmpdir(), 'collections-'));
        await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', wheel, COLLECTIONS], {
          timeout: 600_000,
        });
        await run('python3', ['-c', EXTRACT, wheel, scratch, COLLECTION]);
        await rm(wheel, { recursive: true });
      },
    );
    return { kind: 'there', folder };
  } catch (error) {
    return {
      kind: 'missing',
      why: `${COLLECTIONS} cannot be had: ${error instanceof Error ? error.message.trim() : String(error)}`,
    };
  }
}
