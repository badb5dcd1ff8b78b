import type { ConvertedFile } from '../../engine/convert/base/outcome.ts';
import type { Class, Fault, FileFigures, TaskFigures } from './figures.ts';

const BY_HAND = '# convert: by hand';

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
  const lines = text.split('\n');
  const marked = new Set<TaskFigures>();
  // The sections of a playbook come in the order in which they run, so the tasks are sorted by line.
  const inOrder = tasks.toSorted((one, other) => one.line - other.line);
  for (const [index, line] of lines.entries()) {
    if (!line.trimStart().startsWith(BY_HAND)) continue;
    const below = lines.findIndex((other, at) => at > index && !other.trimStart().startsWith('#')) + 1;
    const task = inOrder.findLast((one) => one.line <= below);
    if (task !== undefined) marked.add(task);
  }
  return marked;
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

function classed(file: FileFigures, after: FileFigures | undefined, { units, text }: ConvertedFile): FileFigures {
  const classes = new Map(units.map(({ kind, level, place }) => [`${kind} ${place.line}`, level]));
  // If tasks were added or removed, it is not known which task became which.
  const results = after?.tasks.length === file.tasks.length ? after.tasks : [];
  const marked = after === undefined ? new Set() : markedTasks(after, text);
  const isReadable = after?.unreadable === undefined;
  const tasks = file.tasks.map((task, index) => {
    const level = classes.get(`${task.kind} ${task.line}`);
    const result = results[index];
    // An alias of a node that is left by hand has a mark, but no unit of its own.
    if (result !== undefined && marked.has(result)) return { ...task, converted: 'byHand' as const };
    return { ...task, converted: judged(level, isReadable && (result?.reasons ?? []).length === 0) };
  });
  const level = classes.get('template 1');
  const isRight = (after?.template?.reasons ?? []).length === 0;
  const template = file.template === undefined ? undefined : { ...file.template, converted: judged(level, isRight) };
  return { ...file, tasks, template };
}

/** A unit that the converter calls converted is `wrong` if it cannot be read here. */
function judged(level: Class | undefined, isRight: boolean): Class | undefined {
  return level === undefined || level === 'byHand' || isRight ? level : 'wrong';
}
