import { type Place, Problem } from '../errors/problem.ts';
import type { MapNode, Node } from '../values/base/node.ts';
import { oneDocument } from '../values/yaml/one-document.ts';
import { readYaml } from '../values/yaml/yaml.ts';

/** What to write in place of a module of Ansible, as the user says. */
export interface MappedModule {
  readonly module: string;
  /** New names of arguments; null for an argument that is left out. Other arguments keep their names. */
  readonly arguments: ReadonlyMap<string, string | null>;
}

/** By the name in Ansible, with or without its collection. */
export type ModuleMap = ReadonlyMap<string, MappedModule>;

/** The form of the file, for messages. */
export const MAP_FORM = 'Write, for example: my_service: { module: systemd, arguments: { unit: name, retries: null } }';

/** Reads the file of `convert --modules`. Throws Problem or Problems. */
export function readModuleMap(text: string, file: string): ModuleMap {
  const root = oneDocument(readYaml(text, file));
  if (root === undefined) return new Map();
  return new Map(mapIn(root).entries.map(({ key, value }) => [key, mappedIn(value)]));
}

function mapIn(node: Node): MapNode {
  if (node.kind !== 'map') throw wrong('a map of modules', node.place);
  return node;
}

function mappedIn(node: Node): MappedModule {
  const map = mapIn(node);
  const other = map.entries.find(({ key }) => key !== 'module' && key !== 'arguments');
  if (other !== undefined) throw wrong(`module and arguments, and not ${other.key}`, other.keyPlace);
  const module = map.entries.find(({ key }) => key === 'module')?.value;
  const name = module === undefined ? undefined : textIn(module);
  if (name === undefined) throw wrong('the name of a module', module?.place ?? map.place);
  const given = map.entries.find(({ key }) => key === 'arguments')?.value;
  const names = given === undefined ? [] : mapIn(given).entries;
  return { module: name, arguments: new Map(names.map(({ key, value }) => [key, argumentIn(value)])) };
}

function argumentIn(node: Node): string | null {
  if (node.kind === 'scalar' && node.value === null) return null;
  const name = textIn(node);
  if (name === undefined) throw wrong('the name of an argument, or null', node.place);
  return name;
}

function textIn(node: Node): string | undefined {
  return node.kind === 'scalar' && typeof node.value === 'string' && /^\w+(?:\.\w+)*$/.test(node.value)
    ? node.value
    : undefined;
}

function wrong(what: string, place: Place): Problem {
  return new Problem({ code: 'module-map', what: `Here must be ${what}`, place, remedy: MAP_FORM });
}
