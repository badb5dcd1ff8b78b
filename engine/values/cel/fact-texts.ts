import type { ASTNode } from '@marcbachmann/cel-js';
import { Fault } from '../language/fault.ts';
import { BOUNDED_MATCHES } from './cel-environment.ts';
import { factNames } from './fact-names.ts';
import { FACTS } from './fact-paths.ts';

/** The methods that test whether a text contains another one. */
export type TextQuestion = 'startsWith' | 'endsWith' | 'contains';

const SAYS: Readonly<Record<TextQuestion, string>> = {
  startsWith: 'begins with',
  endsWith: 'ends with',
  contains: 'holds',
};

/**
 * Returns a Fault if a fact can have no value that begins with, ends with or contains the text; otherwise undefined.
 * `names` is the path of the fact, such as `['facts', 'os', 'family']`.
 */
export function neverHolds(names: readonly string[], question: TextQuestion, text: string): Fault | undefined {
  const name = names.slice(1).join('.');
  const { values, isLower } = FACTS.get(name) ?? {};
  const lower = text.toLowerCase();
  const possible = (asked: string): boolean => values?.some((value) => isSo(value, question, asked)) ?? true;
  const isWrongCase = (isLower === true || values !== undefined) && text !== lower && possible(lower);
  if (!isWrongCase && possible(text)) return undefined;
  return new Fault({
    code: 'never-true',
    what: `facts.${name} never ${SAYS[question]} ${JSON.stringify(text)}`,
    why: values === undefined ? 'It is in lower case.' : `It is one of ${values.join(', ')}.`,
    remedy: isWrongCase ? `Write "${lower}".` : 'Write a part of one of these.',
  });
}

function isSo(value: string, question: TextQuestion, text: string): boolean {
  switch (question) {
    case 'startsWith':
      return value.startsWith(text);
    case 'endsWith':
      return value.endsWith(text);
    case 'contains':
      return value.includes(text);
  }
}

/** A pattern of letters and digits only, with or without `^` and `$`. */
const WORD_PATTERN = /^(\^?)([A-Za-z0-9 _-]+)(\$?)$/;

/** Returns a Fault if a method call on a fact is never true, such as `facts.os.family.startsWith("Deb")`. */
export function questionFault(node: ASTNode): Fault | undefined {
  if (node.op !== 'rcall') return undefined;
  const [method, receiver, [operand]] = node.args;
  const names = factNames(receiver);
  if (names === undefined || operand?.op !== 'value' || typeof operand.args !== 'string') return undefined;
  if (method === 'startsWith' || method === 'endsWith' || method === 'contains')
    return neverHolds(names, method, operand.args);
  return method === 'matches' || method === BOUNDED_MATCHES ? neverMatches(names, operand.args) : undefined;
}

function neverMatches(names: readonly string[], pattern: string): Fault | undefined {
  const [, start, word, end] = WORD_PATTERN.exec(pattern) ?? [];
  if (word === undefined) return undefined;
  return neverHolds(names, start === '^' ? 'startsWith' : end === '$' ? 'endsWith' : 'contains', word);
}

/** Returns a Fault if the result of lower() or upper() is compared with a text that has letters in the other case. */
export function otherCase(node: ASTNode, value: unknown): Fault | undefined {
  if (node.op !== 'rcall' || typeof value !== 'string') return undefined;
  const [method] = node.args;
  if (method !== 'lower' && method !== 'upper') return undefined;
  const written = method === 'lower' ? value.toLowerCase() : value.toUpperCase();
  if (written === value) return undefined;
  return new Fault({
    code: 'never-true',
    what: `The result of ${method}() is never ${JSON.stringify(value)}`,
    why: `It has no letters in ${method === 'lower' ? 'upper' : 'lower'} case.`,
    remedy: `Write "${written}".`,
  });
}
