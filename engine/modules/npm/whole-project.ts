import { wholeFile } from '../../resources/file.ts';
import { endOf } from '../../resources/file/file-state.ts';
import type { Difference, Observed, Outcome } from '../base/module.ts';
import { neededBy } from './lock-file.ts';
import { type NpmTask, knownPackages, npmChange, npmRequest, othersAfter, packageDifference } from './npm-task.ts';

/** Plans all packages that the package.json of a folder names. */
export function planProject(task: NpmTask, observed: Observed): Outcome {
  const { seen, context } = observed;
  const request = npmRequest(task, context);
  const known = knownPackages(task, observed);
  if (seen.certainty(request) !== 'certain') return planLater(task, observed);
  if (!known.isProject)
    return {
      kind: 'impossible',
      what: `there is no package.json in ${task.path ?? ''}`,
      remedy: 'Correct path, or bring the project with a task before this one: copy, or git.',
    };
  const missing = Object.entries(known.packages).flatMap(([name, one]): readonly Difference[] =>
    one === null || one.isWrong ? [packageDifference(task, name, one?.version, 'as package.json says')] : [],
  );
  const newer = Object.entries(known.outdated).map(([name, version]) =>
    packageDifference(task, name, known.packages[name]?.version, version),
  );
  const differences = [...missing, ...newer];
  if (differences.length === 0) return { kind: 'in_sync' };
  const versions = Object.entries(known.outdated).map(
    ([name, version]) => [name, { version, isWrong: false }] as const,
  );
  return npmChange(
    task,
    {
      differences,
      packages: {
        ...othersAfter(known.packages),
        ...Object.fromEntries(missing.flatMap((one) => (one.kind === 'field' ? [[one.field, ANY] as const] : []))),
        ...Object.fromEntries(versions),
      },
      words: [newer.length > 0 ? 'update' : 'install'],
    },
    observed,
  );
}

const ANY = { version: undefined, isWrong: false };

/** Plans a project that an earlier task changes or brings: its package.json has the names. */
function planLater(task: NpmTask, observed: Observed): Outcome {
  const path = `${task.path ?? ''}/package.json`;
  const unsure: Outcome = { kind: 'cannot_know', because: `what an earlier change writes into ${path}` };
  const there = endOf(observed.seen.of(wholeFile(path)));
  if (there?.type !== 'file' || there.content === undefined) return unsure;
  const needed = neededBy(there.content.toString('utf8'), { dev: task.withoutDev });
  const { packages } = knownPackages(task, observed);
  const missing = Object.entries(needed ?? {}).filter(([name]) => (packages[name] ?? undefined) === undefined);
  if (missing.length === 0) return unsure;
  return npmChange(
    task,
    {
      differences: missing.map(([name, range]) => packageDifference(task, name, undefined, range)),
      packages: { ...othersAfter(packages), ...Object.fromEntries(missing.map(([name]) => [name, ANY])) },
      words: ['install'],
    },
    observed,
  );
}
