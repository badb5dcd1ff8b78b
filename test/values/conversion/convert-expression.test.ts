import { describe, expect, test } from 'vitest';
import { convertExpression } from '../../../engine/values/conversion/convert-expression.ts';
import {
  assumptionSentence,
  type Converted,
  type JinjaType,
  reasonSentence,
} from '../../../engine/values/jinja/jinja-knowledge.ts';

const TYPES: ReadonlyMap<string, JinjaType> = new Map<string, JinjaType>([
  ['known.flag', 'boolean'],
  ['known.name', 'text'],
  ['known.count', 'number'],
  ['known.items', 'list'],
  ['known.map', 'map'],
]);

/** Returns the text, and the assumptions after `#`. */
function told(converted: Converted): string {
  if (converted.kind === 'byHand') return `by hand: ${converted.reasons.map(reasonSentence).join('; ')}`;
  return [converted.text, ...converted.assumptions.map(assumptionSentence)].join(' # ');
}

function convert(text: string, wants: 'condition' | 'value'): string {
  return told(convertExpression(text, { types: (path) => TYPES.get(path.join('.')), wants }));
}

test.each([
  // Values that are true in Python.
  ['known.flag', 'known.flag'],
  // Every result has `skipped` here.
  ['r.skipped is defined', 'default(r.skipped, false)'],
  ['item.skipped is not defined', '!default(item.skipped, false)'],
  ['not item.skipped is undefined', 'default(item.skipped, false)'],
  ["r.results | rejectattr('skipped', 'defined')", 'size(r.results.filter(i, !default(i.skipped, false))) > 0'],
  ['skipped is defined', 'defined(skipped)'],
  // A fallback of another type.
  ["known.flag | default('')", "truthy(default(known.flag, ''))"],
  ["known.flag | default('x') == 'x'", "default(known.flag, 'x') == 'x'"],
  // A list that is made of a map has its keys.
  ["known.map | sort(case_sensitive=true) | first == 'a'", "known.map.map(k, k).sort()[0] == 'a'"],
  ["known.map | join(',') == 'a'", "known.map.map(k, k).join(',') == 'a'"],
  ["known.map | select('match', 'a') | list", "size(known.map.map(k, k).filter(i, i.matches('^a'))) > 0"],
  // The name of an item is none that the expression uses.
  ["known.items | select('equalto', i)", 'size(known.items.filter(i2, i2 == i)) > 0'],
  ['known.items | difference(i)', 'size(known.items.filter(i2, !(i2 in i))) > 0'],
  ["known.items | map('default', i) | list", 'size(known.items.map(i2, default(i2, i))) > 0'],
  ["known.items | selectattr('a', 'equalto', k) | list", 'size(known.items.filter(i, i.a == k)) > 0'],
  ["xs | sum(attribute='a', start=[])", 'size(xs.map(i, i.a).flatten(1, false)) > 0'],
  ["xs | sum(attribute='a') > 3", 'sum(xs.map(i, i.a)) > 3'],
  [
    "c | json_query('plugins[?bridge==`kube-bridge`].ipam.subnet') | length > 0",
    "size(c.plugins.filter(i, defined(i.bridge)).filter(i, i.bridge == 'kube-bridge').filter(i, defined(i.ipam.subnet)).map(i, i.ipam.subnet).filter(i, !(i == null))) > 0",
  ],
  [
    "r.results | json_query('[?failed]') | length > 0",
    'size(r.results.filter(i, defined(i.failed)).filter(i, i.failed)) > 0',
  ],
  [
    "known.items | json_query('[].results') | length > 0",
    'size(known.items.flatten(1, false).filter(i, defined(i.results)).map(i, i.results).filter(i, !(i == null))) > 0',
  ],
  [
    "'a' in (m | json_query('members[].name'))",
    "'a' in m.members.flatten(1, false).filter(i, defined(i.name)).map(i, i.name).filter(i, !(i == null)) # m | json_query is a list or a map",
  ],
  [
    'x | json_query("[?a==`true`]")',
    'by hand: the filter json_query has no counterpart: Filter in an expression: xs.filter(x, x.a == 1).map(x, x.b)',
  ],
  [
    'x | json_query("a[*].b[*]")',
    'by hand: the filter json_query has no counterpart: Filter in an expression: xs.filter(x, x.a == 1).map(x, x.b)',
  ],
  [
    "lookup('first_found', known.items) == 'a'",
    "firstFound(known.items) == 'a' # known.items is a list of names of files",
  ],
  [
    "u | basename | splitext | last in ['.gz']",
    "u.basename().splitext()[size(u.basename().splitext()) - 1] in ['.gz']",
  ],
  ["xs | subelements('keys', skip_missing=true)", "size(xs.subelements('keys', true)) > 0"],
  ['k in known.map.values()', 'k in known.map.map(k2, known.map[k2])'],
  ['known.items is subset(i)', 'known.items.all(i2, i2 in i)'],
  ['known.name', 'known.name != ""'],
  ['known.count', 'known.count != 0'],
  ['known.items', 'size(known.items) > 0'],
  ['not known.map', '!(size(known.map) > 0)'],
  ['x', 'truthy(x)'],
  ['x and not y', 'truthy(x) && !truthy(y)'],
  ['x | length', 'size(x) > 0'],
  ["x | default('')", "truthy(default(x, ''))"],
  ["known.name | default('')", "default(known.name, '') != ''"],
  ['x | default([])', 'truthy(default(x, []))'],
  ['x | default(false)', 'truthy(default(x, false))'],
  ['x if y is defined else false', 'defined(y) ? truthy(x) : false'],
  // The filter bool.
  ['known.flag | bool', 'known.flag'],
  ['x | bool', 'toBool(x)'],
  ["x | default('no') | bool", "toBool(default(x, 'no'))"],
  ['x | default(false) | bool', 'toBool(default(x, false))'],
  ['known.name | bool', 'toBool(known.name)'],
  // in
  ["'a' in known.name", "known.name.contains('a')"],
  ["'a' not in known.items", "!('a' in known.items)"],
  ["'a' in x", "'a' in x # x is a list or a map"],
  ["'a' in r.stdout", "r.stdout.contains('a')"],
  // Facts.
  ["ansible_os_family == 'Debian'", "facts.os.family == 'debian'"],
  ["ansible_facts['os_family'] in ['Debian', 'RedHat']", "facts.os.family in ['debian', 'redhat']"],
  ["ansible_os_family == 'Archlinux'", "ansible_os_family == 'Archlinux'"],
  ["ansible_facts['os_family'] in ['RedHat', 'Rocky']", "ansible_facts.os_family in ['RedHat', 'Rocky']"],
  [
    "ansible_os_family == 'Debian' or ansible_os_family == 'FreeBSD'",
    "facts.os.family == 'debian' || ansible_os_family == 'FreeBSD'",
  ],
  ["ansible_distribution_major_version == '9'", "facts.os.version.split('.')[0] == '9'"],
  ['ansible_distribution_major_version | int >= 9', 'int(facts.os.version.split(".")[0]) >= 9'],
  // Order of operators.
  ["a ~ b == 'c'", "string(a) + string(b) == 'c'"],
  ['1 < known.count < 3', '1 < known.count && known.count < 3'],
  ['-1 | abs == 1', 'abs(-1) == 1'],
  // Filters, tests and methods.
  ["xs | selectattr('a', 'equalto', 'b') | list | length > 0", "size(xs.filter(i, i.a == 'b')) > 0"],
  ["x is match('a|b')", "x.matches('^(?:a|b)')"],
  ["x is search('(?P<n>a)\\-\\Z')", "x.matches('(?<n>a)-$')"],
  ["x is version('2.9', '>=')", "x.version('2.9', '>=')"],
  ['x is version(y)', 'x.version(y)'],
  ["x is version(1.2, 'lt', strict=True)", "x.version('1.2', 'lt', 'strict')"],
  ["known.count is version('2', version_type='semver')", "string(known.count).version('2', '==', 'semver')"],
  ['x | int > 1', 'toInt(x) > 1'],
  ['x | int(-1) == 1', 'toInt(x, -1) == 1'],
  ['known.count | int == 1', 'int(known.count) == 1'],
  ["x | dirname == '/a'", "x.dirname() == '/a'"],
  ["known.name[:3] == 'abc'", "known.name.slice(0, 3) == 'abc'"],
  ["x[a:][::-1] == 'abc'", "x.slice(a).slice(null, null, -1) == 'abc'"],
  ["'%s-%s' | format(a, b) == 'x'", "string(a) + '-' + string(b) == 'x'"],
  ["s.rstrip(',') == 'a'", "s.regexReplace('[,]+$', '') == 'a'"],
  ["s.strip('-]') == 'a'", "s.regexReplace('^[\\\\-\\\\]]+|[\\\\-\\\\]]+$', '') == 'a'"],
  ["s.lstrip() == 'a'", "s.regexReplace('^\\\\s+', '') == 'a'"],
  ["s.strip() == 'a'", "s.trim() == 'a'"],
  ["r.stdout.find('a') != -1", "r.stdout.indexOf('a') != -1"],
  ['(r.stdout | from_json).a == 1', 'r.json.a == 1'],
  ['known.count % 2 == 0', 'known.count % 2 == 0 # known.count is not negative'],
  ['groups.all | length % 2 == 0', 'size(groups.all) % 2 == 0'],
  ["lookup('vars', 'x') == 1", 'x == 1'],
  ["lookup('env', 'HOME') == 'a'", "getEnv('HOME', '') == 'a'"],
  ["lookup('ansible.builtin.env', 'A', default='b') == 'a'", "getEnv('A', 'b') == 'a'"],
  ["lookup('file', x) == 'a'", "readFile(x) == 'a'"],
  ["lookup('first_found', ['a', x]) == y", "firstFound(['a', x]) == y"],
  ["query('fileglob', '*.conf') == x", "fileglob('*.conf') == x"],
  ['{{ x }} == 1', 'by hand: it cannot be read as Jinja'],
  ['{{ known.flag }}', 'known.flag'],
  [
    'ansible_fips',
    'by hand: the variable ansible_fips has no counterpart: Write query: cat /proc/sys/crypto/fips_enabled, and register the result',
  ],
  ["x is search('(?i)a')", "x.matches('(?i:a)')"],
  ["x is search('a', ignorecase=True)", "x.matches('(?i:a)')"],
  ["x is match('(?im)a|b')", "x.matches('^(?:(?im:a|b))')"],
  ["x is search('(?x)a')", 'by hand: the form of the pattern (?x)a has no counterpart'],
  ["x | b64decode == 'a'", "x.b64decode() == 'a'"],
  ['x | flatten', 'size(x.flatten()) > 0'],
  [
    'x | zip_longest(y)',
    'by hand: the filter zip_longest has no counterpart: Loop over the longer list with loop_control: {index_var: i}, and take the item i of the other list',
  ],
  ['x ==', 'by hand: it cannot be read as Jinja'],
])('the condition %s is %s', (text, wanted) => {
  expect(convert(text, 'condition')).toBe(wanted);
});

test.each([
  ['a or b', 'truthy(a) ? a : b'],
  ["lookup('flattened', a, [b], wantlist=true)", '[a, [b]].flatten()'],
  ["q('community.general.flattened', a, 'b')", "[a, 'b'].flatten()"],
  ["lookup('flattened', a)", "[a].flatten().map(i, string(i)).join(',')"],
  ["lookup('vars', 'a-' ~ x)", "getVariable('a-' + string(x))"],
  ["lookup('vars', x, default='y')", "getVariable(x, 'y')"],
  ["q('vars', 'x', y)", '[x, getVariable(y)]'],
  [
    "lookup('vars', 'x', 'y')",
    'by hand: the lookup vars has no counterpart: Write the name of the variable. If the name is computed, write {{get_variable name}} in a template, or getVariable(name) in an expression',
  ],
  ['vars[x]', 'getVariable(x)'],
  [
    "vars[x] is defined and lookup('vars', x) is not defined",
    'defined(getVariable(x, null)) && !defined(getVariable(x, null))',
  ],
  ["vars['x']", 'x'],
  ["vars[x ~ '_port'] | default(1)", "getVariable(string(x) + '_port', 1)"],
  ["q('varnames', '^a_', 'b')", "variableNames('^a_', 'b')"],
  ["lookup('varnames', '^a_', wantlist=True)", "variableNames('^a_')"],
  ["lookup('varnames', '^a_')", "variableNames('^a_').map(i, string(i)).join(',')"],
  ["lookup('template', 'a.hbs') | from_yaml", "fromYaml(renderFile('a.hbs'))"],
  ["lookup('template', x, convert_data=False)", 'renderFile(x)'],
  [
    "lookup('template', 'a', template_vars=m)",
    'by hand: the lookup template has no counterpart: Write {{render_file "NAME"}} in a template, or renderFile("NAME") in an expression',
  ],
  ["lookup('password', 'a/b')", "passwordFile('a/b')"],
  [
    "lookup('password', 'a/b length=12 chars=digits,ascii_letters')",
    "passwordFile('a/b', 12, ['digits', 'ascii_letters'])",
  ],
  ["lookup('password', dir + '/b length=12')", "passwordFile(dir + '/b', 12)"],
  ["lookup('password', dir ~ ' chars=a,b')", "passwordFile(dir, 20, ['a', 'b'])"],
  ["lookup('ansible.builtin.password', x, length=8)", 'passwordFile(x, 8)'],
  [
    "lookup('password', '/dev/null length=8')",
    'by hand: the lookup password has no counterpart: Write {{password_file "PATH"}} in a template, or passwordFile("PATH") in an expression: the file keeps the password. A hash cannot be made',
  ],
  [
    "lookup('password', 'a encrypt=sha512_crypt')",
    'by hand: the lookup password has no counterpart: Write {{password_file "PATH"}} in a template, or passwordFile("PATH") in an expression: the file keeps the password. A hash cannot be made',
  ],
  ["q('dict', m)", 'm.dict2items()'],
  ["q('nested', a, b)", 'a.product(b)'],
  ["known.name or 'x'", "known.name != '' ? known.name : 'x'"],
  ["x | default('y', true)", "truthy(default(x, '')) ? x : 'y'"],
  ['x | default([], true)', 'truthy(default(x, "")) ? x : []'],
  ['known.items | default([], true)', 'default(known.items, [])'],
  ["known.name | default('y', true)", "default(known.name, '') != '' ? known.name : 'y'"],
  ["xs | map('upper') | list", 'xs.map(i, i.upper())'],
  ["xs | map(attribute='a.b') | join(',')", "xs.map(i, i.a.b).map(i, string(i)).join(',')"],
  [
    'xs | sort',
    'xs.sort() # the order of xs does not depend on upper and lower case, and no two items differ in it alone',
  ],
  ['x[-1]', 'x[size(x) - 1]'],
])('the value %s is %s', (text, wanted) => {
  expect(convert(text, 'value')).toBe(wanted);
});

describe('an expression', () => {
  test('that means the same already is left as it is', () => {
    expect(convertExpression('a == 1 ', { types: () => undefined, wants: 'condition' })).toEqual({
      kind: 'same',
      text: 'a == 1 ',
      assumptions: [],
    });
  });
});
