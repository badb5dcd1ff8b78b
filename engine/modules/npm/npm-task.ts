import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { UNKNOWN_ATTRIBUTES } from '../../resources/file/file-state.ts';
import {
  type NpmPackage,
  type NpmPackages,
  type NpmPlace,
  type NpmQuestion,
  npmPackages,
} from '../../resources/npm.ts';
import type { Context, Difference, Impossible, Observed, Outcome } from '../base/module.ts';
import { inForeignHands } from '../path/way-to-path.ts';

/** What a task wants of npm. */
export interface NpmTask {
  /** Undefined: all packages of the project. */
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** The folder of the project; undefined: the whole host. */
  readonly path: string | undefined;
  readonly state: 'present' | 'absent' | 'latest';
  /** True if exactly the packages of the lock file are wanted. */
  readonly isClean: boolean;
  readonly program: string;
  readonly withoutDev: boolean;
  readonly withoutOptional: boolean;
  readonly registry: string | undefined;
  /** Further options for an installation. */
  readonly flags: readonly string[];
}

export type KnownPackages = Extract<NpmPackages, { kind: 'packages' }>;

/** Returns whether the name is one of a registry, and no URL, path or tarball. */
export function isRegistryName(name: string): boolean {
  return (
    /^(?:@[A-Za-z0-9~_-][A-Za-z0-9._~-]*\/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*$/.test(name) && !/\.t(?:ar\.)?gz$/.test(name)
  );
}

/** Returns whether a version is a single one, and no range or tag. */
export function isExact(version: string): boolean {
  return /^[0-9]+\.[0-9]+\.[0-9]+(?:[+-][A-Za-z0-9.+-]+)?$/.test(version);
}

/** Asks for the packages of the place of the task. */
export function npmRequest(task: NpmTask, context: Context): Request<NpmPlace, NpmPackages> {
  const preamble = task.withoutDev ? `${context.preamble}${PRODUCTION}` : context.preamble;
  return npmPackages({
    path: task.path,
    program: task.program,
    options: optionsOf(task),
    question: questionOf(task),
    preamble,
  });
}

/** What npm before version 8 needs in place of --omit=dev. */
const PRODUCTION = 'export NODE_ENV=production\n';

function optionsOf({ path, registry, withoutDev, withoutOptional }: NpmTask): readonly string[] {
  return [
    // Otherwise npm uses a project in a folder above.
    ...(path === undefined ? [] : ['--prefix=.']),
    ...(withoutDev ? ['--omit=dev'] : []),
    ...(withoutOptional ? ['--omit=optional'] : []),
    ...(registry === undefined ? [] : [`--registry=${registry}`]),
  ];
}

function questionOf({ name, version, state }: NpmTask): NpmQuestion | undefined {
  if (state === 'absent' || (name !== undefined && !isRegistryName(name))) return undefined;
  if (name !== undefined && version !== undefined)
    return isExact(version) ? undefined : { kind: 'versions', of: `${name}@${version}` };
  return state === 'latest' ? { kind: 'outdated', name } : undefined;
}

/** Returns why the packages cannot be listed or changed; undefined if they can, or if an earlier change may help. */
export function npmObstacle(task: NpmTask, { seen, context }: Observed): Impossible | undefined {
  const request = npmRequest(task, context);
  const state = seen.of(request);
  if (state.kind === 'packages' || seen.certainty(request) !== 'certain') return undefined;
  switch (state.kind) {
    case 'missing':
      return {
        kind: 'impossible',
        what: `this host has no ${task.program}`,
        remedy: 'Install it with a task before this one: package: { name: npm }. Or name it in executable.',
      };
    case 'foreign':
      return {
        kind: 'impossible',
        what: `${task.path ?? ''} belongs to another user`,
        why: 'Scripts of this user would run as the user of the task.',
        remedy: 'Run the task as the owner of the folder: become_user: USER.',
      };
    case 'failed':
      return {
        kind: 'impossible',
        what: 'npm does not answer',
        why: state.why,
        remedy: remedyFor(state.why),
      };
  }
}

function remedyFor(why: string): string {
  if (/E404|404 Not Found|is not in this registry|No match found for version/.test(why))
    return 'Correct name and version, or registry: the registry has no such package. npm view NAME versions lists all versions.';
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|network/i.test(why))
    return 'Correct registry, or set environment: { HTTPS_PROXY: … } at the task: the host must reach the registry.';
  if (/node\W{0,3}: (?:No such file|not found)/.test(why))
    return 'Install node, or add its folder to PATH: environment: { PATH: "/opt/node/bin:/usr/bin:/bin" }.';
  return 'Repair it: npm ls must work as the user of the task.';
}

/** Returns the packages that were seen; none if an earlier change may bring npm or the folder. */
export function knownPackages(task: NpmTask, { seen, context }: Observed): KnownPackages {
  const state = seen.of(npmRequest(task, context));
  if (state.kind === 'packages') return state;
  return { kind: 'packages', packages: {}, isProject: false, outdated: {}, versions: [] };
}

/** What a change of npm does. */
export interface NpmChange {
  readonly differences: readonly Difference[];
  /** The packages after the change, as far as a plan knows them. */
  readonly packages: Readonly<Record<string, NpmPackage | null>>;
  /** The command of npm and its words. */
  readonly words: readonly string[];
  readonly isOpaque?: boolean;
  readonly predictions?: readonly Prediction[];
}

/** Plans a change by npm. */
export function npmChange(task: NpmTask, change: NpmChange, { seen, context }: Observed): Outcome {
  if (task.path !== undefined) {
    const foreign = inForeignHands([file(task.path, 'target')], seen, context);
    if (foreign !== undefined)
      return { ...foreign, remedy: 'Run the task as the owner of the folder: become_user: USER.' };
  }
  const request = npmRequest(task, context);
  const sure = seen.certainty(request);
  return {
    kind: 'change',
    differences: change.differences,
    certainty: change.isOpaque === true ? 'opaque' : sure,
    predictions: [
      predict(request, {
        kind: 'packages',
        packages: change.packages,
        isProject: true,
        outdated: {},
        versions: knownPackages(task, { seen, context }).versions,
      }),
      ...(task.path === undefined
        ? []
        : [
            predict(file(task.path, 'target'), {
              type: 'directory' as const,
              ...UNKNOWN_ATTRIBUTES,
              changedBeneath: true,
            }),
          ]),
      ...(change.predictions ?? []),
    ],
    touches: 'predicted',
    apply: () => ({ script: scriptOf(task, change.words) }),
  };
}

/**
 * Returns the packages after a change of others: npm installs what is missing, may choose other versions, and removes
 * what the project does not name.
 */
export function othersAfter(packages: KnownPackages['packages']): KnownPackages['packages'] {
  return Object.fromEntries(
    Object.entries(packages)
      .filter(([, one]) => one?.isExtra !== true)
      .map(([name, one]) => [name, { version: undefined, isWrong: one?.isWrong ?? false }]),
  );
}

/** Returns the difference of one package. */
export function packageDifference(
  task: NpmTask,
  name: string,
  before: string | undefined,
  after: string | undefined,
): Difference {
  return { kind: 'field', of: task.path ?? 'npm packages', field: name, before: before ?? null, after: after ?? null };
}

function scriptOf(task: NpmTask, [command = '', ...words]: readonly string[]): string {
  const all = [
    task.program,
    command,
    ...(task.path === undefined ? ['--global'] : []),
    ...optionsOf(task),
    ...task.flags,
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    ...words,
  ];
  const enter = task.path === undefined ? 'cd /' : `mkdir -p -- ${quote(task.path)}\ncd -P -- ${quote(task.path)}`;
  return `set -e
PATH="\${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin"; export PATH
${task.withoutDev ? PRODUCTION : ''}${enter}
${all.map(quote).join(' ')} >&2
`;
}
