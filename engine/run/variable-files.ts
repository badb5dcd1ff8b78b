import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../errors/problem.ts';
import type { VariableFile } from '../playbook/play.ts';
import { compileNode } from '../values/compiled.ts';
import { oneDocument } from '../values/one-document.ts';
import type { Layer } from '../values/scope.ts';
import { textIn } from '../values/text-file.ts';
import type { Scope } from '../values/value.ts';
import { readYaml } from '../values/yaml.ts';
import type { ControllerFiles } from './controller-files.ts';

/** A file of `vars_files` whose name is a template; of several names the first that is there. */
export async function variableFileLayer(
  { names, place }: VariableFile,
  scope: Scope,
  directory: string,
  files: ControllerFiles,
): Promise<Layer> {
  const paths = names.map((template) => {
    const name = template.render(scope);
    if (typeof name !== 'string') throw new Problem({ code: 'wrong-type', what: 'vars_files must name files', place });
    return isAbsolute(name) ? name : join(directory, name);
  });
  for (const path of paths) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    const text = textIn(bytes, path);
    files.note(path, text);
    return variablesLayer(text, path);
  }
  throw new Problem({ code: 'file-not-found', what: `there is no variables file ${paths.join(', and no ')}`, place });
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
