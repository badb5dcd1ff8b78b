import { ansibleVariable, namedHere } from '../habits/ansible-variables.ts';
import { byKind, EACH } from './jinja-build.ts';
import type { BinaryOperator, Given, Jinja, JinjaOf } from './jinja-expression.ts';
import { FIXED_VALUES } from './jinja-fixed-values.ts';
import type { JinjaType, TypesKnown } from './jinja-knowledge.ts';
import { namesOf } from './jinja-translation.ts';

/**
 * Returns the type of an expression, as far as it is known without the values of the variables; otherwise undefined.
 */
export function typeOf(node: Jinja, types: TypesKnown): JinjaType | undefined {
  return byKind<Jinja['kind'], JinjaType | undefined>(node, {
    name: (name) => typeOfPath(name, types),
    member: (member) => typeOfPath(member, types),
    text: () => 'text',
    number: () => 'number',
    list: () => 'list',
    map: () => 'map',
    constant: ({ value }) => (value === 'null' ? undefined : 'boolean'),
    test: () => 'boolean',
    unary: ({ operator }) => (operator === 'not' ? 'boolean' : 'number'),
    binary: (binary) => typeOfBinary(binary, types),
    choice: ({ yes, no }) => common([typeOf(yes, types), no === undefined ? undefined : typeOf(no, types)]),
    slice: ({ of }) => typeOf(of, types),
    filter: (filter) => typeOfFilter(filter, types),
    call: (call) => typeOfCall(call, types),
  });
}

/** Returns the type, but not one that only the fallback of `x | default(false)`, or a default of x itself, suggests. */
export function certainTypeOf(node: Jinja, types: TypesKnown): JinjaType | undefined {
  return suggestedOf(node, types) === undefined ? typeOf(node, types) : undefined;
}

/** Returns the part whose type is only suggested by a default; undefined if the type of the node is certain. */
export function suggestedOf(node: Jinja, types: TypesKnown): Jinja | undefined {
  if (node.kind === 'name' || node.kind === 'member') {
    const names = namesOf(node);
    const isKnown = names !== undefined && types(names) !== undefined;
    return isKnown && types(names, 'certain') === undefined ? node : undefined;
  }
  if (node.kind !== 'filter' || !['default', 'd'].includes(node.name)) return undefined;
  return certainTypeOf(node.of, types) === undefined ? node.of : undefined;
}

function common(found: readonly (JinjaType | undefined)[]): JinjaType | undefined {
  return found.every((type) => type === found[0]) ? found[0] : undefined;
}

/** Members in the results of all modules. */
const OF_RESULTS: ReadonlyMap<string, JinjaType> = new Map<string, JinjaType>([
  ...['stdout', 'stderr'].map((name) => [name, 'text'] as const),
  ...['stdout_lines', 'stderr_lines', 'results'].map((name) => [name, 'list'] as const),
  ...['changed', 'failed', 'skipped', 'exists', 'isdir', 'isreg', 'islnk', 'executable'].map(
    (name) => [name, 'boolean'] as const,
  ),
  ['rc', 'number'],
]);

const OWN: ReadonlyMap<string, JinjaType> = new Map<string, JinjaType>([
  ...['inventory_hostname', 'inventory_dir', 'role_path', 'role_name', 'playbook_dir', 'play_name'].map(
    (name) => [name, 'text'] as const,
  ),
  ...['group_names', 'play_hosts', 'facts.all_ipv4', 'facts.all_ipv6'].map((name) => [name, 'list'] as const),
  ...['groups', 'hostvars', 'facts', 'facts.os', 'facts.interfaces'].map((name) => [name, 'map'] as const),
  ...[...FIXED_VALUES].flatMap(([name, { kind }]) =>
    [name, name.replace('ansible_', 'ansible_facts.'), `ansible_facts.${name}`].map((one) => [one, kind] as const),
  ),
  ...['memory_mb', 'processors', 'time', 'uid', 'userspace_bits'].map((name) => [`facts.${name}`, 'number'] as const),
  ...['index', 'index0', 'length', 'revindex', 'revindex0'].map((name) => [`loop.${name}`, 'number'] as const),
  ...['planning', 'ansible_check_mode'].map((name) => [name, 'boolean'] as const),
  ...['first', 'last'].map((name) => [`loop.${name}`, 'boolean'] as const),
]);

function typeOfPath(node: JinjaOf<'name'> | JinjaOf<'member'>, types: TypesKnown): JinjaType | undefined {
  const names = namesOf(node);
  const known = names === undefined ? undefined : typeOfNames(names, types);
  if (known !== undefined || node.kind !== 'member') return known;
  if (node.of.kind === 'name' && node.of.name === 'groups') return 'list';
  if (node.key.kind === 'text') return OF_RESULTS.get(node.key.value);
  return isListOfTexts(node.of) ? 'text' : undefined;
}

/** The types of facts that have another form under the name of Ansible. */
const OTHER_FORMS: ReadonlyMap<string, JinjaType> = new Map<string, JinjaType>([
  ['facts.interfaces', 'list'],
  ['facts.selinux', 'map'],
  ['facts.userspace_bits', 'text'],
]);

function typeOfNames(names: readonly string[], types: TypesKnown): JinjaType | undefined {
  const found = ansibleVariable(names)?.variable;
  const path = found?.path ?? names.join('.');
  const form = found === undefined || namedHere(found) !== undefined ? undefined : OTHER_FORMS.get(path);
  const known = types(names) ?? form ?? OWN.get(path);
  if (known !== undefined) return known;
  return path.startsWith('facts.') && !path.startsWith('facts.interfaces') && path !== 'facts.default_ipv4'
    ? 'text'
    : undefined;
}

type Typed = JinjaType | 'of both' | 'of one';

const OF_OPERATORS: Readonly<Record<BinaryOperator, Typed>> = {
  and: 'of both',
  or: 'of both',
  '+': 'of one',
  '~': 'text',
  '-': 'number',
  '*': 'number',
  '/': 'number',
  '//': 'number',
  '%': 'number',
  '**': 'number',
  '==': 'boolean',
  '!=': 'boolean',
  '<': 'boolean',
  '<=': 'boolean',
  '>': 'boolean',
  '>=': 'boolean',
  in: 'boolean',
  'not in': 'boolean',
};

function typeOfBinary({ operator, left, right }: JinjaOf<'binary'>, types: TypesKnown): JinjaType | undefined {
  const type = OF_OPERATORS[operator];
  if (operator === '%' && typeOf(left, types) === 'text') return 'text';
  if (type === 'of both') return common([typeOf(left, types), typeOf(right, types)]);
  return type === 'of one' ? (typeOf(left, types) ?? typeOf(right, types)) : type;
}

const named = (type: JinjaType, names: string): readonly (readonly [string, JinjaType])[] =>
  names.split(' ').map((name) => [name, type] as const);

const OF_FILTERS: ReadonlyMap<string, JinjaType> = new Map<string, JinjaType>([
  ...named('text', 'lower upper trim replace join string basename dirname quote to_json tojson to_nice_json to_yaml'),
  ...named('text', 'to_nice_yaml b64encode b64decode hash regex_replace indent comment path_join capitalize format'),
  ...named('text', 'checksum md5 sha1 title center urlencode ipwrap'),
  ...named('number', 'length count int float abs round'),
  ...named('boolean', 'bool'),
  [EACH, 'list'],
  ...named('list', 'list unique sort split map select reject selectattr rejectattr dict2items difference intersect'),
  ...named('list', 'union symmetric_difference flatten zip product dictsort items subelements sequence splitext'),
  ...named('map', 'combine items2dict'),
]);

function typeOfFilter({ of, name, given }: JinjaOf<'filter'>, types: TypesKnown): JinjaType | undefined {
  const known = OF_FILTERS.get(name);
  if (known !== undefined) return known;
  const [first, second] = given.plain;
  switch (name) {
    case 'default':
    case 'd':
      return typeOfDefault(typeOf(of, types), first === undefined ? 'text' : typeOf(first, types));
    case 'ternary':
      return first === undefined || second === undefined
        ? undefined
        : common([typeOf(first, types), typeOf(second, types)]);
    case 'sum':
      return typeOfSum(given, types);
    case 'first':
    case 'last':
      return isListOfTexts(of) ? 'text' : undefined;
    case 'mandatory':
    case 'safe':
      return typeOf(of, types);
    default:
      return undefined;
  }
}

/** A value of one type with a fallback of another has no type that is known. */
function typeOfDefault(value: JinjaType | undefined, fallback: JinjaType | undefined): JinjaType | undefined {
  return value === undefined || fallback === undefined ? (value ?? fallback) : common([value, fallback]);
}

/** Lists are added to a list at the start. */
function typeOfSum({ plain: [, second], named: byName }: Given, types: TypesKnown): JinjaType | undefined {
  const start = second ?? byName.get('start');
  return start === undefined ? 'number' : typeOf(start, types);
}

/** Returns whether the node is certainly a list of texts. */
export function isListOfTexts(node: Jinja): boolean {
  if (node.kind === 'list') return node.items.every((item) => item.kind === 'text');
  if (node.kind === 'name') return ['group_names', 'play_hosts', 'ansible_play_hosts'].includes(node.name);
  if (node.kind === 'member') {
    const isGroup = node.of.kind === 'name' && node.of.name === 'groups';
    return isGroup || (node.key.kind === 'text' && /^std(out|err)_lines$/.test(node.key.value));
  }
  if (node.kind === 'filter') return isFilteredOfTexts(node);
  const key = node.kind === 'call' && node.callee.kind === 'member' ? node.callee.key : undefined;
  return key?.kind === 'text' && ['split', 'keys', 'splitlines'].includes(key.value);
}

function isFilteredOfTexts({ of, name, given }: JinjaOf<'filter'>): boolean {
  if (name === 'split' || name === 'splitext') return true;
  if (['list', 'sort', 'unique', 'difference', 'intersect', 'select', 'reject'].includes(name))
    return isListOfTexts(of);
  const [inner] = given.plain;
  return name === 'map' && inner?.kind === 'text' && OF_FILTERS.get(inner.value) === 'text';
}

const OF_METHODS: ReadonlyMap<string, JinjaType> = new Map([
  ...named('text', 'lower upper strip lstrip rstrip replace join format title capitalize regexReplace'),
  ...named('list', 'split splitlines keys values items'),
  ...named('boolean', 'startswith endswith isdigit contains matches'),
  ...named('number', 'find index count'),
]);

const OF_CALLS: ReadonlyMap<string, JinjaType> = new Map([...named('list', 'range query q'), ...named('map', 'dict')]);

function typeOfCall({ callee, given }: JinjaOf<'call'>, types: TypesKnown): JinjaType | undefined {
  if (callee.kind === 'name') return OF_CALLS.get(callee.name);
  if (callee.kind !== 'member' || callee.key.kind !== 'text') return undefined;
  const [, fallback] = given.plain;
  if (callee.key.value === 'get' && fallback !== undefined) return typeOf(fallback, types);
  return OF_METHODS.get(callee.key.value);
}
