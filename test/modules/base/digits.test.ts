import { describe, expect, it, test } from 'vitest';
import { shapeOf } from '../../../engine/modules/base/argument-problem.ts';
import { modules } from '../../../engine/modules/base/catalogue.ts';
import type { AnyModule } from '../../../engine/modules/base/module.ts';
import { checkArguments } from '../../../engine/modules/base/parse-arguments.ts';
import type { Argument } from '../../../engine/playbook/base/play.ts';
import type { Scope } from '../../../engine/values/base/value.ts';
import { compileNode } from '../../../engine/values/compiled.ts';
import { readYaml } from '../../../engine/values/yaml/yaml.ts';
import { PLACE } from '../try-module.ts';

const ALL: readonly AnyModule[] = await Promise.all(modules.names().map((name) => modules.module(name)));

/** Conditions and objects are not texts, and a path needs a slash. */
const NOT_TEXTS: ReadonlySet<string> = new Set([
  'assert.that',
  'command.creates',
  'command.removes',
  'kubernetes.definition',
  'script.creates',
  'script.removes',
  'shell.creates',
  'shell.removes',
  'unarchive.creates',
  'uri.creates',
  'uri.removes',
]);

function faultsOf(module: AnyModule, argument: string, value: unknown): number {
  const parsed = module.arguments.safeParse({ [argument]: value });
  return parsed.success ? 0 : parsed.error.issues.filter(({ path }) => path[0] === argument).length;
}

test('each argument that accepts digits in quotes accepts them without quotes', () => {
  const refused = ALL.flatMap((module) =>
    Object.keys(shapeOf(module.arguments))
      .filter((argument) => faultsOf(module, argument, '8080') === 0 && faultsOf(module, argument, 8080) > 0)
      .map((argument) => `${module.name}.${argument}`),
  );
  expect(refused.filter((name) => !NOT_TEXTS.has(name))).toEqual([]);
});

const command = await modules.module('command');
const lineinfile = await modules.module('lineinfile');
const setFact = await modules.module('set_fact');

/** Reads the value of an argument as a playbook has it. */
function written(source: string): Argument {
  const [node] = readYaml(source, 'p.yml');
  if (node === undefined) throw new Error('there is no value');
  return { keyPlace: PLACE, value: compileNode(node) };
}

const NOTHING: Scope = { lookup: () => undefined, names: () => [] };

/** What is written for the text of a line, and the text; undefined if it is refused. */
const WRITTEN: readonly (readonly [string, string | undefined])[] = [
  ['8080', '8080'],
  ['0', '0'],
  ['-5', '-5'],
  ['+5', '5'],
  ['0x1F', '31'],
  ['"0644"', '0644'],
  ['"{{mul 2 3}}"', '6'],
  ['1_000', '1_000'],
  ['0644', undefined],
  ['007', undefined],
  ['0o17', undefined],
  ['1e3', undefined],
  ['1.0', undefined],
  ['1.5', undefined],
  ['true', undefined],
];

describe('a number in the place of a text', () => {
  it.each(WRITTEN)('%s', (source, text) => {
    const line = written(source);
    const problems = checkArguments(
      lineinfile,
      new Map([
        ['path', written('/a')],
        ['line', line],
      ]),
      PLACE,
    );
    if (text === undefined) {
      expect(problems).toHaveLength(1);
      expect(problems[0]?.remedy).toContain(`Write it in quotes: "${source}".`);
    } else {
      expect(problems).toEqual([]);
      expect(lineinfile.arguments.parse({ path: '/a', line: line.value.resolve(NOTHING) })).toMatchObject({
        line: text,
      });
    }
  });

  it.each(['0644', '1.0', '0.5', '[1e3, { y: 1.0 }]'])('stays a number in a fact: %s', (source) => {
    expect(checkArguments(setFact, new Map([['x', written(source)]]), PLACE)).toEqual([]);
  });

  it('is found within a list', () => {
    const given = new Map([['argv', written('[chmod, 0644, 5]')]]);
    expect(checkArguments(command, given, PLACE).map(({ what, place }) => [what, place?.column])).toEqual([
      ['"argv.1" of command must be a text, and YAML reads 0644 as a number', 9],
    ]);
  });
});
