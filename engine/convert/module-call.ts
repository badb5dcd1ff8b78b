import { isMap, isScalar } from 'yaml';
import { booleanOf } from '../values/base/boolean-word.ts';
import { SAME_WORDS } from '../values/habits/same-words.ts';
import { rewriteArgument, rewrittenPair } from './argument-rewrites.ts';
import type { Mark, Told } from './base/marks.ts';
import type { ModuleFacts } from './base/module-facts.ts';
import { onlyMustache } from './base/mustache.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, type MapOfFile, type YamlNode, endOf, isPlain, ownEntriesOf, textOf } from './base/yaml-source.ts';
import { oldReading } from './base/yaml-words.ts';
import { convertConditions } from './conditions.ts';
import { type ReadText, readModuleText } from './pairs.ts';
import { type Scalars, type Standing, assume, convertValue, take } from './scalars.ts';
import { writeLines } from './write-lines.ts';

/** A call of a module in a task. */
export interface Call {
  readonly entry: Entry;
  /** The name of the module here, or Ansible's name if there is no such module. */
  readonly module: string;
  readonly facts: ModuleFacts | undefined;
  /** The text of its arguments, if that is not the whole value of the entry. */
  readonly text?: string;
  /** The key of the argument that names the module. */
  readonly moduleKey?: string;
  /** New names of arguments, as the user says; null for an argument that is left out. */
  readonly names?: ReadonlyMap<string, string | null>;
}

/** Converts the arguments of a module in all their places: below the module, in one text, under `args`. */
export function convertCall(call: Call, args: Entry | undefined, standing: Standing, use: Scalars): void {
  const { entry } = call;
  const { value } = entry;
  const text = call.text ?? (value === null ? undefined : textOf(value));
  if (value !== null && isMap(value)) convertArguments(value, call, standing, use);
  else if (text !== undefined) convertText(text, call, standing, use);
  else convertValue(value, standing, use);
  if (args?.value !== undefined && args.value !== null && isMap(args.value))
    convertArguments(args.value, call, { ...standing, anchor: args.keyNode.range[0] }, use);
  else if (args !== undefined) convertValue(args.value, { ...standing, anchor: args.keyNode.range[0] }, use);
}

/** Converts each argument of a map, except the one that names the module. */
export function convertArguments(map: MapOfFile, call: Call, standing: Standing, use: Scalars): void {
  const isFlow = standing.isFlow || map.flow === true;
  for (const argument of ownEntriesOf(map)) {
    if (argument.key === call.moduleKey) continue;
    const anchor = standing.isFlow || map.flow === true ? standing.anchor : argument.keyNode.range[0];
    const key = newName(argument.key, call);
    if (key === null) use.draft.remove(argument);
    else convertArgument({ ...argument, key }, call, { anchor, isFlow, key }, use);
  }
}

/** Returns the name of an argument that the user maps; null if it is left out; any other name as it is. */
function newName(name: string, { names }: Call): string | null {
  const mapped = names?.get(name);
  return mapped === undefined ? name : mapped;
}

function convertArgument(argument: Entry, call: Call, standing: Standing, use: Scalars): void {
  const { draft } = use;
  const { facts, module } = call;
  if (draft.isMarked(standing.anchor)) return;
  if (call.names === undefined && rewriteArgument(module, argument, standing, use)) return;
  if (facts !== undefined && facts.argument(argument.key) === undefined) {
    convertForeign(argument, facts, standing, use);
    return;
  }
  if (call.names?.has(draft.source.written(argument.keyNode)) === true) draft.rename(argument, argument.key);
  if (module === 'assert' && argument.key === 'that') convertConditions(argument, standing, use);
  else if (module === 'debug' && argument.key === 'var') convertShown(argument, standing, use);
  else if (!convertLiteral(argument, call, standing, use) && !convertPrinted(argument, call, standing, use))
    convertValue(argument.value, standing, use);
}

/**
 * Converts a variable that is a number or a boolean for an argument that takes only texts: Ansible makes a text of it.
 * Returns true if nothing is left to do.
 */
function convertPrinted({ key, value }: Entry, { facts }: Call, standing: Standing, use: Scalars): boolean {
  const before = textOf(value);
  const inner = before === undefined ? undefined : onlyMustache(before);
  if (value === null || before === undefined || inner === undefined || facts === undefined) return false;
  const filter = printingFilter(inner, facts.argument(key) ?? key, facts, use);
  if (filter === undefined) return false;
  const converted = use.translator.template(`{{ (${inner}) | ${filter} }}`, 'string');
  take(converted, { node: value, standing, kind: 'template', before }, use);
  return true;
}

/** Returns the filter that prints the value for an argument of text; undefined if the argument takes it as it is. */
function printingFilter(
  expression: string,
  argument: string,
  facts: ModuleFacts,
  { translator }: Scalars,
): string | undefined {
  const printed = PRINTED.get(translator.typeOf(expression) ?? '');
  if (printed === undefined || MODES.has(argument) || facts.takes(argument, printed.example)) return undefined;
  return facts.takes(argument, String(printed.example)) ? printed.filter : undefined;
}

/** The types that Ansible prints for an argument of text: a value of each, and the filter that prints it. */
const PRINTED: ReadonlyMap<string, { readonly example: unknown; readonly filter: string }> = new Map([
  ['number', { example: 1, filter: 'string' }],
  ['boolean', { example: true, filter: "ternary('True', 'False')" }],
]);

const LEFT_OUT = 'Leave it out: ';

/**
 * Converts an argument that the module here does not have. It is removed if it has no effect, removed with a note if
 * its value is not known, and otherwise marked for a person.
 */
function convertForeign(
  argument: Entry,
  { name: module, ...facts }: ModuleFacts,
  standing: Standing,
  use: Scalars,
): void {
  const { draft } = use;
  const { key, value } = argument;
  const instead = facts.instead(key);
  const fixed = fixedText(value);
  if (facts.isIdle(key, fixed)) draft.remove(argument);
  else if (instead?.startsWith(LEFT_OUT) === true && fixed === undefined && textOf(value) !== undefined) {
    draft.remove(argument);
    const sentence = `that ${key} of ${module} can be left out: ${instead.slice(LEFT_OUT.length).replace(/\.$/, '')}`;
    assume([{ topic: 'argument left out', sentence }], standing.anchor, draft);
  } else {
    draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'argument', module, name: key, instead } });
    convertValue(value, standing, use);
  }
}

/** Returns the text; undefined for a template or another node. */
function fixedText(node: YamlNode | null): string | undefined {
  const text = textOf(node);
  return text?.includes('{{') === true ? undefined : text;
}

function convertShown({ value }: Entry, standing: Standing, use: Scalars): void {
  const text = value === null ? undefined : textOf(value);
  if (value === null || text === undefined) return;
  if (text.includes('{{')) convertValue(value, standing, use);
  else if (!use.draft.isMarked(standing.anchor))
    take(use.translator.expression(text, 'value'), { node: value, standing, kind: 'expression', before: text }, use);
}

/**
 * Converts a fixed value to the form that the argument accepts: booleans, modes, texts. Returns true if nothing is left
 * to do.
 */
function convertLiteral({ key, value }: Entry, { facts }: Call, standing: Standing, use: Scalars): boolean {
  const { draft } = use;
  if (facts === undefined || value === null || !isScalar(value)) return false;
  const text = textOf(value);
  if (text === undefined || text.includes('{{') || text.includes('.j2')) return false;
  const argument = facts.argument(key) ?? key;
  const written = literalFor(text, isPlain(value), argument, facts);
  if (written === undefined) {
    const refusal = facts.refusal(argument, readAs(text, isPlain(value)));
    if (refusal !== undefined)
      draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'value', module: facts.name, name: key, refusal } });
    return false;
  }
  draft.replace(value.range[0], endOf(value as YamlNode), written.text);
  if (written.assumed !== undefined) assume([written.assumed], standing.anchor, draft);
  return true;
}

interface Literal {
  readonly text: string;
  readonly assumed?: Told;
}

const MODES: ReadonlySet<string> = new Set(['mode', 'directory_mode', 'umask']);

/** Returns the value to write; undefined if the text is right already, or if no right value is known. */
function literalFor(text: string, isPlainText: boolean, argument: string, facts: ModuleFacts): Literal | undefined {
  if (MODES.has(argument)) return isPlainText ? modeFor(text) : undefined;
  const old = isPlainText ? oldReading(text) : undefined;
  if (old?.kind === 'boolean') return booleanFor(old.value, argument, facts);
  const word = booleanOf(text);
  const isMeant = isNoText(text, argument, facts);
  if (word !== undefined && isMeant && facts.takes(argument, word)) return { text: String(word) };
  if (isPlainText && old === undefined && /^[-+]?\d+(?:\.\d+)?$/.test(text)) return quotedNumber(text, argument, facts);
  const same = SAME_WORDS.get(text);
  return same !== undefined && isMeant && facts.takes(argument, same) ? { text: same } : undefined;
}

/** Returns whether the argument needs another value for the text, such as true for yes. */
function isNoText(text: string, argument: string, facts: ModuleFacts): boolean {
  return !facts.takes(argument, text) || facts.isBoolean(argument);
}

/** Quotes a number if the argument accepts only texts. */
function quotedNumber(text: string, argument: string, facts: ModuleFacts): Literal | undefined {
  return facts.takes(argument, text) && !facts.takes(argument, Number(text)) ? { text: `"${text}"` } : undefined;
}

/** Writes a boolean. If the argument needs a text, Ansible makes True or False of it. */
function booleanFor(value: boolean, argument: string, facts: ModuleFacts): Literal {
  const isTaken = facts.takes(argument, value) || !facts.takes(argument, 'True');
  return { text: isTaken ? String(value) : `"${value ? 'True' : 'False'}"` };
}

function modeFor(text: string): Literal | undefined {
  if (/^0[0-7]+$/.test(text)) return { text: `"${text}"` };
  // YAML reads a mode without the zero as decimal: Ansible warns, and sets other bits than the reader expects.
  if (/^[0-7]{3,4}$/.test(text))
    return {
      text: `"0${text}"`,
      assumed: { topic: 'mode', sentence: `mode: 0${text}, and not the decimal number ${text}` },
    };
  return undefined;
}

/** Converts `name=value …` in one text into a map, and any other text in its place. */
function convertText(text: string, call: Call, standing: Standing, use: Scalars): void {
  const { draft } = use;
  const { entry, facts, module } = call;
  const read = readModuleText(text, module, call.names === undefined ? facts : undefined);
  if (read === undefined) {
    if (call.text === undefined) convertValue(entry.value, standing, use);
    else writeWhole(call.text, entry, standing, use);
    return;
  }
  if (draft.isMarked(standing.anchor)) return;
  const lines = pairLines(read, call, standing, use);
  writeLines(entry, lines, standing, draft);
}

function writeWhole(text: string, entry: Entry, standing: Standing, use: Scalars): void {
  const { draft, translator } = use;
  const converted = translator.template(text, 'string');
  const written = converted.kind === 'byHand' ? text : converted.text;
  draft.replace(
    draft.source.colonEnd(entry),
    draft.source.entryEnd(entry),
    ` ${scalarOf(written, { isFlow: standing.isFlow })}`,
  );
  if (converted.kind === 'byHand')
    draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'template', reasons: converted.reasons } });
  else assume(converted.assumptions, standing.anchor, draft);
}

function pairLines({ free, pairs }: ReadText, call: Call, standing: Standing, use: Scalars): readonly string[] {
  const renamed = pairs.flatMap(([given, value]) => {
    const name = newName(given, call);
    return name === null ? [] : [[name, value] as const];
  });
  const all = free === undefined ? renamed : [[call.facts?.freeForm ?? 'cmd', free] as const, ...renamed];
  return all.flatMap(([name, value]) => {
    const { facts, module } = call;
    const has = (other: string): boolean => all.some(([one]) => one === other);
    const rewritten = rewrittenPair(module, [name, value], { has, standing, use });
    if (rewritten !== undefined) {
      const marks = rewritten.assumed.map((what): Mark => ({ kind: 'assumed', what }));
      return [...writtenMarks(marks, standing, use), ...(rewritten.line === undefined ? [] : [rewritten.line])];
    }
    const instead = facts?.instead(name);
    const isHere = facts === undefined || facts.argument(name) !== undefined;
    if (!isHere && facts.isIdle(name, value.includes('{{') ? undefined : value)) return [];
    const marks: Mark[] = isHere ? [] : [{ kind: 'byHand', why: { kind: 'argument', module, name, instead } }];
    const written = pairValue(name, value, call, { standing, use, marks });
    return [...writtenMarks(marks, standing, use), `${name}: ${written}`];
  });
}

/** Writes the marks of a pair above its line, or above the task if everything is on one line. */
function writtenMarks(marks: readonly Mark[], { anchor, isFlow }: Standing, { draft }: Scalars): readonly string[] {
  if (!isFlow) return marks.map((mark) => draft.note(anchor, mark));
  for (const mark of marks) draft.mark(anchor, mark);
  return [];
}

interface Around {
  readonly standing: Standing;
  readonly use: Scalars;
  readonly marks: Mark[];
}

function pairValue(name: string, value: string, call: Call, around: Around): string {
  const { standing, use, marks } = around;
  if (!value.includes('{{')) return fixedPair(name, value, call, around);
  const converted = use.translator.template(printedPair(name, value, call, around), 'string');
  if (converted.kind === 'byHand') {
    marks.push({ kind: 'byHand', why: { kind: 'template', reasons: converted.reasons } });
    return scalarOf(value, { isFlow: standing.isFlow });
  }
  marks.push(...converted.assumptions.map((what): Mark => ({ kind: 'assumed', what })));
  return scalarOf(converted.text, { isFlow: standing.isFlow });
}

/** Returns the template of a pair: printed as text where the argument takes no value of its type. */
function printedPair(name: string, value: string, { facts }: Call, { use, marks }: Around): string {
  const inner = onlyMustache(value);
  const filter =
    inner === undefined || facts === undefined
      ? undefined
      : printingFilter(inner, facts.argument(name) ?? name, facts, use);
  return filter === undefined ? namedTemplate(value, use, marks) : `{{ (${inner}) | ${filter} }}`;
}

/** Converts the value of a pair without templates. */
function fixedPair(name: string, value: string, { facts, module }: Call, { standing, use, marks }: Around): string {
  const argument = facts?.argument(name) ?? name;
  const takes = (one: unknown): boolean => facts?.takes(argument, one) === true;
  const boolean = booleanOf(value);
  if (boolean !== undefined && isBooleanIn(value, argument, { facts, module }) && takes(boolean))
    return String(boolean);
  if (isNumberIn(value, argument, facts) && takes(Number(value))) return value;
  const same = SAME_WORDS.get(value);
  if (same !== undefined && !takes(value) && takes(same)) return same;
  const refusal = facts?.refusal(argument, value);
  if (refusal !== undefined) marks.push({ kind: 'byHand', why: { kind: 'value', module, name, refusal } });
  return scalarOf(namedTemplate(value, use, marks), { isFlow: standing.isFlow });
}

/** In one text, the values of variables are texts. */
function isNumberIn(value: string, argument: string, facts: Call['facts']): boolean {
  return /^(?:0|[1-9]\d*)$/.test(value) && !MODES.has(argument) && facts?.isVariable(argument) !== true;
}

/** For set_fact, Ansible makes booleans of words in pairs, but not of digits and single letters. */
function isBooleanIn(value: string, argument: string, { facts, module }: Pick<Call, 'facts' | 'module'>): boolean {
  if (module === 'set_fact') return /^[a-z]{2}/i.test(value);
  return facts === undefined || isNoText(value, argument, facts);
}

/** Returns the value that YAML 1.1 reads from a scalar without templates. */
function readAs(text: string, isPlainText: boolean): string | number | boolean | null | undefined {
  if (!isPlainText) return text;
  if (/^(?:~|null|)$/i.test(text)) return null;
  const old = oldReading(text);
  if (old?.kind === 'boolean') return old.value;
  return old === undefined && /^[-+]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Replaces the name of a template file in the text with its name after the conversion. */
function namedTemplate(text: string, { templateNames }: Scalars, marks: Mark[]): string {
  const named = text.includes('.j2') ? templateNames.renamed(text) : undefined;
  if (named?.left !== undefined) marks.push({ kind: 'byHand', why: { kind: 'template-file', name: named.left } });
  return named?.text ?? text;
}
