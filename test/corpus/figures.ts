/** What became of one thing that was converted. `wrong`: it has no mark, and cannot be read here. */
export const CLASSES = ['same', 'exact', 'assumed', 'byHand', 'wrong'] as const;
export type Class = (typeof CLASSES)[number];

/** One thing of a file that says why it does not run here: the kind, without the names that it is about. */
export type Reason = string;

export interface TaskFigures {
  readonly kind: 'task' | 'block' | 'play';
  readonly line: number;
  /** As it is written, or `play`, `block`. */
  readonly module: string;
  /** A module of this name is here; and it has all of the arguments; and the task has no keyword that is not here. */
  readonly hasModule: boolean;
  readonly hasArguments: boolean;
  readonly hasKeywords: boolean;
  /** Why it does not run as it is; none: it does. */
  readonly reasons: readonly Reason[];
  /** Undefined where nothing was converted. */
  readonly converted: Class | undefined;
}

export interface TextFigures {
  readonly line: number;
  readonly kind: 'condition' | 'text' | 'variable';
  /** Undefined: it is not read as Jinja, as it is the same text here. */
  readonly converted: Class | undefined;
  readonly reasons: readonly Reason[];
}

export type FileKind = 'playbook' | 'tasks' | 'handlers' | 'variables' | 'template';

export interface FileFigures {
  /** Below the folder of its project. */
  readonly file: string;
  readonly kind: FileKind;
  /** The folder of the role that it is in, below the project; undefined outside of roles. */
  readonly role: string | undefined;
  readonly tasks: readonly TaskFigures[];
  readonly texts: readonly TextFigures[];
  /** Of a template: whether it stands as it is, or why not. */
  readonly template: { readonly converted: Class | undefined; readonly reasons: readonly Reason[] } | undefined;
  /** Why it cannot be read at all. */
  readonly unreadable: Reason | undefined;
}

/** A fault of ours: it threw what is no Problem, or did not come to an end. */
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
  readonly conversion: ConversionFigures | undefined;
  readonly breakdowns: readonly Breakdown[];
}

/** What was seen of the project after it was converted. */
export interface ConversionFigures {
  /** Files that were written otherwise than they were. */
  readonly changed: number;
  /** Files that a second conversion changes again. */
  readonly unstable: readonly string[];
  /** Tasks without a mark by hand that are not right here. */
  readonly faults: readonly Fault[];
  /** Tasks without a mark by hand, of which `faults` are. */
  readonly unmarkedTasks: number;
  /** What the marks are about, one entry for each mark. */
  readonly marks: readonly MarkFigure[];
}

/** A task without a mark by hand that cannot be read here, or of which lint has an error. */
export interface Fault {
  readonly reasons: readonly Reason[];
  /** Where it is, below the project. */
  readonly file: string;
  readonly line: number;
}

export interface MarkFigure {
  readonly kind: 'assumed' | 'byHand';
  readonly topic: string;
}
