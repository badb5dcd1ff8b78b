import { Problem } from '../engine/errors/problem.ts';
import { isInstalled, run } from './command.ts';

/** Commands that the lab runs, and the Debian package of each. */
const TOOLS: ReadonlyMap<string, string> = new Map([
  ['debootstrap', 'debootstrap'],
  ['systemd-nspawn', 'systemd-container'],
  ['ip', 'iproute2'],
  ['apt-ftparchive', 'apt-utils'],
  ['ssh', 'openssh-client'],
  ['nsenter', 'util-linux'],
]);

/** Returns why this machine cannot have a lab; undefined if it can. Tests use it to skip. */
export function unfitness(): string | undefined {
  if (process.platform !== 'linux') return `the lab needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the lab needs root: it makes network namespaces, mounts and containers';
  return undefined;
}

/** @throws Problem `lab-unfit` */
export function requireFitness(): void {
  const reason = unfitness();
  if (reason === undefined) return;
  throw new Problem({
    code: 'lab-unfit',
    what: `no lab on this machine: ${reason}`,
    remedy: 'Run it as root on a Linux machine, for instance `sudo npm run lab -- up`.',
  });
}

/**
 * Installs the missing tools with apt-get.
 * @throws Problem `lab-tools-missing` if there is no apt-get.
 */
export async function installTools(report: (line: string) => void, signal: AbortSignal | undefined): Promise<void> {
  const missing: string[] = [];
  for (const [command, debianPackage] of TOOLS) {
    if (!(await isInstalled(command))) missing.push(debianPackage);
  }
  if (missing.length > 0) await installPackages(missing, report, signal);
}

/**
 * Installs packages of Debian with apt-get.
 * @throws Problem `lab-tools-missing` if there is no apt-get.
 */
export async function installPackages(
  missing: readonly string[],
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!(await isInstalled('apt-get'))) {
    throw new Problem({
      code: 'lab-tools-missing',
      what: `the lab needs ${missing.join(', ')}, and this machine has no apt-get to install them`,
      remedy:
        'Install them with the package manager of this machine. The hosts are Debian: debootstrap and apt-ftparchive must be there.',
    });
  }
  report(`installing ${missing.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run(['apt-get', 'update', '-q'], { env, signal });
  await run(['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...missing], { env, signal });
}
