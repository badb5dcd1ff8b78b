import type { BecomeMethod } from '../../connection/base/target.ts';
import type { Place } from '../../errors/problem.ts';
import type { Compiled } from '../../values/compiled.ts';
import type { Expression } from '../../values/expression/expression.ts';
import type { Layer } from '../../values/scope.ts';
import type { Template } from '../../values/template/template.ts';

/** What steps bring with them, as far as that can be known before a run. */
export interface Brings {
  /** Variables that tasks register or set. */
  readonly results: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  /** False where more may come: an include whose name is a template. */
  readonly isWhole: boolean;
  /** Whether a task in them is delegated, and so may write files on the controller. */
  readonly delegates: boolean;
  /** Whether `meta: end_play` is among them, or may be. */
  readonly endsPlay: boolean;
}

/** A playbook, read whole and checked: every import resolved, every module and argument name known. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}

/** The name of a play that has none, and whose hosts are a template. */
export const UNNAMED = 'play';

export interface Play {
  readonly name: string;
  readonly place: Place;
  readonly hosts: Compiled;
  readonly hostsPlace: Place;
  /** Sizes of the batches; the last one repeats. Empty: all hosts at once. */
  readonly serial: readonly (BatchSize | SerialTemplate)[];
  readonly strategy: 'linear' | 'free';
  readonly order: 'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle';
  readonly maxFailPercentage: Compiled | undefined;
  readonly anyErrorsFatal: Compiled | undefined;
  readonly settings: Settings;
  /** vars and vars_files, low to high. vars_files with templates in their names are read when the play begins. */
  readonly layers: readonly Layer[];
  readonly variableFiles: readonly VariableFile[];
  /** In the order in which they run; handlers run after each section. */
  readonly sections: readonly Section[];
  readonly handlers: readonly Handler[];
  /**
   * Every role that the play uses, dependencies first: their argument specifications are checked for each host before
   * the first connection.
   */
  readonly roles: readonly Role[];
}

export type BatchSize =
  | { readonly kind: 'hosts'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** Gives a size, or a list of them, when the play is chosen. */
export interface SerialTemplate {
  readonly kind: 'template';
  readonly value: Compiled;
}

/** Of several names the first file that is there counts. */
export interface VariableFile {
  readonly names: readonly Template[];
  readonly place: Place;
}

export interface Section {
  readonly name: 'pre_tasks' | 'tasks' | 'post_tasks';
  readonly steps: readonly Step[];
}

/** One use of a role. Defaults and vars are layers of each of its tasks. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly place: Place;
  readonly defaults: Layer;
  readonly variables: Layer;
  /** What the play (or import_role) gave it. Level: role parameters, above role vars. */
  readonly parameters: Layer;
  readonly arguments: readonly RoleArgument[];
  /**
   * The conditions of the use itself. They hold for each of its tasks, and where they do not hold its arguments need no
   * check.
   */
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  /** Uses with the same text do the same, and one of them is enough on each host. Undefined: it is done each time. */
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

/** What a play, block or task may say about how its tasks run. Undefined: as the level above. */
export interface Settings {
  readonly become: Compiled | undefined;
  readonly becomeUser: Compiled | undefined;
  readonly becomeMethod: BecomeMethod | undefined;
  readonly user: Compiled | undefined;
  readonly environment: readonly Compiled[];
  readonly noLog: Compiled | undefined;
  readonly timeoutSeconds: Compiled | undefined;
}

export type Step = Task | Block | Include | Meta;

/**
 * What tasks, blocks and includes share; a block's and an import's own are already merged into what is inside them,
 * innermost last.
 */
export interface StepFrame {
  /** file:line:col of the step; the same in each run of the same files. */
  readonly id: string;
  readonly place: Place;
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  /** vars of the surrounding blocks and of the step itself, low to high. */
  readonly layers: readonly Layer[];
  readonly settings: Settings;
  readonly role: Role | undefined;
  /** Where templates/, files/ and relative names are looked up, first to last. */
  readonly searchPath: readonly string[];
}

export interface Task extends StepFrame {
  readonly kind: 'task';
  readonly name: Template | undefined;
  readonly module: string;
  /** Where the task names its module. */
  readonly modulePlace: Place;
  readonly arguments: ReadonlyMap<string, Argument>;
  /** `assert.that`, read as expressions: the runner tells the module which of them hold. */
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
  readonly runOnce: Compiled | undefined;
  readonly throttle: Compiled | undefined;
  /** Of this task: any failure on one host ends the play for all. */
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
  readonly pauseSeconds: number;
}

export interface Block extends StepFrame {
  readonly kind: 'block';
  readonly name: Template | undefined;
  readonly block: readonly Step[];
  readonly rescue: readonly Step[];
  readonly always: readonly Step[];
  /** The whole block runs on at most so many hosts at a time. */
  readonly throttle: Compiled | undefined;
  readonly anyErrorsFatal: Compiled | undefined;
}

/** include_tasks, include_role: resolved when reached, once for each loop item. */
export interface Include extends StepFrame {
  readonly kind: 'include';
  readonly name: Template | undefined;
  readonly target:
    | { readonly kind: 'tasks'; readonly file: Template }
    | { readonly kind: 'role'; readonly role: Template; readonly tasksFrom: string };
  readonly loop: Loop | undefined;
  readonly runOnce: Compiled | undefined;
  /** What is known at load of what it will bring. */
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
  /** What `notify` names: its name (rendered without host variables) and each `listen`. */
  readonly name: string;
  readonly listen: readonly string[];
  readonly step: Task | Block;
}
