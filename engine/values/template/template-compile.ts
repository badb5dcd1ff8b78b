import { type Value, type ValueMap, isList, isMap, Unknown } from '../base/value.ts';
import { findHelper } from '../helpers/helper-table.ts';
import { withoutJinjaEscapes } from '../jinja/jinja-statement.ts';
import { isTrue } from '../language/compare.ts';
import { describe } from '../language/describe.ts';
import { ArgumentFault, UnknownTouched } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';
import { compileCall, compileSyntaxExpression } from './template-call.ts';
import { type Frame, type Level, rootLevel } from './template-frame.ts';
import { Output } from './template-output.ts';
import type { Evaluate, PathOptions } from './template-path.ts';
import {
  type Block,
  type Mustache,
  type Partial,
  type Program,
  type Statement,
  type SyntaxExpression,
  type TemplateSource,
  jinjaFinding,
  parseSyntax,
} from './template-syntax.ts';

/** Steps that one round of a loop, or one partial, costs. */
const STEPS_OF_A_TURN = 5;

type Emit = (frame: Frame, output: Output) => void;

/** Returns the source of the partial of `{{> name}}`; undefined if there is none. */
export type FindPartial = (name: string) => TemplateSource | undefined;

export interface CompiledTemplate {
  readonly references: ReadonlySet<string>;
  /** Set for a template that is only one `{{x}}`: its value keeps its type. */
  readonly lone: Evaluate | undefined;
  readonly emit: Emit;
}

/** Compiles a Handlebars template to functions. Throws a Fault for every mistake that can be found without values. */
export function compileTemplate(source: TemplateSource, findPartial: FindPartial = () => undefined): CompiledTemplate {
  const references = new Set<string>();
  const compiler = new TemplateCompiler(source, rootLevel, references, {
    find: findPartial,
    inline: new Map(),
    open: [],
    taken: { count: 0 },
  });
  const program = parseSyntax(source);
  const [only] = program.body;
  const lone = program.body.length === 1 && only?.type === 'MustacheStatement' ? compiler.mustache(only) : undefined;
  return { references, lone, emit: compiler.program(program) };
}

interface Partials {
  readonly find: FindPartial;
  readonly inline: ReadonlyMap<string, { readonly program: Program; readonly source: TemplateSource }>;
  /** Partials that are being compiled: a partial must not contain itself. */
  readonly open: readonly string[];
  /** Number of partials that were compiled so far, at any depth. */
  readonly taken: { count: number };
}

/** Each partial is compiled again wherever it is used, so their number is limited. */
const MOST_PARTIALS = 5_000;

class TemplateCompiler {
  readonly #source: TemplateSource;
  readonly #level: Level;
  readonly #references: Set<string>;
  readonly #partials: Partials;

  constructor(source: TemplateSource, level: Level, references: Set<string>, partials: Partials) {
    this.#source = source;
    this.#level = level;
    this.#references = references;
    this.#partials = partials;
  }

  get #options(): PathOptions {
    return { source: this.#source, level: this.#level, isLenient: false, refer: (name) => this.#references.add(name) };
  }

  program({ body }: Program): Emit {
    const inline = body.filter((statement): statement is Block => statement.type === 'DecoratorBlock');
    const compiler = inline.length === 0 ? this : this.#withInline(inline);
    const steps = body.map((statement) => compiler.#statement(statement)).filter((step) => step !== undefined);
    const [first, second] = steps;
    if (first === undefined) return () => {};
    if (second === undefined) return first;
    return (frame, output) => {
      for (const step of steps) step(frame, output);
    };
  }

  #withInline(blocks: readonly Block[]): TemplateCompiler {
    const inline = new Map(this.#partials.inline);
    for (const block of blocks) {
      const [name] = block.params;
      if (
        block.path.type !== 'PathExpression' ||
        block.path.original !== 'inline' ||
        name?.type !== 'StringLiteral' ||
        block.program === undefined
      ) {
        throw this.#refuse(block, 'Decorators are not supported', 'Only {{#*inline "name"}} is.');
      }
      inline.set(String(name.value), { program: block.program, source: this.#source });
    }
    return new TemplateCompiler(this.#source, this.#level, this.#references, { ...this.#partials, inline });
  }

  #refuse(at: Statement | SyntaxExpression, what: string, remedy?: string) {
    return this.#source.fault('template-syntax', what, at, { remedy });
  }

  #statement(statement: Statement): Emit | undefined {
    switch (statement.type) {
      case 'ContentStatement': {
        const value = withoutJinjaEscapes(statement.value);
        return value === '' ? undefined : (_frame, output) => output.literal(value);
      }
      case 'MustacheStatement': {
        const evaluate = this.mustache(statement);
        return this.#guard(statement, (frame, output) => output.value(evaluate(frame) ?? null));
      }
      case 'BlockStatement':
        return this.#block(statement);
      case 'PartialStatement':
        return this.#partial(statement);
      case 'Decorator':
        throw this.#refuse(statement, 'Decorators are not supported');
      case 'PartialBlockStatement':
        throw this.#refuse(statement, 'Partials with a block are not supported', 'Write {{> name}}.');
      case 'CommentStatement':
      case 'DecoratorBlock':
      default:
        return undefined;
    }
  }

  /** `{{x}}` is a variable, and `{{x y}}` a call. */
  mustache(statement: Mustache): Evaluate {
    if (statement.params.length > 0 || (statement.hash?.pairs.length ?? 0) > 0)
      return compileCall(statement, this.#options);
    return compileSyntaxExpression(statement.path, this.#options);
  }

  #guard(at: Statement, emit: Emit): Emit {
    return (frame, output) => {
      try {
        emit(frame, output);
      } catch (error) {
        if (error instanceof ArgumentFault)
          throw this.#source.fault('template-value', error.message, at, { remedy: error.remedy });
        throw error;
      }
    };
  }

  #oneArgument(block: Block, name: string) {
    const jinja = jinjaFinding(this.#source, block);
    return this.#refuse(
      block,
      jinja?.what ?? `#${name} takes one argument`,
      jinja?.remedy ?? `If it is a call, bracket it: {{#${name} (eq a b)}}.`,
    );
  }

  #block(block: Block): Emit {
    const name = block.path.type === 'PathExpression' ? block.path.original : '';
    const [argument] = block.params;
    switch (name) {
      case 'if':
      case 'unless':
      case 'each':
      case 'with':
        if (argument === undefined || block.params.length > 1) throw this.#oneArgument(block, name);
        break;
      default:
        if (block.params.length === 0 && block.program !== undefined && isRaw(block.program, this.#source, block))
          return rawText(block.program);
        throw this.#refuse(
          block,
          `There is no block #${name}`,
          findHelper(name) === undefined
            ? 'The blocks are #if, #unless, #each and #with.'
            : `Helpers go into a condition: {{#if (${name} …)}}.`,
        );
    }
    const head = compileSyntaxExpression(argument, this.#options);
    if (name === 'each') return this.#each(block, argument, head);
    if (name === 'with') return this.#with(block, head);
    return this.#condition(block, argument, head, name === 'if');
  }

  #optionalProgram(program: Program | undefined): Emit {
    return program === undefined ? () => {} : this.program(program);
  }

  #inner(kind: 'each' | 'with', program: Program | undefined): Emit {
    const level: Level = { kind, outer: this.#level, blockParameters: program?.blockParams ?? [], overlay: new Set() };
    return new TemplateCompiler(this.#source, level, this.#references, this.#partials).#optionalProgram(program);
  }

  #condition(block: Block, argument: SyntaxExpression, head: Evaluate, wanted: boolean): Emit {
    const then = this.#optionalProgram(block.program);
    const otherwise = this.#optionalProgram(block.inverse);
    return (frame, output) => {
      let isMet: boolean;
      try {
        isMet = isTrue(head(frame) ?? null) === wanted;
      } catch (error) {
        if (error instanceof UnknownTouched) return output.undecided(new Unknown(error.unknown.because));
        if (error instanceof ArgumentFault)
          throw this.#source.fault('template-value', error.message, argument, { remedy: error.remedy });
        throw error;
      }
      (isMet ? then : otherwise)(frame, output);
    };
  }

  #each(block: Block, argument: SyntaxExpression, head: Evaluate): Emit {
    const body = this.#inner('each', block.program);
    const otherwise = this.#optionalProgram(block.inverse);
    return (frame, output) => {
      const value = head(frame) ?? null;
      if (value instanceof Unknown) return output.undecided(new Unknown(value.because));
      const entries = this.#entries(value, argument);
      if (entries.length === 0) return otherwise(frame, output);
      const last = entries.length - 1;
      entries.forEach(([key, context], index) => {
        spendSteps(STEPS_OF_A_TURN);
        body(
          { scope: frame.scope, outer: frame, context, loop: { index, key, first: index === 0, last: index === last } },
          output,
        );
      });
    };
  }

  #entries(value: Value, argument: SyntaxExpression): readonly (readonly [string | number, Value])[] {
    if (isList(value)) return value.map((item, index) => [index, item] as const);
    if (isMap(value)) return Object.entries(value);
    throw this.#source.fault('template-value', `#each takes a list or a map, and this is ${describe(value)}`, argument);
  }

  #with(block: Block, head: Evaluate): Emit {
    const body = this.#inner('with', block.program);
    const otherwise = this.#optionalProgram(block.inverse);
    return (frame, output) => {
      const context = head(frame) ?? null;
      if (context instanceof Unknown) return output.undecided(new Unknown(context.because));
      if (context === null || (isMap(context) && Object.keys(context).length === 0)) return otherwise(frame, output);
      body({ scope: frame.scope, outer: frame, context, loop: undefined }, output);
    };
  }

  #partial(partial: Partial): Emit {
    const name = this.#partialName(partial);
    const { program, source } = this.#findPartial(name, partial);
    const context = this.#contextOf(partial);
    const named = (partial.hash?.pairs ?? []).map(
      (pair) => [pair.key, compileSyntaxExpression(pair.value, this.#options)] as const,
    );
    let level = this.#level;
    if (context !== undefined) level = { kind: 'with', outer: level, blockParameters: [], overlay: new Set() };
    if (named.length > 0)
      level = { kind: 'partial', outer: level, blockParameters: [], overlay: new Set(named.map(([key]) => key)) };
    const compiler = new TemplateCompiler(source, level, this.#references, {
      ...this.#partials,
      open: [...this.#partials.open, name],
    });
    const body = compiler.program(program ?? parseSyntax(source));
    const indent = partial.indent ?? '';
    return (frame, output) => {
      let inner = frame;
      if (context !== undefined)
        inner = { scope: frame.scope, outer: inner, context: context(frame) ?? null, loop: undefined };
      if (named.length > 0) {
        const values: Record<string, Value> = Object.create(null);
        for (const [key, evaluate] of named) values[key] = evaluate(frame) ?? null;
        inner = { scope: frame.scope, outer: inner, context: values satisfies ValueMap, loop: undefined };
      }
      spendSteps(STEPS_OF_A_TURN);
      const text = new Output();
      body(inner, text);
      output.append(text, indent);
    };
  }

  #partialName(partial: Partial): string {
    if (partial.name.type === 'SubExpression')
      throw this.#refuse(partial, 'The name of a partial must be fixed', 'Choose with {{#if}}.');
    if (partial.name.type === 'PathExpression') return partial.name.original;
    return String('value' in partial.name ? partial.name.value : '');
  }

  /** Returns the source of the partial; without `program`, the source must still be parsed. */
  #findPartial(name: string, partial: Partial): { readonly program?: Program; readonly source: TemplateSource } {
    const { open, taken, inline, find } = this.#partials;
    if (open.includes(name))
      throw this.#refuse(partial, `The partial "${name}" contains itself: ${[...open, name].join(' → ')}`);
    if ((taken.count += 1) > MOST_PARTIALS) {
      throw this.#source.fault(
        'too-many-steps',
        `More than ${MOST_PARTIALS} partials are put into this template`,
        partial,
        { remedy: 'Partials that include other partials multiply: loop over a list with {{#each}}.' },
      );
    }
    const found = inline.get(name);
    if (found !== undefined) return found;
    const source = find(name);
    if (source !== undefined) return { source };
    throw this.#source.fault('unknown-partial', `There is no partial "${name}"`, partial, {
      remedy: "Partials are files of the role's templates folder, or {{#*inline}} blocks.",
    });
  }

  /** Compiles the context of a partial: `x` in `{{> name x}}`. */
  #contextOf({ params }: Partial): Evaluate | undefined {
    const [context] = params;
    return context === undefined ? undefined : compileSyntaxExpression(context, this.#options);
  }
}

function rawText({ body }: Program): Emit {
  const text = body.map((statement) => (statement.type === 'ContentStatement' ? statement.value : '')).join('');
  return (_frame, output) => output.literal(text);
}

/** Returns whether the block is raw, `{{{{raw}}}} … {{{{/raw}}}}`: its content is plain text, whatever its name. */
function isRaw(program: Program, source: TemplateSource, block: Block): boolean {
  return (
    program.body.every((statement) => statement.type === 'ContentStatement') &&
    source.text.startsWith('{{{{', source.offset(block.loc.start))
  );
}
