import type { Place } from '../errors/problem.ts';
import type { Node } from '../values/base/node.ts';
import type { Compiled } from '../values/compiled.ts';
import type { Expression } from '../values/expression/expression.ts';
import type { Layer } from '../values/scope.ts';
import type { Template } from '../values/template/template.ts';
import type { ModuleCatalogue } from './base/module-catalogue.ts';
import type { Handler, Role, RoleArgument, Settings, Step } from './base/play.ts';
import type { ProblemCollector } from './base/problem-collector.ts';
import type { SourceFiles } from './source-files.ts';
import type { Link, StepBudget } from './step-budget.ts';

/** A role as it lies on disk, whoever uses it. */
export interface RoleFolder {
  readonly name: string;
  readonly path: string;
  readonly defaults: Layer;
  readonly variables: Layer;
  readonly arguments: readonly RoleArgument[];
  readonly dependencies: readonly Node[];
  /** Whether each use runs, though nothing differs from an earlier one. */
  readonly allowDuplicates: boolean;
}

/** What is the same for everything that is read of one playbook. */
export interface Reading {
  readonly files: SourceFiles;
  readonly modules: ModuleCatalogue;
  readonly problems: ProblemCollector;
  readonly budget: StepBudget;
  /** Absolute: where the playbook is that was asked for. */
  readonly rootDirectory: string;
  /** Absolute: where the playbook is that is being read, an imported one perhaps. The last place to look for files. */
  readonly playbookDirectory: string;
  /** Absolute folders in which roles are looked up, first to last. */
  readonly rolesPath: readonly string[];
  /** Why a role that was found by its name in one of them must not be used. */
  readonly roleRefusal: (role: string, folder: string) => string | undefined;
  readonly roleFolders: Map<string, Promise<RoleFolder | undefined>>;
  readonly play: PlayReading;
  /** Reads a list of tasks and blocks, imports opened. Here so that what steps hold can hold steps again. */
  readonly readSteps: (nodes: readonly Node[], outer: Surroundings, reading: Reading) => Promise<readonly Step[]>;
}

/** What gathers while one play is read. */
export interface PlayReading {
  readonly handlers: Handler[];
  /** Of what is opened as an include: the handlers of the play around it, however deep it is. */
  readonly around: readonly Handler[];
  readonly roles: Role[];
  /** Names without templates that a `notify` named. They are looked up once all handlers are read. */
  readonly notified: { readonly name: string; readonly place: Place }[];
  /** Handlers that includes may bring when they are reached. */
  readonly includedHandlers: Handler[];
  /**
   * Where there are handlers of which nothing is known: a role that is included by a template, a file that cannot be
   * read.
   */
  readonly unknownHandlers: Place[];
  /** Uses of roles so far, so that a dependency runs once. */
  readonly uses: Map<string, { readonly tags: Set<string> }>;
}

/** What a step takes from all that is around it. */
export interface Surroundings {
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  readonly layers: readonly Layer[];
  readonly settings: Settings;
  readonly role: Role | undefined;
  readonly searchPath: readonly string[];
  /** Absolute folders in which the files of import_tasks and include_tasks are looked up. */
  readonly taskDirectories: readonly string[];
  /** Files and roles that are being read, outermost first, to find one that leads to itself. */
  readonly chain: readonly Link[];
  readonly handedDown: HandedDown;
}

/** What a task takes from the block or import that it is in, where it does not say otherwise itself. */
export interface HandedDown {
  readonly ignoreErrors: Compiled | undefined;
  readonly anyErrorsFatal: Compiled | undefined;
  readonly delegateTo: Template | undefined;
  readonly runOnce: Compiled | undefined;
  readonly notify: readonly Template[];
  readonly throttle: Compiled | undefined;
}

export const NOTHING_HANDED_DOWN: HandedDown = {
  ignoreErrors: undefined,
  anyErrorsFatal: undefined,
  delegateTo: undefined,
  runOnce: undefined,
  notify: [],
  throttle: undefined,
};

export function newPlayReading(): PlayReading {
  return {
    handlers: [],
    around: [],
    roles: [],
    notified: [],
    includedHandlers: [],
    unknownHandlers: [],
    uses: new Map(),
  };
}

/** For what may not run, or runs later: what it uses must not count as having run. */
export function apart(play: PlayReading): PlayReading {
  return { ...play, uses: new Map([...play.uses].map(([key, use]) => [key, { tags: new Set(use.tags) }])) };
}
