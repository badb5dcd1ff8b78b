import type { Place } from '../../errors/problem.ts';
import type { Include, Play, Step } from '../../playbook/base/play.ts';
import type { SourceKind } from '../../playbook/source-files.ts';
import type { MapEntry, MapNode, Node, ScalarNode } from '../../values/base/node.ts';
import type { SourceText } from './source-text.ts';

/** The input of the rules: the files as they were written, and the plays as they were read. */
export interface Site {
  readonly files: readonly SourceFile[];
  readonly plays: readonly PlaySource[];
  /** Each task, block, import and include of each file once, in the order of the files. */
  readonly tasks: readonly TaskSource[];
  readonly variables: readonly VariableSource[];
  readonly loaded: readonly LoadedPlaybook[];
  /** Returns the steps that were made from a task: one for each use of its file. */
  stepsOf(task: TaskSource): readonly LoadedStep[];
  /** Returns whether the task is a handler or part of one. */
  isHandler(task: TaskSource): boolean;
  /** The number of times each word is in the files of the project, with comments. */
  readonly words: ReadonlyMap<string, number>;
  /** Files of the project that do not belong to these playbooks: templates, scripts, other playbooks. */
  readonly others: readonly OtherFile[];
}

export interface OtherFile {
  readonly shown: string;
  readonly text: string;
}

/** A YAML file of the playbook. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** The name of the file in places. */
  readonly shown: string;
  readonly kind: SourceKind;
  /** Undefined if the file is encrypted: rules must not report its lines. */
  readonly text: SourceText | undefined;
  readonly nodes: readonly Node[];
}

/** A playbook that was read without a problem, with all steps, also those of includes with a fixed name. */
export interface LoadedPlaybook {
  readonly file: string;
  readonly plays: readonly LoadedPlay[];
}

export interface LoadedPlay {
  readonly play: Play;
  /** The steps of the sections in their order. The content of a block or include follows it. */
  readonly steps: readonly LoadedStep[];
  /** The steps of the handlers, in the same order. */
  readonly handlerSteps: readonly LoadedStep[];
  /** True if all steps are known: no include has a template as its name, and none is nested too deep. */
  readonly isWhole: boolean;
}

export interface LoadedStep {
  readonly step: Step;
  /** The includes that lead to the step, outermost first. */
  readonly includes: readonly Include[];
}

export interface PlaySource {
  readonly file: SourceFile;
  readonly map: MapNode;
  entry(name: string): MapEntry | undefined;
}

export interface TaskSource {
  readonly file: SourceFile;
  readonly map: MapNode;
  /** The play that contains the task; undefined in a file of tasks. */
  readonly play: PlaySource | undefined;
  /** The blocks around it, outermost first. */
  readonly blocks: readonly TaskSource[];
  /** The list that contains the task, and its index there. */
  readonly siblings: readonly MapNode[];
  readonly index: number;
  /** The module, or `block`, `meta`, `import_tasks`, …, without Ansible's prefix. */
  readonly module: string;
  readonly action: MapEntry;
  /** The arguments of the module, by the names that the module itself uses. */
  readonly arguments: ReadonlyMap<string, ArgumentSource>;
  /** Arguments of Ansible's module that have no effect here. They are not part of `arguments`. */
  readonly idle: readonly IdleSource[];
  /** Returns the entry of a keyword such as `when`. */
  entry(name: string): MapEntry | undefined;
}

export interface ArgumentSource {
  /** True if the argument is true or false. */
  readonly isBoolean: boolean;
  /** The name as it was written; it may be an alias of the argument. */
  readonly written: string;
  readonly keyPlace: Place;
  readonly value: Node;
}

export interface IdleSource extends ArgumentSource {
  /** A sentence: the reason why it can be left out. */
  readonly instead: string;
  /** True if its map has no other entry. */
  readonly isOnly: boolean;
}

/** A variable that a file sets. */
export interface VariableSource {
  readonly name: string;
  /** The place of its value. */
  readonly place: Place;
  readonly where: 'play' | 'block' | 'task' | 'defaults' | 'file' | 'inventory';
  /** The text, number or boolean if the value is not a template; undefined for other values and for a secret. */
  readonly literal: string | undefined;
  /** The value as it was written; undefined if only its meaning is known. */
  readonly node: Node | undefined;
  /** The keys, if the value is a map. */
  readonly keys: readonly { readonly name: string; readonly place: Place }[];
  /** The play, block or task that sets it; undefined for other variables. */
  readonly owner: PlaySource | TaskSource | undefined;
}

/** Returns the text of a scalar; undefined for other nodes, and for a secret. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** Returns whether the node is exactly this value, not a template that renders to it. */
export function isValue(node: Node | undefined, value: ScalarNode['value']): boolean {
  return node?.kind === 'scalar' && node.value === value;
}
