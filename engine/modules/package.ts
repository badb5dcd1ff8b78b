import { z } from 'zod';
import type { Facts } from '../connection/facts.ts';
import { file } from '../resources/file.ts';
import { groupRequest } from '../resources/group.ts';
import type { PackageState } from '../resources/package.ts';
import { isVersion, packageRequest } from '../resources/package.ts';
import type { Prediction, Request, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import type { UnitState } from '../resources/unit.ts';
import { ABSENT_UNIT, unitRequest } from '../resources/unit.ts';
import { userRequest } from '../resources/user.ts';
import { boolean, path, wholeNumber } from './arguments.ts';
import type { Context, Difference, Outcome } from './module.ts';
import { defineModule } from './module.ts';
import { packageScript } from './package-script.ts';

const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

const brought = z.union(
  [
    z.strictObject({
      unit: z.string().regex(/^[A-Za-z0-9:_.\\@-]+$/),
      state: z.enum(['started', 'stopped']).optional(),
      enabled: boolean().optional(),
    }),
    z.strictObject({ user: z.string().regex(ACCOUNT) }),
    z.strictObject({ group: z.string().regex(ACCOUNT) }),
    z.strictObject({ file: path() }),
    z.strictObject({ directory: path() }),
  ],
  { error: 'must be one of { unit, state, enabled }, { user }, { group }, { file }, { directory }' },
);

/** A package as it is asked for: `name` or `name=version`. */
const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9-]+)?(=[A-Za-z0-9.+:~^_-]+\*?)?$/;
const packageName = z
  .string()
  .regex(PACKAGE, 'must be the name of a package\nWrite name or name=version. Patterns and files are not taken.');

const schema = z.strictObject({
  name: z
    .union([packageName.transform((name) => [name]), z.array(packageName)], {
      error: 'must be the name of a package, or a list of names\nWrite name or name=version.',
    })
    .describe('Packages of the distribution, as name or name=version. The version may leave out epoch and release, or end in *.'),
  state: z.enum(['present', 'absent', 'latest']).default('present').describe('`latest` is judged by the package lists that the host has.'),
  update_cache: boolean()
    .default(false)
    .describe(
      'Refresh the package lists before installing, where they are older than cache_valid_time. It is no change by itself. Missing and outdated lists are refreshed anyway.',
    ),
  cache_valid_time: wholeNumber().default(3600).describe('Seconds for which package lists count as fresh.'),
  install_recommends: boolean()
    .optional()
    .describe('Whether packages that are merely recommended come along. The distribution decides where it is not told.'),
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
});

type Arguments = z.infer<typeof schema>;
type Brought = z.infer<typeof brought>;

export const module = defineModule<Arguments>({
  name: 'package',
  summary: 'Install and remove packages of the distribution.',
  arguments: schema,
  freeForm: 'name',
  examples: [
    'package: { name: [conntrack, ipset, socat], update_cache: true, brings: [] }',
    'package: { name: haproxy, brings: [{ unit: haproxy, state: started, enabled: true }, { user: haproxy }, { directory: /etc/haproxy }] }',
    'package: { name: "etcd-server=3.4.*", start_units: false }',
  ],
  observes: (args) => [...asked(args).map((one) => one.request), ...(args.state === 'absent' ? [] : broughtRequests(args))],
  plan: (args, _loaded, seen, context) => plan(args, seen, context),
});

interface Asked {
  readonly name: string;
  readonly version: string | undefined;
  readonly request: Request<{ candidate: boolean; declared: boolean }, PackageState>;
}

function asked(args: Arguments): readonly Asked[] {
  return args.name.map((text) => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const declared = args.brings !== undefined && args.state !== 'absent';
    return {
      name,
      version: equals < 0 ? undefined : text.slice(equals + 1),
      request: packageRequest(name, { candidate: args.state === 'latest', declared }),
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
  const all = asked(args);
  const steps = all.flatMap((one) => stepOf(args, one, seen.of(one.request)));
  const aged = args.state === 'latest' && args.update_cache && all.some((one) => isAged(seen.of(one.request), args, now));
  if (steps.length === 0 && !aged) return { kind: 'in_sync' };
  const installed = steps.filter((step) => step.state.installed).map(({ one }) => one);
  const latest = aged ? all : installed;
  return {
    kind: 'change',
    differences: [...steps.map(difference), ...(aged ? [agedDifference(facts)] : [])],
    certainty: aged || steps.some(({ one }) => seen.certainty(one.request) === 'after_change') ? 'after_change' : 'certain',
    predictions: [
      ...all.map((one) => predict(one.request, predicted(one, seen.of(one.request), steps, aged))),
      ...(steps.some(({ before }) => before === 'absent')
        ? (args.brings ?? []).flatMap((one) =>
            broughtPredictions(
              one,
              seen,
              facts.os.family === 'debian' ? { runs: args.start_units, enabled: true } : { runs: false, enabled: false },
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
      timeoutMs: 30 * 60_000,
    }),
  };
}

function stepOf(args: Arguments, one: Asked, state: PackageState): readonly Step[] {
  const now = state.installed ? (state.version ?? 'present') : 'absent';
  if (args.state === 'absent')
    return state.installed ? [{ one, before: now, after: 'absent', state: { installed: false, broken: false } }] : [];
  const exact = one.version?.endsWith('*') === true ? undefined : one.version;
  const newer =
    args.state === 'latest' && state.candidate !== undefined && state.version !== undefined && state.candidate !== state.version;
  const after = { installed: true, version: newer ? state.candidate : exact, broken: false, candidate: state.candidate };
  if (!state.installed) return [{ one, before: 'absent', after: one.version ?? 'present', state: after }];
  if (one.version !== undefined && state.version !== undefined && !isVersion(state.version, one.version))
    return [{ one, before: now, after: one.version, state: after }];
  if (newer && one.version === undefined) return [{ one, before: now, after: state.candidate ?? 'latest', state: after }];
  return state.broken === true ? [{ one, before: 'half configured', after: 'present', state: { ...state, broken: false } }] : [];
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

function broughtRequests(args: Arguments): readonly Request[] {
  return (args.brings ?? []).map((one): Request => {
    if ('unit' in one) return unitRequest(one.unit);
    if ('user' in one) return userRequest(one.user);
    if ('group' in one) return groupRequest(one.group);
    return file('file' in one ? one.file : one.directory);
  });
}

/** What the distribution does with the units of a new package. */
interface Habit {
  readonly runs: boolean;
  readonly enabled: boolean;
}

function broughtPredictions(one: Brought, seen: Seen, habit: Habit): readonly Prediction[] {
  if ('unit' in one) {
    const request = unitRequest(one.unit);
    const state = seen.of(request);
    return state.load === 'not-found'
      ? [predict(request, broughtUnit(one.state === undefined ? habit.runs : one.state === 'started', one.enabled ?? habit.enabled))]
      : [];
  }
  if ('user' in one) {
    const request = userRequest(one.user);
    return seen.of(request).exists ? [] : [predict(request, { exists: true })];
  }
  if ('group' in one) {
    const request = groupRequest(one.group);
    return seen.of(request).exists ? [] : [predict(request, { exists: true })];
  }
  const request = file('file' in one ? one.file : one.directory);
  if (seen.of(request).type !== 'absent') return [];
  const nothing = { mode: undefined, uid: undefined, gid: undefined, owner: undefined, group: undefined };
  return [
    predict(
      request,
      'file' in one
        ? { type: 'file', ...nothing, size: undefined, sha256: undefined, content: undefined }
        : { type: 'directory', ...nothing },
    ),
  ];
}

function broughtUnit(runs: boolean, enabled: boolean): UnitState {
  return {
    ...ABSENT_UNIT,
    load: 'loaded',
    active: runs ? 'active' : 'inactive',
    sub: undefined,
    file: enabled ? 'enabled' : 'disabled',
    fragment: undefined,
    type: undefined,
    remainsAfterExit: undefined,
    ran: undefined,
    invocation: undefined,
  };
}
