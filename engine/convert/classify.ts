import { isMap, isSeq } from 'yaml';
import { withoutCollection } from '../values/habits/other-names.ts';
import type { FileKind } from './base/outcome.ts';
import { type MapOfFile, type YamlNode, entriesOf, itemsOf } from './base/yaml-source.ts';
import type { NamedFiles } from './named-files.ts';

/** Folders of a project with files that no run uses. */
const LEFT_ALONE: ReadonlySet<string> = new Set(['molecule', 'tests', 'test', '.github', 'files', 'library', 'docs']);

/** Returns the possible kind of a file, from its path only. */
export function kindByPath(path: string): 'template' | 'yaml' | 'other' {
  const folders = path.split('/').slice(0, -1);
  const name = path.split('/').at(-1) ?? '';
  if (folders.some((folder) => LEFT_ALONE.has(folder) || folder.startsWith('.'))) return 'other';
  if (name.endsWith('.hbs')) return 'other';
  if (folders.includes('templates') || name.endsWith('.j2')) return 'template';
  const isVariables = folders.some((folder) => folder === 'group_vars' || folder === 'host_vars');
  if (/\.ya?ml$/.test(name)) return /^(?:requirements|galaxy|\.)/.test(name) ? 'other' : 'yaml';
  return isVariables && !name.includes('.') ? 'yaml' : 'other';
}

const VARIABLE_FOLDERS: ReadonlySet<string> = new Set(['defaults', 'vars', 'group_vars', 'host_vars']);

/** Returns the kind of a YAML file. */
export function kindOf(path: string, root: YamlNode | undefined, named: NamedFiles): FileKind {
  if (root === undefined) return 'other';
  const folders = path.split('/').slice(0, -1);
  const name = path.split('/').at(-1) ?? '';
  if (folders.at(-1) === 'meta') return /^(?:main|argument_specs)\.ya?ml$/.test(name) ? 'role-meta' : 'other';
  if (isMap(root)) {
    const isVariables =
      folders.some((folder) => VARIABLE_FOLDERS.has(folder) || named.variableFolders.has(folder)) ||
      named.variables.has(name) ||
      isInventory(root);
    return isVariables ? 'variables' : 'other';
  }
  if (!isSeq(root)) return 'other';
  const keys = itemsOf(root).flatMap((item) => (isMap(item) ? entriesOf(item).map(({ key }) => key) : []));
  if (keys.some((key) => key === 'hosts' || withoutCollection(key) === 'import_playbook')) return 'playbook';
  if (folders.some((folder) => folder === 'tasks' || folder === 'handlers') || named.tasks.has(name)) return 'tasks';
  return keys.some((key) => key === 'when' || key === 'name' || key === 'include') ? 'tasks' : 'other';
}

function isInventory(root: MapOfFile): boolean {
  return entriesOf(root).some(
    ({ value }) =>
      value !== null && isMap(value) && entriesOf(value).some(({ key }) => key === 'hosts' || key === 'children'),
  );
}
