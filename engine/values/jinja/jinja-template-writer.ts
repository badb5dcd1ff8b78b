import { Adapter } from './jinja-adapt.ts';
import { type Aliases, afterBranches, hiddenBy, isNamedIn, withAlias, withoutAliases } from './jinja-alias.ts';
import { filterNode, methodNode, nameNode } from './jinja-build.ts';
import { changedName, isSetIn, showsNothing, withoutChanges } from './jinja-changes.ts';
import type { Jinja, JinjaLoop } from './jinja-expression.ts';
import type { Assumption, JinjaType, TypesKnown } from './jinja-knowledge.ts';
import { afterLoop, afterNode, afterSet, unchangeable } from './jinja-lists.ts';
import { pairsOf } from './jinja-pairs.ts';
import { isUsedIn, textOf } from './jinja-template-names.ts';
import type { Macro, TemplateNode, TemplateNodeOf } from './jinja-template.ts';
import { type HandlebarsPlace, argumentOf, mustacheOf } from './jinja-to-handlebars.ts';
import { lacking, NoCounterpart } from './jinja-translation.ts';
import { typeOf } from './jinja-type.ts';

/** A part of a template of Handlebars. A `block` is a tag that shows nothing itself. */
export interface HandlebarsPiece {
  readonly kind: 'text' | 'mustache' | 'block' | 'partial';
  readonly text: string;
}

export interface WrittenTemplate {
  readonly pieces: readonly HandlebarsPiece[];
  readonly assumptions: readonly Assumption[];
}

export interface WriterOptions {
  readonly place: 'string' | 'file';
  readonly types: TypesKnown;
  readonly quote: '"' | "'";
}

/** Writes the nodes of a template as Handlebars. Throws NoCounterpart. */
export function handlebarsPieces(nodes: readonly TemplateNode[], options: WriterOptions): WrittenTemplate {
  const writer = new TemplateWriter(options);
  const [only, ...more] = nodes.filter((node) => !showsNothing([node]));
  const isLone = more.length === 0 && only?.kind === 'output';
  writer.write(nodes, OUTERMOST, options.place === 'string' && isLone);
  return { pieces: writer.pieces, assumptions: writer.assumptions };
}

/** The meanings of names at a position in the template. */
interface Around {
  readonly aliases: Aliases;
  /** Block parameters, with their types if known. */
  readonly locals: ReadonlyMap<string, JinjaType | undefined>;
  /** Arguments of the macro around the position, with the number of loops in between. Each loop needs one `../`. */
  readonly parameters: ReadonlyMap<string, number>;
  readonly isWithinBlock: boolean;
  /** The innermost loop around the position. */
  readonly loop: { readonly list: Jinja } | undefined;
}

const OUTERMOST: Around = {
  aliases: new Map(),
  locals: new Map(),
  parameters: new Map(),
  isWithinBlock: false,
  loop: undefined,
};

class TemplateWriter {
  readonly pieces: HandlebarsPiece[] = [];
  readonly #options: WriterOptions;
  readonly #assumptions = new Map<string, Assumption>();
  readonly #macros = new Map<string, Macro>();
  readonly #bodies: (readonly TemplateNode[])[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  get assumptions(): readonly Assumption[] {
    return [...this.#assumptions.values()];
  }

  /** Writes nodes. Returns the aliases after them. `isLone`: the value is the whole text, and keeps its type. */
  write(nodes: readonly TemplateNode[], around: Around, isLone = false): Aliases {
    let { aliases } = around;
    for (const node of nodes) aliases = this.#node(node, { ...around, aliases }, isLone);
    return aliases;
  }

  #push(kind: HandlebarsPiece['kind'], text: string): void {
    if (text !== '') this.pieces.push({ kind, text });
  }

  #node(node: TemplateNode, around: Around, isLone: boolean): Aliases {
    const { aliases } = around;
    switch (node.kind) {
      case 'text':
        this.#push('text', node.text);
        return aliases;
      case 'comment':
        this.#push('block', commentOf(node.text));
        return aliases;
      case 'output':
        this.#output(withoutAliases(node.expression, aliases), around, isLone);
        return aliases;
      case 'if':
        return showsNothing([node]) ? afterNode(node, aliases) : this.#if(node, around);
      case 'for':
        return this.#loop(node, around);
      case 'set':
        this.#refuseReadByMacro(changedName(node));
        return afterSet(node, aliases);
      case 'setText':
        return withAlias(aliases, node.name, textOf(node.body, aliases));
      case 'filter':
        this.#output(withoutAliases(node.filtered(textOf(node.body, aliases)), aliases), around, false);
        return aliases;
      case 'with':
        this.#with(node, around);
        return aliases;
      case 'macro':
        this.#macro(node, around);
        return aliases;
      default:
        return node satisfies never;
    }
  }

  #adapter(around: Around): Adapter {
    return new Adapter({ target: 'handlebars', place: this.#options.place, types: this.#types(around) });
  }

  #types({ locals, parameters }: Around): TypesKnown {
    return (path, which) => {
      const [first = ''] = path;
      if (parameters.has(first)) return undefined;
      if (!locals.has(first)) return this.#options.types(path, which);
      return path.length === 1 ? locals.get(first) : undefined;
    };
  }

  #adapted(around: Around, adapt: (adapter: Adapter) => Jinja): Jinja {
    const adapter = this.#adapter(around);
    const adapted = adapt(adapter);
    for (const assumption of adapter.assumptions) this.#assumptions.set(JSON.stringify(assumption), assumption);
    return adapted;
  }

  #place(around: Around): HandlebarsPlace {
    const { locals, parameters, isWithinBlock, loop } = around;
    return {
      quote: this.#options.quote,
      takesAnyText: true,
      nameOf: (name) => {
        if (locals.has(name) || (!isWithinBlock && parameters.size === 0)) return name;
        const up = parameters.get(name);
        if (up !== undefined) return `${'../'.repeat(up)}${name}`;
        if (name === 'loop') throw new NoCounterpart('In #each there are @index, @key, @first and @last.');
        return `@root.${name}`;
      },
      isInCel: (name) => locals.has(name) || (name !== 'loop' && !parameters.has(name)),
      loopOf: (member) => (loop === undefined ? undefined : this.#ofLoop(member, loop.list, around)),
    };
  }

  #ofLoop(member: string, list: Jinja, around: Around): string | undefined {
    const length = (): string => argumentOf(filterNode(list, 'length'), this.#place(around));
    switch (member) {
      case 'index':
        return '(add @index 1)';
      case 'index0':
        return '@index';
      case 'first':
      case 'last':
        return `@${member}`;
      case 'length':
        return length();
      case 'revindex':
        return `(sub ${length()} @index)`;
      case 'revindex0':
        return `(sub (sub ${length()} 1) @index)`;
      default:
        return undefined;
    }
  }

  #output(expression: Jinja, around: Around, isLone: boolean): void {
    const called = this.#calledMacro(expression);
    if (called !== undefined) return this.#partial(called, around);
    const node = this.#adapted(around, (adapter) => (isLone ? adapter.value(expression) : adapter.printed(expression)));
    if (node.kind === 'text') return this.#push('text', node.value);
    this.#push('mustache', `{{${mustacheOf(node, this.#place(around))}}}`);
  }

  #condition(condition: Jinja, around: Around): string {
    return argumentOf(
      this.#adapted(around, (adapter) => adapter.condition(condition)),
      this.#place(around),
    );
  }

  #if({ branches, otherwise }: TemplateNodeOf<'if'>, around: Around): Aliases {
    const done = branches.map(({ condition, body }, index) => {
      const asked = withoutAliases(condition, around.aliases);
      this.#push('block', `{{${index === 0 ? '#if' : 'else if'} ${this.#condition(asked, around)}}}`);
      return { condition: asked, aliases: this.write(body, around) };
    });
    let last = around.aliases;
    if (otherwise.length > 0) {
      this.#push('block', '{{else}}');
      last = this.write(otherwise, around);
    }
    this.#push('block', '{{/if}}');
    return afterBranches(around.aliases, done, last);
  }

  #with({ set, body }: TemplateNodeOf<'with'>, around: Around): void {
    let { aliases } = around;
    for (const [name, value] of set) aliases = withAlias(aliases, name, withoutAliases(value, around.aliases));
    this.write(body, { ...around, aliases });
  }

  /** Writes a loop, unless it shows nothing. Returns the aliases after it, with the lists that its rounds make. */
  #loop(node: TemplateNodeOf<'for'>, around: Around): Aliases {
    const after = afterLoop(node, around.aliases);
    const changed = after?.changed ?? new Set();
    for (const name of changed) this.#refuseReadByMacro(name);
    if (after === undefined || !showsNothing([node])) {
      const aliases = new Map([...around.aliases, ...[...changed].map((name) => [name, 'taken'] as const)]);
      this.#for({ ...node, body: withoutChanges(node.body, changed) }, { ...around, aliases });
    }
    return after?.aliases ?? around.aliases;
  }

  /** Throws NoCounterpart if a macro reads the name: it would read the value from before. */
  #refuseReadByMacro(name: string): void {
    const [variable = name] = name.split('.');
    if (this.#bodies.some((body) => isUsedIn(body, variable) && !isSetIn(body, variable)))
      lacking('statement', 'set of what a macro reads');
  }

  #for({ loop, body, otherwise }: TemplateNodeOf<'for'>, around: Around): void {
    const usesLoop = isUsedIn(body, 'loop');
    const way = this.#way(
      { ...loop, list: withoutAliases(loop.list, around.aliases) },
      around,
      usesLoop || otherwise.length > 0,
    );
    this.#push('block', `{{#each ${argumentOf(way.list, this.#place(around))} as |${way.parameters.join(' ')}|}}`);
    const hidden = [...way.parameters, ...loop.names, 'loop'];
    let aliases = hiddenBy(around.aliases, hidden);
    for (const [name, value] of way.aliases) aliases = withAlias(aliases, name, value);
    const inner: Around = {
      aliases,
      locals: new Map([...around.locals, ...way.parameters.map((name) => [name, way.types.get(name)] as const)]),
      parameters: new Map(
        [...around.parameters].filter(([name]) => !hidden.includes(name)).map(([name, up]) => [name, up + 1] as const),
      ),
      isWithinBlock: true,
      loop: { list: way.list },
    };
    if (loop.names.some((name) => isNamedIn(loop.list, name)) && usesLoop) lacking('statement', 'for x in x');
    if (way.condition === undefined) this.write(body, inner);
    else {
      this.#push('block', `{{#if ${this.#condition(withoutAliases(way.condition, aliases), inner)}}}`);
      this.write(body, inner);
      this.#push('block', '{{/if}}');
    }
    if (otherwise.length > 0) {
      this.#push('block', '{{else}}');
      this.write(otherwise, around);
    }
    this.#push('block', '{{/each}}');
  }

  /** Decides how a loop is written. `isFiltered`: only items that meet the condition may be counted. */
  #way(loop: JinjaLoop, around: Around, isFiltered: boolean): LoopWay {
    const { names, list } = loop;
    const [first = 'item', second] = names;
    const none = { aliases: [], types: new Map<string, JinjaType | undefined>(), condition: undefined };
    const pairs = pairsOf(list);
    if (pairs !== undefined && second !== undefined && names.length === 2) {
      if (loop.condition !== undefined && isFiltered) lacking('statement', 'for … if with loop or else');
      const map = this.#adapted(around, (adapter) => adapter.value(pairs.map));
      const types = new Map<string, JinjaType | undefined>([[first, 'text']]);
      if (pairs.order === 'ofMap')
        return { ...none, list: map, parameters: [second, first], types, condition: loop.condition };
      if (pairs.order === 'withoutCase')
        this.#assumptions.set(`sorted ${JSON.stringify(pairs.map)}`, { kind: 'sameCase', of: 'the keys of a map' });
      const keys = filterNode(methodNode(map, 'keys'), 'sort');
      const member: Jinja = { kind: 'member', of: map, key: nameNode(first) };
      return {
        ...none,
        list: keys,
        parameters: [first],
        types,
        condition: loop.condition,
        aliases: [[second, member]],
      };
    }
    if (names.length > 1) {
      if (loop.condition !== undefined && isFiltered) lacking('statement', 'for … if with loop or else');
      const parameter = names.join('_');
      const aliases = names.map((name, index): readonly [string, Jinja] => [
        name,
        { kind: 'member', of: nameNode(parameter), key: { kind: 'number', text: String(index) } },
      ]);
      return { ...none, list: this.#list(list, around), parameters: [parameter], condition: loop.condition, aliases };
    }
    if (loop.condition === undefined || !isFiltered)
      return { ...none, list: this.#list(list, around), parameters: [first], condition: loop.condition };
    const inner: Around = { ...around, locals: new Map([...around.locals, [first, undefined]]) };
    const condition = this.#adapted(inner, (adapter) =>
      adapter.condition(withoutAliases(loop.condition ?? list, hiddenBy(around.aliases, [first]))),
    );
    return {
      ...none,
      list: methodNode(this.#list(list, around), 'filter', nameNode(first), condition),
      parameters: [first],
    };
  }

  #list(list: Jinja, around: Around): Jinja {
    return this.#adapted(around, (adapter) => {
      const type = typeOf(list, this.#types(around));
      if (type === 'map') return methodNode(adapter.value(list), 'keys');
      const isVariable = list.kind === 'name' || list.kind === 'member';
      if (type === 'text' && !isVariable) return lacking('statement', 'for over a text');
      // A default of "" stands for a list that is not set.
      if (type === undefined || type === 'text') adapter.assumeType(list, 'list');
      return adapter.value(list);
    });
  }

  #macro({ macro, body }: TemplateNodeOf<'macro'>, around: Around): void {
    if (around.isWithinBlock) lacking('statement', 'macro within a block');
    if (isUsedIn(body, 'caller') || isUsedIn(body, 'varargs') || isUsedIn(body, 'kwargs')) lacking('statement', 'call');
    this.#macros.set(macro.name, macro);
    const names = macro.parameters.map((parameter) => parameter.name);
    this.#push('block', `{{#*inline "${macro.name}"}}`);
    this.write(body, {
      aliases: hiddenBy(unchangeable(around.aliases), names),
      locals: new Map(),
      parameters: new Map(names.map((name) => [name, 0])),
      isWithinBlock: true,
      loop: undefined,
    });
    this.#bodies.push(body);
    this.#push('block', '{{/inline}}');
  }

  #calledMacro(
    expression: Jinja,
  ): { readonly macro: Macro; readonly call: Jinja & { readonly kind: 'call' } } | undefined {
    if (expression.kind !== 'call' || expression.callee.kind !== 'name') return undefined;
    const macro = this.#macros.get(expression.callee.name);
    return macro === undefined ? undefined : { macro, call: expression };
  }

  #partial(
    { macro, call }: { readonly macro: Macro; readonly call: Jinja & { readonly kind: 'call' } },
    around: Around,
  ): void {
    const { plain, named } = call.given;
    const given = macro.parameters.map(({ name, fallback }, index) => {
      const value = plain[index] ?? named.get(name) ?? fallback;
      if (value === undefined) return lacking('statement', 'macro with arguments that are left out');
      const adapted = this.#adapted(around, (adapter) => adapter.value(value));
      return `${name}=${argumentOf(adapted, this.#place(around))}`;
    });
    if (plain.length > macro.parameters.length) lacking('statement', 'macro with more arguments');
    this.#push('partial', `{{> ${[macro.name, ...given].join(' ')}}}`);
  }
}

interface LoopWay {
  readonly list: Jinja;
  /** The names of the value and, for a map, of the key. */
  readonly parameters: readonly string[];
  readonly types: ReadonlyMap<string, JinjaType | undefined>;
  readonly condition: Jinja | undefined;
  readonly aliases: readonly (readonly [string, Jinja])[];
}

function commentOf(text: string): string {
  return `{{!--${text.replaceAll('--}}', '--')}--}}`;
}
