import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { celFunctions } from '../../../engine/values/cel/cel-environment.ts';
import { parseExpression } from '../../../engine/values/expression/expression.ts';
import { COUNTERPART_VARIABLES, type JinjaCounterpart } from '../../../engine/values/habits/jinja-counterpart.ts';
import { JINJA_FILTERS } from '../../../engine/values/habits/jinja-filters.ts';
import { JINJA_LEFT_OUT } from '../../../engine/values/habits/jinja-left-out.ts';
import { JINJA_OPERATORS } from '../../../engine/values/habits/jinja-operators.ts';
import { JINJA_TESTS } from '../../../engine/values/habits/jinja-tests.ts';
import { JINJA_WORDS } from '../../../engine/values/habits/jinja-words.ts';
import { findHelper } from '../../../engine/values/helpers/helper-table.ts';
import { WRITE } from '../../../engine/values/jinja/jinja-remedy.ts';
import { parseTemplate } from '../../../engine/values/template/template.ts';
import { problemOf, scopeOf } from '../variables.ts';

const place = { file: 'site.yml', line: 1, column: 1 };
const scope = scopeOf(COUNTERPART_VARIABLES);
const ALL = [...JINJA_FILTERS, ...JINJA_TESTS, ...JINJA_OPERATORS];

const evaluated = (expression: string) => parseExpression(expression, place).evaluate(scope);
const rendered = (template: string) => parseTemplate(template, place).render(scope);

/** The layout of JSON and YAML may differ: then only the data are compared. */
const plain = (value: unknown, { name }: JinjaCounterpart): unknown =>
  /json|yaml/.test(name) ? (parse(String(value)) as unknown) : value;

const named = (rows: readonly JinjaCounterpart[]) => rows.map((row) => [`${row.kind} ${row.name}`, row] as const);

describe('gives what it gives in Ansible, as an expression', () => {
  test.each(named(ALL.filter(({ expression }) => expression !== undefined)))('%s', (_name, row) => {
    expect(evaluated(row.expression ?? '')).toEqual(row.gives);
  });
});

describe('gives what it gives in Ansible, as a template', () => {
  test.each(named(ALL.filter(({ template }) => template !== undefined)))('%s', (_name, row) => {
    expect(plain(rendered(row.template ?? ''), row)).toEqual(plain(row.gives, row));
  });
});

describe('what a message says to write gives the same', () => {
  test.each(named(ALL))('%s', (_name, row) => {
    for (const [written, run] of [
      // Jinja reads escapes in the texts of a condition. In a template, Ansible keeps them unchanged.
      [row.jinja.replaceAll('\\', String.raw`\\`), evaluated],
      [`{{ ${row.jinja} }}`, rendered],
    ] as const) {
      let remedy: string | undefined;
      try {
        run(written);
      } catch {
        remedy = problemOf(() => run(written)).remedy;
      }
      const at = remedy?.indexOf(WRITE) ?? -1;
      if (remedy !== undefined && at >= 0)
        expect(plain(run(remedy.slice(at + WRITE.length)), row)).toEqual(plain(row.gives, row));
    }
  });
});

test('each row has a counterpart, and no word is both there and not there', () => {
  expect(ALL.filter(({ expression, template }) => expression === undefined && template === undefined)).toEqual([]);
  const names = ALL.map(({ kind, name }) => `${kind} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => JINJA_WORDS.has(name))).toEqual([]);
});

/** Everything that ansible-core 2.19 and Jinja 3.1 document. */
const DOCUMENTED: Readonly<Record<'filter' | 'test' | 'lookup', string>> = {
  filter:
    'b64decode b64encode basename bool checksum combinations combine comment commonpath dict2items difference dirname expanduser expandvars extract fileglob flatten from_json from_yaml from_yaml_all hash human_readable human_to_bytes intersect items2dict log mandatory md5 normpath password_hash path_join permutations pow product quote random realpath regex_escape regex_findall regex_replace regex_search rekey_on_member relpath root sha1 shuffle split splitext strftime subelements symmetric_difference ternary to_datetime to_json to_nice_json to_nice_yaml to_uuid to_yaml type_debug union unique unvault urldecode urlsplit vault win_basename win_dirname win_splitdrive zip zip_longest abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format groupby indent int items join last length list lower map max min pprint reject rejectattr replace reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate upper urlencode urlize wordcount wordwrap xmlattr',
  test: 'abs all any change changed contains directory exists failed failure falsy file finished is_abs is_dir is_file is_link is_mount is_same_file isnan issubset issuperset link link_exists match mount nan reachable regex same_file search skip skipped started subset succeeded success successful superset timedout truthy unreachable uri url urn vault_encrypted vaulted_file version version_compare boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in integer iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined upper',
  lookup:
    'config csvfile dict env file fileglob first_found indexed_items ini inventory_hostnames items lines list nested password pipe random_choice sequence subelements template together unvault url varnames vars',
};

test.each(['filter', 'test', 'lookup'] as const)('the tables know each %s that is documented', (kind) => {
  const known = new Set([
    ...ALL.map((row) => `${row.kind} ${row.name}`),
    ...JINJA_WORDS.keys(),
    ...JINJA_LEFT_OUT.keys(),
  ]);
  expect(
    DOCUMENTED[kind].split(' ').filter((name) => !known.has(`${kind} ${name}`) && findHelper(name) === undefined),
  ).toEqual([]);
});

test('what is said to be not there is not there', () => {
  const names = [...JINJA_WORDS.keys()].flatMap((word) => /^(?:filter|call) (\w+)$/.exec(word)?.[1] ?? []);
  expect(names.filter((name) => findHelper(name) !== undefined)).toEqual([]);
  expect(names.filter((name) => celFunctions.some((one) => one.name === name))).toEqual([]);
});
