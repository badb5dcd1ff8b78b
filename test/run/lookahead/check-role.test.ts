import { expect, test } from 'vitest';
import type { Role, RoleArgument } from '../../../engine/playbook/base/play.ts';
import { checkRole } from '../../../engine/run/lookahead/check-role.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../../engine/values/base/value.ts';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { scopeOf } from '../../values/variables.ts';

const NOTHING = { level: 'role defaults', origin: 'none', variables: new Map() } as const;

function roleWith(argument: Partial<RoleArgument>): Role {
  const place = { file: 'roles/web/meta/main.yml', line: 3, column: 5 };
  const declared: RoleArgument = {
    name: 'port',
    type: 'integer',
    elements: 'any',
    required: true,
    choices: [],
    description: 'Where it listens.',
    place,
    ...argument,
  };
  return {
    name: 'web',
    path: 'roles/web',
    place: { file: 'site.yml', line: 7, column: 9 },
    defaults: NOTHING,
    variables: NOTHING,
    parameters: NOTHING,
    arguments: [declared],
    when: [],
    tags: new Set(),
    sameAs: undefined,
  };
}

/** Returns the problems if the variable `port` has this value; undefined: it is not set. */
function told(argument: Partial<RoleArgument>, value: Value | undefined) {
  const problems: {
    readonly code: string;
    readonly what: string;
    readonly why: string | undefined;
    readonly remedy: string | undefined;
  }[] = [];
  const scope = scopeOf(value === undefined ? {} : { port: value });
  checkRole(roleWith(argument), { name: 'a', variables: { scope: () => scope } }, [], ({ code, what, why, remedy }) => {
    problems.push({ code, what, why, remedy });
  });
  return problems;
}

test('a fault names the role, the argument, the host, and where it is declared', () => {
  expect(told({}, undefined)).toMatchObject([
    {
      code: 'missing-role-argument',
      what: 'role web: port is not set',
      why: 'Where it listens. On a.',
      remedy: 'See roles/web/meta/main.yml:3; set it in group_vars, or where the role is used.',
    },
  ]);
});

test('a wrong value may come from the role itself', () => {
  expect(told({ type: 'string' }, false)).toMatchObject([
    {
      what: 'role web: port must be a string, not the boolean false',
      remedy:
        'Correct the value where it is set, which may be in defaults of the role, or what roles/web/meta/main.yml:3 declares.',
    },
  ]);
});

test.each<[RoleArgument['type'], string]>([
  ['integer', '300'],
  ['number', '1.5'],
  ['boolean', 'true'],
  ['list', '["a"]'],
  ['map', '{"a": 1}'],
])('%s: the text %s, as -e gives it, is to be written as JSON', (type, text) => {
  expect(told({ type }, text)).toMatchObject([
    { remedy: `Write it without quotes, and on the command line as JSON: -e '{"port": ${text}}'` },
  ]);
});

test.each<[RoleArgument['type'], string]>([
  ['integer', '1.5'],
  ['integer', 'null'],
  ['map', '[]'],
])('%s: the text %s is wrong in any form', (type, text) => {
  expect(told({ type }, text)).toMatchObject([{ remedy: expect.stringMatching('^Correct the value') }]);
});

test.each<[string, Partial<RoleArgument>, Value | undefined, string]>([
  ['another type', {}, 'x', 'must be an integer, not the string "x"'],
  ['a fraction', {}, 1.5, 'must be an integer, not the number 1.5'],
  ['a list where a text is to be', { type: 'string' }, ['x'], 'must be a string, not a list'],
  ['a map where a truth value is to be', { type: 'boolean' }, {}, 'must be a boolean, not a map'],
  ['a secret, which is not shown', { type: 'map' }, Secret.of('s3cret'), 'must be a map, not a secret text'],
  ['no address', { type: 'ipv4' }, '10.0.0', 'must be an IPv4 address, not the string "10.0.0"'],
  [
    'no network',
    { type: 'ipv4_network' },
    '10.0.0.0/33',
    'must be an IPv4 network such as 10.96.0.0/16, not the string "10.0.0.0/33"',
  ],
  [
    'a wrong element',
    { type: 'list', elements: 'integer' },
    [1, 'x'],
    'must be a list of integers, but one of them is the string "x"',
  ],
  ['none of the choices', { choices: [80, 443] }, 8080, 'must be one of 80, 443'],
])('is told: %s', (_, argument, value, what) => {
  expect(told(argument, value)).toMatchObject([{ code: 'wrong-role-argument', what: `role web: port ${what}` }]);
});

test.each<[string, Partial<RoleArgument>, Value | undefined]>([
  ['a value of its type', {}, 80],
  ['nothing, where it is not required', { required: false }, undefined],
  ['null', {}, null],
  ['a value that a task is to bring', {}, new Unknown('what a task registers')],
  ['a secret as a text', { type: 'string' }, Secret.of('s3cret')],
  ['a secret, whatever the choices', { type: 'string', choices: ['a'] }, Secret.of('s3cret')],
  ['a network', { type: 'ipv4_network' }, '10.96.0.0/16'],
  ['a list with an element to come', { type: 'list', elements: 'integer' }, [1, new Unknown('what a task registers')]],
  ['anything, where any is asked for', { type: 'any' }, [{}]],
])('is taken: %s', (_, argument, value) => {
  expect(told(argument, value)).toEqual([]);
});

test.each<[string, string, number]>([
  ['that is false', 'port == 80', 0],
  ['that is true', 'port != 80', 1],
  ['that is known after a task', 'later', 1],
  ['that cannot be read', 'no_such_name', 1],
])('a use with a condition %s: its arguments are checked %s', (_, condition, problems) => {
  const place = { file: 'site.yml', line: 7, column: 9 };
  const role: Role = {
    ...roleWith({ type: 'string' }),
    when: [parseExpression(condition, place, 'plain', undefined)],
  };
  const scope = scopeOf({ port: 1, later: new Unknown('what a task registers') });
  let found = 0;
  checkRole(role, { name: 'a', variables: { scope: () => scope } }, [], () => (found += 1));
  expect(found).toBe(problems);
});
