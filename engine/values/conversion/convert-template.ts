import { laidOut, meantBy } from '../jinja/handlebars-layout.ts';
import type { Assumption, Converted, JinjaType, Reason, TypesKnown } from '../jinja/jinja-knowledge.ts';
import { withLastLine } from '../jinja/jinja-last-line.ts';
import { withoutJinjaEscapes } from '../jinja/jinja-statement.ts';
import { handlebarsPieces } from '../jinja/jinja-template-writer.ts';
import { readTemplate, type TemplateNode, withoutHeader } from '../jinja/jinja-template.ts';
import { Unreadable } from '../jinja/jinja-token.ts';
import { NoCounterpart } from '../jinja/jinja-translation.ts';
import { typeOf } from '../jinja/jinja-type.ts';
import { Fault, isStackOverflow } from '../language/fault.ts';
import { compileTemplate } from '../template/template-compile.ts';
import { type Program, type Statement, parseSyntax, TemplateSource } from '../template/template-syntax.ts';
import { quoteOf, reasonOf } from './convert-expression.ts';

export interface TemplateKnowledge {
  readonly types: TypesKnown;
}

/**
 * Converts a text with templates of Jinja, a value of YAML or a whole file, into Handlebars that renders to the same
 * bytes. Never throws.
 */
export function convertTemplateText(text: string, place: 'string' | 'file', { types }: TemplateKnowledge): Converted {
  try {
    const source = withoutHeader(text);
    if (source === undefined) return byHand(text, { kind: 'lacking', what: 'statement', name: '#jinja2:' });
    if (!/\{\{|\{%|\{#/.test(source.text)) return same(text, source.text);
    const nodes = readTemplate(source.text.replace(/(\r\n|\r|\n)$/, ''), { ...source.options, place });
    const [only, ...others] = nodes;
    const ended =
      place === 'string' && only?.kind === 'output' && others.length === 0
        ? { nodes: [only, ...endOfText(source.text, typeOf(only.expression, types))], isSure: true }
        : withLastLine(nodes, source.text.replaceAll(/\r\n?/g, '\n'));
    const { pieces, assumptions: ofPieces } = handlebarsPieces(ended.nodes, { place, types, quote: quoteOf(text) });
    const assumptions: readonly Assumption[] = ended.isSure ? ofPieces : [...ofPieces, { kind: 'lastLine' }];
    const meant = meantBy(pieces);
    const written = [false, true].map((isGuarded) => laidOut(pieces, isGuarded)).find((one) => shownBy(one) === meant);
    if (written === undefined) return byHand(text, { kind: 'refused', what: 'its white space cannot be kept' });
    const refusal = refusalOf(written);
    if (refusal !== undefined) return byHand(text, { kind: 'refused', what: refusal });
    if (assumptions.length > 0) return { kind: 'assumed', text: written, assumptions };
    return same(text, written);
  } catch (error) {
    if (error instanceof NoCounterpart) return byHand(text, reasonOf(error));
    if (error instanceof Unreadable || isStackOverflow(error)) return byHand(text, { kind: 'unreadable' });
    throw error;
  }
}

/** Returns the line ends after a value that is the whole text: a value of another type than text keeps its type. */
function endOfText(text: string, type: JinjaType | undefined): readonly TemplateNode[] {
  const end = /(?<!\n)\n+$/.exec(text)?.[0];
  return end === undefined || (type !== undefined && type !== 'text') ? [] : [{ kind: 'text', text: end }];
}

function same(text: string, written: string): Converted {
  // A text that differs only in the blanks within `{{ x }}` stays as it was written.
  const isSame = written === text.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, '{{$1}}');
  return { kind: isSame ? 'same' : 'exact', text: isSame ? text : written, assumptions: [] };
}

function byHand(original: string, reason: Reason): Converted {
  return { kind: 'byHand', original, reasons: [reason] };
}

/** Returns why the template is not valid; undefined if it is valid. */
function refusalOf(text: string): string | undefined {
  try {
    compileTemplate(new TemplateSource(text), () => new TemplateSource(''));
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.details.what;
    throw error;
  }
}

/**
 * Returns the texts that a template shows, with `\0` for each tag, to compare them with `meantBy`. Undefined if the
 * template is not valid.
 */
function shownBy(text: string): string | undefined {
  try {
    return shownByProgram(parseSyntax(new TemplateSource(text)));
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function shownByProgram({ body }: Program): string {
  return body.map(shownByStatement).join('');
}

function shownByStatement(statement: Statement): string {
  switch (statement.type) {
    case 'ContentStatement':
      return withoutJinjaEscapes(statement.value);
    case 'MustacheStatement':
      return statement.path.type === 'StringLiteral' ? String(statement.path.value) : '\0';
    case 'BlockStatement':
    case 'DecoratorBlock':
      return `\0${shownByProgram(statement.program ?? { body: [] })}${shownByInverse(statement.inverse)}\0`;
    case 'CommentStatement':
      return '';
    case 'PartialStatement':
    case 'Decorator':
    case 'PartialBlockStatement':
      return '\0';
    default:
      return statement satisfies never;
  }
}

/** In the syntax tree, a chain of `else if` is blocks within each other, but the chain has only one closing tag. */
function shownByInverse(inverse: (Program & { readonly chained?: boolean }) | undefined): string {
  if (inverse === undefined) return '';
  const [only] = inverse.body;
  if (inverse.chained !== true || only?.type !== 'BlockStatement') return `\0${shownByProgram(inverse)}`;
  return `\0${shownByProgram(only.program ?? { body: [] })}${shownByInverse(only.inverse)}`;
}
