import type { MapEntry, Node } from '../values/base/node.ts';
import { isMap } from '../values/base/value.ts';
import { type Compiled, isCompiled } from '../values/compiled.ts';
import type { Layer } from '../values/scope.ts';
import { hasTemplate } from '../values/template/template.ts';
import type { PlaySource, SourceFile, TaskSource, VariableSource } from './base/site.ts';

/**
 * Returns the variables that the files of playbooks set: plays, blocks, tasks, defaults and vars of roles, vars_files.
 */
export function variablesOfFiles(
  files: readonly SourceFile[],
  plays: readonly PlaySource[],
  tasks: readonly TaskSource[],
): readonly VariableSource[] {
  const owners = [
    ...plays.map((owner) => ({ owner, where: 'play' as const })),
    ...tasks.map((owner) => ({ owner, where: owner.module === 'block' ? ('block' as const) : ('task' as const) })),
  ];
  return [
    ...owners.flatMap(({ owner, where }) =>
      entriesUnder(owner.entry('vars')?.value).map((entry) => ofEntry(entry, where, owner)),
    ),
    ...files.flatMap((file) =>
      file.kind === 'variables'
        ? file.nodes.flatMap((node) => entriesUnder(node).map((entry) => ofEntry(entry, whereOf(file))))
        : [],
    ),
  ];
}

function entriesUnder(node: Node | undefined): readonly MapEntry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** Returns `defaults` for `defaults/main.yml` or `defaults/main/name.yml` of a role, `file` for other files. */
function whereOf({ path }: SourceFile): VariableSource['where'] {
  return /\/defaults\/[^/]+(?:\/[^/]+)?$/.test(path) ? 'defaults' : 'file';
}

function ofEntry(
  { key, value }: MapEntry,
  where: VariableSource['where'],
  owner?: PlaySource | TaskSource,
): VariableSource {
  const keys = entriesUnder(value).map((entry) => ({ name: entry.key, place: entry.keyPlace }));
  return { name: key, place: value.place, where, literal: literalOf(value), node: value, keys, owner };
}

function literalOf(node: Node): string | undefined {
  if (node.kind !== 'scalar' || node.isHidden === true || node.renders === 'secret') return undefined;
  if (typeof node.value === 'number' || typeof node.value === 'boolean') return node.source;
  return typeof node.value === 'string' && !hasTemplate(node.value) ? node.value : undefined;
}

/** Returns the variables of the inventory, group_vars and host_vars. Each place once, for any number of hosts. */
export function variablesOfLayers(layers: readonly Pick<Layer, 'variables'>[]): readonly VariableSource[] {
  const seen = new Set<Compiled>();
  const found: VariableSource[] = [];
  for (const { variables } of layers) {
    for (const [name, value] of variables) {
      if (!isCompiled(value) || seen.has(value)) continue;
      seen.add(value);
      const { literal, place } = value;
      const isPlain = typeof literal === 'string' || typeof literal === 'number' || typeof literal === 'boolean';
      const text = isPlain ? String(literal) : undefined;
      const members = literal !== undefined && isMap(literal) ? Object.keys(literal) : [];
      const keys = members.map((member) => ({ name: member, place: value.placeOf([member]) }));
      found.push({ name, place, where: 'inventory', literal: text, node: undefined, keys, owner: undefined });
    }
  }
  return found;
}
