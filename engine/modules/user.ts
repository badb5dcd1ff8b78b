import { file } from '../resources/file.ts';
import { groupRequest } from '../resources/group.ts';
import type { Prediction, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import type { UserState } from '../resources/user.ts';
import { passwordDigest, userRequest } from '../resources/user.ts';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import type { ValueMap } from '../values/value.ts';
import type { Difference, Outcome } from './module.ts';
import { defineModule } from './module.ts';
import type { UserArguments } from './user-arguments.ts';
import { hasOwnGroup, homeOf, isPasswordNew, userArguments } from './user-arguments.ts';
import { createUser, modifyUser, removeUser } from './user-script.ts';

export const module = defineModule<UserArguments>({
  name: 'user',
  summary: 'Create, change and remove accounts.',
  arguments: userArguments,
  freeForm: 'name',
  aliases: { user: 'name', createhome: 'create_home' },
  examples: [
    'user: { name: etcd, system: true, home: /var/lib/etcd, create_home: false, shell: /usr/sbin/nologin }',
    'user: { name: deploy, groups: [sudo], append: true, password: "{{deploy_password_hash}}" }',
  ],
  observes: (args) => [userOf(args), groupRequest(args.name), ...namedGroups(args).map(groupRequest), file(homeOf(args))],
  plan: (args, _loaded, seen) => (args.state === 'absent' ? planRemoval(args, seen) : plan(args, seen)),
});

function userOf(args: UserArguments): ReturnType<typeof userRequest> {
  return userRequest(args.name, { password: args.password !== undefined });
}

function namedGroups(args: UserArguments): readonly string[] {
  const primary = args.group === undefined || /^[0-9]+$/.test(args.group) ? [] : [args.group];
  return [...primary, ...(args.groups ?? [])].filter((name) => name !== args.name);
}

function planRemoval(args: UserArguments, seen: Seen): Outcome {
  const asked = userOf(args);
  if (!seen.of(asked).exists) return { kind: 'in_sync', result: { name: args.name, state: 'absent' } };
  return {
    kind: 'change',
    differences: [{ kind: 'field', of: `user ${args.name}`, field: 'account', before: 'present', after: 'absent' }],
    certainty: seen.certainty(asked),
    predictions: [predict(asked, { exists: false })],
    touches: 'predicted',
    apply: () => ({ script: removeUser(args.name, args.remove) }),
    planned: { name: args.name, state: 'absent' },
  };
}

function plan(args: UserArguments, seen: Seen): Outcome {
  const asked = userOf(args);
  const state = seen.of(asked);
  const missing = namedGroups(args).find((name) => !seen.of(groupRequest(name)).exists);
  if (missing !== undefined) {
    if (seen.certainty(groupRequest(missing)) === 'after_change')
      return { kind: 'cannot_know', because: `the group ${missing} does not exist yet; an earlier change may bring it` };
    return {
      kind: 'impossible',
      what: `There is no group ${missing}`,
      remedy: `Make it with a task before this one: group: { name: ${missing} }`,
    };
  }
  const fault = passwordFault(args);
  if (fault !== undefined) return fault;
  const after = wantedState(args, state);
  const differences = findDifferences(args, state, after);
  if (differences.length === 0) return { kind: 'in_sync', result: describe(args, state) };
  return {
    kind: 'change',
    differences,
    certainty: seen.certainty(asked),
    predictions: [predict(asked, after), ...broughtGroup(args, state, seen), ...broughtHome(args, after, seen)],
    touches: 'predicted',
    apply: () => ({
      script: state.exists ? modifyUser(args, state, after) : createUser(args, seen.of(groupRequest(args.name)).exists),
      finish: (completed) =>
        completed.status === 0
          ? { kind: 'done', result: describe(args, after) }
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

/** What useradd is given would be taken as a hash whatever it is: a plain password would lock the account and stand in a file. */
function passwordFault({ password, name }: UserArguments): Outcome | undefined {
  if (password === undefined || password instanceof Unknown) return undefined;
  const hash = password instanceof Secret ? password.reveal() : password;
  if (/^(!{0,2}|\*)(\$[0-9a-z]+\$[^:\s]+)?$/.test(hash) && hash !== '') return undefined;
  return {
    kind: 'impossible',
    what: `The password of ${name} is not a crypt hash`,
    remedy: 'Make one with `openssl passwd -6` or `mkpasswd`, and keep it as a !vault value',
  };
}

function wantedState(args: UserArguments, state: UserState): UserState {
  const wanted = args.groups?.toSorted();
  const groups =
    wanted === undefined
      ? state.exists
        ? state.groups
        : []
      : args.append
        ? [...new Set([...(state.groups ?? []), ...wanted])].toSorted()
        : [...new Set(wanted)];
  return {
    exists: true,
    uid: args.uid ?? state.uid,
    ...wantedGroup(args, state),
    groups: state.exists && state.groups === undefined && (args.append || wanted === undefined) ? undefined : groups,
    comment: args.comment ?? state.comment,
    home: args.home ?? (!state.exists && args.create_home ? homeOf(args) : state.home),
    homeExists: args.create_home ? true : state.homeExists,
    shell: args.shell ?? state.shell,
    ...(args.password === undefined ? {} : { password: wantedPassword(args, state) }),
  };
}

function wantedGroup({ name, group }: UserArguments, state: UserState): Pick<UserState, 'group' | 'gid'> {
  if (group === undefined) return state.exists ? { group: state.group, gid: state.gid } : { group: name, gid: undefined };
  if (group === state.group || group === String(state.gid)) return { group: state.group, gid: state.gid };
  return /^[0-9]+$/.test(group) ? { group: undefined, gid: Number(group) } : { group, gid: undefined };
}

function wantedPassword({ password, update_password: when }: UserArguments, state: UserState): string | undefined {
  if (password === undefined || password instanceof Unknown) return undefined;
  if (state.exists && when === 'on_create') return state.password;
  return passwordDigest(password instanceof Secret ? password.reveal() : password);
}

function findDifferences(args: UserArguments, state: UserState, after: UserState): readonly Difference[] {
  const of = `user ${args.name}`;
  const differences: Difference[] = [];
  if (!state.exists) differences.push({ kind: 'field', of, field: 'account', before: 'absent', after: 'present' });
  const differ = (field: string, before: ValueMap[string] | undefined, wanted: ValueMap[string]): void => {
    differences.push({ kind: 'field', of, field, before: before ?? null, after: wanted });
  };
  for (const field of ['uid', 'comment', 'home', 'shell'] as const) {
    const wanted = args[field];
    if (wanted !== undefined && wanted !== state[field]) differ(field, state[field], wanted);
  }
  if (args.group !== undefined && args.group !== state.group && args.group !== String(state.gid)) differ('group', state.group, args.group);
  if (args.groups !== undefined && after.groups?.join() !== (state.groups ?? []).join())
    differ('groups', [...(state.groups ?? [])], [...(after.groups ?? args.groups)]);
  if (state.exists && args.create_home && state.homeExists === false) differ('home directory', 'absent', 'present');
  if (isPasswordNew(args, state, after)) {
    differ('password', state.exists ? 'another one' : null, args.password instanceof Unknown ? args.password : 'the one that is wanted');
  }
  return differences;
}

function broughtGroup(args: UserArguments, state: UserState, seen: Seen): readonly Prediction[] {
  const own = groupRequest(args.name);
  return state.exists || !hasOwnGroup(args) || seen.of(own).exists ? [] : [predict(own, { exists: true })];
}

function broughtHome(args: UserArguments, after: UserState, seen: Seen): readonly Prediction[] {
  const home = file(homeOf(args));
  if (!args.create_home || after.home !== home.id || seen.of(home).type !== 'absent') return [];
  const owner = { owner: args.name, uid: after.uid, group: after.group, gid: after.gid };
  return [predict(home, { type: 'directory', mode: undefined, ...owner })];
}

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
    groups: [...(state.groups ?? [])],
    append: args.append,
  };
}
