import { type Request, predict } from '../../resources/base/resource.ts';
import { wholeFile } from '../../resources/file.ts';
import type { FileDetail } from '../../resources/file/file-detail.ts';
import { type FileState, UNKNOWN_ATTRIBUTES, endOf } from '../../resources/file/file-state.ts';
import type { Difference, Observed, Outcome } from '../base/module.ts';
import { type Lock, compareLocks, readLock } from './lock-file.ts';
import { type NpmTask, knownPackages, npmChange, npmRequest, othersAfter, packageDifference } from './npm-task.ts';

/** npm prefers the first of them. */
const LOCK_FILES = ['npm-shrinkwrap.json', 'package-lock.json'];
/** The list that npm keeps of what it has installed. */
const INSTALLED = 'node_modules/.package-lock.json';
/** Maximal number of changed packages that a plan names. */
const MOST_SHOWN = 20;

/** Returns the requests for a clean installation of a project. */
export function cleanNeeds(path: string): readonly Request<FileDetail, FileState>[] {
  return [...LOCK_FILES, INSTALLED].map((name) => wholeFile(`${path}/${name}`));
}

/** Plans that a project has exactly the packages of its lock file. */
export function planClean(task: NpmTask, observed: Observed): Outcome {
  const { seen, context } = observed;
  const [shrunken, locked, installed] = cleanNeeds(task.path ?? '');
  const lock = [shrunken, locked].find((one) => one !== undefined && endOf(seen.of(one))?.type === 'file');
  if (lock === undefined || installed === undefined) return noLock(task, observed);
  const wanted = lockIn(lock, observed);
  if (wanted === undefined && seen.certainty(lock) !== 'certain')
    return { kind: 'cannot_know', because: `what an earlier change writes into ${lock.id}` };
  const there = lockIn(installed, observed);
  const { packages } = knownPackages(task, observed);
  const name = lock.id.slice(lock.id.lastIndexOf('/') + 1);
  const isUnsure = wanted === undefined || (there === undefined && endOf(seen.of(installed))?.type === 'file');
  const differences = isUnsure
    ? [packageDifference(task, 'node_modules', undefined, `what ${name} names`)]
    : differencesOf(task, { wanted, there, name, packages });
  const isSure = [lock, installed, npmRequest(task, context)].every((one) => seen.certainty(one) === 'certain');
  if (differences.length === 0)
    return isSure
      ? { kind: 'in_sync' }
      : { kind: 'cannot_know', because: 'an earlier change of the installed packages' };
  return npmChange(
    task,
    {
      differences,
      packages: othersAfter(packages),
      words: ['ci'],
      isOpaque: isUnsure,
      predictions: [
        predict(installed, {
          type: 'file',
          ...UNKNOWN_ATTRIBUTES,
          size: undefined,
          sha256: undefined,
          content: undefined,
        }),
      ],
    },
    observed,
  );
}

function noLock(task: NpmTask, { seen }: Observed): Outcome {
  const requests = cleanNeeds(task.path ?? '').slice(0, LOCK_FILES.length);
  if (requests.some((one) => seen.certainty(one) !== 'certain'))
    return { kind: 'cannot_know', because: `what an earlier change brings to ${task.path ?? ''}` };
  return {
    kind: 'impossible',
    what: `there is no package-lock.json in ${task.path ?? ''}`,
    remedy: 'Bring the project with its lock file by a task before this one, or leave ci out.',
  };
}

/** Returns the list in a file; undefined if the file is missing, or its content is not known or not understood. */
function lockIn(request: Request<FileDetail, FileState>, { seen }: Observed): Lock | undefined {
  const there = endOf(seen.of(request));
  return there?.type === 'file' && there.content !== undefined ? readLock(there.content.toString('utf8')) : undefined;
}

interface Compared {
  readonly wanted: Lock;
  readonly there: Lock | undefined;
  /** The name of the lock file. */
  readonly name: string;
  readonly packages: Readonly<Record<string, unknown>>;
}

function differencesOf(task: NpmTask, { wanted, there, name, packages }: Compared): readonly Difference[] {
  const leftOut = { dev: task.withoutDev, optional: task.withoutOptional };
  const changes = compareLocks(wanted, there ?? new Map(), leftOut);
  // Somebody may have removed a package by hand.
  const gone = Object.entries(packages).flatMap(([one, is]) => (is === null ? [`node_modules/${one}`] : []));
  const lost = gone.filter((place) => wanted.has(place) && changes.every((one) => one.place !== place));
  if (there === undefined)
    return changes.length === 0
      ? []
      : [packageDifference(task, 'node_modules', undefined, `${changes.length} packages of ${name}`)];
  const all = [...changes, ...lost.map((place) => ({ place, before: undefined, after: wanted.get(place)?.version }))];
  const shown = all.slice(0, MOST_SHOWN).map((one) => packageDifference(task, one.place, one.before, one.after));
  const rest = all.length - shown.length;
  return rest === 0 ? shown : [...shown, packageDifference(task, 'more packages', undefined, `${rest} as in ${name}`)];
}
