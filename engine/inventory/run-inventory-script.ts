import { resolve } from 'node:path';
import { type Place, Problem } from '../errors/problem.ts';
import { MAX_DEPTH, shapeOfJson } from '../values/base/depth.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import { textIn } from '../values/yaml/text-file.ts';
import { outputOf } from './program-output.ts';
import type { RawInventory } from './raw-inventory.ts';
import { entriesOf, variablesOf } from './variables-of-node.ts';

const MOST_VALUES = 2_000_000;
/** Number of simultaneous `--host` calls, for programs that return no `_meta`. */
const AT_ONCE = 8;

/**
 * Runs an executable with --list (and --host, if its answer has no `_meta.hostvars`) and adds the JSON that it prints.
 */
export async function runInventoryScript(path: string, into: RawInventory): Promise<void> {
  const list = await answer(path, ['--list']);
  const hosts = new Set<string>();
  let hostVariables: readonly MapEntry[] | undefined;
  for (const entry of entriesOf(list, `${path} --list must print a map of groups`)) {
    if (entry.key !== '_meta') {
      into.attempt(() => readGroup(path, entry, into, hosts));
      continue;
    }
    const given = entriesOf(entry.value, `_meta of ${path} --list must be a map`).find(({ key }) => key === 'hostvars');
    hostVariables =
      given === undefined ? undefined : entriesOf(given.value, `_meta.hostvars of ${path} --list must be a map`);
  }
  const variables =
    hostVariables === undefined
      ? await askEach(path, [...hosts])
      : new Map(hostVariables.map(({ key, value }) => [key, value]));
  for (const host of hosts) {
    const node = variables.get(host);
    if (node === undefined) continue;
    const given = into.attempt(() => variablesOf(node, `the variables of ${host} from ${path} must be a map`));
    if (given !== undefined && given.size > 0) into.host(host).variables.push({ origin: path, variables: given });
  }
}

function readGroup(path: string, { key: name, value }: MapEntry, into: RawInventory, seen: Set<string>): void {
  const group = into.group(name);
  const addHost = (host: string): void => {
    seen.add(host);
    group.hosts.add(host);
    into.host(host);
  };
  if (value.kind === 'list') return namesOf(value, `hosts of ${name} from ${path}`).forEach(addHost);
  const entries = entriesOf(value, `group ${name} of ${path} --list must be a map or a list of hosts`);
  if (!entries.some(({ key }) => ['hosts', 'vars', 'children'].includes(key))) {
    // An older form: a top-level entry is a host with its variables.
    addHost(name);
    into.addGroupVariables(name, { origin: path, variables: variablesOf(value, '') });
    return;
  }
  for (const entry of entries) {
    if (entry.key === 'hosts') namesOf(entry.value, `hosts of ${name} from ${path}`).forEach(addHost);
    else if (entry.key === 'vars')
      into.addGroupVariables(name, {
        origin: path,
        variables: variablesOf(entry.value, `vars of ${name} from ${path} must be a map`),
      });
    else if (entry.key === 'children') {
      for (const child of namesOf(entry.value, `children of ${name} from ${path}`)) {
        into.group(child);
        group.children.add(child);
      }
    }
  }
}

function namesOf(node: Node, what: string): readonly string[] {
  const names =
    node.kind === 'list'
      ? node.items.map((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? item.value : undefined))
      : [undefined];
  if (names.every((name) => name !== undefined)) return names;
  throw new Problem({
    code: 'wrong-type',
    what: `${what} must be a list of names`,
    place: node.place,
    remedy: 'Write ["one", "two"].',
  });
}

async function askEach(path: string, hosts: readonly string[]): Promise<ReadonlyMap<string, Node>> {
  const answers = new Map<string, Node>();
  const waiting = hosts.values();
  const ask = async (): Promise<void> => {
    for (const host of waiting) answers.set(host, await answer(path, ['--host', host]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return answers;
}

async function answer(path: string, args: readonly string[]): Promise<Node> {
  const shown = `${path} ${args.join(' ')}`;
  const stdout = await outputOf(resolve(path), args).catch((error: unknown) => {
    throw new Problem({
      code: 'inventory-script',
      what: `${shown} failed`,
      place: { file: path, line: 1, column: 1 },
      why: error instanceof Error ? error.message.trim() : String(error),
      remedy: 'Run it by hand. A file that is not a program must not have the executable bit.',
      cause: error,
    });
  });
  const place: Place = { file: shown, line: 1, column: 1 };
  try {
    const text = textIn(stdout, shown);
    refuseEndless(text, shown, path);
    return nodeOf(text.trim() === '' ? {} : JSON.parse(text, refusingLargeNumbers(place)), place);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem({
      code: 'inventory-script',
      what: `${shown} printed something that is not JSON`,
      place: { file: path, line: 1, column: 1 },
      why: error.message,
      remedy: `Run \`${shown}\` by hand: it must print {"group": {"hosts": ["name"]}}, and nothing else on stdout.`,
    });
  }
}

function refuseEndless(text: string, shown: string, path: string): void {
  const { depth, values } = shapeOfJson(text);
  if (depth <= MAX_DEPTH && values <= MOST_VALUES) return;
  const isDeep = depth > MAX_DEPTH;
  throw new Problem({
    code: isDeep ? 'json-too-deep' : 'json-too-large',
    what: `${shown} printed JSON ${isDeep ? `that is nested more than ${MAX_DEPTH} levels deep` : `of more than ${MOST_VALUES} values`}`,
    place: { file: path, line: 1, column: 1 },
    remedy: `Have it ${isDeep ? 'print the inner part as text, or leave it out' : 'leave out what no play uses'}.`,
  });
}

/** Refuses numbers that JavaScript would round, as in the other forms of inventories. Throws Problem. */
function refusingLargeNumbers(
  place: Place,
): (key: string, value: unknown, context?: { readonly source?: string }) => unknown {
  return (key, value, { source = '' } = {}) => {
    if (typeof value !== 'number' || (/^-?\d+$/.test(source) ? Number.isSafeInteger(value) : Number.isFinite(value)))
      return value;
    throw new Problem({
      code: 'yaml-number',
      what: `${source.slice(0, 40)} does not fit a number`,
      place,
      why: `The program gives it as ${JSON.stringify(key)}.`,
      remedy: `Print it as text: "${source}".`,
    });
  };
}

function nodeOf(value: unknown, place: Place): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => nodeOf(item, place)), place };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, member]) => ({
      key,
      keyPlace: place,
      value: nodeOf(member, place),
    }));
    return { kind: 'map', entries, place };
  }
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { kind: 'scalar', value: scalar, style: 'plain', place, source: String(scalar) };
}
