import { RULES } from '../../lint/rules.ts';
import codes from './error-codes.json' with { type: 'json' };
import { ERROR_EXAMPLES } from './error-examples.ts';
import meanings from './error-meanings.json' with { type: 'json' };
import { ruleLines } from './rule-document.ts';

interface CodeTexts {
  readonly messages: readonly string[];
  readonly remedies: readonly string[];
}

const CODES: ReadonlyMap<string, CodeTexts> = new Map(Object.entries(codes));

/** What happened, why that is an error, and what to do, by code. People write these texts; a test wants one for each code. */
export const ERROR_MEANINGS: ReadonlyMap<string, string> = new Map(Object.entries(meanings));

/** Returns the codes of all errors and the names of all rules, sorted. */
export function explainedNames(): readonly string[] {
  return [...new Set([...CODES.keys(), ...RULES.map(({ name }) => name)])].toSorted();
}

/** Returns what an error or a rule means and what to do, as lines; undefined for an unknown name. */
export function explanation(name: string): readonly string[] | undefined {
  const rule = RULES.find((one) => one.name === name);
  if (rule !== undefined) return ruleLines(rule);
  const texts = CODES.get(name);
  return texts === undefined ? undefined : codeLines(name, texts);
}

function codeLines(code: string, { messages, remedies }: CodeTexts): readonly string[] {
  const example = ERROR_EXAMPLES.get(code);
  const meaning = ERROR_MEANINGS.get(code);
  return [
    `${code} (error)`,
    ...(meaning === undefined ? [] : ['', meaning]),
    ...section('What it says (… stands for a name or a value):', messages),
    ...section('What to do:', remedies),
    ...(example === undefined ? [] : section('Wrong:', example.bad.split('\n'))),
    ...(example === undefined ? [] : section('Right:', example.good.split('\n'))),
    ...(messages.length === 0 && remedies.length === 0
      ? ['', 'Its text is made of the case at hand: the message itself says what is wrong and what to do.']
      : []),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)];
}
