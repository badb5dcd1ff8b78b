import type { Class, FileFigures, ProjectFigures, Reason, TaskFigures, TextFigures } from './figures.ts';

/** A share: of all things, and as the mean of the shares of the projects. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly micro: number;
  readonly macro: number;
}

export interface Weighted {
  readonly reason: Reason;
  readonly count: number;
  readonly projects: number;
  /** The number of things that have no other reason. */
  readonly alone: number;
}

/** Returns the share of `yes` in all things that `of` finds in the projects. */
export function share<T>(
  projects: readonly ProjectFigures[],
  of: (project: ProjectFigures) => readonly T[],
  yes: (one: T) => boolean,
): Share {
  const rows = projects.map((project) => {
    const all = of(project);
    return { count: all.filter(yes).length, of: all.length };
  });
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const total = rows.reduce((sum, row) => sum + row.of, 0);
  const filled = rows.filter((row) => row.of > 0);
  const macro = filled.reduce((sum, row) => sum + row.count / row.of, 0) / Math.max(filled.length, 1);
  return { count, of: total, micro: count / Math.max(total, 1), macro };
}

/** Returns only tasks, or tasks with blocks and plays. */
export function tasksOf({ files }: ProjectFigures): readonly TaskFigures[] {
  return files.flatMap(({ tasks }) => tasks.filter(({ kind }) => kind === 'task'));
}

export function textsOf({ files }: ProjectFigures): readonly TextFigures[] {
  return files.flatMap(({ texts }) => texts);
}

export function templatesOf({ files }: ProjectFigures): readonly NonNullable<FileFigures['template']>[] {
  return files.flatMap(({ template }) => (template === undefined ? [] : [template]));
}

export interface RoleFigures {
  readonly role: string;
  /** Tasks that do not run, or that have a mark, depending on `isLeft`. */
  readonly tasks: readonly TaskFigures[];
}

/** Returns the roles that have tasks. */
export function rolesOf({ files }: ProjectFigures): readonly RoleFigures[] {
  const taskFiles = files.filter(({ kind, role }) => role !== undefined && (kind === 'tasks' || kind === 'handlers'));
  return [...Map.groupBy(taskFiles, ({ role }) => role ?? '')]
    .map(([role, own]) => ({ role, tasks: own.flatMap(({ tasks }) => tasks) }))
    .filter(({ tasks }) => tasks.length > 0);
}

/** Returns whether the task calls a module that is a part of the project. */
function isOwn({ module }: TaskFigures, { ownModules }: ProjectFigures): boolean {
  return ownModules.includes(module.slice(module.lastIndexOf('.') + 1));
}

/** Returns the tasks that call no module of the project itself. */
export function foreignTasksOf(project: ProjectFigures): readonly TaskFigures[] {
  return tasksOf(project).filter((task) => !isOwn(task, project));
}

/** Returns the roles of which no task calls a module of the project itself. */
export function foreignRolesOf(project: ProjectFigures): readonly RoleFigures[] {
  return rolesOf(project).filter(({ tasks }) => !tasks.some((task) => isOwn(task, project)));
}

/** Returns the task files that have tasks. */
export function taskFilesOf({ files }: ProjectFigures): readonly FileFigures[] {
  return files.filter(({ kind, tasks }) => kind === 'tasks' && tasks.length > 0);
}

/** Counts the things of each reason. */
export function weigh(
  projects: readonly ProjectFigures[],
  of: (project: ProjectFigures) => readonly { readonly reasons: readonly Reason[] }[],
): readonly Weighted[] {
  const rows = new Map<Reason, { count: number; alone: number; projects: Set<string> }>();
  for (const project of projects) {
    for (const { reasons } of of(project)) {
      for (const reason of reasons) {
        const row = rows.get(reason) ?? { count: 0, alone: 0, projects: new Set<string>() };
        row.count += 1;
        if (reasons.length === 1) row.alone += 1;
        row.projects.add(project.project);
        rows.set(reason, row);
      }
    }
  }
  return [...rows]
    .map(([reason, row]) => ({ reason, count: row.count, alone: row.alone, projects: row.projects.size }))
    .sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}

export function isWithoutMark(converted: Class | undefined): boolean {
  return converted === 'same' || converted === 'exact';
}

export function isNotByHand(converted: Class | undefined): boolean {
  return isWithoutMark(converted) || converted === 'assumed';
}
