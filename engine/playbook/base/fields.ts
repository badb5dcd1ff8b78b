import type { Place } from '../../errors/problem.ts';
import { amountOf } from '../../values/base/amount.ts';
import { booleanOf } from '../../values/base/boolean-word.ts';
import type { ListNode, MapEntry, MapNode, Node, ScalarNode } from '../../values/base/node.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Compiled, compileNode } from '../../values/compiled.ts';
import { type Expression, parseExpression } from '../../values/expression/expression.ts';
import { insteadOf } from '../../values/habits/ansible-differences.ts';
import type { AnsibleDifference } from '../../values/habits/ansible-modules.ts';
import { didYouMean } from '../../values/language/suggest.ts';
import { type Template, hasTemplate, parseTemplate } from '../../values/template/template.ts';
import { REFUSED_IN_PLAYS, REFUSED_IN_STEPS, TASK_KEYWORDS } from './keywords.ts';
import type { ProblemCollector } from './problem-collector.ts';

/** Describes the type of a node for a message. */
export function nodeKind(node: Node): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return node.entries.length === 0 ? 'an empty map' : 'a map';
  if (node.value === null) return 'empty';
  if (node.value === '') return 'an empty text';
  if (node.value instanceof Secret) return 'an encrypted value';
  return typeof node.value === 'string' ? 'text' : `the ${typeof node.value} ${node.source}`;
}

/** Returns whether the text contains a template, so that its value is unknown at load. */
export function isTemplated(node: Node): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && hasTemplate(node.value);
}

/** Returns whether the node is null, or nothing is written in its place. */
export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/**
 * The entries of one map. Each is read as the required type; a mistake is reported to the collector, and the result is
 * undefined, as if the entry did not exist.
 */
export class Fields {
  readonly map: MapNode;
  readonly problems: ProblemCollector;

  constructor(map: MapNode, problems: ProblemCollector) {
    this.map = map;
    this.problems = problems;
  }

  entry(name: string): MapEntry | undefined {
    return this.map.entries.find((entry) => entry.key === name);
  }

  has(name: string): boolean {
    return this.entry(name) !== undefined;
  }

  /** Reports each key that is not in `allowed`. */
  refuseOthers(allowed: ReadonlySet<string>, what: string, ...where: readonly AnsibleDifference['where'][]): void {
    for (const entry of this.map.entries) if (!allowed.has(entry.key)) this.refuse(entry, allowed, what, ...where);
  }

  refuse(
    entry: MapEntry,
    allowed: ReadonlySet<string>,
    what: string,
    ...where: readonly AnsibleDifference['where'][]
  ): undefined {
    return this.problems.add({
      code: 'unknown-keyword',
      what: `${what} has no keyword "${entry.key}"`,
      place: entry.keyPlace,
      remedy:
        insteadOf(entry.key, ...where) ??
        misplaced(entry.key, what) ??
        didYouMean(entry.key, allowed) ??
        `The keywords are: ${[...allowed]
          .filter((name) => !(what === 'A play' ? REFUSED_IN_PLAYS : REFUSED_IN_STEPS).has(name))
          .toSorted()
          .join(', ')}.`,
    });
  }

  wrong(entry: MapEntry, wanted: string, remedy?: string): undefined {
    return this.wrongNode(entry.value, `${entry.key} must be ${wanted}, and this is ${nodeKind(entry.value)}`, remedy);
  }

  wrongNode(node: Node, what: string, remedy?: string): undefined {
    return this.problems.add({ code: 'wrong-type', what, place: node.place, remedy });
  }

  /** Reads a literal true or false, or a word that Ansible reads as one of them. */
  boolean(name: string): boolean | undefined {
    const entry = this.entry(name);
    if (entry === undefined) return undefined;
    const { value } = entry;
    const meant = value.kind === 'scalar' ? booleanOf(value.value) : undefined;
    return meant ?? this.wrong(entry, 'true or false', 'Write true or false; a template is not possible here.');
  }

  /** Reads true, false, or a template for one of them. */
  booleanOrTemplate(name: string): Compiled | undefined {
    const entry = this.entry(name);
    if (entry === undefined) return undefined;
    const { value } = entry;
    if (isTemplated(value)) return this.compile(value);
    const meant = value.kind === 'scalar' ? booleanOf(value.value) : undefined;
    if (meant === undefined || value.kind !== 'scalar')
      return this.wrong(entry, 'true or false', 'Write true or false, or "{{…}}".');
    return this.compile({ ...value, value: meant });
  }

  /** Reads a number that is not negative, or a template for one. */
  numberOrTemplate(name: string): Compiled | undefined {
    const entry = this.entry(name);
    if (entry === undefined) return undefined;
    const { value } = entry;
    if (isTemplated(value)) return this.compile(value);
    const amount = value.kind === 'scalar' ? amountOf(value.value) : undefined;
    if (amount === undefined || value.kind !== 'scalar')
      return this.wrong(entry, 'a number of 0 or more', 'Write a number such as 0 or 3.');
    return this.compile({ ...value, value: amount });
  }

  /** Reads text without templates. */
  text(name: string): (ScalarNode & { readonly value: string }) | undefined {
    const entry = this.entry(name);
    return entry === undefined ? undefined : this.literalText(entry.value, name);
  }

  literalText(node: Node, name: string): (ScalarNode & { readonly value: string }) | undefined {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') {
      const remedy =
        node.kind === 'scalar' && (typeof node.value === 'number' || typeof node.value === 'boolean')
          ? `Quote it: "${node.source}".`
          : `Write one text after ${name}:, or remove ${name}.`;
      return this.wrongNode(node, `${name} must be text, and this is ${nodeKind(node)}`, remedy);
    }
    if (hasTemplate(node.value)) {
      return this.problems.add({
        code: 'template-not-possible',
        what: `${name} cannot contain a template`,
        place: node.place,
        why: 'It is needed when the playbook is read, before there are hosts and variables.',
        remedy: 'Write the text itself.',
      });
    }
    return { ...node, value: node.value };
  }

  template(name: string): Template | undefined {
    const entry = this.entry(name);
    return entry === undefined ? undefined : this.templateOf(entry.value, name);
  }

  templateOf(node: Node, name: string): Template | undefined {
    if (node.kind !== 'scalar' || node.value === null || node.value === '' || node.value instanceof Secret) {
      return this.wrongNode(
        node,
        `${name} must be text, and this is ${nodeKind(node)}`,
        `Write one text after ${name}:, or remove ${name}.`,
      );
    }
    const text = typeof node.value === 'string' ? node.value : node.source;
    return this.problems.attempt(() => parseTemplate(text, node.place, node.style, node.source));
  }

  /** Reads one item or a list of items, as nodes. */
  items(name: string): readonly Node[] {
    const entry = this.entry(name);
    if (entry === undefined) return [];
    return entry.value.kind === 'list' ? entry.value.items : [entry.value];
  }

  list(name: string): ListNode | undefined {
    const entry = this.entry(name);
    if (entry === undefined || isNull(entry.value)) return undefined;
    return entry.value.kind === 'list' ? entry.value : this.wrong(entry, 'a list', listRemedy(entry.value));
  }

  subMap(name: string): MapNode | undefined {
    const entry = this.entry(name);
    if (entry === undefined || isNull(entry.value)) return undefined;
    return entry.value.kind === 'map'
      ? entry.value
      : this.wrong(entry, 'a map', `Write name: value below ${name}:, one a line.`);
  }

  /** Reads conditions: text, true or false, or a list of them; all must be true. */
  conditions(name: string): readonly Expression[] {
    return this.items(name).flatMap((node) => this.condition(node, name) ?? []);
  }

  condition(node: Node, name: string): Expression | undefined {
    if (node.kind === 'scalar' && (typeof node.value === 'string' || typeof node.value === 'boolean')) {
      const text = String(node.value);
      return this.problems.attempt(() => parseExpression(text, node.place, node.style, node.source));
    }
    return this.wrongNode(
      node,
      `${name} must be an expression or a list of them, and this is ${nodeKind(node)}`,
      'Write an expression that is true or false.',
    );
  }

  compiled(name: string): Compiled | undefined {
    const entry = this.entry(name);
    return entry === undefined ? undefined : this.compile(entry.value);
  }

  compile(node: Node): Compiled | undefined {
    return this.problems.attempt(() => compileNode(node));
  }

  placeOf(name: string): Place {
    return this.entry(name)?.keyPlace ?? this.map.place;
  }
}

/** Returns the remedy for a keyword of tasks in a place where it is not allowed. */
function misplaced(keyword: string, what: string): string | undefined {
  if (keyword === 'apply' && what === 'include_tasks')
    return 'Write it into the include: include_tasks: {file: tasks.yml, apply: {tags: [a]}}';
  if (keyword === 'apply' && what === 'include_role')
    return 'Write it into the include: include_role: {name: role, apply: {tags: [a]}}';
  if (keyword === 'args' && what.startsWith('include_'))
    return `Write the arguments into the include: ${what}: {${what === 'include_role' ? 'name: role' : 'file: tasks.yml'}, apply: {tags: [a]}}`;
  if (keyword === 'rescue' || keyword === 'always')
    return what === 'A task'
      ? `Only a block has it: put the task below block:, and ${keyword}: beside block:.`
      : undefined;
  if (keyword === 'loop') return 'Only tasks and includes loop: put the steps into a file and loop over include_tasks.';
  return TASK_KEYWORDS.has(keyword) ? 'It belongs to a task.' : undefined;
}

/** Returns the remedy for a value in place of a list. */
function listRemedy(node: Node): string {
  const [first] = node.kind === 'map' ? node.entries : [];
  return first !== undefined && /^-\S/.test(first.key)
    ? `Put a space after the dash: "- ${first.key.slice(1)}: …".`
    : 'Begin each entry with "- ".';
}
