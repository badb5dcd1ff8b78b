import { adaptedPattern, patternFlags } from './jinja-adapt-filter.ts';
import { computedOr } from './jinja-adapt-lookup.ts';
import { comparedVersion } from './jinja-adapt-version.ts';
import type { Adapting } from './jinja-adapting.ts';
import { binaryNode, ITEM, LIST_TEST, methodNode, negatedNode, textNode } from './jinja-build.ts';
import type { Jinja, JinjaOf } from './jinja-expression.ts';
import { anchored, COMPARING_TESTS, lacking, RESULT_TESTS } from './jinja-translation.ts';

const NULL: Jinja = { kind: 'constant', value: 'null' };
const PATTERNS: ReadonlySet<string> = new Set(['match', 'search', 'regex']);
const FLAGS: ReadonlySet<string> = new Set(['ignorecase', 'multiline']);
const VERSIONS: ReadonlySet<string> = new Set(['version', 'version_compare']);
/** Tests of types and comparisons that have the same meaning here. */
const PLAIN: ReadonlySet<string> = new Set([
  'none',
  'true',
  'false',
  'string',
  'boolean',
  'number',
  'integer',
  'float',
  'mapping',
  'even',
  'odd',
  'divisibleby',
  'sequence',
  'iterable',
  LIST_TEST,
]);

/** Adapts a test, with an explicit comparison for each value that Python treats as true. Throws NoCounterpart. */
export function adaptedTest(adapter: Adapting, node: JinjaOf<'test'>): Jinja {
  const test = positive(adapter, node);
  return node.isNegated ? negatedNode(test) : test;
}

function positive(adapter: Adapting, node: JinjaOf<'test'>): Jinja {
  const { of, name, given } = node;
  if (name === 'truthy') return adapter.condition(of);
  if (name === 'falsy') return negatedNode(adapter.condition(of));
  const [first] = given.plain;
  const withOperand = first === undefined ? undefined : testWithOperand(adapter, node, first);
  if (withOperand !== undefined) return withOperand;
  const there = name === 'defined' || name === 'undefined' ? computedOr(of, NULL) : of;
  const asked: Jinja = { ...node, of: adapter.value(there), given: adapter.given(given), isNegated: false };
  const isKnown = PLAIN.has(name) || RESULT_TESTS.has(name) || name === 'defined' || name === 'undefined';
  return isKnown ? asked : lacking('test', name);
}

function testWithOperand(adapter: Adapting, node: JinjaOf<'test'>, operand: Jinja): Jinja | undefined {
  const { of, name } = node;
  const sign = COMPARING_TESTS.get(name);
  if (sign !== undefined) return adapter.value(binaryNode(sign, of, operand));
  if (name === 'in') return adapter.value(binaryNode('in', of, operand));
  if (name === 'contains') return adapter.value(binaryNode('in', operand, of));
  if (PATTERNS.has(name)) return matching(adapter, node, operand);
  if (VERSIONS.has(name)) return comparedVersion(adapter, node, operand);
  return ofLists(adapter, { name, of, other: operand });
}

function matching(adapter: Adapting, { of, name, given }: JinjaOf<'test'>, pattern: Jinja): Jinja {
  const flags = patternFlags(given);
  const isMore = given.plain.length > 1 || [...given.named.keys()].some((key) => !FLAGS.has(key));
  if (isMore || flags === undefined) return lacking('test', `${name} with these arguments`);
  const written = adaptedPattern(adapter, pattern, flags);
  const from =
    name === 'match'
      ? written.kind === 'text'
        ? textNode(anchored(written.value))
        : binaryNode('~', textNode('^'), written)
      : written;
  return methodNode(adapter.value(of), 'matches', from);
}

/** Adapts `a is subset(b)` and similar tests. */
function ofLists(
  adapter: Adapting,
  { name, of, other }: { readonly name: string; readonly of: Jinja; readonly other: Jinja },
): Jinja | undefined {
  const all = (inner: Jinja, outer: Jinja): Jinja =>
    methodNode(adapter.value(inner), 'all', ITEM, binaryNode('in', ITEM, adapter.value(outer)));
  if (name === 'subset' || name === 'issubset') return all(of, other);
  return name === 'superset' || name === 'issuperset' ? all(other, of) : undefined;
}
