import { expect, it } from 'vitest';
import { ownIssues, problemsOf, shapeOf } from '../../../engine/modules/base/argument-problem.ts';
import { Catalogue } from '../../../engine/modules/base/catalogue.ts';
import type { AnyModule } from '../../../engine/modules/base/module.ts';
import type { Value, ValueMap } from '../../../engine/values/base/value.ts';

/** Values that hardly any argument takes. */
const ODD: readonly Value[] = [
  '',
  ' ',
  'a b',
  '\n',
  '-x',
  '\u0000',
  -1,
  1.5,
  1e20,
  true,
  null,
  [],
  [''],
  [[1]],
  {},
  { '': '' },
  { 'a b': [] },
  ['a b'],
  [{ a: 1 }],
];

/** Words of the library that reads the arguments, or of nobody. */
const NOT_OURS = /Invalid|pattern \/|expected|received|Unrecognized|Too (?:small|big)|is not right|undefined/;

/** Returns what is told of the arguments of a module, but for arguments that are missing. */
function toldOf(module: AnyModule, values: ValueMap): readonly string[] {
  const parsed = module.arguments.safeParse(values);
  if (parsed.success) return [];
  const placeOf = () => ({ file: 'site.yml', line: 1, column: 1 });
  return ownIssues(parsed.error.issues, module).flatMap((issue) =>
    problemsOf(issue, { module, values, placeOf }).flatMap(({ code, what }) =>
      code === 'missing-argument' ? [] : [what],
    ),
  );
}

it('no argument of any module, whatever is written for it, is refused in words that are not ours', async () => {
  const catalogue = new Catalogue();
  const wrong: string[] = [];
  for (const name of catalogue.names()) {
    const module = await catalogue.module(name);
    for (const argument of Object.keys(shapeOf(module.arguments)))
      for (const odd of ODD) {
        const told = toldOf(module, { [argument]: odd });
        wrong.push(...told.filter((what) => NOT_OURS.test(what)));
      }
  }
  expect([...new Set(wrong)]).toEqual([]);
});

it.each([
  {
    module: 'user',
    values: { name: 'ada', group: '' },
    told: ['"group" of user must be the name or the number of a group'],
  },
  {
    module: 'user',
    values: { name: 'ada', group: -1 },
    told: ['"group" of user must be the name or the number of a group'],
  },
  { module: 'command', values: { cmd: 'true', creates: '' }, told: ['"creates" of command must not be empty'] },
  { module: 'certificate', values: { usages: '' }, told: ['"usages" of certificate must be a list'] },
  { module: 'certificate', values: { usages: [] }, told: ['"usages" of certificate must not be empty'] },
  { module: 'query', values: { argv: 7.5 }, told: ['"argv" of query must be a list, or a text'] },
  { module: 'query', values: { argv: [[1]] }, told: ['"argv.0" of query must be a text, not a list'] },
  {
    module: 'uri',
    values: { url: 'https://a', headers: { 'a b': 'c' } },
    told: ['The name "a b" in "headers" of uri must be the name of a header'],
  },
  {
    module: 'uri',
    values: { url: 'https://a', status_code: [200, 'ok'] },
    told: [
      '"status_code" of uri must be a status of HTTP from 100 to 599, or -1 for no answer: one, or a list of them',
    ],
  },
  {
    module: 'docker_container',
    values: { name: 'a', user: '' },
    told: ['"user" of docker_container must not be empty'],
  },
  {
    module: 'docker_container',
    values: { name: 'a', cpus: -1 },
    told: ['"cpus" of docker_container must be more than 0'],
  },
])('$module: $values', async ({ module, values, told }) => {
  expect(toldOf(await new Catalogue().module(module), values as ValueMap)).toEqual(told);
});
