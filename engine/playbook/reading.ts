import type { Place } from '../errors/problem.ts';
import type { MapEntry, Node } from '../values/base/node.ts';
import type { Compiled } from '../values/compiled.ts';
import type { Expression } from '../values/expression/expression.ts';
import type { Layer } from '../values/scope.ts';
import type { Template } from '../values/template/template.ts';
import type { ModuleCatalogue } from './base/module-catalogue.ts';
import type { Handler, Role, RoleArgument, Settings, Step } from './base/play.ts';
import type { ProblemCollector } from './base/problem-collector.ts';
import { NO_SETTINGS } from './base/settings.ts';
import type { SourceFiles } from './source-files.ts';
import type { Link, StepBudget } from './step-budget.ts';

/** A role on disk, independent of its uses. */
export interface RoleFolder {
  readonly name: string;
  readonly path: string;
  readonly defaults: Layer;
  readonly variables: Layer;
  readonly arguments: readonly RoleArgument[];
  readonly dependencies: readonly Node[];
  /** If true, each use runs, even if it equals an earlier one. */
  readonly allowDuplicates: boolean;
}

/** State that is common to everything that is read for one playbook. */
export interface Reading {
  readonly files: SourceFiles;
  readonly modules: ModuleCatalogue;
  readonly problems: ProblemCollector;
  readonly budget: StepBudget;
  /** Absolute folder of the playbook that was asked for. */
  readonly rootDirectory: string;
  /**
   * Absolute folder of the playbook that is being read, which may be an imported one. Files are looked up there last.
   */
  readonly playbookDirectory: string;
  /** Absolute folders in which roles are looked up, in this order. */
  readonly rolesPath: readonly string[];
  /** Returns why a role that was found in one of them must not be used. */
  readonly roleRefusal: (role: string, folder: string) => string | undefined;
  readonly roleFolders: Map<string, Promise<RoleFolder | undefined>>;
  readonly play: PlayReading;
  /**
   * Reads a list of tasks and blocks, and resolves imports. It is a member, because steps contain steps: the files
   * would import each other otherwise.
   */
  readonly readSteps: (nodes: readonly Node[], outer: Surroundings, reading: Reading) => Promise<readonly Step[]>;
}

/** State that is collected while one play is read. */
export interface PlayReading {
  readonly handlers: Handler[];
  /** For an opened include: the handlers of the play around it, at any depth. */
  readonly around: readonly Handler[];
  readonly roles: Role[];
  /** Names without templates that a `notify` uses. They are checked after all handlers were read. */
  readonly notified: { readonly name: string; readonly role: string | undefined; readonly place: Place }[];
  /** Handlers that includes may bring when they are reached. */
  readonly includedHandlers: Handler[];
  /** Places that may bring unknown handlers: a role that is included by a template, a file that cannot be read. */
  readonly unknownHandlers: Place[];
  /** Uses of roles so far, so that a dependency runs once. */
  readonly uses: Set<string>;
}

/** Arguments that tasks have unless they write them. */
export type ModuleDefaults = ReadonlyMap<string, readonly MapEntry[]>;

/** The context that a step inherits. */
export interface Surroundings {
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  readonly layers: readonly Layer[];
  readonly settings: Settings;
  /** Arguments by the name of the module as it is written, without its collection. */
  readonly moduleDefaults: ModuleDefaults;
  readonly role: Role | undefined;
  readonly searchPath: readonly string[];
  /** Absolute folders in which the files of import_tasks and include_tasks are looked up. */
  readonly taskDirectories: readonly string[];
  /** Files and roles that are being read, outermost first, to find one that imports itself. */
  readonly chain: readonly Link[];
  readonly handedDown: HandedDown;
}

/** Settings that a task inherits from its block or import, unless it has its own. */
export interface HandedDown {
  readonly ignoreErrors: Compiled | undefined;
  readonly delegateFacts: Compiled | undefined;
  readonly anyErrorsFatal: Compiled | undefined;
  readonly delegateTo: Template | undefined;
  readonly runOnce: Compiled | undefined;
  readonly notify: readonly Template[];
  readonly throttle: Compiled | undefined;
}

const NOTHING_HANDED_DOWN: HandedDown = {
  ignoreErrors: undefined,
  delegateFacts: undefined,
  anyErrorsFatal: undefined,
  delegateTo: undefined,
  runOnce: undefined,
  notify: [],
  throttle: undefined,
};

/** Returns the state for a play of which nothing has been read. */
export function newPlayReading(): PlayReading {
  return {
    handlers: [],
    around: [],
    roles: [],
    notified: [],
    includedHandlers: [],
    unknownHandlers: [],
    uses: new Set(),
  };
}

/**
 * Returns a separate state for steps that may not run, or run later: the roles that they use must not count as having
 * run.
 */
export function apart(play: PlayReading): PlayReading {
  return { ...play, uses: new Set(play.uses) };
}

/** The surroundings of a file that nothing imports. */
export const OUTERMOST: Surroundings = {
  when: [],
  tags: new Set(),
  layers: [],
  settings: NO_SETTINGS,
  role: undefined,
  searchPath: [],
  taskDirectories: [],
  chain: [],
  moduleDefaults: new Map(),
  handedDown: NOTHING_HANDED_DOWN,
};
