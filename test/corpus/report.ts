import { CLASSES, type ProjectFigures } from './figures.ts';
import { orderOfMending, roleReasons } from './role-reasons.ts';
import {
  foreignRolesOf,
  foreignTasksOf,
  isNotByHand,
  isWithoutMark,
  rolesOf,
  type Share,
  share,
  taskFilesOf,
  tasksOf,
  templatesOf,
  textsOf,
  weigh,
  type Weighted,
} from './totals.ts';

export interface Totals {
  readonly sizes: Readonly<Record<string, number>>;
  readonly shares: readonly (readonly [question: string, share: Share])[];
  readonly reasons: readonly Weighted[];
  readonly templateReasons: readonly Weighted[];
}

/** All figures of the projects together. */
export function totalsOf(projects: readonly ProjectFigures[]): Totals {
  const files = projects.flatMap((project) => project.files);
  const units = files.flatMap(({ tasks }) => tasks);
  const count = (kind: string): number => units.filter((unit) => unit.kind === kind).length;
  const sizes = {
    projects: projects.length,
    files: files.length,
    unreadable: files.filter(({ unreadable }) => unreadable !== undefined).length,
    tasks: count('task'),
    blocks: count('block'),
    plays: count('play'),
    texts: files.flatMap(({ texts }) => texts).length,
    templates: files.filter(({ kind }) => kind === 'template').length,
    roles: projects.flatMap(rolesOf).length,
    crashes: projects.flatMap(({ breakdowns }) => breakdowns).filter(({ kind }) => kind === 'crash').length,
    hangs: projects.flatMap(({ breakdowns }) => breakdowns).filter(({ kind }) => kind === 'hang').length,
  };
  return {
    sizes,
    shares: [...sharesAsWritten(projects), ...sharesOfConverted(projects)],
    reasons: weigh(projects, tasksOf),
    templateReasons: weigh(projects, templatesOf),
  };
}

function sharesAsWritten(projects: readonly ProjectFigures[]): Totals['shares'] {
  const conditions = (project: ProjectFigures) => textsOf(project).filter(({ kind }) => kind === 'condition');
  const inline = (project: ProjectFigures) => textsOf(project).filter(({ kind }) => kind === 'text');
  const variables = (project: ProjectFigures) => textsOf(project).filter(({ kind }) => kind === 'variable');
  const stands = ({ reasons }: { readonly reasons: readonly string[] }): boolean => reasons.length === 0;
  return [
    ['tasks: module exists', share(projects, tasksOf, ({ hasModule }) => hasModule)],
    ['tasks: and all arguments', share(projects, tasksOf, ({ hasArguments }) => hasArguments)],
    [
      'tasks without modules of their own project: all arguments',
      share(projects, foreignTasksOf, ({ hasArguments }) => hasArguments),
    ],
    ['tasks: and all keywords', share(projects, tasksOf, (task) => task.hasArguments && task.hasKeywords)],
    ['tasks: as they stand', share(projects, tasksOf, stands)],
    ['conditions as they stand', share(projects, conditions, stands)],
    ['templates of tasks as they stand', share(projects, inline, stands)],
    ['templates of variables as they stand', share(projects, variables, stands)],
    ['template files as they stand', share(projects, templatesOf, stands)],
    ['task files as they stand', share(projects, taskFilesOf, ({ tasks }) => tasks.every(stands))],
    ['roles as they stand', share(projects, rolesOf, ({ tasks }) => tasks.every(stands))],
  ];
}

function sharesOfConverted(projects: readonly ProjectFigures[]): Totals['shares'] {
  if (projects.every(({ conversion }) => conversion === undefined)) return [];
  const isLeft = ({ converted }: { readonly converted: unknown }): boolean =>
    converted === 'byHand' || converted === 'wrong';
  return [
    ...CLASSES.map(
      (one) => [`tasks converted: ${one}`, share(projects, tasksOf, ({ converted }) => converted === one)] as const,
    ),
    ['tasks converted without any mark', share(projects, tasksOf, ({ converted }) => isWithoutMark(converted))],
    ['tasks converted with nothing by hand', share(projects, tasksOf, ({ converted }) => isNotByHand(converted))],
    ...CLASSES.map(
      (one) =>
        [
          `template files converted: ${one}`,
          share(projects, templatesOf, ({ converted }) => converted === one),
        ] as const,
    ),
    ['task files with nothing by hand', share(projects, taskFilesOf, ({ tasks }) => !tasks.some(isLeft))],
    ['roles with nothing by hand', share(projects, rolesOf, ({ tasks }) => !tasks.some(isLeft))],
    ['roles with at most one by hand', share(projects, rolesOf, ({ tasks }) => tasks.filter(isLeft).length <= 1)],
    [
      'roles without modules of their own project: nothing by hand',
      share(projects, foreignRolesOf, ({ tasks }) => !tasks.some(isLeft)),
    ],
    [
      'roles without modules of their own project: at most one',
      share(projects, foreignRolesOf, ({ tasks }) => tasks.filter(isLeft).length <= 1),
    ],
  ];
}

/** Returns the figures as text, with the `top` most frequent reasons. */
export function textReport(projects: readonly ProjectFigures[], top: number): string {
  const { sizes, shares, reasons, templateReasons } = totalsOf(projects);
  const lines = Object.entries(sizes).map(([name, count]) => `${name.padEnd(12)} ${count}`);
  lines.push('', `${'question'.padEnd(64)} micro  macro  count`);
  for (const [question, { micro, macro, count, of }] of shares)
    lines.push(`${question.padEnd(64)} ${percent(micro)}  ${percent(macro)}  ${count} of ${of}`);
  lines.push('', 'tasks as they stand, of each project');
  for (const project of projects) {
    const tasks = tasksOf(project);
    const own = share([project], tasksOf, ({ reasons }) => reasons.length === 0);
    const done = share([project], tasksOf, ({ converted }) => isNotByHand(converted));
    lines.push(
      `${project.project.padEnd(44)} ${percent(own.micro)}  ${project.conversion === undefined ? '' : `nothing by hand ${percent(done.micro)}  `}${tasks.length} tasks`,
    );
  }
  lines.push('', 'why tasks do not run as they are: tasks, only reason, projects', ...reasons.slice(0, top).map(rowOf));
  lines.push('', 'why template files do not', ...templateReasons.slice(0, top).map(rowOf));
  lines.push(...conversionLines(projects, top), ...breakdownLines(projects));
  return `${lines.join('\n')}\n`;
}

/** Returns lines about the conversion: parts that are left, mistakes, and their places. */
function conversionLines(projects: readonly ProjectFigures[], top: number): readonly string[] {
  const faults = projects.flatMap(({ conversion, project }) =>
    (conversion?.faults ?? []).map((fault) => ({ ...fault, project })),
  );
  const tasks = projects.reduce((sum, { conversion }) => sum + (conversion?.unmarkedTasks ?? 0), 0);
  const unstable = projects.flatMap(({ conversion, project }) =>
    (conversion?.unstable ?? []).map((file) => `${project}/${file}`),
  );
  const marks = (kind: string): readonly string[] => {
    const weighed = weigh(projects, ({ conversion }) =>
      (conversion?.marks ?? []).filter((mark) => mark.kind === kind).map(({ topic }) => ({ reasons: [topic] })),
    );
    return weighed.slice(0, top).map(rowOf);
  };
  const kinds = weigh(projects, ({ conversion }) => conversion?.faults ?? []);
  const example = (reason: string): string => {
    const fault = faults.find(({ reasons }) => reasons.includes(reason));
    return fault === undefined ? '' : `  ${fault.project}/${fault.file}:${fault.line}`;
  };
  return [
    '',
    `converted tasks without a mark by hand: ${tasks}, not right here: ${faults.length}`,
    ...kinds.slice(0, top).map((kind) => `${rowOf(kind)}${example(kind.reason)}`),
    '',
    `files that a second conversion changes: ${unstable.length}`,
    ...unstable.slice(0, top),
    '',
    'what keeps whole roles back: alone, in all roles',
    ...roleReasons(projects)
      .slice(0, top)
      .map(({ reason, alone, roles }) => `${columns(alone, roles)}  ${reason}`),
    '',
    'which to mend next: roles done then',
    ...orderOfMending(projects, top).map(({ reason, done }) => `${columns(done)}  ${reason}`),
    '',
    'marks by hand',
    ...marks('byHand'),
    '',
    'marks of assumptions',
    ...marks('assumed'),
  ];
}

function rowOf({ reason, count, alone, projects }: Weighted): string {
  return `${columns(count, alone)} ${String(projects).padStart(3)}  ${reason}`;
}

function columns(...numbers: readonly number[]): string {
  return numbers.map((one) => String(one).padStart(6)).join(' ');
}

function breakdownLines(projects: readonly ProjectFigures[]): readonly string[] {
  const all = projects.flatMap(({ breakdowns }) => breakdowns);
  if (all.length === 0) return [];
  return [
    '',
    'crashes and hangs',
    ...all.map(
      ({ kind, project, file, during, message }) =>
        `${kind} ${project}/${file} (${during}): ${message.split('\n').slice(0, 4).join(' | ')}`,
    ),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`;
}
