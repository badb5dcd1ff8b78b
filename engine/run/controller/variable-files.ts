import { isAbsolute, join } from 'node:path';
import { type Place, Problem } from '../../errors/problem.ts';
import { readAtOnce } from '../../files/read-file.ts';
import type { VariableFile } from '../../playbook/base/play.ts';
import type { MapEntry, Node } from '../../values/base/node.ts';
import type { Scope } from '../../values/base/value.ts';
import { compileNode } from '../../values/compiled.ts';
import { variableNode } from '../../values/hidden-node.ts';
import { statusOf } from '../../values/look-at-once.ts';
import type { Layer } from '../../values/scope.ts';
import { similarFile } from '../../values/similar-file.ts';
import { oneDocument } from '../../values/yaml/one-document.ts';
import { textIn } from '../../values/yaml/text-file.ts';
import { readYaml } from '../../values/yaml/yaml.ts';
import type { Vault } from '../../vault/vault.ts';

/**
 * The access of a run to files of the controller: permission to read a file, and the record of files that were read.
 */
interface FilesOfRun {
  permit(path: string, place: Place): void;
  note(path: string, bytes: Buffer): void;
}

/** Reads a file of `vars_files` whose name is a template; of several names, the first file that exists. */
export async function variableFileLayer(
  { names, place }: VariableFile,
  scope: Scope,
  directory: string,
  { files, vault }: { readonly files: FilesOfRun; readonly vault: Vault },
): Promise<Layer> {
  const paths = names.map((template) => {
    const name = template.render(scope);
    if (typeof name !== 'string')
      throw new Problem({
        code: 'wrong-type',
        what: 'vars_files must name files',
        place,
        remedy: 'Write the path of a file, as a text.',
      });
    return isAbsolute(name) ? name : join(directory, name);
  });
  for (const path of paths) {
    files.permit(path, place);
    if (statusOf(path)?.isFile() !== true) continue;
    const bytes = readOrTell(path, place);
    files.note(path, bytes);
    return variablesLayer(await vault.variables(bytes, path), path);
  }
  throw new Problem({
    code: 'file-not-found',
    what: `there is no variables file ${paths.join(', and no ')}`,
    place,
    remedy: similarFile(paths[0] ?? '', paths) ?? 'Put the file there, or correct its name.',
  });
}

/** Reads a file of variables. Throws Problem `file-unreadable`. */
export function readOrTell(path: string, place: Place): Buffer {
  try {
    return readAtOnce(path);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const remedy = 'Allow the user who runs this to read it.';
    throw new Problem({ code: 'file-unreadable', what: `${path} cannot be read`, place, why: error.message, remedy });
  }
}

/** Returns the document of a file of variables. Without a vault, an encrypted file is a mistake. Throws Problem. */
export async function variablesIn(
  bytes: Buffer,
  path: string,
  vault: Pick<Vault, 'variables'> | undefined,
): Promise<Node | undefined> {
  return vault === undefined ? oneDocument(readYaml(textIn(bytes, path), path)) : await vault.variables(bytes, path);
}

/** Returns the variables of a file; none for an empty file. Throws Problem if it is not a map. */
export function variableEntries(node: Node | undefined): readonly MapEntry[] {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind === 'map') return node.entries;
  throw new Problem({
    code: 'wrong-type',
    what: 'a file of variables must be a map of names and values',
    place: node.place,
    remedy: 'Write one name: value on each line.',
  });
}

function variablesLayer(node: Node | undefined, path: string): Layer {
  const entries = variableEntries(node);
  return {
    level: 'play vars',
    origin: path,
    variables: new Map(entries.map((entry) => [entry.key, compileNode(variableNode(entry.key, entry.value))])),
  };
}
