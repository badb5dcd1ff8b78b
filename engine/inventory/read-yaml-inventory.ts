import { Problem } from '../errors/problem.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import { nearestName } from '../values/language/suggest.ts';
import { oneDocument } from '../values/yaml/one-document.ts';
import type { RawInventory } from './raw-inventory.ts';
import { entriesOf, isEmpty, optionalEntries, variablesOf } from './variables-of-node.ts';

const GROUP_KEYS = ['hosts', 'children', 'vars'];

/** Adds an inventory in Ansible's YAML form. Invalid entries are reported with their places. */
export function readYamlInventory(documents: readonly Node[], into: RawInventory): void {
  const document = into.attempt(() => oneDocument(documents));
  if (document === undefined || isEmpty(document)) return;
  const entries = into.attempt(() => entriesOf(document, 'an inventory is a map of groups')) ?? [];
  const plugin = entries.find((entry) => entry.key === 'plugin');
  if (plugin === undefined) return entries.forEach((entry) => readGroup(entry, into));
  into.report(
    new Problem({
      code: 'inventory-plugin',
      what: 'inventory plugins are not supported',
      place: plugin.keyPlace,
      remedy: 'Use an executable that prints the inventory as JSON when it is called with --list.',
    }),
  );
}

function readGroup({ key: name, keyPlace, value: node }: MapEntry, into: RawInventory): void {
  into.group(name);
  const entries = into.attempt(() =>
    optionalEntries(node, `group ${name} must be a map with ${GROUP_KEYS.join(', ')}`),
  );
  for (const entry of entries ?? []) {
    switch (entry.key) {
      case 'hosts':
        for (const host of namesIn(entry.value, `hosts of ${name} must be a map of host names`, into))
          readHost(host, name, into);
        break;
      case 'children':
        for (const child of namesIn(entry.value, `children of ${name} must be a map of groups`, into)) {
          readGroup(child, into);
          into.group(name).children.add(child.key);
        }
        break;
      case 'vars': {
        const variables = into.attempt(() => variablesOf(entry.value, `vars of ${name} must be a map`));
        if (variables !== undefined) into.addGroupVariables(name, { origin: keyPlace.file, variables });
        break;
      }
      default: {
        const near = nearestName(entry.key, GROUP_KEYS);
        into.report(
          new Problem({
            code: 'unknown-key',
            what: `a group has no "${entry.key}"`,
            place: entry.keyPlace,
            why: `It stands in group ${name}, which may have ${GROUP_KEYS.join(', ')}.`,
            remedy:
              near === undefined
                ? 'Put hosts under "hosts", groups under "children", variables under "vars".'
                : `Did you mean "${near}"?`,
          }),
        );
      }
    }
  }
}

function readHost({ key, keyPlace, value }: MapEntry, group: string, into: RawInventory): void {
  const entry = into.attempt(() => into.addHosts(key, group, keyPlace));
  const variables = into.attempt(() => variablesOf(value, `the variables of ${key} must be a map`));
  if (variables === undefined || variables.size === 0) return;
  for (const host of entry?.names ?? []) into.host(host).variables.push({ origin: keyPlace.file, variables });
}

/** Returns the entries of a map of names. A single name is accepted too, as in Ansible. */
function namesIn(node: Node, otherwise: string, into: RawInventory): readonly MapEntry[] {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const nothing: Node = { kind: 'scalar', value: null, style: 'plain', place: node.place, source: '' };
    return [{ key: node.value, keyPlace: node.place, value: nothing }];
  }
  if (node.kind === 'list') {
    const [first] = node.items;
    const name = first?.kind === 'scalar' && typeof first.value === 'string' ? first.value : 'name';
    into.report(
      new Problem({
        code: 'wrong-type',
        what: `${otherwise}, and this is a list`,
        place: node.place,
        remedy: `Write each name as a key: "${name}:" in place of "- ${name}".`,
      }),
    );
    return [];
  }
  return into.attempt(() => optionalEntries(node, otherwise)) ?? [];
}
