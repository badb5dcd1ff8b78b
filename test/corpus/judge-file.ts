import { type LoadedUnit, refusalsOf } from '../../engine/convert/refusals.ts';
import { Problem, Problems } from '../../engine/errors/problem.ts';
import type { Reported } from '../../engine/lint/lint.ts';
import { modules } from '../../engine/modules/base/catalogue.ts';
import { parseExpression } from '../../engine/values/expression/expression.ts';
import { parseTemplate, parseTemplateFile } from '../../engine/values/template/template.ts';
import type { FileFigures, Reason, TaskFigures, TextFigures } from './figures.ts';
import type { LintErrors } from './lint-errors.ts';
import type { Opened } from './read-file.ts';
import { reasonOf } from './reasons.ts';
import { type WrittenText, textsOf, textsOfVariables } from './texts.ts';
import { writtenTask } from './written-task.ts';

/** Returns the figures of an unchanged file. */
export async function judgeFile({ file, content }: Opened, lintErrors: LintErrors): Promise<FileFigures> {
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
      const lines = content.units.map(({ map }) => map.place.line);
      for (const unit of content.units) {
        const next = Math.min(...lines.filter((line) => line > unit.map.place.line));
        const lint = lintErrors.within(file.path, unit.map.place.line, next);
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

/** A partial that is converted later does not count as missing. */
function partial(name: string): { readonly text: string; readonly file: string } {
  return { text: '', file: name };
}

async function taskFigures(unit: LoadedUnit, lint: readonly Reported[]): Promise<TaskFigures> {
  const { kind, map } = unit;
  const problems = await refusalsOf(unit, modules);
  const written =
    kind === 'task' ? await writtenTask(map) : { module: kind, hasModule: true, hasArguments: true, hasKeywords: true };
  return {
    kind,
    line: map.place.line,
    ...written,
    reasons: distinct([...problems.map(reasonOf), ...lint.map(({ rule }) => `lint: ${rule.name}`)]),
    converted: undefined,
    left: [],
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
