import { readFileSync } from 'node:fs';
import { type LoadedUnit, unitsIn } from '../../engine/convert/refusals.ts';
import { Problem, Problems } from '../../engine/errors/problem.ts';
import type { MapNode, Node } from '../../engine/values/base/node.ts';
import { Secret } from '../../engine/values/base/secret.ts';
import { oneDocument } from '../../engine/values/yaml/one-document.ts';
import { textIn } from '../../engine/values/yaml/text-file.ts';
import { readYaml } from '../../engine/values/yaml/yaml.ts';
import type { FileKind } from './figures.ts';
import type { ProjectFile } from './project-files.ts';

export type Content =
  | {
      readonly kind: Exclude<FileKind, 'template' | 'variables'>;
      readonly nodes: readonly Node[];
      readonly units: readonly LoadedUnit[];
    }
  | { readonly kind: 'variables'; readonly nodes: readonly Node[] }
  | { readonly kind: 'template'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly problem: Problem }
  | { readonly kind: 'none' };

/** A file with its parsed content. */
export interface Opened {
  readonly file: ProjectFile;
  readonly content: Content;
}

/** Returns the kind of content of a file. `none`: YAML that is neither plays nor tasks nor variables. */
export function contentOf({ path, shown, kind }: ProjectFile): Content {
  try {
    const text = textIn(readFileSync(path), shown);
    if (kind === 'template') return { kind, text };
    // A file that is encrypted as a whole cannot be judged without its passphrase.
    if (text.startsWith('$ANSIBLE_VAULT')) return { kind: 'none' };
    const nodes = readYaml(text, path, { decrypt: () => Secret.of('') });
    if (kind === 'list' && nodes.length !== 1) return { kind: 'none' };
    return contentOfNode(oneDocument(nodes), kind);
  } catch (error) {
    if (error instanceof Problem) return kind === 'list' ? { kind: 'none' } : { kind: 'unreadable', problem: error };
    if (error instanceof Problems)
      return kind === 'list' ? { kind: 'none' } : { kind: 'unreadable', problem: error.problems[0] };
    throw error;
  }
}

function contentOfNode(node: Node | undefined, kind: ProjectFile['kind']): Content {
  if (node === undefined) return { kind: 'none' };
  if (kind === 'variables') return node.kind === 'map' ? { kind, nodes: [node] } : { kind: 'none' };
  if (node.kind !== 'list') return { kind: 'none' };
  const maps = node.items.filter((item) => item.kind === 'map');
  const isPlaybook = maps.some(
    (map) => has(map, 'hosts') || map.entries.some(({ key }) => /(^|\.)import_playbook$/.test(key)),
  );
  if (isPlaybook) return { kind: 'playbook', nodes: [node], units: unitsIn(node, 'playbook') };
  if (kind !== 'tasks' && kind !== 'handlers') return { kind: 'none' };
  return { kind, nodes: [node], units: unitsIn(node, kind) };
}

function has(map: MapNode, key: string): boolean {
  return map.entries.some((entry) => entry.key === key);
}
