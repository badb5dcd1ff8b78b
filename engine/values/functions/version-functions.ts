import compareSemver from 'semver/functions/compare.js';
import parseSemver from 'semver/functions/parse.js';
import { ArgumentFault } from '../language/fault.ts';
import { textOf, wordOf } from './arguments.ts';
import { type SharedFunction, optional, required } from './shared-function.ts';

type Part = number | string;

/** Splits a version into numbers, letters and other characters, without the points. */
function looseParts(version: string): readonly Part[] {
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function comparePart(left: Part, right: Part): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  throw new ArgumentFault(
    `The versions cannot be compared: one has ${left} where the other has ${right}`,
    'Compare what both have, such as the part before the first letter: regex_search x "^[0-9.]+".',
  );
}

/** Returns a number below 0, 0, or a number above 0. Throws ArgumentFault if a number meets a text. */
function compareParts(left: readonly Part[], right: readonly Part[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/**
 * Parses `1.2`, `1.2.3` or `1.2b1` into numbers that can be compared. A version without a letter is later than one with
 * a letter. Throws ArgumentFault.
 */
function strictParts(version: string): readonly number[] {
  const [, major, minor, patch = '0', letter, number = '0'] =
    /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version) ?? [];
  if (major === undefined || minor === undefined)
    throw new ArgumentFault(`"${version}" is no strict version`, 'Such are 1.2, 1.2.3 and 1.2b1; leave strict out.');
  const stage = letter === undefined ? 2 : letter === 'b' ? 1 : 0;
  return [Number(major), Number(minor), Number(patch), stage, Number(number)];
}

function semver(version: string): string {
  const parsed = parseSemver(version);
  if (parsed !== null && parsed.raw === version && !version.startsWith('v')) return version;
  throw new ArgumentFault(`"${version}" is no semantic version`, 'Such are 1.2.3 and 1.2.3-rc.1.');
}

const TYPES = ['loose', 'strict', 'semver', 'semantic'] as const;

function compareVersions(left: string, right: string, type: (typeof TYPES)[number]): number {
  for (const version of [left, right]) if (version === '') throw new ArgumentFault('A version is empty');
  switch (type) {
    case 'loose':
      return compareParts(looseParts(left), looseParts(right));
    case 'strict':
      return compareParts(strictParts(left), strictParts(right));
    case 'semver':
    case 'semantic':
      return compareSemver(semver(left), semver(right));
  }
}

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const SPELLINGS: Readonly<Record<string, string>> = {
  '=': '==',
  eq: '==',
  ne: '!=',
  '<>': '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

function holds(order: number, written: string): boolean {
  const sign = Object.hasOwn(SPELLINGS, written) ? (SPELLINGS[written] ?? written) : written;
  const operator = Object.hasOwn(OPERATORS, sign) ? OPERATORS[sign] : undefined;
  if (operator === undefined)
    throw new ArgumentFault(`"${written}" compares nothing`, `Write one of ${Object.keys(OPERATORS).join(', ')}.`);
  return operator(order);
}

export const versionFunctions: readonly SharedFunction[] = [
  {
    name: 'version',
    form: 'method',
    summary:
      'Is the comparison of two versions true? The third argument is the operator ("==" by default). version_type is loose (the default), strict or semver.',
    parameters: [
      required('version', 'string'),
      required('other', 'string'),
      optional('operator', 'string'),
      optional('version_type', 'string'),
    ],
    returns: 'bool',
    template: '{{version "1.10" "1.9" ">="}}',
    expression: '"1.10".version("1.9", ">=")',
    gives: true,
    secrets: 'derived',
    run: ([version, other, operator = '==', type = 'loose']) =>
      holds(
        compareVersions(textOf(version, 'version'), textOf(other, 'version'), wordOf(type, TYPES, 'version_type')),
        textOf(operator, 'operator'),
      ),
  },
];
