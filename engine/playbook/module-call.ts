import type { Place } from '../errors/problem.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import type { Compiled } from '../values/compiled.ts';
import type { Expression } from '../values/expression/expression.ts';
import { type ForeignArgument, hasNoEffect } from '../values/habits/foreign-argument.ts';
import { type Fields, isNull, isTemplated, nodeKind } from './base/fields.ts';
import { asMap, readKeyValues } from './base/key-values.ts';
import { TASK_KEYWORDS } from './base/keywords.ts';
import type { Argument } from './base/play.ts';
import { type TextFault, faultOf } from './base/written-step.ts';
import { defaultsFor } from './module-defaults.ts';
import type { ModuleDefaults, Reading } from './reading.ts';

export interface ModuleCall {
  readonly module: string;
  readonly arguments: ReadonlyMap<string, Argument>;
  readonly asserts: readonly Expression[] | undefined;
}

/** The module that a task calls, and the entry of the task that names it. */
export interface ModuleEntry {
  readonly module: string;
  readonly entry: MapEntry;
}

interface CalledEntry extends ModuleEntry {
  readonly defaults: ModuleDefaults;
}

/** Arguments that are octal numbers. YAML reads a number without quotes as decimal. */
const MODES: ReadonlySet<string> = new Set(['mode', 'directory_mode', 'umask']);

/** Reads the module of a task, and checks its arguments as far as they are known. */
export async function readModuleCall(
  fields: Fields,
  { module, entry, defaults }: CalledEntry,
  reading: Reading,
): Promise<ModuleCall> {
  const written: Nodes = new Map();
  const isReadable =
    module === 'check' ? readCheckPair(fields, written, reading) : await readArguments(module, entry, written, reading);
  mergeArgs(fields, written, reading);
  await takeMisplaced(fields, { module, entry }, written, reading);
  const [foreign, aliases] = [await reading.modules.foreign(module), await reading.modules.aliases(module)];
  const nodes = renamed(withoutIdle(written, foreign), aliases, reading);
  const byDefault = new Map(defaultsFor(entry, defaults).map(({ key, keyPlace, value }) => [key, { keyPlace, value }]));
  for (const [name, node] of renamed(withoutIdle(byDefault, foreign), aliases, reading))
    if (!nodes.has(name)) nodes.set(name, node);
  const compiled = new Map<string, Argument>();
  let isWhole = isReadable;
  for (const [name, { keyPlace, value }] of nodes) {
    if (MODES.has(name) && isNumber(value)) {
      unquotedMode(name, value, reading);
      continue;
    }
    const argument = module === 'debug' && name === 'var' ? shownValue(fields, value) : fields.compile(value);
    if (argument === undefined) isWhole = false;
    else compiled.set(name, { keyPlace, value: argument });
  }
  if (isWhole) {
    for (const problem of await reading.modules.check(module, compiled, fields.map.place))
      reading.problems.take(problem);
  }
  const that = module === 'assert' ? nodes.get('that') : undefined;
  return { module, arguments: compiled, asserts: that === undefined ? undefined : readAsserts(fields, that.value) };
}

/** Reports arguments that are beside the module and not below it. They are then read as if they were below it. */
async function takeMisplaced(
  fields: Fields,
  { module, entry }: ModuleEntry,
  into: Nodes,
  reading: Reading,
): Promise<void> {
  const known = module === 'check' ? new Set<string>() : await reading.modules.argumentNames(module);
  for (const { key, keyPlace, value } of fields.map.entries) {
    const isMisplaced = known.has(key) && key !== entry.key && !TASK_KEYWORDS.has(key) && !reading.modules.has(key);
    if (isMisplaced && !into.has(key)) into.set(key, { keyPlace, value });
  }
}

/** Removes the arguments that have no effect here. */
function withoutIdle(written: Nodes, foreign: Readonly<Record<string, ForeignArgument>>): Nodes {
  const isIdle = (name: string, value: Node): boolean => {
    const argument = Object.hasOwn(foreign, name) ? foreign[name] : undefined;
    const said = value.kind === 'scalar' && !isTemplated(value) ? value.value : undefined;
    return argument !== undefined && hasNoEffect(argument, said);
  };
  return new Map([...written].filter(([name, { value }]) => !isIdle(name, value)));
}

/** Renames each argument to its name in the schema. */
function renamed(written: Nodes, aliases: Readonly<Record<string, string>>, reading: Reading): Nodes {
  const nodes: Nodes = new Map();
  for (const [name, node] of written) {
    const own = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
    if (own !== name && written.has(own)) {
      reading.problems.add({
        code: 'duplicate-key',
        what: `The argument ${own} is given twice: ${name} is another name of it`,
        place: node.keyPlace,
        remedy: 'Keep one of them.',
      });
    } else nodes.set(own, node);
  }
  return nodes;
}

type Nodes = Map<string, { readonly keyPlace: Place; readonly value: Node }>;

async function readArguments(module: string, entry: MapEntry, into: Nodes, reading: Reading): Promise<boolean> {
  const { value } = entry;
  if (value.kind === 'map') {
    for (const argument of value.entries)
      into.set(argument.key, { keyPlace: argument.keyPlace, value: argument.value });
    return true;
  }
  if (isNull(value)) return true;
  const freeForm = await reading.modules.freeForm(module);
  const text = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
  const fault = text === undefined ? undefined : await faultOf(text, module, reading.modules);
  if (value.kind === 'list' || freeForm === undefined || fault !== undefined) {
    reading.problems.add({
      code: 'arguments-not-a-map',
      what:
        fault === undefined
          ? `The arguments of ${module} must be a map, and this is ${nodeKind(value)}`
          : `The arguments of ${module} cannot be read: ${FAULTS[fault]}`,
      place: value.place,
      remedy: mapRemedy(module, text ?? '', fault),
    });
    return false;
  }
  into.set(freeForm, { keyPlace: entry.keyPlace, value });
  return true;
}

const FAULTS: Readonly<Record<TextFault, string>> = {
  open: 'a quote or {{ in the text has no end',
  words: 'the text holds name=value and other words',
  twice: 'the text holds a name twice',
};

/** Returns what to write in place of `src=a dest=b`. */
function mapRemedy(module: string, text: string, fault: TextFault | undefined): string {
  const { pairs } = readKeyValues(text);
  if (pairs.length === 0) return `Write ${module}: with its arguments below it, one a line.`;
  if (fault === 'open') return `Write a map, in which YAML reads the quotes: ${module}: {${pairs[0]?.[0]}: …}.`;
  if (fault === 'twice') return 'Keep one of them.';
  const words = fault === 'words' ? 'Put a value with blanks in quotes, or write a map' : 'Write a map';
  return `${words}: ${module}: ${asMap(pairs)}`;
}

function readCheckPair(fields: Fields, into: Nodes, reading: Reading): boolean {
  const check = fields.entry('check');
  const apply = fields.entry('apply');
  if (check === undefined || apply === undefined) {
    const [there, missing, remedy] =
      check === undefined
        ? ([
            'apply',
            'check',
            'Add check: with a command that exits with 0 if the host needs no change, or use shell: for a command that always runs.',
          ] as const)
        : ([
            'check',
            'apply',
            'Add apply: with the command that makes the change, or use query: for a command that only looks.',
          ] as const);
    reading.problems.add({
      code: 'check-and-apply',
      what: `A task with ${there}: also needs ${missing}:`,
      place: fields.placeOf(there),
      remedy,
    });
    return false;
  }
  for (const entry of [check, apply]) into.set(entry.key, { keyPlace: entry.keyPlace, value: entry.value });
  return true;
}

function mergeArgs(fields: Fields, into: Nodes, reading: Reading): void {
  for (const entry of fields.subMap('args')?.entries ?? []) {
    if (into.has(entry.key)) {
      reading.problems.add({
        code: 'duplicate-key',
        what: `The argument "${entry.key}" is given twice`,
        place: entry.keyPlace,
        remedy: 'Keep one of them.',
      });
      continue;
    }
    into.set(entry.key, { keyPlace: entry.keyPlace, value: entry.value });
  }
}

/** Reads the value of `debug: {var: a.b}`: an expression, or a template. */
function shownValue(fields: Fields, node: Node): Compiled | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '' || isTemplated(node))
    return fields.compile(node);
  const { place } = node;
  const expression = fields.condition(node, 'var');
  if (expression === undefined) return undefined;
  const { references } = expression;
  return {
    place,
    references,
    literal: undefined,
    resolve: (scope) => expression.evaluate(scope),
    placeOf: () => place,
  };
}

function isNumber(node: Node): boolean {
  return node.kind === 'scalar' && typeof node.value === 'number';
}

function unquotedMode(name: string, node: Node, reading: Reading): void {
  const source = node.kind === 'scalar' ? node.source : '';
  reading.problems.add({
    code: 'unquoted-mode',
    what: `${name} must be quoted: YAML reads ${source} as a decimal number`,
    place: node.place,
    remedy: `Write ${name}: "${/^0?[0-7]{3,4}$/.test(source) ? source.padStart(4, '0') : source}".`,
  });
}

function readAsserts(fields: Fields, node: Node): readonly Expression[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => fields.condition(item, 'that') ?? []);
}
