import { type Place, Problem } from '../../errors/problem.ts';

/** Names of CEL types and namespaces. A variable with such a name would silently give wrong results. */
export const typeNames: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'cel',
  'double',
  'dyn',
  'google',
  'int',
  'list',
  'map',
  'null_type',
  'optional',
  'string',
  'type',
  'uint',
]);

const KEYWORDS: ReadonlySet<string> = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'false',
  'for',
  'function',
  'if',
  'import',
  'in',
  'let',
  'loop',
  'namespace',
  'null',
  'package',
  'prototype',
  'return',
  'this',
  'true',
  'undefined',
  'var',
  'void',
  'while',
  '__proto__',
  'constructor',
]);

/** Returns the problem with the name of a variable, or `undefined` if the name is good. Magic names are not checked. */
export function variableNameProblem(name: string, place?: Place): Problem | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return new Problem({
      code: 'variable-name',
      what: `"${name}" cannot be the name of a variable`,
      place,
      remedy: 'Use letters, digits and underscores, and begin with a letter.',
    });
  }
  if (!typeNames.has(name) && !KEYWORDS.has(name)) return undefined;
  return new Problem({
    code: 'variable-name',
    what: `"${name}" cannot be the name of a variable`,
    place,
    why: typeNames.has(name)
      ? `In expressions, ${name} is a type.`
      : `In expressions and templates, ${name} is a keyword.`,
    remedy: 'Choose another name.',
  });
}
