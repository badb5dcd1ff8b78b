import type { NpmPackage } from '../../resources/npm.ts';
import type { Observed, Outcome } from '../base/module.ts';
import {
  type KnownPackages,
  type NpmTask,
  isExact,
  isRegistryName,
  knownPackages,
  npmChange,
  npmRequest,
  othersAfter,
  packageDifference,
} from './npm-task.ts';

/** Plans one package: installs it, updates it, or removes it. */
export function planOne(task: NpmTask, name: string, observed: Observed): Outcome {
  const { seen, context } = observed;
  const known = knownPackages(task, observed);
  const there = known.packages[name] ?? undefined;
  const isSure = seen.certainty(npmRequest(task, context)) === 'certain';
  const done: Outcome = isSure
    ? { kind: 'in_sync' }
    : { kind: 'cannot_know', because: 'an earlier change of the installed packages' };
  if (task.state === 'absent') return there === undefined ? done : remove(task, name, known, observed);
  if (!isRegistryName(name)) return installUnnamed(task, name, known, observed);
  const after = wantedVersion(task, name, known);
  if (after === undefined) return done;
  return npmChange(
    task,
    {
      differences: [packageDifference(task, name, there?.version, after.shown)],
      packages: { ...othersAfter(known.packages), [name]: { version: after.exact, isWrong: false } },
      words: after.words,
    },
    observed,
  );
}

interface WantedVersion {
  readonly shown: string;
  /** Undefined if only the registry knows it. */
  readonly exact: string | undefined;
  readonly words: readonly string[];
}

/** Returns the version that npm must bring; undefined if there is nothing to do. */
function wantedVersion({ version, state }: NpmTask, name: string, known: KnownPackages): WantedVersion | undefined {
  const there = known.packages[name] ?? undefined;
  if (version !== undefined) {
    const words = ['install', `${name}@${version}`];
    if (isExact(version)) return there?.version === version ? undefined : { shown: version, exact: version, words };
    if (there?.version !== undefined && known.versions.includes(there.version)) return undefined;
    const [only, ...more] = known.versions;
    return { shown: version, exact: more.length === 0 ? only : undefined, words };
  }
  if (there === undefined || there.isWrong) return installAny(name, state);
  const newer = state === 'latest' ? known.outdated[name] : undefined;
  return newer === undefined ? undefined : { shown: newer, exact: newer, words: ['update', name] };
}

function installAny(name: string, state: NpmTask['state']): WantedVersion {
  return {
    shown: state === 'latest' ? 'latest' : 'installed',
    exact: undefined,
    words: ['install', state === 'latest' ? `${name}@latest` : name],
  };
}

function remove(task: NpmTask, name: string, known: KnownPackages, observed: Observed): Outcome {
  const others: Readonly<Record<string, NpmPackage | null>> = othersAfter(known.packages);
  return npmChange(
    task,
    {
      differences: [packageDifference(task, name, known.packages[name]?.version, undefined)],
      packages: { ...others, [name]: null },
      words: ['uninstall', name],
    },
    observed,
  );
}

/** For a URL, a path or a tarball: the name of its package is known only after the installation. */
function installUnnamed(task: NpmTask, name: string, known: KnownPackages, observed: Observed): Outcome {
  return npmChange(
    task,
    {
      differences: [packageDifference(task, name, undefined, 'installed')],
      packages: othersAfter(known.packages),
      words: ['install', task.version === undefined ? name : `${name}@${task.version}`],
      isOpaque: true,
    },
    observed,
  );
}
