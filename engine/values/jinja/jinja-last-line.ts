import { filterNode, textNode } from './jinja-build.ts';
import type { Jinja } from './jinja-expression.ts';
import type { TemplateNode } from './jinja-template.ts';
import { lacking } from './jinja-translation.ts';

/** The possible numbers of line breaks at the end of a text, which depend on the branches. */
type Ends = ReadonlySet<number>;

/** Stands for no text at all: Ansible then adds no line breaks. */
const NO_TEXT = -1;

/**
 * Adds the line breaks at the end of a template as nodes. Jinja removes the last line break of a template; Ansible then
 * adds line breaks until the result ends with as many as the template. Throws NoCounterpart if their number depends on
 * values.
 */
export function withLastLine(nodes: readonly TemplateNode[], source: string): readonly TemplateNode[] {
  const wanted = /\n*$/.exec(source)?.[0].length ?? 0;
  return wanted === 0 ? nodes : new LastLine(wanted, nodes).ended(nodes, NO_TEXT);
}

/** Returns whether the expression is a variable, with or without a default. */
function isVariable(node: Jinja): boolean {
  if (node.kind === 'filter') return ['default', 'd'].includes(node.name) && isVariable(node.of);
  return node.kind === 'name' || (node.kind === 'member' && node.key.kind === 'text' && isVariable(node.of));
}

class LastLine {
  readonly #wanted: number;
  readonly #macros: ReadonlyMap<string, readonly TemplateNode[]>;
  /** Names of the macros that are being examined. */
  readonly #open = new Set<string>();

  constructor(wanted: number, nodes: readonly TemplateNode[]) {
    this.#wanted = wanted;
    this.#macros = new Map(
      nodes.flatMap((node) => (node.kind === 'macro' ? [[node.macro.name, node.body] as const] : [])),
    );
  }

  #isRight(end: number): boolean {
    return end === NO_TEXT || end >= this.#wanted;
  }

  /**
   * Returns the nodes with the missing line breaks for every branch. `ahead`: the number of line breaks before the
   * nodes.
   */
  ended(nodes: readonly TemplateNode[], ahead: number): readonly TemplateNode[] {
    const whole = this.#wholeLines(nodes, ahead);
    if (whole !== undefined) return whole;
    const ends = [...this.#endsOf(nodes, new Set([ahead]))];
    if (ends.every((end) => this.#isRight(end))) return nodes;
    // An empty result stays empty under Ansible 2.19; earlier versions add the line breaks to it too.
    const [only, ...others] = ends.filter((end) => end !== NO_TEXT);
    if (only !== undefined && others.length === 0)
      return [...nodes, { kind: 'text', text: '\n'.repeat(this.#wanted - only) }];
    const before = nodes.slice(0, -1);
    const [start, ...starts] = this.#endsOf(before, new Set([ahead]));
    const last = nodes.at(-1);
    if (start === undefined || starts.length > 0 || last === undefined)
      return lacking('form', 'of the last line break');
    return [...before, this.#endedNode(last, start)];
  }

  /**
   * Returns the nodes where the last one shows a variable alone on its line. Such a variable is often empty or has lines
   * of its own: then no line break is added, unless the whole result is empty.
   */
  #wholeLines(nodes: readonly TemplateNode[], ahead: number): readonly TemplateNode[] | undefined {
    const last = nodes.at(-1);
    if (this.#wanted !== 1 || last?.kind !== 'output' || !isVariable(last.expression)) return undefined;
    const before = nodes.slice(0, -1);
    const ends = [...this.#endsOf(before, new Set([ahead]))];
    const isAlone = ends.every((end) => end === NO_TEXT);
    if (!isAlone && !ends.every((end) => end >= this.#wanted)) return undefined;
    const pattern = textNode(isAlone ? '(^|[^\\n])\\Z' : '([^\\n])\\Z');
    const expression = filterNode(last.expression, 'regex_replace', pattern, textNode('\\1\n'));
    return [...before, { ...last, expression }];
  }

  #endedNode(node: TemplateNode, ahead: number): TemplateNode {
    if (node.kind === 'if') {
      const branches = node.branches.map(({ condition, body }) => ({ condition, body: this.ended(body, ahead) }));
      return { kind: 'if', branches, otherwise: this.ended(node.otherwise, ahead) };
    }
    if (node.kind !== 'for') return lacking('form', 'of the last line break');
    // Only the last round counts, and all rounds end in the same way.
    const ends = [...this.#endsOf(node.body, new Set([0, this.#wanted]))];
    if (!ends.every((end) => this.#isRight(end))) return lacking('form', 'of the last line break');
    return { ...node, otherwise: this.ended(node.otherwise, ahead) };
  }

  #endsOf(nodes: readonly TemplateNode[], ahead: Ends): Ends {
    return nodes.reduce<Ends>((ends, node) => this.#endOf(node, ends), ahead);
  }

  #endOf(node: TemplateNode, ahead: Ends): Ends {
    switch (node.kind) {
      case 'text': {
        if (node.text === '') return ahead;
        const count = /\n*$/.exec(node.text)?.[0].length ?? 0;
        const isAll = count === node.text.length;
        return new Set([...(isAll ? ahead : [0])].map((before) => Math.min(this.#wanted, Math.max(0, before) + count)));
      }
      case 'output':
        return this.#endOfOutput(node.expression);
      case 'filter':
        return new Set([0]);
      case 'if':
        return new Set(
          [...node.branches.map(({ body }) => body), node.otherwise].flatMap((body) => [...this.#endsOf(body, ahead)]),
        );
      case 'for':
        return new Set([...this.#endsOf(node.body, ahead), ...this.#endsOf(node.otherwise, ahead)]);
      case 'with':
        return this.#endsOf(node.body, ahead);
      case 'comment':
      case 'set':
      case 'setText':
      case 'macro':
        return ahead;
      default:
        return node satisfies never;
    }
  }

  /** Returns the line breaks at the end of an output. A value rarely ends with one, but a macro usually does. */
  #endOfOutput(expression: Jinja): Ends {
    const callee = expression.kind === 'call' ? expression.callee : undefined;
    const name = callee?.kind === 'name' ? callee.name : '';
    const body = this.#macros.get(name);
    // Later code refuses a macro that calls itself.
    if (body === undefined || this.#open.has(name)) return new Set([0]);
    this.#open.add(name);
    const ends = this.#endsOf(body, new Set([0]));
    this.#open.delete(name);
    return ends;
  }
}
