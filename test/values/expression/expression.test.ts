import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../../engine/errors/problem.ts';
import { Secret } from '../../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../../engine/values/base/value.ts';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { problemOf, scopeOf } from '../variables.ts';

const place = { file: 'site.yml', line: 7, column: 9 };
const later = new Unknown('task "Members"');
const password = Secret.of('cel-pa55word');
const variables: Record<string, Value> = {
  one: 1,
  half: 0.5,
  text: 'x',
  word: 'false',
  yes: true,
  no: false,
  nothing: null,
  names: ['a', 'b'],
  result: { rc: 0, stdout: 'created', nothing: null, json: { members: [{ name: 'm1', port: 2379 }] } },
  users: [{ name: 'ann', password: Secret.of('ann-pa55word') }],
  password,
  later,
  mixed: { known: 1, later },
  partly: [later, 'b'],
  big: 1e300,
  weird: { constructor: 'c', 'a-b': 1 },
};
const evaluate = (text: string) => parseExpression(text, place).evaluate(scopeOf(variables));
const condition = (text: string) => parseExpression(text, place).test(scopeOf(variables));
const references = (text: string) => [...parseExpression(text, place).references].sort();

function reveal(text: string): Value {
  const value = evaluate(text);
  return value instanceof Secret ? value.reveal() : value;
}

const VALUES: [string, Value][] = [
  ['one + 1', 2],
  ['one / 2', 0],
  ['one + half', 1.5],
  ['half * one', 0.5],
  ['one - half', 0.5],
  ['one / half', 2],
  ['1.5 % one', 0.5],
  ['1.5 + 1', 2.5],
  ['5 % 3', 2],
  ['one == 1', true],
  ['one == 1.0', true],
  ['half < one', true],
  ['text == "x" && !no', true],
  ['result.rc != 0 && !result.stderr.contains("x")', false],
  ['result.stdout.contains("created")', true],
  ['result.?json.?status.orValue("") == "ok"', false],
  ['names.filter(n, n != "a")', ['b']],
  ['names.map(n, n + "1")', ['a1', 'b1']],
  ['"a" in names', true],
  ['"rc" in result', true],
  ['result.json.members.exists(m, m.name == "m1" && m.port == 2379)', true],
  ['has(result.rc)', true],
  ['has(result.nope)', false],
  ['default(nope, "d")', 'd'],
  ['default(result.nope.deeper, "d")', 'd'],
  ['default(result.nothing, "d")', 'd'],
  ['default(names[7], "d")', 'd'],
  ['default(text, nope)', 'x'],
  ['defined(nope)', false],
  ['defined(nope.x)', false],
  ['defined(nothing)', false],
  ['defined(result.rc)', true],
  ['yes ? text : nope', 'x'],
  ['yes || nope', true],
  ['no && nope', false],
  ['size(names)', 2],
  ['names[0]', 'a'],
  ['result["rc"]', 0],
  ['weird["a-b"]', 1],
  ['weird.constructor', 'c'],
  ['string(one) + "0"', '10'],
  ['type(one) == int', true],
  ['nothing == null', true],
  ['text == null', false],
  ['big > 1', true],
  ['{"a": one, "b": [half]}', { a: 1, b: [0.5] }],
  ['names + ["c"]', ['a', 'b', 'c']],
  ['names == ["a", "b"]', true],
  ['result.json == result.json', true],
  ['[1, 2] == [1, 2.0]', true],
  ['cel.bind(x, one + 1, x * x)', 4],
  ['"a.b".matches("^a[.]b$")', true],
  ['result.json.members.map(m, m.port)', [2379]],
  ['cidrContains("fd00::/8", "fd12::1")', true],
  ['cidrContains("10.0.0.0/8", "fd12::1")', false],
  ['cidrContains("10.0.0.0/16", "10.0.0.0/8")', false],
  ['semver("1.31.0-rc.1", ">=1.31.0-0")', true],
  ['semver("v1.30", "<1.31")', true],
];

describe('values', () => {
  test.each(VALUES)('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test('what comes from a variable is that very value', () => {
    expect(evaluate('result.json')).toBe((variables['result'] as Record<string, Value>)['json']);
    expect(evaluate('users')).toBe(variables['users']);
    expect(evaluate('partly')).toBe(variables['partly']);
  });

  test('variables that are not needed are not asked for', () => {
    const asked: string[] = [];
    const scope = { lookup: (name: string) => (asked.push(name), name === 'yes'), names: () => [] };
    parseExpression('yes || a || b', place).evaluate(scope);
    expect(asked).toEqual(['yes']);
  });

  test('members of a lazy map are not asked for either', () => {
    const asked: string[] = [];
    const host = (name: string) => ({ enumerable: true, get: () => (asked.push(name), { ip: name }) });
    const hostvars = Object.defineProperties(Object.create(null), {
      a: host('a'),
      b: host('b'),
      c: host('c'),
    }) as Value;
    const scope = scopeOf({ hostvars, name: 'b' });
    expect(parseExpression('hostvars[name].ip == "b"', place).evaluate(scope)).toBe(true);
    expect(asked).toEqual(['b']);
  });

  test('references are the free variables', () => {
    expect(references('a.b == c[d] && e.exists(x, x.y == f)')).toEqual(['a', 'c', 'd', 'e', 'f']);
    expect(references('cel.bind(x, a, x + b)')).toEqual(['a', 'b']);
    expect(references('default(a.b, c) == "d" && has(e.f)')).toEqual(['a', 'c', 'e']);
    expect(references('a.map(x, x > 1, x + y)')).toEqual(['a', 'y']);
    expect(references('type(a) == string')).toEqual(['a']);
  });

  test('an expression may be evaluated within itself', () => {
    const expression = parseExpression('names.map(n, n + tail)', place);
    let depth = 0;
    const scope = {
      lookup: (name: string): Value =>
        name === 'names'
          ? ['a', 'b']
          : depth++ === 0
            ? ((
                expression.evaluate({ ...scope, lookup: (inner) => (inner === 'names' ? ['z'] : '!') }) as string[]
              )[0] ?? '')
            : '?',
      names: () => [],
    };
    expect(expression.evaluate(scope)).toEqual(['az!', 'b?']);
  });
});

const MISTAKES: [string, string, number, RegExp, RegExp?][] = [
  ['nope', 'undefined-variable', 9, /"nope"/],
  ['nope || yes', 'undefined-variable', 9, /"nope"/],
  ['yes && nope', 'undefined-variable', 16, /"nope"/],
  ['names.exists(n, n == nope)', 'undefined-variable', 30, /"nope"/],
  ['[false].exists(b, b || nope)', 'undefined-variable', 32, /"nope"/],
  ['has(nope.x)', 'undefined-variable', 13, /"nope"/],
  ['result.rcc == 0 || yes', 'missing-key', 16, /result has no key "rcc"/],
  ['result.json.nope', 'missing-key', 21, /result.json has no key "nope"/],
  ['result["nope"]', 'missing-key', 17, /result has no key "nope"/],
  ['text.length', 'missing-key', 14, /text has no key "length"/],
  ['constructor', 'undefined-variable', 9, /constructor/],
  ['toString', 'undefined-variable', 9, /toString/],
  ['result.toString', 'missing-key', 16, /toString/],
  ['result.__proto__', 'missing-key', 16, /__proto__/],
  ['a and b', 'expression-syntax', 11, /./, /Write: a && b/],
  ['a or b', 'expression-syntax', 11, /./, /Write: a \|\| b/],
  ['not a', 'expression-syntax', 13, /./, /Write: !a/],
  ['a is defined', 'expression-syntax', 11, /./, /Write: defined\(a\)/],
  ['a = 1', 'expression-syntax', 11, /./, /Compare with ==/],
  ['a | lower', 'expression-syntax', 11, /./, /Write: a\.lower\(\)/],
  ['{{a}} == 1', 'expression-syntax', 9, /without braces/],
  ['  {{a}}', 'expression-syntax', 11, /without braces/],
  ['a == "{{b}}" and c', 'expression-syntax', 22, /./, /&&/],
  ['', 'expression-syntax', 9, /empty/],
  ['a ==', 'expression-syntax', 11, /ends after ==/],
  ['"a', 'expression-syntax', 9, /never ends/],
  ['text + 1', 'expression-type', 9, /string \+ int/, /Convert/],
  ['text < 1', 'expression-type', 9, /string < int/],
  ['text ? 1 : 2', 'expression-type', 9, /bool/, /not a boolean/],
  ['word && yes', 'expression-type', 9, /bool/, /not a boolean/],
  ['!text', 'expression-type', 9, /!string/],
  ['one && yes', 'expression-type', 9, /bool/],
  ['"1" == 1', 'expression-type', 9, /string == int/],
  ['foo(one)', 'expression-type', 9, /foo/],
  ['text.lowr()', 'expression-type', 9, /lowr/],
  ['text.find("x") != -1', 'expression-type', 9, /find/, /Write: text\.indexOf\("x"\) != -1/],
  ['names.count("x") > 1', 'expression-type', 9, /count/, /size\(xs\.filter/],
  ['text.isdigit()', 'expression-type', 9, /isdigit/, /x\.matches/],
  ['text.split()[0] == "a"', 'expression-type', 9, /No function \.split\(\) fits/, /Write the separator/],
  ['has(text)', 'expression-type', 13, /has/, /defined/],
  ['list.size()', 'expression-type', 9, /list is a type/, /another name/],
  ['map.key', 'expression-type', 9, /map is a type/],
  ['string[0]', 'expression-type', 9, /string is a type/],
  ['one > 10 // 3', 'expression-syntax', 18, /\/\//, /Write: one > 10 \/ 3/],
  ['one == 1 // a', 'expression-syntax', 18, /\/\//],
  ['one == 1 // what it is for', 'expression-syntax', 18, /\/\//, /Divide by \//],
  ['names[-1]', 'expression-type', 9, /counted from 0/, /names\[size\(names\) - 1\]/],
  ['names[9]', 'expression-type', 9, /names has no item 9/, /size\(names\) > 9/],
  ['[][0] == 1', 'expression-type', 9, /no item 0: it has none/],
  ['one / 0', 'expression-type', 9, /ivision by zero/],
  ['result.?rc', 'expression-value', 9, /optional/, /orValue/],
  ['timestamp("2024-01-01T00:00:00Z")', 'expression-value', 9, /not text/],
  ['9007199254740993', 'expression-value', 9, /too large/],
  ['cidrHost("10.0.0.0/30", 9)', 'expression-value', 9, /only 4/],
  ['cidrContains("x", "y")', 'expression-value', 9, /not an IP address/],
  ['semver("x", "1")', 'expression-value', 9, /not a version/],
  ['semver("1", "nonsense")', 'expression-value', 9, /not a range/],
  ['text.matches("(a+)+$")', 'expression-value', 9, /repeats/],
  ['text.matches("(")', 'expression-value', 9, /regular expression/],
];

describe('mistakes', () => {
  test.each(MISTAKES)('%s', (...[text, code, column, what, remedy = /^/]) => {
    const problem = problemOf(() => evaluate(text));
    expect([problem.code, problem.place?.line, problem.place?.column]).toEqual([code, 7, column]);
    expect(problem.what).toMatch(what);
    expect(problem.remedy ?? '').toMatch(remedy);
  });

  test('they say what was likely meant, and name keys but no values', () => {
    expect(problemOf(() => evaluate('resutl.rc')).remedy).toMatch(/^Did you mean "result"\?/);
    const problem = problemOf(() => evaluate('users[0].pasword'));
    expect(problem.why).toBe('Its keys: name, password.');
    expect(problem.remedy).toMatch(/^Did you mean "password"\?/);
  });

  test('in a block of several lines they are told in the right one', () => {
    const source = '>-\n    one == 1 &&\n    nope == 2\n';
    const expression = parseExpression(
      'one == 1 && nope == 2',
      { file: 'site.yml', line: 3, column: 11 },
      'block',
      source,
    );
    expect(problemOf(() => expression.evaluate(scopeOf(variables))).place).toMatchObject({
      line: 5,
      column: 5,
      length: 4,
    });
  });
});

describe('conditions', () => {
  test('are true, false or unknown', () => {
    expect([condition('yes'), condition('one > 1'), condition('later')]).toEqual([true, false, later]);
  });

  test.each(['word', 'one', 'names', 'nothing', 'result', 'password', '"true"'])('%s is none', (text) => {
    expect(problemOf(() => condition(text))).toMatchObject({
      code: 'condition-type',
      place: { line: 7, column: 9, length: text.length },
    });
  });
});

describe('unknown values', () => {
  test.each([
    'later',
    'later == 1',
    'later.x.y',
    'mixed.later',
    'later + 1',
    'has(mixed.later)',
    'has(later.x)',
    'default(later, 1)',
    'defined(later)',
    'later ? 1 : 2',
    'yes && later == 1',
    'later == 1 && yes',
    'no || later == 1',
    'names.exists(n, n == later)',
    'size(later)',
    'later in names',
    '[later]',
    '"b" in partly',
    'partly[0]',
    '"later" in mixed',
    'partly.exists(p, true)',
  ])('%s is unknown', (text) => {
    expect(evaluate(text)).toEqual(later);
  });

  test.each<[string, Value]>([
    ['no && later == 1', false],
    ['later == 1 && no', false],
    ['yes || later', true],
    ['later || yes', true],
    ['yes ? 1 : later', 1],
    ['mixed.known', 1],
    ['has(mixed.known)', true],
    ['"known" in mixed', true],
    ['size(mixed)', 2],
    ['partly[1]', 'b'],
    ['names.exists(n, n == later || n == "a")', true],
  ])('%s is known', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });
});

describe('secrets', () => {
  test.each([
    ['password', 'cel-pa55word'],
    ['password + "!"', 'cel-pa55word!'],
    ['password.upper()', 'CEL-PA55WORD'],
    ['users[0].password', 'ann-pa55word'],
    ['yes ? password : "none"', 'cel-pa55word'],
    ['default(nope, password)', 'cel-pa55word'],
    ['password == "" ? "none" : password.replace("cel", "")', '-pa55word'],
    ['password.substring(4)', 'pa55word'],
  ])('%s stays one', (text, expected) => {
    expect(evaluate(text)).toBeInstanceOf(Secret);
    expect(reveal(text)).toBe(expected);
  });

  test('also within lists and maps', () => {
    expect(evaluate('users.map(u, u.password)')).toEqual([expect.any(Secret)]);
    expect(evaluate('{"p": password, "t": text}')).toEqual({ p: expect.any(Secret), t: 'x' });
  });

  test.each<[string, Value]>([
    ['password == "cel-pa55word"', true],
    ['size(password)', 12],
    ['password.startsWith("cel")', true],
    ['password == "" ? "none" : "set"', 'set'],
    ['users[0].name', 'ann'],
    ['users.filter(u, u.password != "").map(u, u.name)', ['ann']],
  ])('%s is none', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test('are in no message', () => {
    for (const text of [
      'password + 1',
      'password.x',
      'users[0].x',
      'password ? 1 : 2',
      'names[password]',
      'result[password]',
      'cidrHost(password, 1)',
      'text.matches(password + "(")',
      'semver(password, "1")',
    ]) {
      const { what, why, remedy } = problemOf(() => evaluate(text));
      expect(`${what} ${why} ${remedy}`.replaceAll('********', '')).not.toMatch(/pa55word/);
    }
  });
});

const token = fc.constantFrom(
  'one',
  'text',
  'names',
  'later',
  'result',
  'nope',
  '.',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ' && ',
  ' || ',
  '!',
  '==',
  ' in ',
  '? ',
  ': ',
  '"',
  "'",
  '1',
  '2.5',
  '+',
  '-',
  ',',
  'has',
  'exists(x, ',
  'map',
  'x',
  'default(',
  'null',
  '\n',
  '\\',
  '{{',
  'constructor',
  '.?',
  'size(',
  'cel.bind(',
);

test('whatever the text, there is a result or a problem with a place', () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 25 }), (tokens) => {
      try {
        evaluate(tokens.join(''));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.place?.file).toBe('site.yml');
      }
    }),
    { numRuns: 5000 },
  );
  for (const text of [
    '('.repeat(5000),
    `${'!'.repeat(15_000)}no`,
    `${'-'.repeat(15_000)}1`,
    '['.repeat(5000),
    'yes && '.repeat(5000),
  ]) {
    expect(problemOf(() => evaluate(text)).code).toBe('expression-syntax');
  }
});
