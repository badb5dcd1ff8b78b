import { type Prediction, type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { ABSENT } from '../resources/file/file-state.ts';
import { groupRequest } from '../resources/group.ts';
import type { Aging, UserState } from '../resources/system/account-state.ts';
import { otherGroups, userRequest } from '../resources/user.ts';
import { Unknown, type ValueMap } from '../values/base/value.ts';
import { type CannotKnow, type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { unlessLocked } from './path/file-needs.ts';
import {
  type UserArguments,
  asksForShadow,
  foreignUserArguments,
  hasOwnGroup,
  userArguments,
} from './system/user-arguments.ts';
import { busyAccount, needsIdleAccount } from './system/user-busy.ts';
import { homeInForeignHands, homeNeeds, lockedHome, refuseForeignHomes, touchedHomes } from './system/user-home.ts';
import { passwordFault, wantedAging } from './system/user-password.ts';
import { type Found, createUser, modifyUser, removeUser } from './system/user-script.ts';
import {
  type Surroundings,
  findDifferences,
  homeIsThere,
  isOfGroup,
  movesHome,
  wantedState,
} from './system/user-wish.ts';

export const module = defineModule<UserArguments>({
  name: 'user',
  summary: 'Create, change and remove accounts.',
  arguments: userArguments,
  freeForm: 'name',
  aliases: { user: 'name', createhome: 'create_home' },
  foreign: foreignUserArguments,
  examples: [
    'user: { name: etcd, system: true, home: /var/lib/etcd, create_home: false, shell: /usr/sbin/nologin }',
    'user: { name: deploy, groups: [sudo], append: true, password: "{{deploy_password_hash}}" }',
  ],
  observes: (args) => [
    userOf(args),
    ownGroupOf(args),
    ...namedGroups(args).map((name) => groupRequest(name)),
    ...homeNeeds(args),
    file('/etc', 'target'),
  ],
  plan(args, _loaded, seen, context) {
    const outcome = args.state === 'absent' ? planRemoval(args, seen, context) : plan(args, seen, context);
    return unlessLocked(forRootAlone(outcome, `the account ${args.name}`, context), '/etc', { seen, context });
  },
});

function userOf(args: UserArguments): ReturnType<typeof userRequest> {
  return userRequest(args.name, {
    shadow: asksForShadow(args),
    uids: args.uid === undefined ? [] : [args.uid],
    processes: needsIdleAccount(args),
  });
}

function ownGroupOf({ name, state }: UserArguments): ReturnType<typeof groupRequest> {
  return groupRequest(name, { accounts: state === 'absent' });
}

/** Returns the groups that must exist before the task. */
function namedGroups(args: UserArguments): readonly string[] {
  return [...(args.group === undefined ? [] : [args.group]), ...(args.groups ?? [])].filter(
    (name) => name !== args.name || !hasOwnGroup(args),
  );
}

function planRemoval(args: UserArguments, seen: Seen, context: Context): Outcome {
  const asked = userOf(args);
  const state = seen.of(asked);
  if (!state.exists) return { kind: 'in_sync', result: { name: args.name, state: 'absent' } };
  const homes = touchedHomes(args, state, { exists: false }, true);
  const fault = busyAccount(args, state, seen.certainty(asked)) ?? homeInForeignHands(args, homes, seen, context);
  if (fault !== undefined) return fault;
  return {
    kind: 'change',
    differences: [{ kind: 'field', of: `user ${args.name}`, field: 'account', before: 'present', after: 'absent' }],
    certainty: seen.certainty(asked),
    predictions: [
      predict(asked, { exists: false }),
      ...goneGroup(args, seen),
      ...(args.remove ? goneHome(args, state, seen) : []),
    ],
    touches: 'predicted',
    apply: () => ({ script: `${refuseForeignHomes(args, homes)}${removeUser(args)}`, endsShellsOf: args.name }),
    planned: { name: args.name, state: 'absent', remove: args.remove, force: args.force },
  };
}

/**
 * Predicts the group of the same name: userdel removes it if it is the primary group of this user and no other account
 * uses it.
 */
function goneGroup(args: UserArguments, seen: Seen): readonly Prediction[] {
  const own = ownGroupOf(args);
  const state = seen.of(own);
  const isKnown = state.members !== undefined && state.primaryOf !== undefined && state.goesWithUser !== undefined;
  if (!state.exists || !isKnown) return [];
  const isShared = [...state.members, ...(args.force ? [] : state.primaryOf)].some((name) => name !== args.name);
  const goes = state.goesWithUser && state.primaryOf.includes(args.name) && !isShared;
  return [predict(own, goes ? { exists: false } : state)];
}

/** Predicts the home directory: userdel leaves it if it belongs to another user. */
function goneHome(args: UserArguments, state: UserState, seen: Seen): readonly Prediction[] {
  const home = file(args.home ?? `/home/${args.name}`, 'target');
  const there = seen.of(home);
  const isOwn = there.type === 'directory' && there.uid !== undefined && there.uid === state.uid;
  return state.home === home.id && isOwn ? [predict(home, ABSENT)] : [];
}

function plan(args: UserArguments, seen: Seen, context: Context): Outcome {
  const asked = userOf(args);
  const state = seen.of(asked);
  const around: Surroundings = {
    home: args.home === undefined ? undefined : seen.of(file(args.home, 'target')),
    group: args.group === undefined ? undefined : seen.of(groupRequest(args.group)),
  };
  const fault =
    missingGroup(args, state, seen) ??
    passwordFault(args) ??
    takenNumber(args, state, seen) ??
    occupiedHome(args, state, around) ??
    busyAccount(args, state, seen.certainty(asked));
  if (fault !== undefined) return fault;
  const after = wantedState(args, state, around);
  const differences = findDifferences(args, state, after, around);
  if (differences.length === 0) return { kind: 'in_sync', result: describe(args, state) };
  const found: Found = {
    ownGroupExists: seen.of(groupRequest(args.name)).exists,
    homeExists: homeIsThere(args, state, around) === true,
    isOfGroup: args.group !== undefined && isOfGroup(args.group, state, around),
  };
  const homes = touchedHomes(args, state, after, found.homeExists);
  const unmade = homeInForeignHands(args, homes, seen, context) ?? lockedHome(args, homes, { seen, context });
  if (unmade !== undefined) return unmade;
  return {
    kind: 'change',
    differences,
    certainty: isGuessed(args, state) || isOpen(args, seen) ? 'after_change' : 'certain',
    predictions: [
      predict(asked, after),
      ...broughtGroup(args, state, seen),
      ...broughtHome(args, state, after, around),
    ],
    touches: 'predicted',
    apply: () => ({
      script: `${refuseForeignHomes(args, homes)}${state.exists ? modifyUser(args, state, after, found) : createUser(args, after, found)}`,
      endsShellsOf: args.name,
      finish: (completed) =>
        completed.status === 0
          ? { kind: 'done', result: {} }
          : {
              kind: 'failed',
              what: `The account ${args.name} could not be ${state.exists ? 'changed' : 'made'}`,
              result: { rc: completed.status, stderr: completed.stderr.toString('utf8') },
            },
    }),
    planned: describe(args, after),
    settled: (now) => describe(args, now.of(asked)),
  };
}

/**
 * Returns whether an earlier task makes the account and the host chooses some of the wanted fields: they may already be
 * right.
 */
function isGuessed(args: UserArguments, state: UserState): boolean {
  const fields = ['uid', 'comment', 'home', 'shell', 'group', 'groups'] as const;
  const days = Object.keys(wantedAging(args, { exists: true }) ?? {}) as readonly (keyof Aging)[];
  const isUnknown =
    fields.some((field) => args[field] !== undefined && state[field] === undefined) ||
    days.some((field) => state.aging?.[field] === undefined);
  return state.exists && isUnknown;
}

function isOpen(args: UserArguments, seen: Seen): boolean {
  return [userOf(args), ...namedGroups(args).map((name) => groupRequest(name))].some(
    (one) => seen.certainty(one) === 'after_change',
  );
}

function missingGroup(args: UserArguments, { exists }: UserState, seen: Seen): Impossible | CannotKnow | undefined {
  const missing = [...namedGroups(args), ...(exists && args.group === args.name ? [args.group] : [])].find(
    (name) => !seen.of(groupRequest(name)).exists,
  );
  if (missing === undefined) return undefined;
  if (seen.certainty(groupRequest(missing)) === 'after_change')
    return { kind: 'cannot_know', because: `the group ${missing} does not exist yet; an earlier change may bring it` };
  const arguments_ = /^[0-9]+$/.test(missing) ? `name: …, gid: ${missing}` : `name: ${missing}`;
  return {
    kind: 'impossible',
    what: `There is no group ${missing}`,
    remedy: `Make it with a task before this one: group: { ${arguments_} }`,
  };
}

function takenNumber(args: UserArguments, state: UserState, seen: Seen): Impossible | undefined {
  if (args.uid === undefined || args.non_unique || state.uid === args.uid) return undefined;
  const holder = state.holders?.[args.uid];
  if (
    holder === undefined ||
    holder === null ||
    holder === args.name ||
    seen.certainty(userOf(args)) === 'after_change'
  )
    return undefined;
  return {
    kind: 'impossible',
    what: `The number ${args.uid} belongs to the account ${holder}`,
    remedy: `Give ${args.name} another uid; or set non_unique: true, if both shall be one account with two names`,
  };
}

function occupiedHome(args: UserArguments, state: UserState, around: Surroundings): Impossible | undefined {
  if (!movesHome(args, state) || homeIsThere(args, state, around) !== true) return undefined;
  return {
    kind: 'impossible',
    what: `The home directory of ${args.name} cannot be moved to ${args.home ?? ''}, where something is already`,
    remedy: 'Remove what is there with a task before this one, or set move_home: false, which leaves both as they are',
  };
}

function broughtGroup(args: UserArguments, state: UserState, seen: Seen): readonly Prediction[] {
  const own = groupRequest(args.name);
  return state.exists || !hasOwnGroup(args) || seen.of(own).exists
    ? []
    : [predict(own, { exists: true, members: [], primaryOf: [args.name] })];
}

function broughtHome(
  args: UserArguments,
  state: UserState,
  after: UserState,
  around: Surroundings,
): readonly Prediction[] {
  if (after.home === undefined || homeIsThere(args, state, around) !== false) return [];
  const isMoved = movesHome(args, state);
  if (!args.create_home && !isMoved) return [];
  // A moved directory keeps its owner, which is not known.
  const shown = args.non_unique
    ? NOBODY_KNOWN
    : { owner: args.name, group: after.gid === undefined ? after.group : undefined };
  const owner = isMoved ? NOBODY_KNOWN : { ...shown, uid: after.uid, gid: after.gid };
  const home = predict(file(after.home), { type: 'directory', mode: undefined, ...owner });
  return isMoved && state.home !== undefined ? [home, predict(file(state.home), ABSENT)] : [home];
}

const NOBODY_KNOWN = { owner: undefined, uid: undefined, group: undefined, gid: undefined };

function describe(args: UserArguments, state: UserState): ValueMap {
  const known = (field: string, value: string | number | undefined): ValueMap[string] =>
    value ?? new Unknown(`the ${field} of ${args.name} is known after the change`);
  return {
    name: args.name,
    state: 'present',
    uid: known('number', state.uid),
    group: known('group', state.gid),
    home: known('home directory', state.home),
    shell: known('shell', state.shell),
    comment: state.comment ?? '',
    groups: [...otherGroups(state)],
    append: args.append,
    create_home: args.create_home,
    move_home: args.move_home,
    system: args.system,
  };
}
