import type { MapEntry } from '../values/base/node.ts';
import { withoutCollection } from '../values/habits/other-names.ts';
import { Fields, isNull, nodeKind } from './base/fields.ts';
import type { ModuleDefaults } from './reading.ts';

/**
 * Reads `module_defaults`, a map or a list of maps. As in Ansible, the arguments that an inner level has for a module
 * replace those of the levels around it.
 */
export function readModuleDefaults(fields: Fields, outer: ModuleDefaults): ModuleDefaults {
  const maps = fields.items('module_defaults').filter((node) => !isNull(node));
  if (maps.length === 0) return outer;
  const all = new Map(outer);
  for (const map of maps) {
    if (map.kind !== 'map') {
      fields.wrongNode(map, `module_defaults must be a map, and this is ${nodeKind(map)}`, REMEDY);
      continue;
    }
    for (const entry of map.entries) {
      const own = argumentsIn(entry, new Fields(map, fields.problems));
      if (own !== undefined) all.set(withoutCollection(entry.key), own);
    }
  }
  return all;
}

const REMEDY = 'Write the name of a module, and below it its arguments: module_defaults: {copy: {owner: root}}.';

function argumentsIn(entry: MapEntry, fields: Fields): readonly MapEntry[] | undefined {
  const { key, keyPlace, value } = entry;
  if (key.startsWith('group/'))
    return fields.problems.add({
      code: 'module-group',
      what: `module_defaults has no groups of modules, such as ${key}`,
      place: keyPlace,
      why: 'A group is a part of a collection, and there are no collections.',
      remedy: 'Write the names of the modules, each with the arguments; an anchor of YAML shares them.',
    });
  if (isNull(value)) return [];
  return value.kind === 'map' ? value.entries : fields.wrong(entry, 'a map', REMEDY);
}

/** Returns the arguments for a task by the name that the task has for its module. */
export function defaultsFor({ key, written = key }: MapEntry, defaults: ModuleDefaults): readonly MapEntry[] {
  return defaults.get(withoutCollection(written)) ?? [];
}
