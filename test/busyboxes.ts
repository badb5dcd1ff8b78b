import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../lab/cache.ts';

/**
 * Debian's two builds of busybox: the plain one runs the programs on the PATH, the other one prefers its own programs.
 * Their packages cannot be installed together, so both are only unpacked.
 */
const BUILDS = ['busybox', 'busybox-static'] as const;

export interface Busybox {
  readonly name: string;
  /** The program. */
  readonly path: string;
  /** A folder that is the whole PATH of a host with only busybox. */
  readonly only: string;
}

/** The builds that this machine has. */
export const BUSYBOXES: readonly Busybox[] = BUILDS.map((name) => ({
  name,
  path: join(folderOf(name), 'bin/busybox'),
  only: join(folderOf(name), 'only'),
})).filter(({ only }) => existsSync(only));

/** Number of builds if none is missing. */
export const ALL_BUSYBOXES = BUILDS.length;

/** Unpacks the missing builds, if there is an apt-get that knows the packages. */
export function unpackBusyboxes(): void {
  if (!existsSync('/usr/bin/apt-get')) return;
  for (const name of BUILDS) {
    const folder = folderOf(name);
    if (existsSync(join(folder, 'only'))) continue;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    const scratch = mkdtempSync(join(dirname(folder), '.partial-'));
    try {
      download(name, scratch);
      const archive = readdirSync(scratch).find((one) => one.endsWith('.deb')) ?? '';
      execFileSync('dpkg', ['-x', join(scratch, archive), join(scratch, 'unpacked')]);
      const only = join(scratch, 'unpacked/only');
      mkdirSync(only);
      for (const applet of execFileSync(join(scratch, 'unpacked/bin/busybox'), ['--list'])
        .toString()
        .trim()
        .split('\n'))
        symlinkSync('../bin/busybox', join(only, applet));
      renameSync(join(scratch, 'unpacked'), folder);
    } catch {
      // Another process has unpacked it meanwhile, or it is not available: the tests name the missing ones.
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}

function download(name: string, into: string): void {
  const options = { cwd: into, stdio: 'ignore' } as const;
  const ask = (): unknown => execFileSync('apt-get', ['download', '-qq', name], options);
  try {
    ask();
  } catch {
    // The lists of packages may be missing, or old.
    execFileSync('apt-get', ['update', '-qq'], options);
    ask();
  }
}

function folderOf(name: string): string {
  return join(cacheFolder(), 'busybox', name);
}
