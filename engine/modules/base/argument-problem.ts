import { z } from 'zod';
import { type Place, Problem } from '../../errors/problem.ts';
import { holdsSecret } from '../../values/base/revealed.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Value, type ValueMap, Omitted, Unknown, isList, isMap } from '../../values/base/value.ts';
import { COMMON_ARGUMENTS } from '../../values/habits/ansible-modules.ts';
import { type ForeignArgument, insteadOfArgument } from '../../values/habits/foreign-argument.ts';
import { SAME_WORDS } from '../../values/habits/same-words.ts';
import { didYouMean, listNames, nearestName } from '../../values/language/suggest.ts';
import { mask } from '../../values/mask/mask.ts';
import type { AnyModule } from './module.ts';

export type Path = readonly (string | number)[];

/** The arguments of a module with their places. */
export interface PlacedArguments {
  readonly module: AnyModule;
  readonly values: ValueMap;
  readonly placeOf: (path: Path) => Place;
  /** Returns the place of the name of an argument. Without this function, the place of the value is shown. */
  readonly keyPlace?: (name: string) => Place;
}

/**
 * Converts one issue of a schema to problems for the operator. An issue of unknown keys becomes one problem for each
 * key.
 */
export function problemsOf(issue: z.core.$ZodIssue, given: PlacedArguments): readonly Problem[] {
  const path = plainPath(issue.path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, given));
  if (issue.code === 'invalid_key') return [wrongKey(issue, path, given)];
  const within = issuesWithin(issue);
  if (within !== undefined) return within.flatMap((one) => problemsOf(one, given));
  return [path.length === 0 ? unfitting(issue, given) : wrongValue(issue, path, given)];
}

/**
 * Returns the issues inside a value of which one form is of the right type, such as a list with one wrong item;
 * undefined if there is no such form, or if the schema says what all forms have in common.
 */
function issuesWithin(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union' || isSentence(issue.message)) return undefined;
  const form = issue.errors.find((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0));
  return form?.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

function unknownKey(key: string, path: Path, { module, placeOf, keyPlace }: PlacedArguments): Problem {
  if (path.length > 0)
    return new Problem({
      code: 'unknown-argument',
      what: `"${nameOf(path)}" of ${module.name} has no key "${key}"`,
      place: placeOf([...path, key]),
      remedy: didYouMean(key, keysAt(module.arguments, path)) ?? `See \`runbook docs ${module.name}\` for its keys.`,
    });
  const known = argumentNames(module);
  return new Problem({
    code: 'unknown-argument',
    what: `${module.name} has no argument "${key}"`,
    place: keyPlace === undefined ? placeOf([key]) : keyPlace(key),
    why: known.length === 0 ? undefined : `It has: ${listNames(known, 40)}`,
    remedy:
      foreignRemedy(module, key) ??
      didYouMean(key, known) ??
      (known.length === 0 ? 'Remove it: the module takes no arguments.' : 'Remove it, or write one of these.'),
  });
}

/** Returns a problem of several arguments together. */
function unfitting(issue: z.core.$ZodIssue, { module, placeOf }: PlacedArguments): Problem {
  const [what, remedy] = issue.message.split('\n');
  return new Problem({
    code: 'arguments-do-not-fit',
    what: `${module.name}: ${what}`,
    place: placeOf([]),
    remedy: remedy ?? `See \`runbook docs ${module.name}\` for the arguments that can be combined.`,
  });
}

function wrongValue(issue: z.core.$ZodIssue, path: Path, { module, values, placeOf }: PlacedArguments): Problem {
  const name = nameOf(path);
  const place = placeOf(path);
  const value = valueAt(values, path);
  if (value === undefined)
    return new Problem({
      code: 'missing-argument',
      what: `${module.name} needs "${name}"`,
      place,
      remedy: describedBy(module, path),
    });
  if (holdsSecret(value))
    return new Problem({
      code: 'secret-in-argument',
      what: `"${name}" of ${module.name} must not contain a secret`,
      place,
      why: 'It would show in the list of processes or in an output.',
      remedy: 'Pass it in the content of a file, by stdin, or in the environment of the task.',
    });
  const [what, remedy] = issue.message.split('\n');
  return new Problem({
    code: 'wrong-type',
    what: `"${name}" of ${module.name} ${sentenceOf(issue, what ?? issue.message)}`,
    place,
    why: `It is ${describeValue(value)}`,
    remedy: remedy ?? writtenInstead(issue, value) ?? describedBy(module, path),
  });
}

/** Returns what to write instead of a value that is nearly right; undefined if this is not known. */
function writtenInstead(issue: z.core.$ZodIssue, value: Value): string | undefined {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const words = issue.values.map(String);
    const same = SAME_WORDS.get(value.toLowerCase());
    return same !== undefined && words.includes(same) ? `Write ${same}.` : didYouMean(value, words);
  }
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `Write it in quotes: "${value}".`;
  if (issue.expected === 'number' && typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value))
    return `Write ${value} without quotes.`;
  if (issue.expected === 'array' && (typeof value === 'string' || typeof value === 'number'))
    return `Write a list: [${value}].`;
  return undefined;
}

/** Returns the keys that a map within the arguments accepts. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const part of path) {
    if (at === undefined) return [];
    const inner: z.core.$ZodType = unwrapped(at);
    at = typeof part === 'number' && inner instanceof z.ZodArray ? inner.element : shapeOf(inner)[part];
  }
  return at === undefined ? [] : Object.keys(shapeOf(unwrapped(at)));
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unwrapped(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrapped(schema.in) : schema;
}

/**
 * Removes issues that only follow from another one. For example, if `dst` was written for `dest`, the missing `dest` is
 * not reported. Of several issues of one value, the first is reported.
 */
export function ownIssues(issues: readonly z.core.$ZodIssue[], module: AnyModule): readonly z.core.$ZodIssue[] {
  const meant = new Set(
    issues.flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') return [];
      const path = plainPath(issue.path);
      return issue.keys.flatMap((key) => {
        const nearest = nearestName(key, keysAt(module.arguments, path));
        return nearest === undefined ? [] : [nameOf([...path, nearest])];
      });
    }),
  );
  const told = new Set<string>();
  return issues.filter((issue) => {
    const path = nameOf(plainPath(issue.path));
    if (issue.code === 'unrecognized_keys' || path === '') return true;
    if (meant.has(path) || told.has(path)) return false;
    told.add(path);
    return true;
  });
}

function nameOf(path: Path): string {
  return path.map(String).join('.');
}

/** Returns the problem of a wrong key in a map with names as keys. */
function wrongKey(
  issue: z.core.$ZodIssueInvalidKey,
  path: Path,
  { module, placeOf, keyPlace }: PlacedArguments,
): Problem {
  const key = String(path.at(-1) ?? '');
  const [rule = '', remedy] = (issue.issues[0]?.message ?? 'is not right').split('\n');
  const where = path.length > 1 ? `"${nameOf(path.slice(0, -1))}" of ${module.name}` : module.name;
  return new Problem({
    code: 'wrong-name',
    what: `The name "${key}" in ${where} ${rule}`,
    place: path.length === 1 && keyPlace !== undefined ? keyPlace(key) : placeOf(path),
    remedy,
  });
}

function foreignRemedy(module: AnyModule, key: string): string | undefined {
  const all = foreignArguments(module);
  const foreign = Object.hasOwn(all, key) ? all[key] : undefined;
  return foreign === undefined ? undefined : insteadOfArgument(foreign);
}

/** Returns the arguments that the module of Ansible has, or many of its modules have, and this module does not. */
export function foreignArguments({ foreign }: AnyModule): Readonly<Record<string, ForeignArgument>> {
  return { ...COMMON_ARGUMENTS, ...foreign };
}

/** Returns whether a message of a schema goes on after the name of the argument, and so is not one of zod. */
function isSentence(message: string): boolean {
  return /^[a-z]/.test(message);
}

function sentenceOf(issue: z.core.$ZodIssue, message: string): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type') return `must be ${TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}`;
  if (isSentence(message)) return message;
  if (issue.code === 'too_small' || issue.code === 'too_big') return sizeSentence(issue);
  return issue.code === 'invalid_union' ? unionSentence(issue) : 'is of a wrong form';
}

function sizeSentence(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isNumber = issue.origin === 'number' || issue.origin === 'int';
  if (!isNumber && issue.code === 'too_small' && Number(issue.minimum) === 1) return 'must not be empty';
  const what = isNumber ? 'must be' : 'must have a length of';
  if (issue.code === 'too_small')
    return `${what} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
  return `${what} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
}

/** Returns the forms that a value may have: `must be a text, or a list`. */
function unionSentence(issue: z.core.$ZodIssueInvalidUnion): string {
  const forms = issue.errors.map(([first]) =>
    first === undefined ? '' : sentenceOf(first, first.message.split('\n')[0] ?? ''),
  );
  if (forms.length === 0) return 'is of a wrong type';
  // A form that fits but for a rule says more than the forms together.
  const rule = forms.find((form) => !form.startsWith('must be '));
  if (rule !== undefined) return rule;
  return `must be ${[...new Set(forms.map((form) => form.slice('must be '.length)))].join(', or ')}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function describeValue(value: Value | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (value instanceof Secret) return 'a secret';
  if (value instanceof Unknown) return 'not known yet';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value === 'string') return `the text ${JSON.stringify(shortened(mask(value)))}`;
  if (value instanceof Omitted) return 'omit';
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function describedBy(module: AnyModule, path: Path): string | undefined {
  const [name] = path;
  if (typeof name !== 'string') return undefined;
  const shape = shapeOf(module.arguments);
  const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
  const text = field instanceof z.ZodType ? field.description : undefined;
  return text === undefined ? undefined : `${name}: ${text}`;
}

/** Converts a path of zod to one of texts and numbers. */
export function plainPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}

/**
 * Returns the value at a path of keys and indexes; undefined if there is none. For a path into an unknown or secret
 * value, returns that value.
 */
export function valueAt(value: Value, path: Path): Value | undefined {
  let at: Value | undefined = value;
  for (const part of path) {
    if (at === undefined) return undefined;
    if (isList(at) && typeof part === 'number') at = at[part];
    else if (isMap(at) && Object.hasOwn(at, part)) at = at[part];
    // Everything inside an unknown or secret value is unknown or secret, too.
    else return at instanceof Unknown || at instanceof Secret ? at : undefined;
  }
  return at;
}

/** Returns the first unknown value inside this value, or the value itself if it is unknown. */
export function unknownWithin(value: Value | undefined): Unknown | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Unknown) return value;
  const parts = isList(value) ? value : isMap(value) ? Object.values(value) : [];
  for (const part of parts) {
    const unknown = unknownWithin(part);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** Returns the names of the arguments of a module. */
export function argumentNames(module: AnyModule): readonly string[] {
  return Object.keys(shapeOf(module.arguments));
}

/** Returns whether a module takes arguments of any name, such as set_fact. */
export function takesAnyName(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodPipe) return takesAnyName(schema.in);
  if (!(schema instanceof z.ZodObject)) return true;
  const { catchall } = schema.def;
  return catchall !== undefined && !(catchall instanceof z.ZodNever);
}

/** Returns the fields of a strict object. The object may be wrapped in rules and transforms. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in);
  return {};
}
