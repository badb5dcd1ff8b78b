import { type Value, type ValueMap, isList, isMap } from '../base/value.ts';
import { ArgumentFault } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import { booleanOf, listOf, refuseNoValue, textOf } from './arguments.ts';
import { sequenceOf } from './sequence.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

interface Path {
  readonly names: readonly string[];
  /** Whether an item without this member has no elements. */
  readonly skips: boolean;
}

/** Returns the list that the item has under the path. Throws ArgumentFault. */
function elementsOf(item: Value, { names, skips }: Path): readonly Value[] {
  let at = item;
  refuseNoValue(at);
  for (const name of names) {
    if (!isMap(at)) throw new ArgumentFault(`"${name}" is looked for in a value that is no map`);
    const member = memberOf(at, name);
    if (member === undefined && skips) return [];
    if (member === undefined)
      throw new ArgumentFault(
        `An item has no key "${names.join('.')}"`,
        'Give it the key with [], or set skip_missing to true.',
      );
    refuseNoValue(member);
    at = member;
  }
  if (isList(at)) return at;
  throw new ArgumentFault(`"${names.join('.')}" of an item must be a list`, 'Write a list there, [] for none.');
}

function memberOf(map: ValueMap, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function subelements(whole: Value, path: Path): readonly Value[] {
  const items = isMap(whole) ? Object.values(whole) : listOf(whole);
  const pairs = items.flatMap((item) => elementsOf(item, path).map((element) => [item, element]));
  spendSteps(pairs.length);
  return pairs;
}

function namesOf(path: Value | undefined): readonly string[] {
  if (path !== undefined && isList(path)) return path.map((name) => textOf(name, 'key'));
  return textOf(path, 'key').split('.');
}

/** Functions for what a loop goes over. */
export const loopFunctions: readonly SharedFunction[] = [
  {
    name: 'subelements',
    form: 'method',
    summary:
      'A list of pairs: each item of the list (or value of the map) with each element of its list under the key. The key may be a path with dots. skip_missing=true leaves out items without the key.',
    parameters: [required('list', 'list', 'map'), required('key', 'string', 'list'), optional('skip_missing', 'bool')],
    returns: 'list',
    template: '{{subelements (list (dict name="ann" groups=(list "adm" "ssh"))) "groups"}}',
    expression: '[{"name": "ann", "groups": ["adm", "ssh"]}].subelements("groups")',
    gives: [
      [{ name: 'ann', groups: ['adm', 'ssh'] }, 'adm'],
      [{ name: 'ann', groups: ['adm', 'ssh'] }, 'ssh'],
    ],
    secrets: 'kept',
    run: ([whole = null, key, skips = false]) => subelements(whole, { names: namesOf(key), skips: booleanOf(skips) }),
  },
  {
    name: 'sequence',
    form: 'function',
    summary:
      'A list of numbers as texts. The argument has the form start=1 end=5 stride=2 format=web%02d; count may replace end. start and stride are 1 by default.',
    parameters: [required('numbers', 'string')],
    returns: 'list',
    template: '{{sequence "end=3 format=web%02d"}}',
    expression: 'sequence("end=3 format=web%02d")',
    gives: ['web01', 'web02', 'web03'],
    secrets: 'derived',
    run: ([numbers]) => sequenceOf(textOf(numbers)),
  },
];
