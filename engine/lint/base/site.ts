import type { Place } from '../../errors/problem.ts';
import type { Include, Play, Step } from '../../playbook/base/play.ts';
import type { SourceKind } from '../../playbook/source-files.ts';
import type { MapEntry, MapNode, Node, ScalarNode } from '../../values/base/node.ts';
import type { SourceText } from './source-text.ts';

/** All that the rules look at: the files as they were written, and the plays as they were read. */
export interface Site {
  readonly files: readonly SourceFile[];
  readonly plays: readonly PlaySource[];
  /** Each task, block, import and include of each file once, in the order of the files. */
  readonly tasks: readonly TaskSource[];
  readonly variables: readonly VariableSource[];
  readonly loaded: readonly LoadedPlaybook[];
  /** The steps that were made of a task: one for each use of its file. */
  stepsOf(task: TaskSource): readonly LoadedStep[];
  /** Whether the task is a handler, or stands in one. */
  isHandler(task: TaskSource): boolean;
  /** How often a word is in the files of the project, in comments too. */
  readonly words: ReadonlyMap<string, number>;
  /** Files of the project that are no part of these playbooks: templates, scripts, other playbooks. */
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
  /** As places name it. */
  readonly shown: string;
  readonly kind: SourceKind;
  /** Undefined where the file is encrypted: nothing is said of its lines. */
  readonly text: SourceText | undefined;
  readonly nodes: readonly Node[];
}

/** A playbook that was read without a problem, with all steps in it, those of includes with a fixed name too. */
export interface LoadedPlaybook {
  readonly file: string;
  readonly plays: readonly LoadedPlay[];
}

export interface LoadedPlay {
  readonly play: Play;
  /** Of the sections, in their order; blocks and includes are followed by what is in them. */
  readonly steps: readonly LoadedStep[];
  /** Of the handlers, in the same way. */
  readonly handlerSteps: readonly LoadedStep[];
  /** Whether all of the steps are known: no include whose name is a template. */
  readonly isWhole: boolean;
}

export interface LoadedStep {
  readonly step: Step;
  /** The includes that lead to it, outermost first. */
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
  /** Of the play that it is written in; undefined in a file of tasks. */
  readonly play: PlaySource | undefined;
  /** The blocks around it, outermost first. */
  readonly blocks: readonly TaskSource[];
  /** The list that it stands in, and where. */
  readonly siblings: readonly MapNode[];
  readonly index: number;
  /** The module, or `block`, `meta`, `import_tasks`, …; the prefix of ansible left out. */
  readonly module: string;
  readonly action: MapEntry;
  /** The arguments of a module, under the names that the module has for them. */
  readonly arguments: ReadonlyMap<string, ArgumentSource>;
  /** Arguments of Ansible's module that have no effect here. They are not among the others. */
  readonly idle: readonly IdleSource[];
  /** A keyword such as `when`. */
  entry(name: string): MapEntry | undefined;
}

export interface ArgumentSource {
  /** As it was written: another name of the same argument perhaps. */
  readonly written: string;
  readonly keyPlace: Place;
  readonly value: Node;
}

export interface IdleSource extends ArgumentSource {
  /** The sentence that says why it can be left out. */
  readonly instead: string;
  /** Without it its map would be empty. */
  readonly isOnly: boolean;
}

/** One variable that a file sets. */
export interface VariableSource {
  readonly name: string;
  /** Where its value stands. */
  readonly place: Place;
  readonly where: 'play' | 'block' | 'task' | 'defaults' | 'file' | 'inventory';
  /** The text, number or boolean of a value that is no template; undefined for any other, and for a secret. */
  readonly literal: string | undefined;
  /** The value as it was written; undefined where only its value is known. */
  readonly node: Node | undefined;
  /** Of a value that is a map. */
  readonly keys: readonly { readonly name: string; readonly place: Place }[];
  /** Of play, block and task: what has them. */
  readonly owner: PlaySource | TaskSource | undefined;
}

/** The text of a scalar; undefined for another node, and for a secret. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** Whether the node is this value itself, and no template of it. */
export function isValue(node: Node | undefined, value: ScalarNode['value']): boolean {
  return node?.kind === 'scalar' && node.value === value;
}
