import { type Place, Problem } from '../errors/problem.ts';
import type { Node, ScalarNode } from '../values/base/node.ts';
import { variableNameProblem } from '../values/base/variable-name.ts';
import { hiddenNode, variableNode } from '../values/hidden-node.ts';
import { nearestName } from '../values/language/suggest.ts';
import { type Literal, pythonLiteral } from './python-literal.ts';
import type { RawInventory } from './raw-inventory.ts';
import { shellWords } from './shell-words.ts';
import { type WrittenVariable, writtenVariable } from './written-variable.ts';

type Section = 'hosts' | 'children' | 'vars';
const SECTIONS = ['hosts', 'children', 'vars'];

/**
 * Adds an inventory in Ansible's INI form; `isHidden`: it comes from an encrypted file. Invalid lines are reported with
 * their places.
 */
export function readIniInventory(text: string, file: string, isHidden: boolean, into: RawInventory): void {
  new IniReader(file, isHidden, into).read(text);
}

interface Pending {
  readonly place: Place;
  /** The sections that asked for the group; empty for variables of a group that does not exist yet. */
  readonly parents: string[];
}

class IniReader {
  readonly #file: string;
  readonly #isHidden: boolean;
  readonly #into: RawInventory;
  /** Groups that were named but not declared so far. */
  readonly #pending = new Map<string, Pending>();
  #group = 'ungrouped';
  #section: Section | undefined = 'hosts';

  constructor(file: string, isHidden: boolean, into: RawInventory) {
    this.#file = file;
    this.#isHidden = isHidden;
    this.#into = into;
  }

  read(text: string): void {
    for (const [index, raw] of text
      .replace(/^\uFEFF/, '')
      .split(/\r\n|[\n\r\v\f]/)
      .entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      const indent = raw.length - raw.trimStart().length;
      const place = (at: number, length = 1): Place => ({
        file: this.#file,
        line: index + 1,
        column: indent + at + 1,
        length: Math.max(1, length),
      });
      this.#into.attempt(() => this.#line(line, place));
    }
    for (const [name, { place, parents }] of this.#pending) {
      const what =
        parents.length === 0
          ? `there are variables for the group ${name}, and no such group`
          : `the group ${name} is not declared in this file`;
      this.#into.report(
        new Problem({
          code: 'unknown-group',
          what,
          place,
          why: parents.length === 0 ? undefined : `It is a child of ${parents.join(', ')}.`,
          remedy: this.#nearGroup(name) ?? `Add a section [${name}].`,
        }),
      );
    }
  }

  #nearGroup(name: string): string | undefined {
    const near = nearestName(
      name,
      [...this.#into.groups.keys()].filter((other) => other !== name),
    );
    return near === undefined ? undefined : `Did you mean "${near}"?`;
  }

  #line(line: string, place: (at: number, length?: number) => Place): void {
    const header = /^\[(?<group>[^:\]\s]+)(?::(?<section>\w+))?\]\s*(?:#.*)?$/.exec(line);
    if (header?.groups !== undefined)
      return this.#enter(header.groups['group'] ?? '', header.groups['section'], line, place(0, line.length));
    if (line.startsWith('[') && !/^\[[0-9a-fA-F:.]+\]:\d+(?:\s|$)/.test(line)) {
      this.#section = undefined;
      throw new Problem({
        code: 'wrong-section',
        what: `"${line}" is not the header of a section`,
        place: place(0, line.length),
        remedy: line.includes(']')
          ? 'Write [group], [group:children] or [group:vars], without blanks.'
          : 'Close it: [group], [group:children] or [group:vars].',
      });
    }
    switch (this.#section) {
      case 'hosts':
        return this.#hosts(line, place);
      case 'vars':
        return this.#variable(line, place);
      case 'children':
        return this.#child(line, place);
      case undefined:
      // The invalid header of these lines was already reported.
    }
  }

  #enter(group: string, section: string | undefined, line: string, place: Place): void {
    this.#group = group;
    this.#section = sectionOf(section ?? 'hosts');
    if (this.#section === undefined) {
      const near = nearestName(section ?? '', SECTIONS);
      throw new Problem({
        code: 'wrong-section',
        what: `${line} is of an unknown kind`,
        place,
        remedy: near === undefined ? 'Write [group], [group:children] or [group:vars].' : `Did you mean "${near}"?`,
      });
    }
    if (!this.#into.groups.has(group)) {
      if (this.#section === 'vars' && !this.#pending.has(group)) this.#pending.set(group, { place, parents: [] });
      this.#into.group(group);
    }
    const pending = this.#pending.get(group);
    if (pending === undefined || this.#section === 'vars') return;
    this.#declare(group, pending);
  }

  #declare(group: string, pending: Pending): void {
    this.#pending.delete(group);
    for (const parent of pending.parents) this.#into.group(parent).children.add(group);
  }

  #hosts(line: string, place: (at: number, length?: number) => Place): void {
    const split = shellWords(line);
    if (split.kind === 'open_quote')
      throw new Problem({
        code: 'ini-syntax',
        what: 'a quote is opened and not closed',
        place: place(split.at),
        remedy: 'Add the same quote where the text ends.',
      });
    const [first, ...rest] = split.words;
    if (first === undefined) return;
    const entry = this.#into.attempt(() =>
      this.#into.addHosts(first.text, this.#group, place(first.start, first.source.length)),
    );
    const variables = new Map<string, WrittenVariable>();
    for (const word of rest) {
      const equals = word.text.indexOf('=');
      if (equals < 0) {
        this.#into.report(
          new Problem({
            code: 'ini-syntax',
            what: `"${word.text}" is not of the form name=value`,
            place: place(word.start, word.source.length),
            why: 'The variables of a host stand after its name.',
            remedy:
              'Write name=value without blanks around =, and quotes around a value that has blanks. A comment begins with #.',
          }),
        );
        // The words after it are most likely parts of the same mistake.
        break;
      }
      const name = word.text.slice(0, equals);
      const source = word.source.slice(word.source.indexOf('=') + 1);
      const variable = this.#compile(
        { name, place: place(word.start, name.length) },
        {
          text: word.text.slice(equals + 1),
          source,
          place: place(word.start + word.source.length - source.length),
        },
      );
      if (variable !== undefined) variables.set(name, variable);
    }
    if (variables.size > 0)
      for (const host of entry?.names ?? []) this.#into.host(host).variables.push({ origin: this.#file, variables });
  }

  #variable(line: string, place: (at: number, length?: number) => Place): void {
    const equals = line.indexOf('=');
    if (equals < 0) {
      throw new Problem({
        code: 'ini-syntax',
        what: `"${line}" is not of the form name=value`,
        place: place(0, line.length),
        why: `It stands in [${this.#group}:vars].`,
        remedy: `Write name=value; a host stands under [${this.#group}].`,
      });
    }
    const name = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trimStart();
    const variable = this.#compile(
      { name, place: place(0, name.length) },
      { text: value, source: value, place: place(line.length - value.length, value.length) },
    );
    if (variable !== undefined)
      this.#into.addGroupVariables(this.#group, { origin: this.#file, variables: new Map([[name, variable]]) });
  }

  #child(line: string, place: (at: number, length?: number) => Place): void {
    const child = childIn(line);
    if (child === undefined) {
      throw new Problem({
        code: 'ini-syntax',
        what: `"${line}" cannot be the name of a group`,
        place: place(0, line.length),
        why: `It stands in [${this.#group}:children].`,
        remedy: `Write the name of one group; hosts stand under [${this.#group}].`,
      });
    }
    if (child === this.#group)
      throw new Problem({
        code: 'group-cycle',
        what: `group ${child} is a child of itself`,
        place: place(0, child.length),
        remedy: 'Remove the line.',
      });
    const pending = this.#pending.get(child);
    if (pending !== undefined) pending.parents.push(this.#group);
    else if (this.#into.groups.has(child)) this.#into.group(this.#group).children.add(child);
    else this.#pending.set(child, { place: place(0, child.length), parents: [this.#group] });
  }

  #compile(key: WrittenKey, { text, source, place }: WrittenText): WrittenVariable | undefined {
    const wrongName = variableNameProblem(key.name, key.place);
    if (wrongName !== undefined) throw wrongName;
    const literal = pythonLiteral(text);
    if (literal.kind === 'unsafe') {
      throw new Problem({
        code: 'yaml-number',
        what: `${text.slice(0, 40)} does not fit a number`,
        place,
        remedy: `Quote it twice to have it as text: "'${text}'".`,
      });
    }
    const node = literal.kind === 'text' ? scalar(text, source, place) : nodeOf(literal.value, source, place);
    return this.#into.attempt(() => writtenVariable(variableNode(key.name, this.#isHidden ? hiddenNode(node) : node)));
  }
}

interface WrittenKey {
  readonly name: string;
  readonly place: Place;
}

interface WrittenText {
  /** The word without quotes and escapes. */
  readonly text: string;
  /** The word as it is in the file. */
  readonly source: string;
  readonly place: Place;
}

function sectionOf(name: string): Section | undefined {
  return name === 'hosts' || name === 'children' || name === 'vars' ? name : undefined;
}

function scalar(value: ScalarNode['value'], source: string, place: Place): ScalarNode {
  const isQuoted = /^['"]/.test(source);
  return {
    kind: 'scalar',
    value,
    style: isQuoted ? 'quoted' : 'plain',
    place: isQuoted ? { ...place, column: place.column + 1 } : place,
    source,
  };
}

function nodeOf(literal: Literal, source: string, place: Place): Node {
  if (literal === null || typeof literal !== 'object') return scalar(literal, source, place);
  if (literal instanceof Map) {
    const entries = [...literal].map(([key, value]: [string, Literal]) => ({
      key,
      keyPlace: place,
      value: nodeOf(value, source, place),
    }));
    return { kind: 'map', entries, place };
  }
  return { kind: 'list', items: [...literal.values()].map((item) => nodeOf(item, source, place)), place };
}

/** Returns the name on a line of `:children`, with or without a comment after it; undefined if it is not one name. */
function childIn(line: string): string | undefined {
  const word = /^[^:\]\s]+/.exec(line)?.[0];
  if (word === undefined) return undefined;
  if (/^\s*(?:#|$)/.test(line.slice(word.length))) return word;
  const comment = word.lastIndexOf('#');
  return comment < 1 ? undefined : word.slice(0, comment);
}
