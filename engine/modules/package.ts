import { z } from 'zod';
import type { Completed } from '../connection/connection.ts';
import type { Facts } from '../connection/shell/facts.ts';
import { type Request, type Seen, predict } from '../resources/base/resource.ts';
import { type PackageState, isVersion, packageRequest } from '../resources/package.ts';
import { boolean, commaList, wholeNumber } from './base/arguments.ts';
import {
  type Change,
  type Context,
  type Difference,
  type Finished,
  type Impossible,
  type Outcome,
  defineModule,
} from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { brought, broughtPredictions, broughtRequests } from './system/package-brings.ts';
import { packageLists, packageScript, unknownNames } from './system/package-script.ts';

/** A package as it is asked for: `name` or `name=version`. */
const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9-]+)?(=[A-Za-z0-9.+:~^_-]+\*?)?$/;

const STATES = {
  present: 'present',
  installed: 'present',
  absent: 'absent',
  removed: 'absent',
  latest: 'latest',
} as const;

const schema = z
  .strictObject({
    name: commaList()
      .superRefine((names, context) => {
        for (const [index, name] of names.entries())
          if (!PACKAGE.test(name))
            context.addIssue({
              code: 'custom',
              path: names.length === 1 ? [] : [index],
              message: 'must be the name of a package\nWrite name or name=version. Patterns and files are not taken.',
            });
      })
      .optional()
      .describe(
        'Packages of the distribution, as name or name=version; a text is parted at its commas. The version may leave out epoch and release, or end in *. Without any, update_cache alone refreshes the lists.',
      ),
    state: z
      .enum(['present', 'installed', 'absent', 'removed', 'latest'])
      .default('present')
      .transform((state) => STATES[state])
      .describe(
        '`latest` is judged by the package lists that the host has. `installed` is `present`, `removed` is `absent`.',
      ),
    update_cache: boolean()
      .default(false)
      .describe(
        'Refresh the package lists before installing, where they are older than cache_valid_time. Beside names it is no change by itself; without names it is one. Missing and outdated lists are refreshed anyway.',
      ),
    cache_valid_time: wholeNumber().default(3600).describe('Seconds for which package lists count as fresh.'),
    install_recommends: boolean()
      .optional()
      .describe(
        'Whether packages that are merely recommended come along. The distribution decides where it is not told.',
      ),
    allow_downgrade: boolean().default(false).describe('Whether an older version may replace a newer one.'),
    purge: boolean().default(false).describe('With state absent: remove its configuration as well.'),
    start_units: boolean()
      .default(true)
      .describe(
        'Whether services may be started by the installation, as Debian does. False keeps them down until a later task has configured them.',
      ),
    brings: z
      .array(brought)
      .optional()
      .describe(
        'All that the installation leaves and a later task deals with: units, users, groups, files. Units are started and enabled on Debian and its kin, and not on others, unless state and enabled tell. With it a plan is exact; an empty list says: nothing.',
      ),
  })
  .refine((given) => given.name !== undefined || given.update_cache, {
    path: ['name'],
    message: 'must be given\nWrite the name of a package, or update_cache: true alone to refresh the lists.',
  });

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'package',
  summary: 'Install and remove packages of the distribution.',
  arguments: schema,
  freeForm: 'name',
  aliases: { pkg: 'name', package: 'name', 'update-cache': 'update_cache', 'install-recommends': 'install_recommends' },
  foreign: {
    deb: 'Bring the file by get_url or copy, then write check: \'test "$(dpkg-query -W -f "${Version}" NAME)" = VERSION\' with apply: apt-get -y install /path/to/file.deb',
    use: 'Leave it out; the package manager of the host is used.',
    upgrade: 'Write command: apt-get -y dist-upgrade, or state: latest with the names.',
    autoremove: 'Write command: apt-get -y autoremove.',
    autoclean: 'Write command: apt-get -y autoclean.',
    force_apt_get: 'Leave it out; apt-get is used.',
    allow_change_held_packages:
      'Write a task before this one: command: apt-mark unhold NAME. The plan names packages that are held.',
    lock_timeout: 'Leave it out; locks are waited for.',
    policy_rc_d: 'Write start_units: false, which keeps services down during the installation.',
    default_release: 'Give the version: name=version.',
    only_upgrade: 'Write state: latest, with when: for a package that may be missing.',
    dpkg_options: 'Leave it out; files that were edited are kept (force-confdef, force-confold).',
    enablerepo: 'Write yum_repository: with enabled: true for it.',
    disablerepo: 'Write yum_repository: with enabled: false for it.',
    disable_gpg_check: 'Write yum_repository: with gpgcheck: false for the repository.',
  },
  examples: [
    'package: { name: [conntrack, ipset, socat], update_cache: true, brings: [] }',
    'package: { name: haproxy, brings: [{ unit: haproxy, state: started, enabled: true }, { user: haproxy }, { directory: /etc/haproxy }] }',
    'package: { name: "etcd-server=3.4.*", start_units: false }',
  ],
  observes: (args, _loaded, { facts }) => [
    ...asked(args).map((one) => one.request),
    ...(args.name === undefined ? [listsRequest(facts)] : []),
    ...(args.state === 'absent' ? [] : broughtRequests(args.brings ?? [])),
  ],
  plan: (args, _loaded, seen, context) => forRootAlone(plan(args, seen, context), 'the packages of the host', context),
});

interface Asked {
  readonly name: string;
  readonly version: string | undefined;
  readonly request: Request<{ candidate: boolean; declared: boolean }, PackageState>;
}

function asked(args: Arguments): readonly Asked[] {
  return (args.name ?? []).map((text) => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const declared = args.brings !== undefined && args.state !== 'absent';
    return {
      name,
      version: equals < 0 ? undefined : text.slice(equals + 1),
      request: packageRequest(name, {
        candidate: args.state === 'latest',
        versioned: equals >= 0 && args.state !== 'absent',
        declared,
      }),
    };
  });
}

interface Step {
  readonly one: Asked;
  readonly before: string;
  readonly after: string;
  readonly state: PackageState;
}

function plan(args: Arguments, seen: Seen, { facts, now }: Context): Outcome {
  const manager = facts.package_manager;
  if (manager === 'none')
    return {
      kind: 'impossible',
      what: 'This host has no package manager that is known here',
      remedy: 'apt, dnf, yum, zypper and apk are.',
    };
  if (args.name === undefined) return planLists(args, seen, facts, manager, now);
  const all = asked(args);
  const unoffered =
    args.state === 'absent' ? undefined : (unofferedProblem(args, all, seen, now) ?? downgradeProblem(args, all, seen));
  if (unoffered !== undefined) return unoffered;
  const steps = all.flatMap((one) =>
    args.state !== 'absent' && isProvided(one, seen) ? [] : stepOf(args, one, seen.of(one.request), manager === 'apt'),
  );
  const held = heldProblem(steps, seen);
  if (held !== undefined) return held;
  const aged =
    args.state === 'latest' && args.update_cache && all.some((one) => isAged(seen.of(one.request), args, now));
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
        install: (args.state === 'latest' ? latest : installed).map(({ name, version }) => ({ name, version })),
        remove: steps.filter((step) => !step.state.installed).map(({ one }) => one.name),
        latest: args.state === 'latest',
        refreshOlderThan: args.update_cache ? args.cache_valid_time : undefined,
        recommends: args.install_recommends,
        downgrade: args.allow_downgrade,
        purge: args.purge,
        startUnits: args.start_units,
      }),
      // Mirrors may be slow; a package manager that says nothing for so long hangs.
      timeoutMs: SLOW_MIRROR_MS,
      finish: (completed) => finished(completed, facts),
    }),
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
    what: `no package list of the host has ${names.join(', ')}: look at the name in ${where}, and whether its repository is listed`,
    result: {},
  };
}

/** The package manager itself stands for the lists. */
function listsRequest({ package_manager: manager }: Facts): Asked['request'] {
  return packageRequest(manager === 'apk' ? 'apk-tools' : manager, {
    candidate: true,
    versioned: false,
    declared: true,
  });
}

function planLists(
  args: Arguments,
  seen: Seen,
  facts: Facts,
  manager: Exclude<Facts['package_manager'], 'none'>,
  now: Date,
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
    apply: () => ({ script: packageLists(manager), timeoutMs: SLOW_MIRROR_MS }),
  };
}

/** What the lists say of packages that are to be installed, if they are fresh enough to be believed. */
function unofferedProblem(args: Arguments, all: readonly Asked[], seen: Seen, now: Date): Impossible | undefined {
  const missing = all.flatMap((one) => {
    const { offer } = seen.of(one.request);
    return offer === undefined || !isUnoffered(one, seen) || seen.certainty(one.request) !== 'certain'
      ? []
      : [{ ...one, offer }];
  });
  const virtual = missing.find(({ offer }) => offer.providers.length > 0);
  if (virtual !== undefined) {
    return {
      kind: 'impossible',
      what: `${virtual.name} is a virtual package: none has that name`,
      remedy: `Write one that provides it: ${virtual.offer.providers.slice(0, 10).join(', ')}.`,
    };
  }
  const fresh = missing.filter(
    ({ offer }) =>
      offer.listed + FRESH_SECONDS >= now.getTime() / 1000 && offer.listed <= now.getTime() / 1000 + FRESH_SECONDS,
  );
  if (fresh.length === 0 || (args.update_cache && args.cache_valid_time < FRESH_SECONDS)) return undefined;
  const names = fresh.map(({ name, version, offer }) =>
    offer.offered && version !== undefined ? `${name} in version ${version}` : name,
  );
  const others = fresh.flatMap(({ name, offer }) => offer.versions.map((version) => `${name}=${version}`));
  return {
    kind: 'impossible',
    what: `no package list of the host has ${names.join(', ')}`,
    why: 'The lists were refreshed less than an hour ago.',
    remedy: `${others.length === 0 ? 'Look at the name' : `Take one that they have (${others.slice(0, 10).join(', ')})`}, or list its repository first: apt_repository, yum_repository.`,
  };
}

/** Whether the lists have neither the package nor one that provides it, or not the version that is to be installed. */
function isUnoffered(one: Asked, seen: Seen): boolean {
  const { installed, version, offer } = seen.of(one.request);
  if (offer === undefined || isProvided(one, seen)) return false;
  if (!installed && !offer.offered) return true;
  if (one.version === undefined || (installed && version === undefined)) return false;
  return ![...(version === undefined ? [] : [version]), ...offer.versions].some((each) =>
    isVersion(each, one.version ?? each),
  );
}

/** The package manager does nothing at all where an older version would come. */
function downgradeProblem(
  { allow_downgrade: isAllowed }: Arguments,
  all: readonly Asked[],
  seen: Seen,
): Impossible | undefined {
  const older = all.find((one) => {
    const { version: now, offer, installed } = seen.of(one.request);
    if (isAllowed || !installed || now === undefined || offer === undefined || !isAnother(one, seen.of(one.request)))
      return false;
    const wanted = offer.versions.findIndex((each) => one.version !== undefined && isVersion(each, one.version));
    return (
      offer.versions.includes(now) && wanted > offer.versions.indexOf(now) && seen.certainty(one.request) === 'certain'
    );
  });
  if (older === undefined) return undefined;
  return {
    kind: 'impossible',
    what: `${older.name} is there in version ${seen.of(older.request).version ?? ''}, and ${older.version ?? ''} is older`,
    remedy: 'Write allow_downgrade: true, if the older one shall replace it.',
  };
}

const FRESH_SECONDS = 3600;

const HALF = 'half configured';

/** apt does nothing at all where a package that is held would change. */
function heldProblem(steps: readonly Step[], seen: Seen): Impossible | undefined {
  const held = steps.filter(
    ({ one, before }) =>
      before !== HALF && seen.of(one.request).held === true && seen.certainty(one.request) === 'certain',
  );
  if (held.length === 0) return undefined;
  const names = held.map(({ one }) => one.name);
  return {
    kind: 'impossible',
    what: `${names.join(', ')} may not change, as the host holds ${names.length === 1 ? 'it' : 'them'} back`,
    remedy: `Let go of ${names.length === 1 ? 'it' : 'them'} with a task before this one: command: apt-mark unhold ${names.join(' ')}`,
  };
}

/** A package of another name that is installed provides it. */
function isProvided({ version, request }: Asked, seen: Seen): boolean {
  return version === undefined && seen.of(request).offer?.provided === true;
}

/** Old lists do not have it; the refreshed ones may. What a removal leaves behind shows only then. */
function certaintyOf(steps: readonly Step[], aged: boolean, seen: Seen): Pick<Change, 'certainty' | 'doubt'> {
  const isOfEarlier = ({ one, state }: Step): boolean =>
    seen.certainty(one.request) === 'after_change' || (!state.installed && seen.of(one.request).leftover === 'perhaps');
  if (steps.some(isOfEarlier)) return { certainty: 'after_change' };
  const mayBeKept = steps.some(
    ({ one, state, before }) => before === 'absent' && state.installed && seen.of(one.request).offer?.holds === true,
  );
  if (mayBeKept) return { certainty: 'after_change', doubt: 'packages that the host holds back decide' };
  const isOpen = aged || steps.some(({ one, state }) => state.installed && isUnoffered(one, seen));
  return isOpen ? { certainty: 'after_change', doubt: 'fresh package lists decide' } : { certainty: 'certain' };
}

function stepOf(args: Arguments, one: Asked, state: PackageState, leaves: boolean): readonly Step[] {
  const now = state.installed ? (state.version ?? 'present') : 'absent';
  // The lists stay as they are.
  const offer = state.offer === undefined ? {} : { offer: state.offer };
  if (args.state === 'absent') {
    const leftover = leaves && !args.purge ? 'perhaps' : undefined;
    const gone = { installed: false, broken: false, leftover, ...offer } as const;
    if (state.installed) return isAnother(one, state) ? [] : [{ one, before: now, after: 'absent', state: gone }];
    return args.purge && state.leftover !== undefined
      ? [{ one, before: 'configuration', after: 'absent', state: gone }]
      : [];
  }
  const exact = one.version?.endsWith('*') === true ? undefined : one.version;
  const newer =
    args.state === 'latest' &&
    state.candidate !== undefined &&
    state.version !== undefined &&
    state.candidate !== state.version;
  const after = {
    installed: true,
    version: newer ? state.candidate : exact,
    broken: false,
    candidate: state.candidate,
    ...offer,
  };
  if (!state.installed) return [{ one, before: 'absent', after: one.version ?? 'present', state: after }];
  if (one.version !== undefined && isAnother(one, state))
    return [{ one, before: now, after: one.version, state: after }];
  if (newer && one.version === undefined)
    return [{ one, before: now, after: state.candidate ?? 'latest', state: after }];
  return state.broken === true ? [{ one, before: HALF, after: 'present', state: { ...state, broken: false } }] : [];
}

/** Another version than the one that is named. */
function isAnother({ version }: Asked, state: PackageState): boolean {
  return version !== undefined && state.version !== undefined && !isVersion(state.version, version);
}

function predicted(one: Asked, state: PackageState, steps: readonly Step[], aged: boolean): PackageState {
  const step = steps.find((each) => each.one === one);
  if (aged) return { installed: true, broken: false };
  return step === undefined ? state : step.state;
}

function isAged(state: PackageState, args: Arguments, now: Date): boolean {
  return state.refreshed !== undefined && state.refreshed + args.cache_valid_time < now.getTime() / 1000;
}

function difference({ one, before, after }: Step): Difference {
  return { kind: 'field', of: `package ${one.name}`, field: 'version', before, after };
}

function agedDifference(facts: Facts): Difference {
  return {
    kind: 'field',
    of: `${facts.package_manager} package lists`,
    field: 'age',
    before: 'too old to tell what is the latest',
    after: 'refreshed',
  };
}
