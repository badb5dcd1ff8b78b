import { describe, expect, test } from 'vitest';
import { Secret } from '../../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../../engine/values/base/value.ts';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { sharedFunctions } from '../../../engine/values/functions/function-table.ts';
import { parseTemplate } from '../../../engine/values/template/template.ts';
import { problemOf, scopeOf } from '../variables.ts';
import { ANSWERS, VARIABLES } from './answers-of-ansible.ts';

const place = { file: 'site.yml', line: 1, column: 1 };
const scope = scopeOf(VARIABLES);

/** Renders `(f x)` as a separate template. */
function render(call: string, variables = scope): Value {
  return parseTemplate(`{{${call.slice(1, -1)}}}`, place).render(variables);
}

function evaluate(expression: string, variables = scope): Value {
  return parseExpression(expression, place).evaluate(variables);
}

describe('what Ansible gives', () => {
  test.each(ANSWERS)('%s', (template, expression, answer) => {
    expect(render(template)).toEqual(answer);
    if (expression !== undefined) expect(evaluate(expression)).toEqual(answer);
  });
});

test('a parameter that may be left out stands behind those that may not, and its name is of one of them', () => {
  for (const { name, parameters } of sharedFunctions) {
    const order = parameters.map(({ presence }) => ['required', 'optional', 'rest'].indexOf(presence));
    expect([name, order]).toEqual([name, order.toSorted((one, other) => one - other)]);
    expect(new Set(parameters.map((parameter) => parameter.name)).size).toBe(parameters.length);
  }
});

describe('what is not as in Ansible, on purpose', () => {
  test.each<[string, Value]>([
    ['(flatten (list "None" "null" null))', ['None', 'null']],
    ['(is_number true)', false],
    ['(is_integer 1.0)', true],
    ['(ipaddr "nope")', null],
    ['(ipaddr "nope" "bool")', false],
    ['(ipaddr (list "10.0.0.1" "nope" "fd00::1"))', ['10.0.0.1', 'fd00::1']],
    ['(ipv4 (list "10.0.0.1" "fd00::1"))', ['10.0.0.1']],
    ['(ipv6 (list "10.0.0.1" "fd00::1"))', ['fd00::1']],
    ['(ipwrap (list "fd00::1" "m1" "10.0.0.1"))', ['[fd00::1]', 'm1', '10.0.0.1']],
    ['(from_json "12345678901234567890")', '12345678901234567890'],
    ['(from_yaml "yes")', 'yes'],
    ['(union (list (dict a=1)) (list (dict a=1)))', [{ a: 1 }]],
  ])('%s', (call, expected) => {
    expect(render(call)).toEqual(expected);
  });
});

describe('arguments that cannot be', () => {
  test.each<[string, RegExp, RegExp | undefined]>([
    ['(sort_by (list (dict a=1) 5) "a")', /no "a" to be sorted by/, undefined],
    ['(sort_by (list (dict a=1) (dict a="x")) "a")', /cannot be ordered/, undefined],
    ['(format "%d" "5")', /number is required/, /int x/],
    ['(format "%s %s" "a")', /more than 1 values/, undefined],
    ['(format "%s" "a" "b")', /takes 1 values, and 2/, undefined],
    ['(format "50%" 1)', /no kind/, /%%/],
    ['(format "%q" 1)', /no %q/, /one of s, d/],
    ['(format "%99999d" 1)', /at most 1000/, undefined],
    ['(format "%x" 1.5)', /whole number/, undefined],
    ['(format "%s" a)', /must be text/, undefined],
    ['(random 60)', /seed is missing/, /seed=inventory_hostname/],
    ['(shuffle a)', /seed is missing/, /seed=/],
    ['(random 0 seed="x")', /no number/, undefined],
    ['(random (list) seed="x")', /empty/, undefined],
    ['(random 5 seed=1.5)', /whole number/, undefined],
    ['(slice a 0 3 0)', /step/, undefined],
    ['(slice 5 0)', /list is required/, undefined],
    ['(flatten s)', /list is required/, undefined],
    ['(subelements users "o.l")', /no key "o.l"/, /skip_missing/],
    ['(subelements users "n")', /"n" of an item must be a list/, /\[\] for none/],
    ['(subelements users "n.x" true)', /"x" is looked for in a value that is no map/, undefined],
    ['(subelements a "k")', /"k" is looked for in a value that is no map/, undefined],
    ['(sequence "start=5 end=1")', /make stride negative/, /start=1 end=5/],
    ['(sequence "1 and 2")', /is not understood/, /start=1 end=5/],
    ['(flatten a 1 levels=2)', /given twice/, /once/],
    ['(combine m n list_merge="join")', /"join" is no list_merge/, /append_rp/],
    ['(items2dict (list (dict k=1)))', /no key "key"/, undefined],
    ['(regex_search s "(o)" "$2")', /no group \$2/, /\$1/],
    ['(regex_search s "(")', /regular expression/, undefined],
    ['(regex_findall s "(a+)+$")', /repeats/, /nested/],
    ['(from_json "{")', /not JSON/, undefined],
    ['(from_json "")', /not JSON/, undefined],
    ['(from_yaml "a: [")', /not YAML: line 1/, undefined],
    ['(from_yaml "? [a]\n: b")', /key/, /text/],
    ['(hash "x" "crc32")', /"crc32" is no hashtype/, /sha512/],
    ['(to_uuid "x" "zzz")', /no UUID/, /361E/],
    ['(version "1.0" "" "<")', /empty/, undefined],
    ['(version "1.0" "2" "~")', /compares nothing/, />=/],
    ['(version "1.2" "1.2a" "<" version_type="strict")', /no strict version/, /1\.2b1/],
    ['(human_to_bytes "many")', /not a size/, /10M/],
    ['(human_to_bytes "10Mb")', /no unit of bytes/, /megabyte/],
    ['(urlsplit "http://x:99999/")', /no port/, undefined],
    ['(urlsplit "http://x/" "host")', /no part/, /hostname/],
    ['(ipaddr "10.0.0.1" "adress")', /neither/, /address/],
    ['(ipaddr "10.0.0.1" "first_usable")', /no network/, /\/24/],
    ['(path_join (list))', /no parts/, undefined],
    ['(relpath "/a" "b")', /begins with/, /one way/],
    ['(relpath "../a" "b")', /leads out/, /from \//],
    ['(strftime "%Q" 0)', /no directive %Q/, /%Y/],
    ['(strftime "%Y" 999999999999999)', /calendar/, undefined],
    ['(round 1 400 "ceil")', /rounded/, undefined],
  ])('%s', (call, what, remedy) => {
    const problem = problemOf(() => render(call));
    expect([problem.code, problem.place?.line]).toEqual(['template-value', 1]);
    expect(problem.what).toMatch(what);
    if (remedy !== undefined) expect(problem.remedy).toMatch(remedy);
  });
});

describe('inputs that are too large', () => {
  const deep = '['.repeat(5000) + ']'.repeat(5000);
  const laughs = ['a: &a [1,1,1,1,1,1,1,1,1]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]']
    .concat(
      ['c', 'd', 'e', 'f'].map((name, at) => {
        const before = `*${['b', 'c', 'd', 'e'][at]}`;
        return `${name}: &${name} [${Array(9).fill(before).join(',')}]`;
      }),
    )
    .join('\n');
  const nested = Array.from({ length: 12 }).reduce<Value>((list) => [list, list, list, list, list], 1);
  const large = Array.from({ length: 1000 }, (_, index) => index);
  test.each<[string, Record<string, Value>, RegExp]>([
    ['(from_json x)', { x: deep }, /levels deep/],
    ['(from_yaml x)', { x: deep }, /levels deep/],
    ['(from_yaml x)', { x: laughs }, /repeats too much/],
    ['(from_json x)', { x: `[${'1,'.repeat(600_000)}1]` }, /at most/],
    ['(flatten x)', { x: nested }, /too long/],
    ['(product x x)', { x: large }, /at most/],
    ['(product x x x x x x)', { x: large }, /at most/],
    ['(regex_findall x "a")', { x: 'a'.repeat(1_000_001) }, /too long/],
  ])('%s', (call, variables, what) => {
    expect(problemOf(() => render(call, scopeOf(variables))).what).toMatch(what);
  });
});

const unknown = new Unknown('task "Members"');
const UNKNOWN: readonly [string, string][] = [
  ['(flatten x)', 'x.flatten()'],
  ['(union x a)', 'x.union(a)'],
  ['(regex_search y "a")', 'y.regexSearch("a")'],
  ['(random 60 seed=y)', 'random(60, y)'],
  ['(from_json y)', 'fromJson(y)'],
  ['(is_string y)', 'isString(y)'],
  ['(ipaddr x)', 'ipaddr(x)'],
  ['(version y "1.0")', 'y.version("1.0")'],
  ['(sum x)', 'sum(x)'],
];

describe('an unknown value makes the result unknown', () => {
  const variables = scopeOf({ x: [1, unknown], y: unknown, a: [1] });
  test.each(UNKNOWN)('%s', (call, expression) => {
    expect(render(call, variables)).toEqual(unknown);
    expect(evaluate(expression, variables)).toEqual(unknown);
  });

  test.each<[string, Value]>([
    [
      '(zip x (list 3 4))',
      [
        [1, 3],
        [unknown, 4],
      ],
    ],
    ['(dict2items (dict k=y))', [{ key: 'k', value: unknown }]],
    ['(combine (dict k=y) (dict l=1))', { k: unknown, l: 1 }],
    ['(reverse x)', [unknown, 1]],
  ])('%s holds it where it only moves', (call, expected) => {
    expect(render(call, variables)).toEqual(expected);
  });
});

/** Returns every text within a value, secrets by their mark. */
function textsOf(value: Value): readonly string[] {
  return JSON.stringify(value).match(/\*{8}|s3cret[a-z-]*|[0-9a-f]{32,}/g) ?? [];
}

describe('what is made of a secret is one', () => {
  const variables = scopeOf({ p: Secret.of('s3cret-word-one'), l: [Secret.of('s3cret-word-two'), 'plain'] });
  test.each([
    ['(regex_search p "s.*")', 'p.regexSearch("s.*")'],
    ['(regex_findall p "s3cret-[a-z]+")', 'p.regexFindall("s3cret-[a-z]+")'],
    ['(hash p)', 'hash(p)'],
    ['(slice p 0 11)', 'p.slice(0, 11)'],
    ['(reverse l)', 'l.reverse()'],
    ['(flatten l)', 'l.flatten()'],
    ['(union l (list))', 'l.union([])'],
    ['(from_yaml (concat "k: " p))', 'fromYaml("k: " + p)'],
    ['(dict2items (dict k=p))', '{"k": p}.dict2items()'],
    ['(combine (dict k=p) (dict))', '{"k": p}.combine({})'],
    ['(random (list p) seed="c")', 'random([p], "c")'],
    ['(path_join "/x" p)', 'pathJoin("/x", p)'],
  ])('%s', (call, expression) => {
    for (const result of [render(call, variables), evaluate(expression, variables)]) {
      expect(textsOf(result).length).toBeGreaterThan(0);
      expect(new Set(textsOf(result))).toEqual(new Set(['********']));
    }
  });

  test.each([
    ['(is_string p)', 'isString(p)', true],
    ['(index_of l "plain")', 'l.indexOf("plain")', 1],
    ['(version "1.0" "1.1" "<")', '"1.0".version("1.1", "<")', true],
  ])('but %s only tells of it', (call, expression, expected) => {
    expect([render(call, variables), evaluate(expression, variables)]).toEqual([expected, expected]);
  });
});

test('a variable may have the name of a function', () => {
  const variables = scopeOf({ version: '1.2', hash: 'x', sum: 3 });
  expect(parseTemplate('{{version}} {{hash}} {{sum}}', place).render(variables)).toBe('1.2 x 3');
  expect(evaluate('version == "1.2" && hash == "x" && sum == 3', variables)).toBe(true);
});
