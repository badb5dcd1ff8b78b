import { z } from 'zod';
import type { Completed } from '../connection/connection.ts';
import type { Facts } from '../connection/shell/facts.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { type PackageState, packageRequest } from '../resources/package.ts';
import { alsoDigits, boolean, commaList, path, wholeNumber } from './base/arguments.ts';
import {
  type Change,
  type Context,
  type Difference,
  type Finished,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { type Lists, isWhole, planWhole, wholeRequests } from './system/apt-whole.ts';
import { brought, broughtPredictions, broughtRequests } from './system/package-brings.ts';
import { foreignPackageArguments } from './system/package-foreign.ts';
import { heldProblem, installProblem } from './system/package-refusals.ts';
import {
  type Newest,
  newestOf,
  newestRequests,
  repositoryArguments,
  repositoryOptions,
  repositoryProblem,
} from './system/package-repositories.ts';
import { type PackageWork, packageLists, packageScript, unknownNames } from './system/package-script.ts';
import { type Asked, type PackageStep, asked, isProvided, isUnoffered, stepOf } from './system/package-steps.ts';

/** A package in a task: `name` or `name=version`. */
const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9-]+)?(=[A-Za-z0-9.+:~^_-]+\*?)?$/;

/** Forms of text that package managers take for other things than names, and what to write for them. */
const NO_NAME: readonly (readonly [form: RegExp, remedy: string])[] = [
  [/^\*$/, 'For all packages write upgrade: dist with apt, and command: dnf -y upgrade elsewhere.'],
  [/\.deb$/, 'Write deb: /path for a file of the host. get_url downloads it before.'],
  [/\.rpm$/, 'Write command: dnf -y install FILE, with creates: a file that the package brings.'],
  [/^@/, 'Write command: dnf -y group install GROUP, with creates: a file that the group brings.'],
  [/[*?]/, 'Write the names: a pattern would mean other packages tomorrow.'],
];

const STATES = {
  present: 'present',
  installed: 'present',
  absent: 'absent',
  removed: 'absent',
  latest: 'latest',
} as const;

const UPGRADES = { no: 'no', yes: 'safe', safe: 'safe', full: 'dist', dist: 'dist' } as const;

const schema = z
  .strictObject({
    name: commaList()
      .superRefine((names, context) => {
        for (const [index, name] of names.entries())
          if (!PACKAGE.test(name))
            context.addIssue({
              code: 'custom',
              path: names.length === 1 ? [] : [index],
              message: `must be the name of a package\n${NO_NAME.find(([form]) => form.test(name))?.[1] ?? 'Write name or name=version.'}`,
            });
      })
      .optional()
      .describe(
        'Packages of the distribution, as name or name=version; a text is split at its commas. The version may be written without epoch and release, or end in *. Without names, update_cache refreshes the lists.',
      ),
    state: z
      .enum(['present', 'installed', 'absent', 'removed', 'latest'])
      .default('present')
      .transform((state) => STATES[state])
      .describe(
        '`latest` compares with the package lists already on the host. `installed` means `present`, `removed` means `absent`.',
      ),
    update_cache: boolean()
      .default(false)
      .describe(
        'Whether package lists older than cache_valid_time are refreshed before an installation. With names, the refresh alone does not count as a change; without names, it does. Missing and outdated lists are always refreshed.',
      ),
    cache_valid_time: wholeNumber()
      .default(3600)
      .describe('The age in seconds up to which package lists count as fresh.'),
    install_recommends: boolean()
      .optional()
      .describe('Whether recommended packages are installed too. Default: as the distribution decides.'),
    allow_downgrade: boolean().default(false).describe('Whether an older version may replace a newer one.'),
    purge: boolean().default(false).describe('With state absent: also remove the configuration of the packages.'),
    deb: path()
      .optional()
      .describe(
        'With apt: a package file on the host, such as /tmp/tool_1.2_amd64.deb. It is installed with its dependencies, unless a later version is installed.',
      ),
    default_release: alsoDigits(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+~/=_-]*$/, 'must be a release, such as bookworm-backports'),
    )
      .optional()
      .describe('With apt: the release from which new packages are taken first.'),
    upgrade: z
      .union([z.enum(['no', 'yes', 'safe', 'full', 'dist']), z.boolean().transform((on) => (on ? 'yes' : 'no'))], {
        error: 'must be no, yes, safe, full or dist',
      })
      .default('no')
      .transform((how) => UPGRADES[how])
      .describe(
        'With apt: whether all packages are upgraded. safe (or yes) removes no package; dist (or full) also removes packages that prevent an upgrade.',
      ),
    autoremove: boolean()
      .default(false)
      .describe(
        'With apt: whether packages are removed that were installed only as dependencies and that no package needs now.',
      ),
    autoclean: boolean()
      .default(false)
      .describe('With apt: whether downloaded package files are removed if no mirror has them now.'),
    clean: boolean().default(false).describe('With apt: whether all downloaded package files are removed.'),
    start_units: boolean()
      .default(true)
      .describe(
        'Whether the installation may start services, as Debian does. If false, they stay stopped until a later task starts them.',
      ),
    ...repositoryArguments,
    brings: z
      .array(brought)
      .optional()
      .describe(
        'Everything that the package creates and that a later task uses: units, users, groups, files. On Debian and its derivatives, units are expected to be started and enabled after the installation, elsewhere not; state and enabled override this. With brings, a plan is exact. An empty list means that a later task uses nothing of the package.',
      ),
  })
  .refine((given) => given.name !== undefined || given.update_cache || isWhole(given), {
    path: ['name'],
    message: 'must be given\nWrite the name of a package, or update_cache: true alone to refresh the lists.',
  })
  .refine((given) => given.name === undefined || !isWhole(given), {
    path: ['name'],
    message:
      'cannot be given together with deb, upgrade, autoremove, autoclean and clean\nWrite a task of its own for them, after this one.',
  })
  .refine((given) => given.default_release === undefined || given.state === 'present', {
    path: ['default_release'],
    message: 'is for state: present\nFor another version of an installed package write name=version.',
  });

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'package',
  summary: 'Install and remove packages of the distribution.',
  arguments: schema,
  freeForm: 'name',
  aliases: {
    pkg: 'name',
    package: 'name',
    'update-cache': 'update_cache',
    'expire-cache': 'update_cache',
    refresh: 'update_cache',
    'install-recommends': 'install_recommends',
    install_weak_deps: 'install_recommends',
    'allow-downgrade': 'allow_downgrade',
    allow_downgrades: 'allow_downgrade',
    'allow-downgrades': 'allow_downgrade',
    oldpackage: 'allow_downgrade',
    'default-release': 'default_release',
  },
  foreign: foreignPackageArguments,
  examples: [
    'package: { name: [conntrack, ipset, socat], update_cache: true, brings: [] }',
    'package: { name: haproxy, brings: [{ unit: haproxy, state: started, enabled: true }, { user: haproxy }, { directory: /etc/haproxy }] }',
    'package: { name: "etcd-server=3.4.*", start_units: false }',
    'package: { upgrade: dist, autoremove: true, update_cache: true }',
  ],
  observes: (args, _loaded, { facts }) => [
    ...asked(args).map((one) => one.request),
    ...newestRequests(args),
    ...(args.name === undefined && args.update_cache ? [listsRequest(facts)] : []),
    ...wholeRequests(args),
    ...(args.state === 'absent' ? [] : broughtRequests(args.brings ?? [])),
  ],
  plan: (args, _loaded, seen, context) => forRootAlone(plan(args, seen, context), 'the packages of the host', context),
});

function plan(args: Arguments, seen: Seen, context: Context): Outcome {
  const { facts, now } = context;
  const manager = facts.package_manager;
  if (manager === 'none')
    return {
      kind: 'impossible',
      what: 'This host has no supported package manager',
      remedy: 'apt, dnf, yum, zypper and apk are supported.',
    };
  const unsuited = repositoryProblem(args, manager);
  if (unsuited !== undefined) return unsuited;
  if (isWhole(args)) return planWhole(args, listsOf(args, seen, context), seen, context);
  if (args.name === undefined) return planLists(args, seen, { facts, manager, now });
  const all = asked(args);
  const problem = args.state === 'absent' ? undefined : installProblem(args, all, seen, now);
  if (problem !== undefined) return problem;
  const newest = newestOf(args, seen);
  const steps = all.flatMap((one) =>
    args.state !== 'absent' && isProvided(one, seen)
      ? []
      : stepOf(args, one, newest.of(one, seen.of(one.request)), { leaves: manager === 'apt' }),
  );
  const held = heldProblem(steps, seen);
  if (held !== undefined) return held;
  const aged = areListsAged(args, all, seen, { newest, manager, now });
  if (steps.length === 0 && !aged) return { kind: 'in_sync' };
  const installed = steps.filter((step) => step.state.installed).map(({ one }) => one);
  const latest = aged ? all : installed;
  return {
    kind: 'change',
    differences: [...steps.map(difference), ...(aged ? [agedDifference(facts)] : [])],
    ...certaintyOf(steps, aged, seen),
    predictions: [
      ...all.map((one) => predict(one.request, predicted(one, seen.of(one.request), steps, aged))),
      ...(steps.some(({ before }) => before === 'absent')
        ? (args.brings ?? []).flatMap((one) =>
            broughtPredictions(
              one,
              seen,
              facts.os.family === 'debian'
                ? { runs: args.start_units, enabled: true }
                : { runs: false, enabled: false },
            ),
          )
        : []),
    ],
    touches: 'predicted',
    apply: () => ({
      script: packageScript(manager, {
        ...workOf(args, manager),
        install: (args.state === 'latest' ? latest : installed).map(({ name, version }) => ({ name, version })),
        remove: steps.filter((step) => !step.state.installed).map(({ one }) => one.name),
      }),
      // Mirrors may be slow. A package manager that needs more than this time hangs.
      timeoutMs: SLOW_MIRROR_MS,
      talks: true,
      finish: (completed) => finished(completed, facts),
    }),
  };
}

function workOf(args: Arguments, manager: Facts['package_manager']): Omit<PackageWork, 'install' | 'remove'> {
  return {
    options: repositoryOptions(args, manager),
    latest: args.state === 'latest',
    refreshOlderThan: args.update_cache ? args.cache_valid_time : undefined,
    recommends: args.install_recommends,
    downgrade: args.allow_downgrade,
    purge: args.purge,
    startUnits: args.start_units,
    release: args.default_release,
  };
}

const SLOW_MIRROR_MS = 30 * 60_000;

function finished({ status, stderr }: Completed, { os }: Facts): Finished {
  if (status === 0) return { kind: 'done', result: {} };
  const names = unknownNames(stderr.toString('utf8'));
  if (names.length === 0)
    return { kind: 'failed', what: `the package manager ended with exit status ${status}`, result: {} };
  const where = `${os.distribution} ${os.version}`;
  return {
    kind: 'failed',
    what: `no package list of the host has ${names.join(', ')}: check the name for ${where}, and whether its repository is configured`,
    result: {},
  };
}

/** Requests the package of the package manager itself, because such a request also brings the state of the lists. */
function listsRequest({ package_manager: manager }: Facts): Asked['request'] {
  return packageRequest(manager === 'apk' ? 'apk-tools' : manager, {
    candidate: true,
    versioned: false,
    declared: true,
  });
}

function listsOf(args: Arguments, seen: Seen, { facts, now }: Context): Lists {
  if (!args.update_cache) return { areOld: false, isSure: true };
  const request = listsRequest(facts);
  const areOld = (seen.of(request).refreshed ?? 0) + args.cache_valid_time < now.getTime() / 1000;
  const isSure = seen.certainty(request) === 'certain';
  return { areOld: areOld || !isSure, isSure };
}

function planLists(
  args: Arguments,
  seen: Seen,
  {
    facts,
    manager,
    now,
  }: { readonly facts: Facts; readonly manager: Exclude<Facts['package_manager'], 'none'>; readonly now: Date },
): Outcome {
  const request = listsRequest(facts);
  const state = seen.of(request);
  const isFresh = (state.refreshed ?? 0) + args.cache_valid_time >= now.getTime() / 1000;
  if (isFresh && seen.certainty(request) === 'certain') return { kind: 'in_sync' };
  return {
    kind: 'change',
    differences: [
      {
        kind: 'field',
        of: `${manager} package lists`,
        field: 'age',
        before: 'older than cache_valid_time',
        after: 'refreshed',
      },
    ],
    certainty: seen.certainty(request),
    predictions: [predict(request, { ...state, refreshed: undefined, isRefreshed: true })],
    touches: 'predicted',
    apply: () => ({
      script: packageLists(manager, repositoryOptions(args, manager)),
      timeoutMs: SLOW_MIRROR_MS,
      talks: true,
    }),
  };
}

/**
 * Returns the certainty. Refreshed lists may have a package that old lists lack. Files that a removal leaves are seen
 * only after it.
 */
function certaintyOf(steps: readonly PackageStep[], aged: boolean, seen: Seen): Pick<Change, 'certainty' | 'doubt'> {
  const isOfEarlier = ({ one, state }: PackageStep): boolean =>
    seen.certainty(one.request) === 'after_change' || (!state.installed && seen.of(one.request).leftover === 'perhaps');
  if (steps.some(isOfEarlier)) return { certainty: 'after_change' };
  const mayBeKept = steps.some(
    ({ one, state, before }) => before === 'absent' && state.installed && seen.of(one.request).offer?.holds === true,
  );
  if (mayBeKept) return { certainty: 'after_change', doubt: 'packages that the host holds back decide' };
  const isOpen = aged || steps.some(({ one, state }) => state.installed && isUnoffered(one, seen));
  return isOpen ? { certainty: 'after_change', doubt: 'fresh package lists decide' } : { certainty: 'certain' };
}

function predicted(one: Asked, state: PackageState, steps: readonly PackageStep[], aged: boolean): PackageState {
  if (aged) return { installed: true, broken: false };
  return steps.find((each) => each.one === one)?.state ?? state;
}

interface Offered {
  readonly newest: Newest;
  readonly manager: Facts['package_manager'];
  readonly now: Date;
}

/** Returns whether the newest versions are known only after the lists are refreshed. */
function areListsAged(args: Arguments, all: readonly Asked[], seen: Seen, { newest, manager, now }: Offered): boolean {
  if (args.state !== 'latest') return false;
  const states = all.map((one) => seen.of(one.request));
  // dnf answers without lists, too, and says nothing of it.
  const isSilent = manager === 'dnf' || manager === 'yum';
  if (!newest.isKnown || (isSilent && states.some(({ refreshed }) => refreshed === 0))) return true;
  return args.update_cache && states.some((state) => isAged(state, args, now));
}

function isAged(state: PackageState, args: Arguments, now: Date): boolean {
  return state.refreshed !== undefined && state.refreshed + args.cache_valid_time < now.getTime() / 1000;
}

function difference({ one, before, after }: PackageStep): Difference {
  return { kind: 'field', of: `package ${one.name}`, field: 'version', before, after };
}

function agedDifference(facts: Facts): Difference {
  return {
    kind: 'field',
    of: `${facts.package_manager} package lists`,
    field: 'age',
    before: 'too old to know the latest versions',
    after: 'refreshed',
  };
}
