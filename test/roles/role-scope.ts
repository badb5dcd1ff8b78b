import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadInventory } from '../../engine/inventory/load-inventory.ts';
import type { MapNode, Node } from '../../engine/values/base/node.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import type { Scope, Value, ValueMap } from '../../engine/values/base/value.ts';
import { type Compiled, compileNode } from '../../engine/values/compiled.ts';
import { parseExpression } from '../../engine/values/expression/expression.ts';
import { type Layer, type Level, layeredScope } from '../../engine/values/scope.ts';
import { parseTemplateFile } from '../../engine/values/template/template.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
export const MASTERS = ['k8s-master-1', 'k8s-master-2', 'k8s-master-3'];

/** Returns the only document of a YAML file of the project. */
export function yamlOf(path: string): Node {
  const [node] = readYaml(readFileSync(join(ROOT, path), 'utf8'), path);
  if (node === undefined) throw new Error(`${path} is empty`);
  return node;
}

export interface RoleScope {
  /** The name of the role; its defaults and vars are used. */
  readonly role: string;
  readonly host?: string;
  readonly inventory?: 'lab' | 'prod';
  /** Values of facts, registered results and set_fact. */
  readonly known?: ValueMap;
  /** Values of -e. */
  readonly extra?: ValueMap;
}

export const DEBIAN: ValueMap = {
  os: { family: 'debian' },
  virtualization: 'none',
  architecture: 'x86_64',
  selinux: 'disabled',
};
export const RHEL: ValueMap = { ...DEBIAN, os: { family: 'redhat' }, selinux: 'enforcing' };

/** Returns the variables that a task of a role sees on a host of an inventory of the project. */
export async function roleScope(options: RoleScope): Promise<Scope> {
  const { role, host: name = MASTERS[0] ?? '', known = {}, extra = {} } = options;
  const inventory = await loadInventory([join(ROOT, 'inventory', `${options.inventory ?? 'prod'}.yml`)]);
  const groups: ValueMap = Object.fromEntries([...inventory.groups].map(([group, { hosts }]) => [group, hosts]));
  const scopeOf = (host: string, layers: readonly Layer[]): Scope => {
    const magic = { inventory_hostname: host, inventory_dir: '/inventory', groups, hostvars };
    return layeredScope([
      ...layers,
      layer('set_fact', { play_hosts: groups['masters'] ?? [], facts: factsOf(scopeOfInventory(host)), ...known }),
      layer('extra vars', extra),
      layer('magic', magic),
    ]);
  };
  const hostLayers = (host: string): readonly Layer[] => inventory.hosts.get(host)?.layers ?? [];
  const scopeOfInventory = (host: string): Scope => layeredScope([...hostLayers(host), layer('extra vars', extra)]);
  const hostvars: ValueMap = Object.create(null);
  for (const host of inventory.hosts.keys()) {
    Object.defineProperty(hostvars, host, {
      enumerable: true,
      get: () => {
        const scope = scopeOf(host, hostLayers(host));
        const variables: ValueMap = Object.create(null);
        for (const variable of scope.names()) {
          if (variable !== 'hostvars')
            Object.defineProperty(variables, variable, { enumerable: true, get: () => scope.lookup(variable) });
        }
        return variables;
      },
    });
  }
  return scopeOf(name, [
    roleLayer('role defaults', role, 'defaults'),
    ...hostLayers(name),
    roleLayer('role vars', role, 'vars'),
  ]);
}

function factsOf(scope: Scope): ValueMap {
  const address = scope.lookup('ansible_host') ?? '';
  return {
    ...DEBIAN,
    all_ipv4: [address],
    interfaces: { lo: { ipv4: ['127.0.0.1'] }, eth0: { ipv4: [address] } },
    default_ipv4: null,
  };
}

function layer(level: Level, variables: ValueMap): Layer {
  return { level, origin: 'test', variables: new Map<string, Value>(Object.entries(variables)) };
}

function roleLayer(level: Level, role: string, part: 'defaults' | 'vars'): Layer {
  const path = `roles/${role}/${part}/main.yml`;
  let text: string;
  try {
    text = readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return layer(level, {});
  }
  const [node] = readYaml(text, path);
  const entries = node?.kind === 'map' ? node.entries : [];
  return {
    level,
    origin: path,
    variables: new Map<string, Compiled>(entries.map(({ key, value }) => [key, compileNode(value)])),
  };
}

/** Renders a template of a role to text, with its secrets. */
export async function rendered(template: string, options: RoleScope): Promise<string> {
  const path = `roles/${options.role}/templates/${template}`;
  const value = parseTemplateFile(readFileSync(join(ROOT, path), 'utf8'), path).render(await roleScope(options));
  if (value instanceof Secret) return value.reveal();
  if (typeof value === 'string') return value;
  throw new Error(`${path} is unknown`);
}

/** Returns all tasks of a task file by their names, also those in blocks. */
export function tasksOf(path: string): ReadonlyMap<string, MapNode> {
  const tasks = new Map<string, MapNode>();
  const collect = (node: Node | undefined): void => {
    if (node?.kind === 'list') node.items.forEach(collect);
    if (node?.kind !== 'map') return;
    const name = entryOf(node, 'name');
    if (name?.kind === 'scalar') tasks.set(String(name.value), node);
    collect(entryOf(node, 'block'));
  };
  collect(yamlOf(path));
  return tasks;
}

export function entryOf(node: MapNode, key: string): Node | undefined {
  return node.entries.find((entry) => entry.key === key)?.value;
}

/** Returns whether the expression is true (or all of a list of expressions). */
export function holds(node: Node | undefined, scope: Scope): boolean {
  if (node?.kind === 'list') return node.items.every((item) => holds(item, scope));
  if (node?.kind !== 'scalar') throw new Error('no expression');
  return parseExpression(String(node.value), node.place, node.style, node.source).test(scope) === true;
}

export function resolved(node: Node | undefined, scope: Scope): Value {
  if (node === undefined) throw new Error('no value');
  return compileNode(node).resolve(scope);
}
