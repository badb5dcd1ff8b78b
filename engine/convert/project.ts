import { isMap, isSeq } from 'yaml';
import { Problem } from '../errors/problem.ts';
import type { Catalogue } from '../modules/base/catalogue.ts';
import { withoutCollection } from '../values/habits/other-names.ts';
import { markAliases } from './aliases.ts';
import { Draft } from './base/draft.ts';
import { type ModulesKnown, modulesKnown } from './base/module-facts.ts';
import type { ConvertedFile, FileKind, GivenFile, ProjectOutcome } from './base/outcome.ts';
import { withIndentedQuotes } from './base/quoted-lines.ts';
import { TextForm } from './base/text-form.ts';
import type { Translator } from './base/translator.ts';
import { type YamlNode, entriesOf, itemsOf, textOf, tooDeep, YamlSource } from './base/yaml-source.ts';
import { kindByPath, kindOf } from './classify.ts';
import { jinjaTranslator } from './jinja-translator.ts';
import { TypesFound } from './known-types.ts';
import { markRefused } from './mark-refused.ts';
import type { MappedModule, ModuleMap } from './module-map.ts';
import { namedFilesIn } from './named-files.ts';
import { convertPlaybook, convertRoleUses } from './plays.ts';
import { convertValue } from './scalars.ts';
import { type StepUse, convertSteps } from './steps.ts';
import { convertTemplateFile, templateNames } from './template-files.ts';

interface ReadFile {
  readonly given: GivenFile;
  readonly kind: FileKind;
  /** Undefined if the file is not YAML or cannot be read. */
  readonly source: YamlSource | undefined;
  readonly problem: Problem | undefined;
}

export interface ConvertOptions {
  /** Paths of all other files; a converted file must not get one of these names. */
  readonly others?: readonly string[];
  /** Modules that the user maps to others. */
  readonly mapped?: ModuleMap;
}

/** Converts all files of a project. Reads only the given texts, and writes nothing. */
export async function convertProject(
  given: readonly GivenFile[],
  catalogue: Catalogue,
  { others = [], mapped = new Map() }: ConvertOptions = {},
): Promise<ProjectOutcome> {
  const forms = given.map(({ text }) => new TextForm(text));
  const modules = await modulesKnown(catalogue);
  const read = readAll(given.map(({ path }, index) => ({ path, text: forms[index]?.body ?? '' })));
  const types = new TypesFound();
  for (const { given: file, kind, source } of read) {
    if (kind === 'template') types.addUses(file.text);
    if (source !== undefined) gatherTypes(kind, source, types);
  }
  const translator = jinjaTranslator(types.known);
  const taken = new Set([...given.map(({ path }) => path), ...others]);
  const templates = read
    .filter(({ kind }) => kind === 'template')
    .map((file) => convertTemplateFile(file.given, translator, taken));
  const byPath = new Map(templates.map((file) => [file.path, file]));
  const project: Project = { translator, modules, mapped: withOwn(mapped, catalogue), templates, catalogue };
  const files: ConvertedFile[] = [];
  for (const file of read) files.push(byPath.get(file.given.path) ?? (await convertFile(file, project)));
  return { files: files.map((file, index) => ({ ...file, text: forms[index]?.of(file.text) ?? file.text })) };
}

/** Adds the user's own modules under their own names: a second conversion finds these. */
function withOwn(mapped: ModuleMap, catalogue: Catalogue): ModuleMap {
  const own = [...mapped.values()].filter(({ module }) => !catalogue.has(module));
  return new Map<string, MappedModule>([
    ...own.map(({ module }) => [module, { module, arguments: new Map() }] as const),
    ...mapped,
  ]);
}

function readAll(given: readonly GivenFile[]): readonly ReadFile[] {
  const sources = given.map((file): Omit<ReadFile, 'kind'> => {
    if (kindByPath(file.path) !== 'yaml' || file.text.startsWith('$ANSIBLE_VAULT;'))
      return { given: file, source: undefined, problem: undefined };
    try {
      return { given: file, source: sourceOf(file), problem: undefined };
    } catch (error) {
      return { given: file, source: undefined, problem: asProblem(error, file.path) };
    }
  });
  const named = namedFilesIn(sources.flatMap(({ source }) => source ?? []));
  return sources.map((file) => {
    const { path } = file.given;
    if (kindByPath(path) === 'template') return { ...file, kind: 'template' };
    return { ...file, kind: file.source === undefined ? 'other' : kindOf(path, file.source.roots[0], named) };
  });
}

/** Reads a file as Ansible does, which accepts lines of quoted texts without indentation. */
function sourceOf({ path, text }: GivenFile): YamlSource {
  try {
    return new YamlSource(path, text);
  } catch (error) {
    const mended = withIndentedQuotes(text);
    if (mended === text || !isReadable(path, mended)) throw error;
    return new YamlSource(path, mended);
  }
}

function asProblem(error: unknown, path: string): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof RangeError)) throw error;
  return tooDeep({ file: path, line: 1, column: 1 });
}

/** Collects fixed values of variables and names of results. */
function gatherTypes(kind: FileKind, { roots }: YamlSource, types: TypesFound): void {
  const walk = (node: YamlNode | null): void => {
    if (node === null) return;
    types.addUses(textOf(node) ?? '');
    if (isSeq(node)) for (const item of itemsOf(node)) walk(item);
    if (!isMap(node)) return;
    for (const { key, value } of entriesOf(node)) {
      const name = key === 'register' && value !== null ? textOf(value) : undefined;
      if (name !== undefined) types.addResult(name);
      const isSetting = key === 'vars' || withoutCollection(key) === 'set_fact';
      if (isSetting && value !== null && isMap(value)) types.addVariables(value);
      walk(value);
    }
  };
  for (const root of roots) {
    if (kind === 'variables' && isMap(root)) types.addVariables(root);
    if (kind === 'playbook' || kind === 'tasks' || kind === 'variables') walk(root);
  }
}

interface Project {
  readonly catalogue: Catalogue;
  readonly translator: Translator;
  readonly modules: ModulesKnown;
  readonly mapped: ModuleMap;
  readonly templates: readonly ConvertedFile[];
}

async function convertFile({ given, kind, source, problem }: ReadFile, project: Project): Promise<ConvertedFile> {
  const { path, text } = given;
  const left = { path, newPath: path, kind, text, units: [], marks: [] };
  if (source === undefined || kind === 'other') return { ...left, problem };
  const draft = new Draft(source);
  const use: StepUse = {
    draft,
    translator: project.translator,
    templateNames: templateNames(project.templates, path),
    modules: project.modules,
    mapped: project.mapped,
  };
  for (const root of source.roots) convertRoot(root, kind, use);
  markAliases(source, draft);
  const result = draft.result();
  if (result === undefined || !isReadable(path, result)) return { ...left, problem: notConverted(path) };
  const whole = await markRefused(draft, result, kind, project);
  return { ...left, text: whole, units: draft.units, marks: draft.marks, problem: undefined };
}

function isReadable(path: string, text: string): boolean {
  try {
    return new YamlSource(path, text).roots.length >= 0;
  } catch {
    return false;
  }
}

function notConverted(path: string): Problem {
  return new Problem({
    code: 'not-converted',
    what: `${path} is left as it is: what the converter would write could not be read`,
    place: { file: path, line: 1, column: 1 },
    remedy: 'Convert this file by hand, with the findings of `runbook lint`.',
  });
}

function convertRoot(root: YamlNode, kind: FileKind, use: StepUse): void {
  switch (kind) {
    case 'playbook':
      convertPlaybook(root, use);
      break;
    case 'tasks':
      convertSteps(root, use);
      break;
    case 'role-meta':
      convertMeta(root, use);
      break;
    case 'variables':
      convertVariables(root, use);
      break;
    case 'template':
    case 'other':
      break;
  }
}

/** Converts the parts of a role's meta file that this program reads. The part for Galaxy stays. */
function convertMeta(root: YamlNode, use: StepUse): void {
  if (!isMap(root)) return;
  for (const { key, keyNode, value } of entriesOf(root)) {
    if (key === 'dependencies') convertRoleUses(value, use);
    else if (key !== 'galaxy_info') convertValue(value, { anchor: keyNode.range[0], isFlow: false, key }, use);
  }
}

function convertVariables(root: YamlNode, use: StepUse): void {
  if (!isMap(root)) return;
  for (const { key, keyNode, value } of entriesOf(root))
    use.draft.unit('variable', keyNode.range[0], () =>
      convertValue(value, { anchor: keyNode.range[0], isFlow: root.flow === true, key }, use),
    );
}
