import { breaksBehindComment } from './jinja-adapt-text.ts';
import { byKind, filterNode, textNode } from './jinja-build.ts';
import type { Jinja } from './jinja-expression.ts';
import type { TemplateNode } from './jinja-template.ts';

/** The possible numbers of line breaks at the end of a text, which depend on the branches. */
type Ends = ReadonlySet<number>;

/** Stands for no text at all: Ansible then adds no line breaks. */
const NO_TEXT = -1;

export interface Ended {
  readonly nodes: readonly TemplateNode[];
  /** Whether the result ends as in Ansible for all values. */
  readonly isSure: boolean;
}

/**
 * Adds the line breaks at the end of a template as nodes. Jinja removes the last line break of a template; Ansible then
 * adds line breaks until the result ends with as many as the template. If their number depends on values, the end is
 * the usual one, and not sure.
 */
export function withLastLine(nodes: readonly TemplateNode[], source: string): Ended {
  const wanted = /(?<!\n)\n*$/.exec(source)?.[0].length ?? 0;
  if (wanted === 0) return { nodes, isSure: true };
  const lastLine = new LastLine(wanted, nodes);
  const ended = lastLine.ended(nodes, NO_TEXT);
  return ended === undefined ? { nodes: lastLine.usual(nodes), isSure: false } : { nodes: ended, isSure: true };
}

/** Filters whose result is never empty, and has no line break at its end. */
const SOLID: ReadonlySet<string> = new Set(
  'length count int float abs round sum bool quote hash checksum md5 sha1 comment'
    .concat(' to_json tojson to_nice_json to_yaml to_nice_yaml')
    .split(' '),
);

/** Returns whether the expression may be empty, or have lines of its own. The call of a macro is no such expression. */
function isOpenEnded(node: Jinja): boolean {
  return byKind<Jinja['kind'], boolean>(node, {
    name: () => true,
    member: () => true,
    slice: () => true,
    filter: ({ name }) => !SOLID.has(name),
    choice: ({ yes, no }) => no === undefined || isOpenEnded(yes) || isOpenEnded(no),
    binary: ({ operator, right }) => (operator === '~' || operator === '+') && isOpenEnded(right),
    call: ({ callee }) => callee.kind === 'member',
    text: ({ value }) => value === '' || value.endsWith('\n'),
    number: () => false,
    constant: () => false,
    unary: () => false,
    test: () => false,
    list: () => false,
    map: () => false,
  });
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

  /** Returns the nodes with the missing line breaks, if the last branches do not usually bring them. */
  usual(nodes: readonly TemplateNode[]): readonly TemplateNode[] {
    const whole = this.#wholeLines(nodes, NO_TEXT);
    if (whole !== undefined) return whole.nodes;
    const last = nodes.at(-1);
    // A loop usually has rounds.
    const ends =
      last?.kind === 'for'
        ? this.#endsOf(last.body, this.#endsOf(nodes.slice(0, -1), new Set([NO_TEXT])))
        : this.#endsOf(nodes, new Set([NO_TEXT]));
    if ([...ends].some((end) => end >= this.#wanted)) return nodes;
    return [...nodes, { kind: 'text', text: '\n'.repeat(this.#wanted - Math.max(0, ...ends)) }];
  }

  /**
   * Returns the nodes with the missing line breaks for every branch; undefined if their number depends on values.
   * `ahead`: the number of line breaks before the nodes.
   */
  ended(nodes: readonly TemplateNode[], ahead: number): readonly TemplateNode[] | undefined {
    const whole = this.#wholeLines(nodes, ahead);
    if (whole !== undefined) return whole.isSure ? whole.nodes : undefined;
    const ends = [...this.#endsOf(nodes, new Set([ahead]))];
    if (ends.every((end) => this.#isRight(end))) return nodes;
    // An empty result stays empty under Ansible 2.19; earlier versions add the line breaks to it too.
    const [only, ...others] = ends.filter((end) => end !== NO_TEXT);
    if (only !== undefined && others.length === 0)
      return [...nodes, { kind: 'text', text: '\n'.repeat(this.#wanted - only) }];
    const before = nodes.slice(0, -1);
    const [start, ...starts] = this.#endsOf(before, new Set([ahead]));
    const last = nodes.at(-1);
    if (start === undefined || starts.length > 0 || last === undefined) return undefined;
    const node = this.#endedNode(last, start);
    return node === undefined ? undefined : [...before, node];
  }

  /**
   * Returns the nodes where the last one shows a value alone on its line. Such a value is often empty or has lines of its
   * own: then no line break is added, unless the whole result is empty. Not sure if the parts before may be empty too.
   */
  #wholeLines(nodes: readonly TemplateNode[], ahead: number): Ended | undefined {
    const last = nodes.at(-1);
    if (this.#wanted !== 1 || last?.kind !== 'output' || !isOpenEnded(last.expression)) return undefined;
    const before = nodes.slice(0, -1);
    const ends = [...this.#endsOf(before, new Set([ahead]))];
    const isAlone = ends.every((end) => end === NO_TEXT);
    if (!isAlone && !ends.some((end) => end >= this.#wanted)) return undefined;
    const pattern = textNode(isAlone ? '(^|[^\\n])\\Z' : '([^\\n])\\Z');
    const expression = filterNode(last.expression, 'regex_replace', pattern, textNode('\\1\n'));
    return {
      nodes: [...before, { ...last, expression }],
      isSure: isAlone || ends.every((end) => end >= this.#wanted),
    };
  }

  #endedNode(node: TemplateNode, ahead: number): TemplateNode | undefined {
    if (node.kind !== 'if' && node.kind !== 'for') return undefined;
    const otherwise = this.ended(node.otherwise, ahead);
    if (otherwise === undefined) return undefined;
    if (node.kind === 'if') {
      const branches = node.branches.flatMap(({ condition, body }) => {
        const ended = this.ended(body, ahead);
        return ended === undefined ? [] : [{ condition, body: ended }];
      });
      return branches.length === node.branches.length ? { kind: 'if', branches, otherwise } : undefined;
    }
    // Only the last round counts, and all rounds end in the same way.
    const ends = [...this.#endsOf(node.body, new Set([0, this.#wanted]))];
    return ends.every((end) => this.#isRight(end)) ? { ...node, otherwise } : undefined;
  }

  #endsOf(nodes: readonly TemplateNode[], ahead: Ends): Ends {
    return nodes.reduce<Ends>((ends, node) => this.#endOf(node, ends), ahead);
  }

  #endOf(node: TemplateNode, ahead: Ends): Ends {
    switch (node.kind) {
      case 'text': {
        if (node.text === '') return ahead;
        const count = /(?<!\n)\n*$/.exec(node.text)?.[0].length ?? 0;
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
    if (expression.kind === 'filter' && expression.name === 'comment')
      return new Set([Math.min(this.#wanted, breaksBehindComment(expression))]);
    // Later code refuses a macro that calls itself.
    if (body === undefined || this.#open.has(name)) return new Set([0]);
    this.#open.add(name);
    const ends = this.#endsOf(body, new Set([0]));
    this.#open.delete(name);
    return ends;
  }
}
