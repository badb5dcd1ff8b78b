/** The result for one converted thing. `wrong`: it has no mark, and cannot be read here. */
export const CLASSES = ['same', 'exact', 'assumed', 'byHand', 'wrong'] as const;
export type Class = (typeof CLASSES)[number];

/** A reason why a thing does not run here: only the kind, without names. */
export type Reason = string;

export interface TaskFigures {
  readonly kind: 'task' | 'block' | 'play';
  readonly line: number;
  /** The name as it is written, or `play`, `block`. */
  readonly module: string;
  /**
   * Whether this program has a module of this name, whether the module has all of the arguments, and whether the task
   * has only keywords of this program.
   */
  readonly hasModule: boolean;
  readonly hasArguments: boolean;
  readonly hasKeywords: boolean;
  /** Reasons why it does not run unchanged; none if it runs. */
  readonly reasons: readonly Reason[];
  /** Undefined if nothing was converted. */
  readonly converted: Class | undefined;
  /** Why the converted task is left to a person: subjects of its marks by hand, or what is wrong with it here. */
  readonly left: readonly Reason[];
}

export interface TextFigures {
  readonly line: number;
  readonly kind: 'condition' | 'text' | 'variable';
  /** Undefined if it is not read as Jinja, because the text is the same here. */
  readonly converted: Class | undefined;
  readonly reasons: readonly Reason[];
}

export type FileKind = 'playbook' | 'tasks' | 'handlers' | 'variables' | 'template';

export interface FileFigures {
  /** Path below the folder of its project. */
  readonly file: string;
  readonly kind: FileKind;
  /** The folder of its role, below the project; undefined outside of roles. */
  readonly role: string | undefined;
  readonly tasks: readonly TaskFigures[];
  readonly texts: readonly TextFigures[];
  /** For a template: its class if it runs unchanged, or the reason why not. */
  readonly template: { readonly converted: Class | undefined; readonly reasons: readonly Reason[] } | undefined;
  /** The reason why it cannot be read at all. */
  readonly unreadable: Reason | undefined;
}

/** A bug of this program: it threw an error that is not a Problem, or never ended. */
export interface Breakdown {
  readonly kind: 'crash' | 'hang';
  readonly project: string;
  readonly file: string;
  readonly during: string;
  readonly message: string;
}

export interface ProjectFigures {
  readonly project: string;
  readonly files: readonly FileFigures[];
  /** Names of the modules that are a part of the project. Nothing here can have them. */
  readonly ownModules: readonly string[];
  readonly conversion: ConversionFigures | undefined;
  readonly breakdowns: readonly Breakdown[];
}

/** Figures about the project after the conversion. */
export interface ConversionFigures {
  /** The number of files whose text has changed. */
  readonly changed: number;
  /** Files that a second conversion changes again. */
  readonly unstable: readonly string[];
  /** Tasks without a mark "by hand" that cannot be read here or have an error. */
  readonly faults: readonly Fault[];
  /** The number of tasks without a mark "by hand"; `faults` are a part of them. */
  readonly unmarkedTasks: number;
  /** The subjects of the marks, one entry per mark. */
  readonly marks: readonly MarkFigure[];
}

/** A task without a mark "by hand" that cannot be read here, or in which lint finds an error. */
export interface Fault {
  readonly reasons: readonly Reason[];
  /** The path of the file, below the project. */
  readonly file: string;
  readonly line: number;
}

export interface MarkFigure {
  readonly kind: 'assumed' | 'byHand';
  readonly topic: string;
}
