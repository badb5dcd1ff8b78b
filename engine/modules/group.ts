import { z } from 'zod';
import { quote } from '../connection/quote.ts';
import type { GroupState } from '../resources/group.ts';
import { groupRequest } from '../resources/group.ts';
import { predict } from '../resources/resource.ts';
import { Unknown } from '../values/value.ts';
import type { ValueMap } from '../values/value.ts';
import { boolean, wholeNumber } from './arguments.ts';
import { defineModule } from './module.ts';

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/, 'must be the name of a group')
    .describe('Name of the group.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the group shall exist.'),
  gid: wholeNumber({ max: 4294967294 }).optional().describe('Its number.'),
  system: boolean().default(false).describe('Whether a new group gets a number of the range for system groups.'),
});

type Arguments = z.infer<typeof schema>;

export const module = defineModule<Arguments>({
  name: 'group',
  summary: 'Create, change and remove groups of accounts.',
  arguments: schema,
  freeForm: 'name',
  examples: ['group: { name: etcd, system: true }', 'group: { name: deploy, gid: 2000 }'],
  observes: (args) => [groupRequest(args.name)],
  plan(args, _loaded, seen) {
    const asked = groupRequest(args.name);
    const state = seen.of(asked);
    const wanted = args.state === 'present';
    const isRenumbered = wanted && state.exists && args.gid !== undefined && state.gid !== undefined && args.gid !== state.gid;
    if (wanted === state.exists && !isRenumbered) return { kind: 'in_sync', result: describe(args, state) };
    const of = `group ${args.name}`;
    const after: GroupState = wanted ? { exists: true, gid: args.gid ?? state.gid } : { exists: false };
    return {
      kind: 'change',
      differences: [
        isRenumbered
          ? { kind: 'field', of, field: 'gid', before: state.gid ?? null, after: args.gid ?? null }
          : { kind: 'field', of, field: 'group', before: wanted ? 'absent' : 'present', after: wanted ? 'present' : 'absent' },
      ],
      certainty: seen.certainty(asked),
      predictions: [predict(asked, after)],
      touches: 'predicted',
      apply: () => ({ script: wanted ? (isRenumbered ? renumber(args) : create(args)) : remove(args) }),
      planned: describe(args, after),
      settled: (now) => describe(args, now.of(asked)),
    };
  },
});

function create({ name, gid, system }: Arguments): string {
  const number = gid === undefined ? '' : `-g ${gid} `;
  return `if command -v groupadd >/dev/null; then groupadd ${system ? '-r ' : ''}${number}-- ${quote(name)}; else addgroup ${system ? '-S ' : ''}${number}${quote(name)}; fi\n`;
}

function renumber({ name, gid }: Arguments): string {
  return `if command -v groupmod >/dev/null; then groupmod -g ${gid} -- ${quote(name)}; else echo 'Changing a group needs groupmod: install the package shadow' >&2; exit 1; fi\n`;
}

function remove({ name }: Arguments): string {
  return `if command -v groupdel >/dev/null; then groupdel -- ${quote(name)}; else delgroup ${quote(name)}; fi\n`;
}

function describe({ name, state, system }: Arguments, { gid }: GroupState): ValueMap {
  if (state === 'absent') return { name, state };
  return { name, state, system, gid: gid ?? new Unknown(`the number of the group ${name} is known after the change`) };
}
