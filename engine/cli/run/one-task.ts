import { type Place, Problem, Problems } from '../../errors/problem.ts';
import { shellWords } from '../../inventory/shell-words.ts';
import type { Catalogue } from '../../modules/base/catalogue.ts';
import type { Argument, Play, Playbook, Task } from '../../playbook/base/play.ts';
import { NO_SETTINGS } from '../../playbook/base/settings.ts';
import { argumentDocuments } from '../../report/reference/module-document.ts';
import type { Node } from '../../values/base/node.ts';
import { compileNode } from '../../values/compiled.ts';
import { type ForeignArgument, hasNoEffect } from '../../values/habits/foreign-argument.ts';
import { parseTemplate } from '../../values/template/template.ts';
import { readYaml } from '../../values/yaml/yaml.ts';

/** The options for the one task, as they were given. */
export interface OneTask {
  readonly pattern: string;
  readonly module: string;
  /** `name=value …`, the free text of the module, or a map in braces. */
  readonly arguments: string;
  readonly become: boolean;
  readonly becomeUser: string | undefined;
}

/** The pattern has no source line to show: messages name it. */
const PATTERN_PLACE: Place = { file: 'the pattern of hosts', line: 1, column: 1 };
const TASK_PLACE: Place = { file: '-m', line: 1, column: 1 };
const ARGUMENTS_FILE = '-a';

/**
 * Makes a playbook of one play with one task. If the module or its arguments are wrong, throws Problem for one mistake,
 * Problems for several.
 */
export async function oneTaskPlaybook(given: OneTask, modules: Catalogue): Promise<Playbook> {
  const module = await modules.module(given.module);
  const taken = underOwnNames(
    await readArguments(given, modules),
    module.aliases ?? {},
    await modules.foreign(module.name),
  );
  const problems = await modules.check(module.name, taken, TASK_PLACE);
  const [first, ...rest] =
    given.arguments === '' && problems.length > 0 ? [nothingToDo(module.name, problems)] : problems;
  if (first !== undefined) throw new Problems([first, ...rest]);
  const settings = {
    ...NO_SETTINGS,
    ...(given.become ? { become: compileNode(scalar(true, PATTERN_PLACE)) } : {}),
    ...(given.becomeUser === undefined ? {} : { becomeUser: compileNode(scalar(given.becomeUser, PATTERN_PLACE)) }),
  };
  const task: Task = {
    kind: 'task',
    id: '-m:1:1',
    place: TASK_PLACE,
    when: [],
    tags: new Set(),
    layers: [],
    settings,
    role: undefined,
    searchPath: [process.cwd()],
    name: parseTemplate(module.name, TASK_PLACE, 'plain', module.name),
    module: module.name,
    modulePlace: TASK_PLACE,
    arguments: taken,
    asserts: undefined,
    loop: undefined,
    register: undefined,
    until: undefined,
    changedWhen: undefined,
    failedWhen: undefined,
    ignoreErrors: undefined,
    delegateFacts: undefined,
    notify: [],
    delegateTo: undefined,
    runOnce: undefined,
    throttle: undefined,
    anyErrorsFatal: undefined,
  };
  return { file: 'exec', plays: [playOf(given, task, settings)] };
}

function playOf({ pattern }: OneTask, task: Task, settings: Play['settings']): Play {
  return {
    name: pattern,
    place: PATTERN_PLACE,
    hosts: compileNode(scalar(pattern, PATTERN_PLACE)),
    hostsPlace: PATTERN_PLACE,
    serial: [],
    serialPlace: undefined,
    perSlice: new Set(),
    strategy: 'linear',
    isOneByOne: false,
    order: 'inventory',
    maxFailPercentage: undefined,
    anyErrorsFatal: undefined,
    settings,
    layers: [],
    variableFiles: [],
    sections: [{ name: 'tasks', steps: [task] }],
    handlers: [],
    prompts: [],
    roles: [],
  };
}

/** Makes the Problem for missing arguments. Without `-a`, the user has most often forgotten the command. */
function nothingToDo(module: string, [first, ...rest]: readonly Problem[]): Problem {
  const isCommand = module === 'command' || module === 'shell';
  return new Problem({
    code: first?.code ?? 'missing-argument',
    what: isCommand ? 'there is no command to run' : `${module} is given no arguments`,
    why: isCommand ? undefined : [first, ...rest].map((one) => one?.what).join('\n'),
    remedy: isCommand
      ? 'Write it after -a: -a "uptime".'
      : `Write them after -a: -a "name=value …"; see \`runbook docs ${module}\`.`,
  });
}

function underOwnNames(
  taken: ReadonlyMap<string, Argument>,
  aliases: Readonly<Record<string, string>>,
  foreign: Readonly<Record<string, ForeignArgument>>,
): ReadonlyMap<string, Argument> {
  const isIdle = (name: string, { value: { literal } }: Argument): boolean => {
    const one = Object.hasOwn(foreign, name) ? foreign[name] : undefined;
    return one !== undefined && hasNoEffect(one, literal);
  };
  return new Map(
    [...taken]
      .filter(([name, value]) => !isIdle(name, value))
      .map(([name, value]) => [Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name, value]),
  );
}

async function readArguments(
  { module: name, arguments: text }: OneTask,
  modules: Catalogue,
): Promise<ReadonlyMap<string, Argument>> {
  const trimmed = text.trim();
  if (trimmed === '') return new Map();
  if (trimmed.startsWith('{') && !trimmed.startsWith('{{')) return fromMap(trimmed);
  const module = await modules.module(name);
  const types = new Map(argumentDocuments(module).map((document) => [document.name, document.type]));
  for (const [alias, name] of Object.entries(module.aliases ?? {})) types.set(alias, types.get(name) ?? 'any');
  const firstName = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(trimmed)?.[1];
  if (module.freeForm !== undefined && (firstName === undefined || !types.has(firstName))) {
    return new Map([
      [
        module.freeForm,
        argument(scalar(trimmed, { file: ARGUMENTS_FILE, line: 1, column: 1, length: trimmed.length })),
      ],
    ]);
  }
  return fromPairs(trimmed, types);
}

function fromMap(text: string): ReadonlyMap<string, Argument> {
  const [node] = readYaml(text, ARGUMENTS_FILE);
  if (node?.kind !== 'map')
    throw new Problem({
      code: 'wrong-type',
      what: 'the arguments in -a are not a map',
      place: node?.place,
      remedy: `Write -a '{name: value}', or -a 'name=value'.`,
    });
  return new Map(node.entries.map(({ key, keyPlace, value }) => [key, { keyPlace, value: compileNode(value) }]));
}

function fromPairs(text: string, types: ReadonlyMap<string, string>): ReadonlyMap<string, Argument> {
  const split = shellWords(text);
  if (split.kind === 'open_quote') {
    throw new Problem({
      code: 'wrong-arguments',
      what: 'a quote in -a is opened and not closed',
      place: { file: ARGUMENTS_FILE, line: 1, column: split.at + 1 },
      remedy: 'Add the same quote where the text ends.',
    });
  }
  const found = new Map<string, Argument>();
  for (const word of split.words) {
    const place: Place = { file: ARGUMENTS_FILE, line: 1, column: word.start + 1, length: word.source.length };
    const equals = word.text.indexOf('=');
    if (equals < 1) {
      throw new Problem({
        code: 'wrong-arguments',
        what: `"${word.text}" in -a is not of the form name=value`,
        place,
        remedy: 'Put quotes around a value that contains blanks.',
      });
    }
    const name = word.text.slice(0, equals);
    found.set(name, {
      ...argument(typedNode(word.text.slice(equals + 1), types.get(name) ?? 'any', place)),
      keyPlace: place,
    });
  }
  return found;
}

/**
 * Makes a node of a text of the command line. It stays text unless the module wants a number, a boolean, a list or a
 * map.
 */
function typedNode(text: string, type: string, place: Place): Node {
  if (/^(?:true|false)$/.test(text) && /\bboolean\b/.test(type)) return scalar(text === 'true', place);
  if (/^-?\d+(?:\.\d+)?$/.test(text) && /\b(?:integer|number)\b/.test(type)) return scalar(Number(text), place);
  const isStructure = /^[[{]/.test(text) && !text.startsWith('{{') && /\b(?:any|list|map)\b/.test(type);
  return (isStructure ? readYaml(text, ARGUMENTS_FILE)[0] : undefined) ?? scalar(text, place);
}

function argument(node: Node): Argument {
  return { keyPlace: node.place, value: compileNode(node) };
}

function scalar(value: string | boolean | number, place: Place): Node {
  return { kind: 'scalar', value, style: 'plain', place, source: String(value) };
}
