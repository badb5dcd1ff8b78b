import { z } from 'zod';
import { file } from '../resources/file.ts';
import { groupRequest } from '../resources/group.ts';
import type { Prediction, Seen } from '../resources/resource.ts';
import { predict } from '../resources/resource.ts';
import type { UserState } from '../resources/user.ts';
import { passwordDigest, userRequest } from '../resources/user.ts';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import type { ValueMap } from '../values/value.ts';
import { boolean, path, text, textList, wholeNumber } from './arguments.ts';
import type { Difference, Outcome } from './module.ts';
import { defineModule } from './module.ts';
import { createUser, modifyUser, removeUser } from './user-script.ts';

/** What useradd takes, and neither a number nor an option. */
export const ACCOUNT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/;

const schema = z.strictObject({
  name: z.string().regex(ACCOUNT_NAME, 'must be the name of an account').describe('Name of the account.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the account shall exist.'),
  uid: wholeNumber({ max: 4294967294 }).optional().describe('Its number.'),
  group: z.string().regex(/^([A-Za-z_][A-Za-z0-9_.-]{0,31}\$?|[0-9]+)$/, 'must be the name or the number of a group').optional().describe('Primary group, which exists. Where it is not given, a new account gets the group of its own name.'),
  groups: textList().optional().describe('Other groups that it is a member of.'),
  append: boolean().default(false).describe('Whether it stays in groups that are not named in groups.'),
  comment: z.string().regex(/^[^:\n]*$/, 'must not hold a colon or a line end').optional().describe('Full name or purpose.'),
  home: path().optional().describe('Home directory.'),
  create_home: boolean().default(true).describe('Whether its home directory is made where it does not exist.'),
  shell: path().optional().describe('Login shell.'),
  system: boolean().default(false).describe('Whether a new account gets a number of the range for system accounts.'),
  password: text().optional().describe('The password as a crypt hash ($6$…, $y$…), or ! or * for none.'),
  update_password: z.enum(['always', 'on_create']).default('always').describe('Whether the password of an existing account is set.'),
  remove: boolean().default(false).describe('With state absent: remove its home directory and mail as well.'),
});

export type UserArguments = z.infer<typeof schema>;

export const module = defineModule<UserArguments>({
  name: 'user',
  summary: 'Create, change and remove accounts.',
  arguments: schema,
  freeForm: 'name',
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

/** Where useradd is told to make the home directory, so that it is known before. */
export function homeOf(args: UserArguments): string {
  return args.home ?? `/home/${args.name}`;
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
    if (seen.certainty(groupRequest(missing)) === 'after_change') return { kind: 'cannot_know', because: `the group ${missing} does not exist yet; an earlier change may bring it` };
    return { kind: 'impossible', what: `There is no group ${missing}`, remedy: `Make it with a task before this one: group: { name: ${missing} }` };
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
          : { kind: 'failed', what: `The account ${args.name} could not be ${state.exists ? 'changed' : 'made'}`, result: { rc: completed.status, stderr: completed.stderr.toString('utf8') } },
    }),
    planned: describe(args, after),
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
  const groups = wanted === undefined ? (state.exists ? state.groups : []) : args.append ? [...new Set([...(state.groups ?? []), ...wanted])].toSorted() : [...new Set(wanted)];
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
  if (args.groups !== undefined && after.groups?.join() !== (state.groups ?? []).join()) differ('groups', [...(state.groups ?? [])], [...(after.groups ?? args.groups)]);
  if (state.exists && args.create_home && state.homeExists === false) differ('home directory', 'absent', 'present');
  if (isPasswordNew(args, state, after)) {
    differ('password', state.exists ? 'another one' : null, args.password instanceof Unknown ? args.password : 'the one that is wanted');
  }
  return differences;
}

export function isPasswordNew(args: UserArguments, state: UserState, after: UserState): boolean {
  if (args.password === undefined || (state.exists && args.update_password === 'on_create')) return false;
  return after.password === undefined || after.password !== state.password;
}

/** Whether the account's primary group is one of its own name, which is made with it. */
export function hasOwnGroup({ name, group }: UserArguments): boolean {
  return group === undefined || group === name;
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
  const known = (field: string, value: string | number | undefined): ValueMap[string] => value ?? new Unknown(`the ${field} of ${args.name} is known after the change`);
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
