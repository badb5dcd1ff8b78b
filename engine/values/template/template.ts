import type { Place } from '../../errors/problem.ts';
import type { ScalarNode } from '../base/node.ts';
import type { Secret } from '../base/secret.ts';
import type { Scope, Unknown, Value } from '../base/value.ts';
import { mayHoldJinja, refuseJinja, refuseJinjaHeader, withoutJinjaEscapes } from '../jinja/jinja-statement.ts';
import { withLookups } from '../language/current-lookups.ts';
import { type Locate, Fault, isStackOverflow, isTooLarge, tooLarge } from '../language/fault.ts';
import { locateIn, locateInFile } from '../language/placement.ts';
import { withinSteps } from '../language/step-limit.ts';
import { type CompiledTemplate, compileTemplate } from './template-compile.ts';
import { Output } from './template-output.ts';
import { TemplateSource } from './template-syntax.ts';

export interface Template {
  /** The top-level variables that the template uses. */
  readonly references: ReadonlySet<string>;
  /** The text as it is written. */
  readonly source: string;
  /** The text itself, if it contains no template. */
  readonly literal?: string;
  /** Throws a Problem with the place within the template. */
  render(scope: Scope): Value;
}

export interface FileTemplate extends Omit<Template, 'source'> {
  render(scope: Scope): string | Secret | Unknown;
}

export interface PartialFile {
  readonly text: string;
  readonly file: string;
}

const MAX_CACHED = 10_000;
const cache = new Map<string, CompiledTemplate>();
const NO_REFERENCES: ReadonlySet<string> = new Set();

/** Returns whether the text contains a template: `{{` that is not escaped as `\{{`. */
export function hasTemplate(text: string): boolean {
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 2)) {
    // As in Handlebars, `\\{{` is a backslash and a template.
    if (text[at - 1] !== '\\' || text[at - 2] === '\\') return true;
  }
  return false;
}

/**
 * Parses a value of a YAML file. If the value is only `{{x}}`, the result keeps the type of x. `place`, `style` and
 * `source` are those of the ScalarNode; without `source`, the columns of mistakes in folded or escaped text are
 * estimated. Throws Problem `template-syntax`, `unknown-helper` or `helper-arguments`.
 */
export function parseTemplate(
  text: string,
  place: Place,
  style: ScalarNode['style'] = 'plain',
  source?: string,
): Template {
  if (!text.includes('{{') && !mayHoldJinja(text))
    return { source: text, references: NO_REFERENCES, render: () => text };
  const locate = locateIn({ text, place, style, source });
  if (!text.includes('{{')) {
    withProblems(locate, () => refuseJinja(text));
    const meant = withoutJinjaEscapes(text);
    return { source: text, references: NO_REFERENCES, literal: meant, render: () => meant };
  }
  let compiled = cache.get(text);
  if (compiled === undefined) {
    compiled = withProblems(locate, () => compileTemplate(new TemplateSource(text)));
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(text, compiled);
  }
  const { references, lone, emit } = compiled;
  if (lone !== undefined)
    return {
      source: text,
      references,
      render: (scope) =>
        withProblems(locate, () => withinSteps(() => withLookups(scope, () => lone(rootFrame(scope)))) ?? null),
    };
  return { source: text, references, render: (scope) => withProblems(locate, () => renderText(emit, scope)) };
}

/**
 * Parses a template file, which renders to text. `findPartial` returns the file of `{{> name}}`, relative to the
 * templates of the role.
 */
export function parseTemplateFile(
  text: string,
  file: string,
  findPartial?: (name: string) => PartialFile | undefined,
): FileTemplate {
  const locate = locateInFile(text, file);
  withProblems(locate, () => refuseJinjaHeader(text));
  const { references, emit } = withProblems(locate, () =>
    compileTemplate(new TemplateSource(text), (name) => {
      const partial = findPartial?.(name);
      return partial === undefined
        ? undefined
        : new TemplateSource(partial.text, locateInFile(partial.text, partial.file));
    }),
  );
  return { references, render: (scope) => withProblems(locate, () => renderText(emit, scope)) };
}

function rootFrame(scope: Scope) {
  return { scope, outer: undefined, context: null, loop: undefined };
}

function renderText(emit: CompiledTemplate['emit'], scope: Scope): string | Secret | Unknown {
  return withinSteps(() =>
    withLookups(scope, () => {
      const output = new Output();
      emit(rootFrame(scope), output);
      return output.result();
    }),
  );
}

function withProblems<T>(locate: Locate, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) throw error.toProblem(locate);
    if (isTooLarge(error)) throw tooLarge().toProblem(locate);
    if (isStackOverflow(error))
      throw new Fault({ code: 'template-syntax', what: 'The template is nested too deeply' }).toProblem(locate);
    throw error;
  }
}
