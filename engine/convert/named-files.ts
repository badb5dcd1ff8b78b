import { isMap, isSeq } from 'yaml';
import { withoutCollection } from '../values/habits/other-names.ts';
import { type YamlNode, type YamlSource, entriesOf, itemsOf, textOf } from './base/yaml-source.ts';

/** Names, without the folders above them, that the files of a project give to other files. */
export interface NamedFiles {
  readonly tasks: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  /** Folders whose files are files of variables. */
  readonly variableFolders: ReadonlySet<string>;
}

type Kind = keyof NamedFiles;

/** Keys whose value is a file, or a map with it. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['vars_files', 'variables'],
  ['include_vars', 'variables'],
  ['import_tasks', 'tasks'],
  ['include_tasks', 'tasks'],
  ['include', 'tasks'],
]);

/** Collects the names of the files that plays and tasks read. A name that a template gives is not known. */
export function namedFilesIn(sources: readonly YamlSource[]): NamedFiles {
  const found = {
    tasks: new Set<string>(),
    variables: new Set<string>(),
    variableFolders: new Set<string>(),
  } satisfies NamedFiles;
  const add = (node: YamlNode | null, kind: Kind): void => {
    if (node === null) return;
    if (isSeq(node)) for (const item of itemsOf(node)) add(item, kind);
    if (isMap(node))
      for (const { key, value } of entriesOf(node)) {
        if (key === 'file' || key === '_raw_params') add(value, kind);
        if (key === 'dir' && kind === 'variables') add(value, 'variableFolders');
      }
    const name = nameOf(textOf(node) ?? '', kind);
    if (name !== '') found[kind].add(name);
  };
  const walk = (node: YamlNode | null): void => {
    if (node === null) return;
    if (isSeq(node)) for (const item of itemsOf(node)) walk(item);
    if (!isMap(node)) return;
    for (const { key, value } of entriesOf(node)) {
      const kind = KINDS.get(withoutCollection(key));
      if (kind === undefined) walk(value);
      else add(value, kind);
    }
  };
  for (const { roots } of sources) for (const root of roots) walk(root);
  return found;
}

/** Returns the last part of a path, without what is written behind it in the same text. */
function nameOf(text: string, kind: Kind): string {
  const [path = ''] = text
    .replaceAll(/\{\{[^{}]*\}\}/g, '{}')
    .replace(/^\s*(?:file|dir)=/, '')
    .trimStart()
    .split(/\s/, 1);
  const name = path.replace(/\/$/, '').split('/').at(-1) ?? '';
  const isKnown = !name.includes('{') && !(kind === 'variableFolders' && /^\.*$/.test(name));
  return isKnown ? name : '';
}
