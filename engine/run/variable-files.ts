import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Place } from '../errors/problem.ts';
import { Problem } from '../errors/problem.ts';
import { compileNode } from '../values/compiled.ts';
import { oneDocument } from '../values/one-document.ts';
import type { Layer } from '../values/scope.ts';
import type { Template } from '../values/template.ts';
import { textIn } from '../values/text-file.ts';
import type { Scope } from '../values/value.ts';
import { readYaml } from '../values/yaml.ts';
import type { ControllerFiles } from './controller-files.ts';

/** A file of `vars_files` whose name is a template. */
export async function variableFileLayer(
  file: { readonly name: Template; readonly place: Place },
  scope: Scope,
  directory: string,
  files: ControllerFiles,
): Promise<Layer> {
  const name = file.name.render(scope);
  if (typeof name !== 'string') throw new Problem({ code: 'wrong-type', what: 'vars_files must name files', place: file.place });
  const path = isAbsolute(name) ? name : join(directory, name);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) throw new Problem({ code: 'file-not-found', what: `there is no variables file ${path}`, place: file.place });
  const text = textIn(bytes, path);
  files.note(path, text);
  return variablesLayer(text, path);
}

/** A YAML file of variables as a layer. An empty file is an empty layer. */
export function variablesLayer(text: string, path: string): Layer {
  const node = oneDocument(readYaml(text, path));
  if (node === undefined || (node.kind === 'scalar' && node.value === null))
    return { level: 'play vars', origin: path, variables: new Map() };
  if (node.kind !== 'map')
    throw new Problem({ code: 'wrong-type', what: 'a file of variables must be a map of names and values', place: node.place });
  return { level: 'play vars', origin: path, variables: new Map(node.entries.map((entry) => [entry.key, compileNode(entry.value)])) };
}
