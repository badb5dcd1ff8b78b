import { describe, expect, test } from 'vitest';
import { Secret } from '../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../engine/values/base/value.ts';
import { variableNameProblem } from '../../engine/values/base/variable-name.ts';
import { type Compiled, compileNode } from '../../engine/values/compiled.ts';
import { type Layer, type Level, layeredScope, LEVELS } from '../../engine/values/scope.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import { problemOf } from './variables.ts';

function layer(level: Level, origin: string, text: string): Layer {
  const [node] = readYaml(text, origin);
  const variables = new Map<string, Compiled>();
  if (node?.kind === 'map') for (const entry of node.entries) variables.set(entry.key, compileNode(entry.value));
  return { level, origin, variables };
}

const facts = (variables: Record<string, Value>): Layer => ({
  level: 'set_fact',
  origin: 'register',
  variables: new Map(Object.entries(variables)),
});

test('a later layer hides an earlier one', () => {
  const scope = layeredScope(
    LEVELS.map((level) => layer(level, `${level}.yml`, `all: ${level}\nonly_${LEVELS.indexOf(level)}: 1`)),
  );
  expect(scope.lookup('all')).toBe('magic');
  expect(scope.lookup('only_0')).toBe(1);
  expect(scope.lookup('nope')).toBeUndefined();
  expect(scope.names()).toHaveLength(LEVELS.length + 1);
});

test('a default is rendered with the variables that hide its neighbors', () => {
  const defaults = layer(
    'role defaults',
    'defaults/main.yml',
    'port: 2379\nurl: "https://{{host}}:{{port}}"\nurls: ["{{url}}"]',
  );
  const scope = layeredScope([defaults, layer('group_vars', 'all.yml', 'host: a\nport: 1')]);
  expect(scope.lookup('urls')).toEqual(['https://a:1']);
  // The same layer is used for another host.
  expect(layeredScope([defaults, layer('host_vars', 'b.yml', 'host: b')]).lookup('url')).toBe('https://b:2379');
});

test('a variable is rendered once a scope, and only when it is asked for', () => {
  let count = 0;
  const counting: Compiled = {
    place: { file: 'f', line: 1, column: 1 },
    references: new Set(),
    literal: undefined,
    resolve: () => ++count,
    placeOf: () => ({ file: 'f', line: 1, column: 1 }),
  };
  const variables = new Map<string, Compiled>([['x', counting]]);
  const scope = layeredScope([{ level: 'play vars', origin: 'site.yml', variables }]);
  expect(count).toBe(0);
  expect([scope.lookup('x'), scope.lookup('x'), count]).toEqual([1, 1, 1]);
});

test('null, false and empty text are values', () => {
  const scope = layeredScope([
    layer('group_vars', 'all.yml', 'a: 1\nb: 1\nc: 1'),
    layer('host_vars', 'h.yml', 'a: null\nb: false\nc: ""'),
  ]);
  expect([scope.lookup('a'), scope.lookup('b'), scope.lookup('c')]).toEqual([null, false, '']);
});

test('names of object members are no variables', () => {
  const scope = layeredScope([layer('group_vars', 'all.yml', 'a: 1')]);
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
    expect(scope.lookup(name)).toBeUndefined();
});

describe('a variable that is made of itself', () => {
  test('names the chain, with places', () => {
    const scope = layeredScope([
      layer('group_vars', 'all.yml', 'a: "{{b}}"\nb: "x{{c.d}}"\nc: { d: "{{expr \\"a\\"}}" }'),
    ]);
    const problem = problemOf(() => scope.lookup('a'));
    expect([problem.code, problem.what]).toEqual([
      'variable-cycle',
      'The variable "a" refers to itself: a → b → c → a',
    ]);
    expect(problem.why).toBe('a at all.yml:1:5\nb at all.yml:2:5\nc at all.yml:3:4');
  });

  test('does not spoil the scope', () => {
    const scope = layeredScope([layer('group_vars', 'all.yml', 'a: "{{a}}"\nb: "{{default nope 1}}"')]);
    expect(problemOf(() => scope.lookup('a')).code).toBe('variable-cycle');
    expect(problemOf(() => scope.lookup('a')).code).toBe('variable-cycle');
    expect(scope.lookup('b')).toBe(1);
  });

  test('may have been meant to add to the level below', () => {
    const scope = layeredScope([layer('group_vars', 'all.yml', 'a: 1'), layer('host_vars', 'h.yml', 'a: "{{a}}"')]);
    expect(problemOf(() => scope.lookup('a')).remedy).toMatch(/another name/);
  });
});

test('a mistake in a variable is told where it was written', () => {
  const scope = layeredScope([
    layer('role defaults', 'roles/etcd/defaults/main.yml', 'url: "http://{{hots}}"'),
    layer('group_vars', 'all.yml', 'host: a'),
  ]);
  expect(problemOf(() => scope.lookup('url'))).toMatchObject({
    remedy: expect.stringMatching(/^Did you mean "host"\?/),
    place: { file: 'roles/etcd/defaults/main.yml', line: 1, column: 16, length: 4 },
  });
});

test('every candidate is explained, low to high', () => {
  const scope = layeredScope([
    layer('role defaults', 'd.yml', 'a: "{{nope}}"'),
    layer('group_vars', 'all.yml', 'a: "{{b}}"\nb: 2'),
    facts({ a: 3 }),
  ]);
  expect(scope.explain('a')).toEqual([
    {
      level: 'role defaults',
      origin: 'd.yml',
      place: expect.objectContaining({ line: 1 }),
      value: undefined,
      problem: expect.objectContaining({ code: 'undefined-variable' }),
    },
    { level: 'group_vars', origin: 'all.yml', place: expect.objectContaining({ line: 1 }), value: 2 },
    { level: 'set_fact', origin: 'register', value: 3 },
  ]);
  expect(scope.explain('nope')).toEqual([]);
});

test('secrets and unknown values pass through variables', () => {
  const scope = layeredScope([
    layer('group_vars', 'all.yml', 'url: "https://{{password}}@host"\nid: "{{members.id}}"'),
    facts({ password: Secret.of('scope-pa55'), members: new Unknown('task "Members"') }),
  ]);
  expect(scope.lookup('url')).toBeInstanceOf(Secret);
  expect(scope.lookup('id')).toEqual(new Unknown('task "Members"'));
});

describe('names of variables', () => {
  test.each(['a', '_a', 'etcd_version', 'values', 'first', 'item'])('%s is one', (name) => {
    expect(variableNameProblem(name)).toBeUndefined();
  });
  test.each([
    'list',
    'map',
    'string',
    'type',
    'int',
    'in',
    'null',
    'true',
    'this',
    'loop',
    'package',
    'a-b',
    '1a',
    'a.b',
    '',
    '__proto__',
  ])('%s is none', (name) => {
    expect(variableNameProblem(name)?.code).toBe('variable-name');
  });
});
