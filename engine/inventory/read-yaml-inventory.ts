import type { Place } from '../errors/problem.ts';
import { Problem } from '../errors/problem.ts';
import type { Compiled } from '../values/compiled.ts';
import { compileNode } from '../values/compiled.ts';
import type { MapEntry, Node } from '../values/node.ts';
import { nearestName } from '../values/suggest.ts';
import { readYaml } from '../values/yaml.ts';
import { expandRange } from './host-range.ts';
import type { RawInventory } from './raw-inventory.ts';
import { rawGroup, rawHost } from './raw-inventory.ts';

const GROUP_KEYS = ['hosts', 'children', 'vars'];

/** Adds an inventory in Ansible's YAML form. Throws Problems with the place of whatever is not of that form. */
export function readYamlInventory(text: string, file: string, into: RawInventory): void {
  for (const document of readYaml(text, file)) {
    if (document.kind === 'scalar' && document.value === null) continue;
    for (const entry of entriesOf(document, 'an inventory is a map of groups')) readGroup(entry.key, entry.value, into);
  }
}

function readGroup(name: string, node: Node, into: RawInventory): void {
  const group = rawGroup(into, name);
  if (node.kind === 'scalar' && node.value === null) return;
  for (const entry of entriesOf(node, `group ${name} must be a map with ${GROUP_KEYS.join(', ')}`)) {
    switch (entry.key) {
      case 'hosts':
        for (const host of optionalEntries(entry.value, `hosts of ${name} must be a map of host names`)) {
          for (const hostName of expandRange(host.key, host.keyPlace)) {
            group.hosts.add(hostName);
            const given = rawHost(into, hostName);
            const variables = variablesOf(host.value, `the variables of ${hostName} must be a map`);
            if (variables.size > 0) given.push({ origin: host.keyPlace.file, variables });
          }
        }
        break;
      case 'children':
        for (const child of optionalEntries(entry.value, `children of ${name} must be a map of groups`)) {
          group.children.add(child.key);
          readGroup(child.key, child.value, into);
        }
        break;
      case 'vars':
        group.variables.push({ origin: entry.keyPlace.file, variables: variablesOf(entry.value, `vars of ${name} must be a map`) });
        break;
      default: {
        const near = nearestName(entry.key, GROUP_KEYS);
        throw new Problem({
          code: 'unknown-key',
          what: `a group has no "${entry.key}"`,
          place: entry.keyPlace,
          why: `It stands in group ${name}, which may have ${GROUP_KEYS.join(', ')}.`,
          remedy: near === undefined ? `Put hosts under "hosts", groups under "children", variables under "vars".` : `Did you mean "${near}"?`,
        });
      }
    }
  }
}

/** A map of variables, each compiled where it stands. */
export function variablesOf(node: Node, otherwise: string): ReadonlyMap<string, Compiled> {
  const variables = new Map<string, Compiled>();
  for (const entry of optionalEntries(node, otherwise)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(entry.key)) throw wrongName(entry.key, entry.keyPlace);
    variables.set(entry.key, compileNode(entry.value));
  }
  return variables;
}

function wrongName(name: string, place: Place): Problem {
  return new Problem({
    code: 'wrong-variable-name',
    what: `"${name}" cannot be the name of a variable`,
    place,
    remedy: 'Use letters, digits and underscores, and begin with a letter.',
  });
}

function optionalEntries(node: Node, otherwise: string): readonly MapEntry[] {
  return node.kind === 'scalar' && node.value === null ? [] : entriesOf(node, otherwise);
}

function entriesOf(node: Node, otherwise: string): readonly MapEntry[] {
  if (node.kind === 'map') return node.entries;
  throw new Problem({ code: 'wrong-type', what: otherwise, place: node.place });
}
