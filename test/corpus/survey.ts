import { basename } from 'node:path';
import { config } from 'zod';
import { Problem, Problems } from '../../engine/errors/problem.ts';
import { type Reported, findings } from '../../engine/lint/lint.ts';
import { readSite } from '../../engine/lint/read-site.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { type ReadSource, displayPath } from '../../engine/playbook/source-files.ts';
import { parseExpression } from '../../engine/values/expression/expression.ts';
import { parseTemplate, parseTemplateFile } from '../../engine/values/template/template.ts';
import type { Breakdown, FileFigures, ProjectFigures, Reason, TaskFigures, TextFigures } from './figures.ts';
import { judgePlay, judgeTask } from './judge-task.ts';
import { type ProjectFile, projectFiles } from './project-files.ts';
import { type Content, type Unit, contentOf } from './read-file.ts';
import { reasonOf } from './reasons.ts';
import { type WrittenText, textsOf, textsOfVariables } from './texts.ts';
import { writtenTask } from './written-task.ts';

export interface SurveyOptions {
  /** Files that do not come to an end, below the folder. */
  readonly skip: ReadonlySet<string>;
  /** Told before each piece of work, so that somebody can see which one does not come to an end. */
  readonly begin: (file: string, during: string) => void;
}

/** A file with what was read of it. */
interface Opened {
  readonly file: ProjectFile;
  readonly content: Content;
}

/** What a project has, and how much of it runs here as it is. It never throws for what a file holds. */
export async function surveyProject(folder: string, options: SurveyOptions): Promise<ProjectFigures> {
  // To make code of a schema pays after many values of one module; here there are few.
  config({ jitless: true });
  const survey = new Survey(basename(folder), options);
  const opened: Opened[] = [];
  for (const file of projectFiles(folder)) {
    if (options.skip.has(file.shown)) continue;
    const content = await survey.attempt(file.shown, 'read', () => contentOf(file));
    if (content !== undefined && content.kind !== 'none') opened.push({ file, content });
  }
  const faults = new Faults(await survey.attempt('.', 'lint', () => lintErrors(opened)));
  const files: FileFigures[] = [];
  for (const one of opened) {
    const figures = await survey.attempt(one.file.shown, 'judge', () => figuresOf(one, faults));
    if (figures !== undefined) files.push(figures);
  }
  return { project: basename(folder), files, conversion: undefined, breakdowns: survey.breakdowns };
}

/** Counts what throws and goes on. */
class Survey {
  readonly breakdowns: Breakdown[] = [];
  readonly #project: string;
  readonly #options: SurveyOptions;

  constructor(project: string, options: SurveyOptions) {
    this.#project = project;
    this.#options = options;
  }

  async attempt<T>(file: string, during: string, work: () => T | Promise<T>): Promise<T | undefined> {
    if (this.#options.skip.has(file)) return undefined;
    this.#options.begin(file, during);
    try {
      return await work();
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.breakdowns.push({ kind: 'crash', project: this.#project, file, during, message });
      return undefined;
    }
  }
}

/** Errors of lint by the file and the line where they stand. */
class Faults {
  readonly #byFile: ReadonlyMap<string, readonly Reported[]>;

  constructor(found: readonly Reported[] = []) {
    this.#byFile = Map.groupBy(found, ({ place }) => place.file);
  }

  /** Of the lines from `first` on, before `next`. */
  within(path: string, first: number, next: number): readonly Reported[] {
    const all = this.#byFile.get(displayPath(path)) ?? [];
    return all.filter(({ place }) => place.line >= first && place.line < next);
  }
}

/** What rules of level error find, without the playbooks being loaded. */
async function lintErrors(opened: readonly Opened[]): Promise<readonly Reported[]> {
  const sources = opened.flatMap(({ file, content }): ReadSource[] => {
    switch (content.kind) {
      case 'playbook':
        return [{ path: file.path, kind: 'plays', nodes: content.nodes }];
      case 'tasks':
      case 'handlers':
      case 'variables':
        return [{ path: file.path, kind: content.kind, nodes: content.nodes }];
      case 'template':
      case 'unreadable':
      case 'none':
        return [];
    }
  });
  const site = await readSite({ playbooks: [], sources, layers: [], modules });
  return findings(site, new Map()).filter(({ level }) => level === 'error');
}

async function figuresOf({ file, content }: Opened, faults: Faults): Promise<FileFigures> {
  const common = {
    file: file.shown,
    role: file.role,
    tasks: [],
    texts: [],
    template: undefined,
    unreadable: undefined,
  };
  switch (content.kind) {
    case 'none':
      return { ...common, kind: 'variables' };
    case 'unreadable':
      return { ...common, kind: file.kind === 'list' ? 'playbook' : file.kind, unreadable: reasonOf(content.problem) };
    case 'template':
      return {
        ...common,
        kind: 'template',
        template: {
          converted: undefined,
          reasons: problemsIn(() => parseTemplateFile(content.text, file.shown, partial)),
        },
      };
    case 'variables':
      return { ...common, kind: 'variables', texts: textsOfVariables(content.nodes).map(textFigures) };
    case 'playbook':
    case 'tasks':
    case 'handlers': {
      const tasks: TaskFigures[] = [];
      for (const [index, unit] of content.units.entries()) {
        const next = content.units[index + 1]?.map.place.line ?? Infinity;
        const lint = faults.within(file.path, unit.map.place.line, next);
        tasks.push(await taskFigures(unit, lint));
      }
      return {
        ...common,
        kind: content.kind,
        tasks,
        texts: content.units.flatMap(({ map }) => textsOf(map).map(textFigures)),
      };
    }
  }
}

/** A partial that is converted later is not missed. */
function partial(name: string): { readonly text: string; readonly file: string } {
  return { text: '', file: name };
}

async function taskFigures({ kind, map, isHandler }: Unit, lint: readonly Reported[]): Promise<TaskFigures> {
  const problems = kind === 'play' ? await judgePlay(map) : await judgeTask(map, isHandler);
  const written =
    kind === 'task' ? await writtenTask(map) : { module: kind, hasModule: true, hasArguments: true, hasKeywords: true };
  return {
    kind,
    line: map.place.line,
    ...written,
    reasons: distinct([...problems.map(reasonOf), ...lint.map(({ rule }) => `lint: ${rule.name}`)]),
    converted: undefined,
  };
}

function textFigures({ kind, node, text }: WrittenText): TextFigures {
  const reasons = problemsIn(() => {
    if (kind === 'condition') parseExpression(text, node.place, node.style, node.source);
    else parseTemplate(text, node.place, node.style, node.source);
  });
  return { line: node.place.line, kind, converted: undefined, reasons };
}

function problemsIn(work: () => void): readonly Reason[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof Problem) return [reasonOf(error)];
    if (error instanceof Problems) return distinct(error.problems.map(reasonOf));
    throw error;
  }
}

function distinct<T>(all: readonly T[]): readonly T[] {
  return [...new Set(all)];
}
