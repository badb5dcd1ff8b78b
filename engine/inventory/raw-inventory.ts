import { resolve } from 'node:path';
import { type Place, Problem, Problems } from '../errors/problem.ts';
import type { Node } from '../values/base/node.ts';
import { type HostEntry, parseHostEntry } from './host-entry.ts';
import { type WrittenVariable, writtenVariable } from './written-variable.ts';

/** The variables of one file or one entry. */
export interface GivenVariables {
  readonly origin: string;
  readonly variables: ReadonlyMap<string, WrittenVariable>;
}

export interface RawHost {
  /** Absolute path of the folder of the source that named it first. */
  readonly directory: string;
  readonly variables: GivenVariables[];
}

export interface RawGroup {
  /** Hosts that are named in the group itself. */
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly variables: GivenVariables[];
  /** ansible_group_priority: among groups of the same depth, the higher priority wins. */
  priority: number;
}

/**
 * The content of all inventory sources, before hosts and groups are assembled. Readers add to it and report mistakes,
 * so that a user can correct all of them together.
 */
export class RawInventory {
  /** Hosts in the order in which they were first named. */
  readonly hosts = new Map<string, RawHost>();
  readonly groups = new Map<string, RawGroup>();
  readonly #problems: Problem[] = [];
  #directory = resolve('.');

  constructor() {
    this.group('all').children.add('ungrouped');
    this.group('ungrouped');
  }

  group(name: string): RawGroup {
    let group = this.groups.get(name);
    if (group === undefined)
      this.groups.set(name, (group = { hosts: new Set(), children: new Set(), variables: [], priority: 1 }));
    return group;
  }

  /** Sets the folder of the source that is read next. */
  enter(directory: string): void {
    this.#directory = directory;
  }

  host(name: string): RawHost {
    let host = this.hosts.get(name);
    if (host === undefined) this.hosts.set(name, (host = { directory: this.#directory, variables: [] }));
    return host;
  }

  /** Adds the hosts of an entry such as `web[01:10]:2222` to a group. Throws Problem for an invalid range. */
  addHosts(entry: string, groupName: string | undefined, place: Place | undefined): HostEntry {
    const parsed = parseHostEntry(entry, place);
    for (const name of parsed.names) {
      if (groupName !== undefined) this.group(groupName).hosts.add(name);
      const host = this.host(name);
      if (parsed.port === undefined) continue;
      const at = place ?? { file: 'the command line', line: 1, column: 1 };
      const port: Node = { kind: 'scalar', value: parsed.port, style: 'plain', place: at, source: String(parsed.port) };
      host.variables.push({ origin: at.file, variables: new Map([['ansible_port', writtenVariable(port)]]) });
    }
    return parsed;
  }

  addGroupVariables(groupName: string, given: GivenVariables): void {
    const group = this.group(groupName);
    const priority = given.variables.get('ansible_group_priority');
    if (priority === undefined) {
      if (given.variables.size > 0) group.variables.push(given);
      return;
    }
    const number = Number(priority.literal);
    if (Number.isInteger(number)) group.priority = number;
    else
      this.report(
        new Problem({
          code: 'wrong-type',
          what: 'ansible_group_priority must be a whole number',
          place: priority.place,
          remedy: 'Write it such as ansible_group_priority=10; without it, it is 1.',
        }),
      );
    const others = new Map([...given.variables].filter(([name]) => name !== 'ansible_group_priority'));
    if (others.size > 0) group.variables.push({ origin: given.origin, variables: others });
  }

  report(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** Returns the result of `read`; undefined if it throws problems, which are reported. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.reportError(error);
      return undefined;
    }
  }

  /** Reports a Problem or Problems. Any other error is thrown again. */
  reportError(error: unknown): void {
    if (error instanceof Problem) this.report(error);
    else if (error instanceof Problems) error.problems.forEach((problem) => this.report(problem));
    else throw error;
  }

  throwIfAny(): void {
    const [first, ...rest] = this.#problems;
    if (first !== undefined) throw new Problems([first, ...rest]);
  }
}
