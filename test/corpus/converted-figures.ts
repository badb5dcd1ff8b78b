import { linesLeft, toldOf } from '../../engine/convert/base/marks.ts';
import type { ConvertedFile } from '../../engine/convert/base/outcome.ts';
import type { Class, Fault, FileFigures, Reason, TaskFigures } from './figures.ts';

/** Counts the tasks without a mark "by hand", and those of them that cannot be read or have an error here. */
export function faultsOf(
  after: readonly FileFigures[],
  converted: readonly ConvertedFile[],
): { readonly faults: readonly Fault[]; readonly unmarkedTasks: number } {
  const texts = new Map(converted.map(({ newPath, text }) => [newPath, text]));
  const unmarked = after.flatMap((file) => {
    const marked = markedTasks(file, texts.get(file.file) ?? '');
    return file.tasks.filter((task) => task.kind === 'task' && !marked.has(task)).map((task) => ({ file, task }));
  });
  const faults = unmarked
    .filter(({ task }) => task.reasons.length > 0)
    .map(({ file, task }) => ({ reasons: task.reasons, file: file.file, line: task.line }));
  return { faults, unmarkedTasks: unmarked.length };
}

/** Returns the tasks that contain a part that is left by hand, or are below such a mark. */
function markedTasks({ tasks }: FileFigures, text: string): ReadonlySet<TaskFigures> {
  const left = linesLeft(
    text,
    tasks.map(({ line }) => line),
  );
  return new Set(tasks.filter(({ line }) => left.has(line)));
}

/**
 * Returns the figures of the original files, with the results of the converter and the loader for the converted files.
 */
export function withClasses(
  before: readonly FileFigures[],
  after: readonly FileFigures[],
  converted: readonly ConvertedFile[],
): readonly FileFigures[] {
  const byPath = new Map(converted.map((file) => [file.path, file]));
  const results = new Map(after.map((file) => [file.file, file]));
  return before.map((file) => {
    const outcome = byPath.get(file.file);
    if (outcome === undefined) return file;
    return classed(file, results.get(outcome.newPath), outcome);
  });
}

function classed(file: FileFigures, after: FileFigures | undefined, outcome: ConvertedFile): FileFigures {
  const { units, text } = outcome;
  const classes = new Map(units.map(({ kind, level, place }) => [`${kind} ${place.line}`, level]));
  // If tasks were added or removed, it is not known which task became which.
  const results = after?.tasks.length === file.tasks.length ? after.tasks : [];
  const marked = after === undefined ? new Set() : markedTasks(after, text);
  const isReadable = after?.unreadable === undefined;
  const topics = topicsOf(file, outcome);
  const tasks = file.tasks.map((task, index): TaskFigures => {
    const level = classes.get(`${task.kind} ${task.line}`);
    const result = results[index];
    const left = topics.get(task) ?? ['no reason is known'];
    // An alias of a node that is left by hand has a mark, but no unit of its own.
    if (result !== undefined && marked.has(result)) return { ...task, converted: 'byHand', left };
    const converted = judged(level, isReadable && (result?.reasons ?? []).length === 0);
    if (converted === 'byHand') return { ...task, converted, left };
    return { ...task, converted, left: converted === 'wrong' ? wrongReasons(after, result) : [] };
  });
  const level = classes.get('template 1');
  const isRight = (after?.template?.reasons ?? []).length === 0;
  const template = file.template === undefined ? undefined : { ...file.template, converted: judged(level, isRight) };
  return { ...file, tasks, template };
}

function wrongReasons(after: FileFigures | undefined, result: TaskFigures | undefined): readonly Reason[] {
  return after?.unreadable === undefined ? (result?.reasons ?? []) : [after.unreadable];
}

/** Returns the subjects of the marks by hand, by the task that has them. Marks have the lines of the original file. */
function topicsOf({ tasks }: FileFigures, { marks }: ConvertedFile): ReadonlyMap<TaskFigures, readonly Reason[]> {
  const inOrder = tasks.toSorted((one, other) => one.line - other.line);
  const topics = new Map<TaskFigures, readonly Reason[]>();
  for (const { mark, place } of marks) {
    const task = inOrder.findLast((one) => one.line <= place.line);
    if (mark.kind === 'byHand' && task !== undefined)
      topics.set(task, [...new Set([...(topics.get(task) ?? []), toldOf(mark).topic])]);
  }
  return topics;
}

/** A unit that the converter calls converted is `wrong` if it cannot be read here. */
function judged(level: Class | undefined, isRight: boolean): Class | undefined {
  return level === undefined || level === 'byHand' || isRight ? level : 'wrong';
}
