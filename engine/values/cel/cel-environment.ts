import { type ParseResult, Environment } from '@marcbachmann/cel-js';
// Imported one by one: the whole package would load five times as many files.
import type { SemVer } from 'semver';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { type Value, Omitted } from '../base/value.ts';
import { cidrContains, cidrHost, cidrOverlaps, cidrPrefix, ipVersion } from '../language/addresses.ts';
import { ArgumentFault, Fault, NothingThere, UnknownTouched } from '../language/fault.ts';
import { matches, replaceMatches } from '../language/pattern.ts';
import { spendForMade, spendForSeen, spendSteps } from '../language/step-limit.ts';
import { sharedInCel } from './cel-shared.ts';

/**
 * A function of expressions that standard CEL does not have. The documentation and the tests are generated from this
 * list.
 */
export interface CelFunction {
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
  /** An example expression and its result. */
  readonly example: readonly [expression: string, result: Value];
}

interface Implemented extends CelFunction {
  readonly run: (...operands: never[]) => unknown;
}

function version(text: string): SemVer {
  // `coerce` alone finds a version in any text that contains a digit.
  const parsed = /^v?\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?$/.test(text)
    ? coerce(text, { includePrerelease: true })
    : null;
  if (parsed === null) throw new ArgumentFault(`"${text}" is not a version`);
  return parsed;
}

/**
 * Returns whether the version is in the range, such as `>=1.31 <2`. A leading v and missing parts are accepted;
 * pre-releases are included.
 */
function semverSatisfies(text: string, range: string): boolean {
  const parsed = validRange(range, { includePrerelease: true });
  if (parsed === null)
    throw new ArgumentFault(`"${range}" is not a range of versions`, 'Write it as ">=1.31", "1.x" or ">=1.30 <2".');
  return satisfies(version(text), parsed, { includePrerelease: true });
}

/**
 * Compares two versions by the rules of semver.org. Returns -1 if the left one is older. Throws a fault if one is no
 * version.
 */
export function semverCompare(left: string, right: string): -1 | 0 | 1 {
  return compare(version(left), version(right));
}

/** Internal name that replaces `matches`. It is never shown. */
export const BOUNDED_MATCHES = 'matchesPattern';

function isNumeric(item: unknown): item is bigint | number {
  return typeof item === 'bigint' || typeof item === 'number';
}

function compareItems(left: unknown, right: unknown): number {
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  throw new ArgumentFault('Only lists of text or of numbers can be ordered');
}

function extreme(items: readonly unknown[], direction: 1 | -1): unknown {
  if (items.length === 0) throw new NothingThere('An empty list has no least or greatest item');
  return items.reduce((best, item) => (compareItems(item, best) * direction > 0 ? item : best));
}

const table: readonly Implemented[] = [
  {
    name: 'semver',
    signature: 'semver(string, string): bool',
    summary: 'Is the version within the range?',
    example: ['semver("v1.31.2", ">=1.31 <2")', true],
    run: semverSatisfies,
  },
  {
    name: 'semverCompare',
    signature: 'semverCompare(string, string): int',
    summary: 'Compares two versions: -1 if the first is lower, 0 if they are equal, 1 if the second is lower.',
    example: ['semverCompare("1.9.0", "1.10.0")', -1],
    run: (left: string, right: string) => BigInt(semverCompare(left, right)),
  },
  {
    name: 'ipVersion',
    signature: 'ipVersion(string): int',
    summary: 'The version of an IP address: 4 or 6.',
    example: ['ipVersion("fd00::1")', 6],
    run: (text: string) => BigInt(ipVersion(text)),
  },
  {
    name: 'cidrContains',
    signature: 'cidrContains(string, string): bool',
    summary: 'Does the first network contain the address or the network of the second argument?',
    example: ['cidrContains("10.0.0.0/8", "10.1.2.3")', true],
    run: cidrContains,
  },
  {
    name: 'cidrOverlaps',
    signature: 'cidrOverlaps(string, string): bool',
    summary: 'Do the two networks have an address in common?',
    example: ['cidrOverlaps("10.96.0.0/12", "10.244.0.0/16")', false],
    run: cidrOverlaps,
  },
  {
    name: 'cidrHost',
    signature: 'cidrHost(string, int): string',
    summary: 'The address with this number in a network. Numbers begin at 0; negative numbers count from the end.',
    example: ['cidrHost("10.96.0.0/12", 10)', '10.96.0.10'],
    run: (cidr: string, index: bigint) => cidrHost(cidr, Number(index)),
  },
  {
    name: 'cidrPrefix',
    signature: 'cidrPrefix(string): int',
    summary: 'The number of bits of the network part.',
    example: ['cidrPrefix("10.0.0.0/8")', 8],
    run: (cidr: string) => BigInt(cidrPrefix(cidr)),
  },
  {
    name: 'replace',
    signature: 'string.replace(string, string): string',
    summary: 'The text, with each occurrence of one part replaced by another.',
    example: ['"a-b-c".replace("-", ".")', 'a.b.c'],
    run: (text: string, from: string, to: string) => text.replaceAll(from, () => to),
  },
  {
    name: 'regexReplace',
    signature: 'string.regexReplace(string, string): string',
    summary: 'The text, with each match of a pattern replaced. $1 in the replacement is the first group.',
    example: ['"etcd-3".regexReplace("^[a-z]+-([0-9]+)$", "member $1")', 'member 3'],
    run: (text: string, from: string, to: string) => replaceMatches(from, text, to),
  },
  {
    name: 'lower',
    signature: 'string.lower(): string',
    summary: 'The text in lower case.',
    example: ['"ETCD".lower()', 'etcd'],
    run: (text: string) => text.toLowerCase(),
  },
  {
    name: 'upper',
    signature: 'string.upper(): string',
    summary: 'The text in upper case.',
    example: ['"etcd".upper()', 'ETCD'],
    run: (text: string) => text.toUpperCase(),
  },
  {
    name: 'sort',
    signature: 'list.sort(): list<dyn>',
    summary: 'The items, sorted. All of them must be text, or all numbers.',
    example: ['[3, 1, 2].sort()', [1, 2, 3]],
    run: (items: readonly unknown[]) => [...items].sort(compareItems),
  },
  {
    name: 'unique',
    signature: 'list.unique(): list<dyn>',
    summary: 'The items without repetitions, in their order.',
    example: ['["a", "b", "a"].unique()', ['a', 'b']],
    run: (items: readonly unknown[]) => [...new Set(items)],
  },
  {
    name: 'min',
    signature: 'min(list): dyn',
    summary: 'The smallest item.',
    example: ['min([3, 1, 2])', 1],
    run: (items: readonly unknown[]) => extreme(items, -1),
  },
  {
    name: 'max',
    signature: 'max(list): dyn',
    summary: 'The greatest item.',
    example: ['max([3, 1, 2])', 3],
    run: (items: readonly unknown[]) => extreme(items, 1),
  },
];

export const celFunctions: readonly CelFunction[] = [
  {
    name: 'default',
    signature: 'default(value, fallback)',
    summary: 'The value, or the fallback if the value is missing or null.',
    example: ['default(nowhere.at.all, "none")', 'none'],
  },
  {
    name: 'defined',
    signature: 'defined(value): bool',
    summary: 'Does the value exist, and is it not null?',
    example: ['defined(nowhere)', false],
  },
  ...table,
  ...sharedInCel,
];

/** Returns whether the error says that a member or an item does not exist. */
function isMissing(error: unknown): boolean {
  if (error instanceof Fault) return error.details.code === 'undefined-variable';
  if (error instanceof NothingThere) return true;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'no_such_key' || code === 'index_out_of_bounds';
}

/** Part of a parsed expression. */
interface Part {
  readonly op: string;
  evaluate(evaluator: Evaluator, ast: Part, context: unknown): unknown;
}

interface Evaluator {
  run(ast: Part, context: unknown): unknown;
  tryEval(ast: Part, context: unknown): unknown;
}

interface Checker {
  check(ast: unknown, context: unknown): unknown;
  getType(name: string): unknown;
}

/** Evaluates the expression; `undefined` if it asks for something that does not exist. */
function runLeniently(evaluator: Evaluator, ast: Part, context: unknown): unknown {
  try {
    return evaluator.run(ast, context) ?? undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

interface MacroCall {
  readonly args: readonly [Part, Part];
}

const defaultMacro = ({ args: [value, fallback] }: MacroCall) => ({
  typeCheck(checker: Checker, _macro: unknown, context: unknown) {
    checker.check(value, context);
    checker.check(fallback, context);
    return checker.getType('dyn');
  },
  evaluate(evaluator: Evaluator, _macro: unknown, context: unknown) {
    return runLeniently(evaluator, value, context) ?? evaluator.run(fallback, context);
  },
});

const definedMacro = ({ args: [value] }: MacroCall) => ({
  typeCheck(checker: Checker, _macro: unknown, context: unknown) {
    checker.check(value, context);
    return checker.getType('bool');
  },
  evaluate(evaluator: Evaluator, _macro: unknown, context: unknown) {
    return runLeniently(evaluator, value, context) !== undefined;
  },
});

/** Operators that compute a new value, which may be large. */
const MAKERS: ReadonlySet<string> = new Set(['+', 'call', 'rcall', 'list', 'map']);
/** Operators that look up an existing value. */
const LOOKUPS: ReadonlySet<string> = new Set(['id', '.', '.?', '[]', '[?]']);

/** Counts a step for each evaluation of each part of an expression. */
function countSteps(environment: Environment): void {
  environment.registerFunction('countSteps(): bool', function (this: Evaluator) {
    this.run = (ast, context) => {
      const result = ast.evaluate(this, ast, context);
      spendSteps(1);
      if (MAKERS.has(ast.op)) spendForMade(result);
      else if (LOOKUPS.has(ast.op)) spendForSeen(result);
      return result;
    };
    return true;
  });
  environment.evaluate('countSteps()');
}

/**
 * CEL lets `&&`, `||`, `exists` and `all` ignore an error if the other operand decides. That would hide a misspelt
 * name. Here only unknown values are ignored in this way (three-valued logic); mistakes are still reported.
 */
function keepMistakes(environment: Environment): void {
  environment.registerFunction('keepMistakes(): bool', function (this: Evaluator) {
    this.tryEval = (ast, context) => {
      try {
        return this.run(ast, context);
      } catch (error) {
        if (error instanceof UnknownTouched) return error;
        throw error;
      }
    };
    return true;
  });
  environment.evaluate('keepMistakes()');
}

function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: 5000, maxDepth: 100 },
  });
  // Numbers of YAML and JSON are not marked as int or double, so arithmetic accepts a mixture of both.
  for (const [left, right] of [
    ['int', 'double'],
    ['double', 'int'],
  ]) {
    environment.registerOperator(`${left} + ${right}`, (a, b) => Number(a) + Number(b));
    environment.registerOperator(`${left} - ${right}`, (a, b) => Number(a) - Number(b));
    environment.registerOperator(`${left} * ${right}`, (a, b) => Number(a) * Number(b));
    environment.registerOperator(`${left} / ${right}`, (a, b) => Number(a) / Number(b));
    environment.registerOperator(`${left} % ${right}`, (a, b) => Number(a) % Number(b));
  }
  environment.registerOperator('double % double', (a: number, b: number) => a % b);
  environment.registerType('Omitted', Omitted);
  for (const { signature, run } of table) environment.registerFunction(signature, run);
  for (const { overloads } of sharedInCel)
    for (const { signature, run } of overloads) environment.registerFunction(signature, run);
  environment.registerFunction(`string.${BOUNDED_MATCHES}(string): bool`, (text: string, source: string) =>
    matches(source, text),
  );
  environment.registerFunction('default(ast, ast): dyn', defaultMacro);
  environment.registerFunction('defined(ast): bool', definedMacro);
  keepMistakes(environment);
  countSteps(environment);
  return environment;
}

/** Shared by all expressions of the process. */
const environment = createEnvironment();

/**
 * Redirects calls of `matches` to the bounded function. The library's own accepts any pattern, and its functions cannot
 * be replaced.
 */
function boundMatches(node: unknown): void {
  if (Array.isArray(node)) {
    if (node[0] === 'matches' && Array.isArray(node[2])) node[0] = BOUNDED_MATCHES;
    for (const part of node) boundMatches(part);
  } else if (typeof node === 'object' && node !== null && 'args' in node) {
    if (Array.isArray(node.args)) boundMatches(node.args);
    else if (typeof node.args === 'object') boundMatches(node.args);
  }
}

/** Parses an expression with the functions above. Throws the library's ParseError. */
export function parseCel(source: string): ParseResult {
  const program = environment.parse(source);
  if (source.includes('matches')) boundMatches(program.ast);
  return program;
}
