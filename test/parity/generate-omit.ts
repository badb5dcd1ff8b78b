import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { either } from './spelled.ts';

/** A value that may be omitted, as a template of each tool; with `{x: 1}`, some of them have a value. */
const PERHAPS: readonly [Json, ...Json[]] = [
  '{{omit}}',
  '{{left}}',
  either('{{x | default(omit)}}', '{{default x omit}}'),
  either('{{nowhere | default(omit)}}', '{{default nowhere omit}}'),
  either('{{m.k | default(omit)}}', '{{default m.k omit}}'),
  either('{{m.none | default(omit)}}', '{{default m.none omit}}'),
  either('{{x if flag else omit}}', '{{ternary flag x omit}}'),
  either('{{omit if flag else x}}', '{{expr "flag ? omit : x"}}'),
];

const MODES: readonly [Json, ...Json[]] = [
  '{{omit}}',
  '{{left}}',
  either("{{'0600' if flag else omit}}", '{{ternary flag "0600" omit}}'),
  either('{{nowhere | default(omit)}}', '{{default nowhere omit}}'),
];

/** Places where `omit` works: arguments, members, items, rounds of a loop, keywords. */
export function omitCase(chance: Chance): Draft {
  const perhaps = (): Json => chance.one(PERHAPS);
  const vars: Json = { x: 1, m: { k: 'v' }, flag: chance.of(0.5), left: '{{omit}}' };
  const item = (key: string): Json => either(`{{item.${key} | default("none")}}`, `{{default item.${key} "none"}}`);
  switch (chance.one(['argument', 'fact', 'loop', 'keyword'] as const)) {
    case 'argument':
      return {
        tasks: [
          { copy: { content: 'a', dest: '@W@/a', mode: chance.one(MODES), force: perhapsTrue(chance) }, vars },
          { copy: { content: 'b', dest: '@W@/a', mode: chance.one(MODES), force: perhapsTrue(chance) }, vars },
          { debug: { msg: perhaps() }, vars },
        ],
      };
    case 'fact':
      return {
        tasks: [
          { set_fact: { perhaps: perhaps(), b: { c: perhaps(), d: [perhaps(), 2, { e: perhaps() }] } }, vars },
          { debug: { msg: '{{b}}' } },
          { debug: { msg: either('{{b.c is defined}}', '{{defined b.c}}') } },
          { debug: { msg: either('{{b.d | length}}', '{{length b.d}}') } },
        ],
      };
    case 'loop':
      return {
        tasks: [
          { debug: { msg: item('a') }, loop: [{ a: perhaps() }, { a: 1, b: perhaps() }, { b: 2 }], vars },
          {
            debug: { msg: '{{item}}' },
            loop: either('{{[omit, x, [omit, x]]}}', '[omit, x, [omit, x]]'),
            vars,
          },
        ],
      };
    case 'keyword':
      return {
        tasks: [
          {
            command: chance.one(['true', 'false'] as const),
            ignore_errors: perhapsTrue(chance),
            no_log: '{{omit}}',
            environment: { A: perhaps(), B: 'b' },
            vars,
          },
          { debug: { msg: 'after' } },
        ],
      };
  }
}

function perhapsTrue(chance: Chance): Json {
  return chance.one<Json>(['{{omit}}', '{{left}}', either('{{flag | default(omit)}}', '{{default flag omit}}')]);
}
