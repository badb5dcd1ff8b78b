import { resolve, sep } from 'node:path';
import { hears, meantBy } from '../../playbook/base/handler-names.ts';
import type { Handler, Include, Play, Playbook, Role, Step, Task } from '../../playbook/base/play.ts';
import { type TagSelection, isSelected, walkSteps } from '../../playbook/base/select-tasks.ts';
import { writtenName, writtenTitle } from '../../playbook/base/written-title.ts';
import { mask } from '../../values/mask/mask.ts';
import { safeLine } from '../text/safe-text.ts';

export type NodeKind = 'role' | 'task' | 'tasks' | 'include' | 'handler' | 'unknown';

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** One line, with secrets masked. */
  readonly label: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /**
   * `next`: it runs next. `notifies`: a task calls for a handler. `needs`: a role depends on another one, which runs
   * before it. `uses`: a role includes another one.
   */
  readonly kind: 'next' | 'notifies' | 'needs' | 'uses';
}

/** One play. Nodes that run come in their order, followed by the handlers. */
export interface PlayGraph {
  readonly id: string;
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphOptions {
  /** True if each task has a node; otherwise each role and each group of tasks between roles has one. */
  readonly tasks: boolean;
  readonly selection: TagSelection;
  /** Returns the text for the hosts of a play. */
  readonly hostsOf: (play: Play) => string;
}

/** Returns the plays of a playbook with their steps, their handlers, and the notifications. */
export function graphOf(playbook: Playbook, options: GraphOptions): readonly PlayGraph[] {
  return playbook.plays.map((play, index) => new Drawing(play, `p${index + 1}`, options).graph(index + 1));
}

class Drawing {
  readonly #play: Play;
  readonly #id: string;
  readonly #options: GraphOptions;
  readonly #nodes: GraphNode[] = [];
  readonly #edges = new Map<string, GraphEdge>();
  readonly #roles = new Map<string, string>();
  readonly #handlers = new Map<Handler, string>();
  /** The node that runs before the next one. */
  #before: string | undefined;
  /** The current group of tasks without a role. */
  #loose: { readonly id: string; readonly steps: Step[] } | undefined;

  constructor(play: Play, id: string, options: GraphOptions) {
    this.#play = play;
    this.#id = id;
    this.#options = options;
  }

  graph(number: number): PlayGraph {
    const steps = this.#play.sections.flatMap((section) => [...walkSteps(section.steps)]);
    const calls: { readonly from: string; readonly name: string; readonly role: string | undefined }[] = [];
    for (const step of steps) {
      if (step.kind === 'block' || step.kind === 'meta' || !isSelected(step.tags, this.#options.selection)) continue;
      const from = this.#nodeOf(step);
      for (const name of notifiedBy(step)) calls.push({ from, name, role: step.role?.name });
    }
    for (const { from, name, role } of calls)
      for (const meant of meantBy(name, role, this.#play.handlers)) this.#notify(from, meant);
    const label = line(`${number}. ${this.#play.name} (${this.#options.hostsOf(this.#play)})`);
    return { id: this.#id, label, nodes: this.#nodes, edges: [...this.#edges.values()] };
  }

  #nodeOf(step: Task | Include): string {
    const kind = step.kind;
    if (this.#options.tasks) return this.#next(kind, line(writtenTitle(step)));
    if (step.role !== undefined) return this.#role(step.role);
    if (kind === 'include') return this.#next(kind, line(writtenName(step)));
    if (this.#loose?.id !== this.#before || this.#loose === undefined)
      this.#loose = { id: this.#next('tasks', ''), steps: [] };
    const { id, steps } = this.#loose;
    steps.push(step);
    const label = steps.length === 1 ? line(writtenName(step)) : `${steps.length} tasks`;
    this.#nodes.splice(Number(id.slice(id.lastIndexOf('n') + 1)) - 1, 1, { id, kind: 'tasks', label });
    return id;
  }

  /** Adds one node for all uses of a role. Roles that it includes are connected beside the main path. */
  #role(role: Role): string {
    const outer = outerOf(role, this.#play.roles);
    const from = outer === undefined ? undefined : this.#role(outer.role);
    let id = this.#roles.get(role.name);
    if (id === undefined) {
      id = from === undefined ? this.#next('role', line(role.name)) : this.#node('role', line(role.name));
      this.#roles.set(role.name, id);
    }
    if (outer !== undefined && from !== undefined) this.#edge(from, id, outer.kind);
    return id;
  }

  /** A name that is a template is known at run time only. */
  #notify(from: string, name: string): void {
    const called = this.#play.handlers.filter((handler) => hears(handler, name));
    if (called.length === 0) return this.#edge(from, this.#node('unknown', line(name)), 'notifies');
    for (const handler of called) {
      const id = this.#handlers.get(handler) ?? this.#node('handler', line(handler.name));
      this.#handlers.set(handler, id);
      this.#edge(from, id, 'notifies');
    }
  }

  #next(kind: NodeKind, label: string): string {
    const id = this.#node(kind, label);
    if (this.#before !== undefined) this.#edge(this.#before, id, 'next');
    this.#before = id;
    return id;
  }

  #node(kind: NodeKind, label: string): string {
    const id = `${this.#id}n${this.#nodes.length + 1}`;
    this.#nodes.push({ id, kind, label });
    return id;
  }

  #edge(from: string, to: string, kind: GraphEdge['kind']): void {
    if (from !== to) this.#edges.set(`${from} ${to} ${kind}`, { from, to, kind });
  }
}

interface Outer {
  readonly role: Role;
  readonly kind: 'uses' | 'needs';
}

/** Returns the role whose files name the role: as a dependency in its meta file, or in its tasks. */
function outerOf({ place, path }: Role, all: readonly Role[]): Outer | undefined {
  const file = resolve(place.file);
  const role = all.find((one) => one.path !== path && file.startsWith(`${resolve(one.path)}${sep}`));
  if (role === undefined) return undefined;
  return { role, kind: file.startsWith(`${resolve(role.path, 'meta')}${sep}`) ? 'needs' : 'uses' };
}

function notifiedBy(step: Task | Include): readonly string[] {
  return step.kind === 'task' ? step.notify.map(({ literal, source }) => literal ?? source) : [];
}

function line(text: string): string {
  return mask(safeLine(text));
}
