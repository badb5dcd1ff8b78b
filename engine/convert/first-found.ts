import { isMap, isSeq } from 'yaml';
import { onlyMustache } from './base/mustache.ts';
import { scalarOf } from './base/write-yaml.ts';
import { type Entry, type YamlNode, entriesOf, itemsOf, textOf } from './base/yaml-source.ts';
import { type Scalars, type Standing, assume } from './scalars.ts';
import { writeLines } from './write-lines.ts';

/** `lookup('first_found', params)` or `query('first_found', params) | first`, alone in braces. */
const CALL =
  /^(?:lookup|query|q)\(\s*(['"])(?:ansible\.builtin\.)?first_found\1\s*,\s*([A-Za-z_]\w*)\s*\)(?:\s*\|\s*first)?$/;

/**
 * Converts `include_vars` of the first file that exists, whose names the task itself has in a variable: the list of
 * names becomes the argument. Returns false, without a change, for any other form.
 */
export function convertFirstFound(action: Entry, entries: readonly Entry[], standing: Standing, use: Scalars): boolean {
  const variables = entries.find(({ key }) => key === 'vars');
  if (variables === undefined || standing.isFlow || use.draft.isMarked(standing.anchor)) return false;
  const files = filesOf(action, variables) ?? [];
  const done = files.map((file) => use.translator.template(file, 'string')).filter((one) => one.kind !== 'byHand');
  if (files.length === 0 || done.length < files.length) return false;
  for (const { assumptions } of done) assume(assumptions, standing.anchor, use.draft);
  const lines = done.map(({ text }) => `  - ${scalarOf(text, { isFlow: false })}`);
  writeLines(action, ['file:', ...lines], standing, use.draft);
  use.draft.remove(variables);
  return true;
}

/** Returns the names that the action reads from the only variable of the task. */
function filesOf({ value }: Entry, variables: Entry): readonly string[] | undefined {
  const [, , name] = CALL.exec(onlyMustache(textOf(value ?? null) ?? '') ?? '') ?? [];
  const [only, ...others] = isMap(variables.value) ? entriesOf(variables.value) : [];
  return only?.key === name && others.length === 0 && only !== undefined ? namesOf(only.value) : undefined;
}

/**
 * Returns the names of the files. Here, too, `vars` of the role is searched first. Undefined if other folders are
 * searched, or if it is no mistake that no file exists.
 */
function namesOf(parameters: YamlNode | null): readonly string[] | undefined {
  if (parameters === null) return undefined;
  if (isSeq(parameters)) return textsOf(parameters);
  if (!isMap(parameters)) return undefined;
  const parts = new Map(entriesOf(parameters).map(({ key, value }) => [key, value]));
  const [files, paths] = [parts.get('files'), parts.get('paths')];
  if ([...parts.keys()].some((key) => key !== 'files' && key !== 'paths')) return undefined;
  const folders = paths === undefined ? ['vars'] : isSeq(paths) ? textsOf(paths) : undefined;
  const names = isSeq(files) ? textsOf(files) : undefined;
  if (folders === undefined || names === undefined) return undefined;
  if (folders.length === 1 && OF_ROLE.test(folders[0] ?? '')) return names;
  if (!folders.every((folder) => WHOLE.test(folder))) return undefined;
  return folders.flatMap((folder) => names.map((name) => `${folder}${folder.endsWith('/') ? '' : '/'}${name}`));
}

/** The folder of variables of the role, which is searched without being named. */
const OF_ROLE = /^(?:\{\{\s*role_path\s*\}\}\/|\.\.\/|\.\/)?vars\/?$/;
/** A folder with its whole path. */
const WHOLE = /^(?:\/|\{\{\s*(?:role_path|playbook_dir|inventory_dir)\s*\}\}\/)/;

function textsOf(list: YamlNode): readonly string[] | undefined {
  const texts = isSeq(list) ? itemsOf(list).map((item) => textOf(item)) : [];
  return texts.includes(undefined) ? undefined : texts.flatMap((text) => text ?? []);
}
