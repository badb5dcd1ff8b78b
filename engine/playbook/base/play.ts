import type { BecomeMethod } from '../../connection/base/target.ts';
import type { Place } from '../../errors/problem.ts';
import type { Secret } from '../../values/base/secret.ts';
import type { Compiled } from '../../values/compiled.ts';
import type { Expression } from '../../values/expression/expression.ts';
import type { Layer } from '../../values/scope.ts';
import type { Template } from '../../values/template/template.ts';
import type { OfAllHosts } from './per-slice.ts';

/** Effects of steps that are known before a run. */
export interface Brings {
  /** Variables that tasks register or set. */
  readonly results: ReadonlySet<string>;
  /** The tasks of include_vars: they bring the variables of files. */
  readonly includes: readonly Task[];
  readonly tags: ReadonlySet<string>;
  /** False if there may be more: an include whose name is a template. */
  readonly isWhole: boolean;
  /** True if a task is delegated, and so may write files on the controller. */
  readonly delegates: boolean;
  /** True if a task, as far as tasks are known, may run on a host other than its own, apart from the controller. */
  readonly usesOtherHosts: boolean;
  /** True if `meta: end_play` is or may be among the steps. */
  readonly endsPlay: boolean;
  /** Steps that bring hosts or groups to the plays that follow. */
  readonly regroups: readonly Regrouping[];
  /** The roles that are included, as far as their names are known. */
  readonly roles: readonly Role[];
}

/** A step that brings groups to the plays that follow, or hosts too. */
export interface Regrouping {
  readonly place: Place;
  readonly hosts: boolean;
}

/** A complete, checked playbook: all imports are resolved, all modules and argument names are known. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}

/** Name of a play without a name whose hosts are a template. */
export const UNNAMED = 'play';

export interface Play {
  readonly name: string;
  readonly place: Place;
  readonly hosts: Compiled;
  readonly hostsPlace: Place;
  /** Sizes of the batches; the last one repeats. Empty: one batch of all hosts. */
  readonly serial: readonly (BatchSize | SerialTemplate)[];
  readonly serialPlace: Place | undefined;
  /** Keywords and variables that each slice may apply to its own hosts alone. */
  readonly perSlice: ReadonlySet<OfAllHosts>;
  readonly strategy: 'linear' | 'free';
  /** True: each change is a separate round trip, and is made when its task has its turn. */
  readonly isOneByOne: boolean;
  readonly order: 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle';
  readonly maxFailPercentage: Compiled | undefined;
  readonly anyErrorsFatal: Compiled | undefined;
  readonly settings: Settings;
  /** vars and vars_files, from low to high. vars_files with templates in their names are read when the play begins. */
  readonly layers: readonly Layer[];
  readonly variableFiles: readonly VariableFile[];
  /** Sections in the order in which they run. Handlers run after each. */
  readonly sections: readonly Section[];
  readonly handlers: readonly Handler[];
  /** Variables that a person is asked for before the run, unless `-e` gives them. */
  readonly prompts: readonly Prompt[];
  /**
   * All roles of the play, dependencies first: their argument specifications are checked for each host before the first
   * connection.
   */
  readonly roles: readonly Role[];
}

/** An entry of `vars_prompt`. */
export interface Prompt {
  readonly name: string;
  readonly place: Place;
  readonly question: string;
  /** True: the typed text is not shown, and the value is a secret. */
  readonly isPrivate: boolean;
  /** True: the question is asked twice. */
  readonly isConfirmed: boolean;
  readonly fallback: string | number | boolean | Secret | undefined;
}

export type BatchSize =
  | { readonly kind: 'hosts'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** Returns a size, or a list of sizes, when the play begins. */
export interface SerialTemplate {
  readonly kind: 'template';
  readonly value: Compiled;
}

/** A variable file. If it has several names, the first file that exists is read. */
export interface VariableFile {
  readonly names: readonly Template[];
  readonly place: Place;
}

export interface Section {
  readonly name: 'pre_tasks' | 'tasks' | 'post_tasks';
  readonly steps: readonly Step[];
}

/** One use of a role. Its defaults and vars are layers of each of its tasks. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly place: Place;
  readonly defaults: Layer;
  readonly variables: Layer;
  /** Parameters from the play (or import_role). Level: role parameters, above role vars. */
  readonly parameters: Layer;
  readonly arguments: readonly RoleArgument[];
  /**
   * The conditions of the use itself. They apply to each of its tasks. If they are false, its arguments are not
   * checked.
   */
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  /** Uses with the same text do the same, so each host runs only one of them. Undefined: each use runs. */
  readonly sameAs: string | undefined;
}

export interface RoleArgument {
  readonly name: string;
  readonly type: 'list' | RoleArgument['elements'];
  readonly elements: 'string' | 'integer' | 'number' | 'boolean' | 'map' | 'ipv4' | 'ipv4_network' | 'any';
  readonly required: boolean;
  readonly choices: readonly (string | number | boolean)[];
  readonly description: string;
  readonly place: Place;
}

/** Keywords of a play, block or task that say how its tasks run. Undefined: the value of the level above. */
export interface Settings {
  readonly become: Compiled | undefined;
  readonly becomeUser: Compiled | undefined;
  readonly becomeMethod: BecomeMethod | undefined;
  readonly user: Compiled | undefined;
  readonly environment: readonly Compiled[];
  /** True: the task never changes anything. False: it also runs in a plan, if it is known to change nothing. */
  readonly checkMode: Compiled | undefined;
  readonly noLog: Compiled | undefined;
  /** False: outputs show no lines of the texts that a task changes. */
  readonly diff: Compiled | undefined;
  readonly timeoutSeconds: Compiled | undefined;
}

export type Step = Task | Block | Include | Meta;

/**
 * The common part of tasks, blocks and includes. Keywords of blocks and imports are already merged into the steps
 * inside them, innermost last.
 */
export interface StepFrame {
  /** file:line:col of the step; equal in each run of the same files. */
  readonly id: string;
  readonly place: Place;
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  /** vars of the surrounding blocks and of the step itself, from low to high. */
  readonly layers: readonly Layer[];
  readonly settings: Settings;
  readonly role: Role | undefined;
  /** Folders in which templates/, files/ and relative names are looked up, in this order. */
  readonly searchPath: readonly string[];
}

export interface Task extends StepFrame {
  readonly kind: 'task';
  readonly name: Template | undefined;
  readonly module: string;
  /** The place of the module's name in the task. */
  readonly modulePlace: Place;
  readonly arguments: ReadonlyMap<string, Argument>;
  /** `assert.that`, parsed as expressions: the runner tells the module which of them are true. */
  readonly asserts: readonly Expression[] | undefined;
  readonly loop: Loop | undefined;
  readonly register: string | undefined;
  readonly until:
    | {
        readonly expressions: readonly Expression[];
        readonly retries: Compiled | undefined;
        readonly delaySeconds: Compiled | undefined;
      }
    | undefined;
  readonly changedWhen: readonly Expression[] | undefined;
  readonly failedWhen: readonly Expression[] | undefined;
  readonly ignoreErrors: Compiled | undefined;
  readonly notify: readonly Template[];
  readonly delegateTo: Template | undefined;
  /** If true, variables that the task sets go to the host of `delegateTo`. */
  readonly delegateFacts: Compiled | undefined;
  readonly runOnce: Compiled | undefined;
  readonly throttle: Compiled | undefined;
  /** If true, any failure of this task on one host ends the play for all. */
  readonly anyErrorsFatal: Compiled | undefined;
}

export interface Argument {
  readonly keyPlace: Place;
  readonly value: Compiled;
}

export interface Loop {
  readonly items:
    | { readonly kind: 'template'; readonly value: Compiled }
    | { readonly kind: 'expression'; readonly value: Expression };
  readonly variable: string;
  readonly indexVariable: string | undefined;
  readonly label: Template | undefined;
  readonly pauseSeconds: Compiled | undefined;
}

export interface Block extends StepFrame {
  readonly kind: 'block';
  readonly name: Template | undefined;
  readonly block: readonly Step[];
  readonly rescue: readonly Step[];
  readonly always: readonly Step[];
  /** Maximal number of hosts that run the whole block at the same time. */
  readonly throttle: Compiled | undefined;
  readonly anyErrorsFatal: Compiled | undefined;
}

/** include_tasks, include_role: resolved when the step is reached, once per loop item. */
export interface Include extends StepFrame {
  readonly kind: 'include';
  readonly name: Template | undefined;
  readonly target:
    | { readonly kind: 'tasks'; readonly file: Template }
    | { readonly kind: 'role'; readonly role: Template; readonly tasksFrom: string };
  readonly loop: Loop | undefined;
  readonly runOnce: Compiled | undefined;
  /** Effects of the included steps that are known at load. */
  readonly ahead: Brings;
  /** Reads and checks the included steps for one resolved name. */
  open(
    name: string,
    extra: readonly Layer[],
  ): Promise<{ readonly steps: readonly Step[]; readonly handlers: readonly Handler[] }>;
}

export interface Meta extends StepFrame {
  readonly kind: 'meta';
  readonly action: 'flush_handlers' | 'end_host' | 'end_play' | 'noop';
}

export interface Handler {
  /**
   * A name that no other handler of the play has: that which is written (rendered without host variables), or
   * `role : name` if several handlers have it.
   */
  readonly name: string;
  /** The name that is written. */
  readonly written: string;
  /** Further names that a `notify` may use. */
  readonly listen: readonly string[];
  readonly step: Task | Block;
}
