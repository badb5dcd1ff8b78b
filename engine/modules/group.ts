import { z } from 'zod';
import { quote } from '../connection/base/quote.ts';
import { type Seen, predict } from '../resources/base/resource.ts';
import { file } from '../resources/file.ts';
import { groupRequest } from '../resources/group.ts';
import type { GroupState } from '../resources/system/account-state.ts';
import { Unknown, type ValueMap } from '../values/base/value.ts';
import { idle } from '../values/habits/foreign-argument.ts';
import { boolean, wholeNumber } from './base/arguments.ts';
import { type Difference, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { unlessLocked } from './path/file-needs.ts';

const schema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/, 'must be the name of a group')
      .describe('Name of the group.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the group exists.'),
    gid: wholeNumber({ max: 4294967294 }).optional().describe('The number.'),
    non_unique: boolean().default(false).describe('Whether gid may be a number that another group has.'),
    system: boolean().default(false).describe('Whether a new group gets a number from the range for system groups.'),
    force: boolean()
      .default(false)
      .describe(
        'With state absent: also remove the primary group of an account. The account then has a group number without a name.',
      ),
  })
  .refine(({ gid, non_unique: isShared }) => gid !== undefined || !isShared, {
    path: ['non_unique'],
    message: 'has an effect only with gid\nGive gid, or leave non_unique out.',
  });

function plan(args: Arguments, seen: Seen): Outcome {
  const asked = requestOf(args);
  const state = seen.of(asked);
  const wanted = args.state === 'present';
  const isRenumbered = wanted && state.exists && args.gid !== undefined && args.gid !== state.gid;
  if (wanted === state.exists && !isRenumbered) return { kind: 'in_sync', result: describe(args, state) };
  const fault = takenNumber(args, state, seen) ?? neededGroup(args, state, seen);
  if (fault !== undefined) return fault;
  const after = stateAfter(args, state);
  return {
    kind: 'change',
    differences: [isRenumbered ? newNumber(args, state) : existence(args)],
    // The host chooses the number of a group that an earlier task makes: it may be the wanted number already.
    certainty: isRenumbered && state.gid === undefined ? 'after_change' : seen.certainty(asked),
    predictions: [predict(asked, after)],
    touches: 'predicted',
    apply: () => ({ script: wanted ? (isRenumbered ? renumber(args) : create(args)) : remove(args) }),
    planned: describe(args, after),
    settled: (now) => describe(args, now.of(asked)),
  };
}

function stateAfter(args: Arguments, state: GroupState): GroupState {
  if (args.state === 'absent') return { exists: false };
  const holders = args.gid === undefined ? {} : { holders: { ...state.holders, [args.gid]: args.name } };
  const known = state.exists ? state : { members: [], primaryOf: [] };
  return { ...known, exists: true, gid: args.gid ?? state.gid, ...holders };
}

function newNumber({ name, gid }: Arguments, state: GroupState): Difference {
  return { kind: 'field', of: `group ${name}`, field: 'gid', before: state.gid ?? null, after: gid ?? null };
}

function existence({ name, state }: Arguments): Difference {
  const before = state === 'present' ? 'absent' : 'present';
  return { kind: 'field', of: `group ${name}`, field: 'group', before, after: state };
}

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'group',
  summary: 'Create, change and remove groups of accounts.',
  arguments: schema,
  freeForm: 'name',
  foreign: {
    local: idle('groups are always made in /etc/group of the host.'),
    gid_max: 'Set GID_MAX in /etc/login.defs by lineinfile, or give gid.',
    gid_min: 'Set GID_MIN in /etc/login.defs by lineinfile, or give gid.',
  },
  examples: ['group: { name: etcd, system: true }', 'group: { name: deploy, gid: 2000 }'],
  observes: (args) => [requestOf(args), file('/etc', 'target')],
  plan(args, _loaded, seen, context) {
    const outcome = forRootAlone(plan(args, seen), `the group ${args.name}`, context);
    return unlessLocked(outcome, '/etc', { seen, context });
  },
});

function requestOf({ name, gid, state }: Arguments): ReturnType<typeof groupRequest> {
  return groupRequest(name, { gids: gid === undefined ? [] : [gid], accounts: state === 'absent' });
}

function takenNumber(args: Arguments, state: GroupState, seen: Seen): Impossible | undefined {
  if (args.state === 'absent' || args.gid === undefined || args.non_unique) return undefined;
  const holder = state.holders?.[args.gid];
  if (
    holder === undefined ||
    holder === null ||
    holder === args.name ||
    seen.certainty(requestOf(args)) === 'after_change'
  )
    return undefined;
  return {
    kind: 'impossible',
    what: `The number ${args.gid} belongs to the group ${holder}`,
    remedy: `Give ${args.name} another gid; or set non_unique: true, if both shall be one group with two names`,
  };
}

function neededGroup(args: Arguments, { primaryOf = [] }: GroupState, seen: Seen): Impossible | undefined {
  const [first] = primaryOf;
  if (
    args.state === 'present' ||
    first === undefined ||
    args.force ||
    seen.certainty(requestOf(args)) === 'after_change'
  )
    return undefined;
  return {
    kind: 'impossible',
    what: `${args.name} is the primary group of ${first}`,
    remedy: `Give ${first} another group, or remove the account, with a task before this one; or set force: true`,
  };
}

function create(args: Arguments): string {
  const { name, gid, system } = args;
  const number = gid === undefined ? '' : `-g ${gid} `;
  return `if command -v groupadd >/dev/null; then groupadd ${system ? '-r ' : ''}${number}${shared(args)}-- ${quote(name)}; else addgroup ${system ? '-S ' : ''}${number}${quote(name)}; fi\n`;
}

function renumber(args: Arguments): string {
  return `if command -v groupmod >/dev/null; then groupmod -g ${args.gid} ${shared(args)}-- ${quote(args.name)}; else echo 'Changing a group needs groupmod: install the package shadow' >&2; exit 1; fi\n`;
}

function shared({ gid, non_unique: isShared }: Arguments): string {
  return gid !== undefined && isShared ? '-o ' : '';
}

function remove({ name, force }: Arguments): string {
  return `if command -v groupdel >/dev/null; then groupdel ${force ? '-f ' : ''}-- ${quote(name)}; else delgroup ${quote(name)}; fi\n`;
}

function describe({ name, state, system }: Arguments, { gid }: GroupState): ValueMap {
  if (state === 'absent') return { name, state };
  return { name, state, system, gid: gid ?? new Unknown(`the number of the group ${name} is known after the change`) };
}
