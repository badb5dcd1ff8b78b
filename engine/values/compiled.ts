import { type Place, Problem } from '../errors/problem.ts';
import type { Compiled } from './base/compiled-value.ts';
import type { MapEntry, Node, ScalarNode } from './base/node.ts';
import { Secret, hideNumber } from './base/secret.ts';
import { type Scope, type Value, OMIT, Omitted, Unknown, isList, isMap, withoutOmitted } from './base/value.ts';
import { mayHoldJinja } from './jinja/jinja-statement.ts';
import { type Template, hasTemplate, parseTemplate } from './template/template.ts';

export type { Compiled } from './base/compiled-value.ts';

/** Returns whether the value is compiled YAML, which must still be rendered. */
export function isCompiled(value: Compiled | Value): value is Compiled {
  return typeof value === 'object' && value !== null && 'resolve' in value && typeof value.resolve === 'function';
}

/** Returns the value of a keyword; undefined if the keyword is not written, or if its value is `omit`. */
export function resolveWritten(compiled: Pick<Compiled, 'resolve'> | undefined, scope: Scope): Value | undefined {
  const value = compiled?.resolve(scope);
  return value instanceof Omitted ? undefined : value;
}

/** Returns the value of a keyword: `own`, or `outer` if the value of `own` is `omit`. */
export function withinOuter(own: Compiled | undefined, outer: Compiled | undefined): Compiled | undefined {
  if (own === undefined || outer === undefined) return own ?? outer;
  if (own.literal !== undefined) return own;
  return { ...own, resolve: (scope) => resolveWritten(own, scope) ?? outer.resolve(scope) };
}

const NO_REFERENCES: ReadonlySet<string> = new Set();

/** Parses all templates of a YAML value. Throws the Problem of the first template that cannot be parsed. */
export function compileNode(node: Node): Compiled {
  const { place } = node;
  const placeOf = (path: readonly (string | number)[]) => placeWithin(node, path);
  const sourceOf = (path: readonly (string | number)[]) => sourceWithin(node, path);
  const content = compileContent(node);
  const { literal } = content;
  if (literal !== undefined)
    return { place, references: NO_REFERENCES, literal, resolve: () => literal, placeOf, sourceOf };
  return { place, references: content.references, literal: undefined, resolve: content.resolve, placeOf, sourceOf };
}

interface Content {
  readonly literal: Value | undefined;
  readonly references: ReadonlySet<string>;
  readonly resolve: (scope: Scope) => Value;
}

function literalContent(literal: Value): Content {
  return { literal, references: NO_REFERENCES, resolve: () => literal };
}

function compileContent(node: Node): Content {
  if (node.kind === 'scalar') return compileScalar(node);
  if (node.kind === 'map') return compileMap(node.entries);
  const items = node.items.map(compileContent);
  if (items.every(isLiteral)) return literalContent(items.map((item) => item.literal));
  return {
    literal: undefined,
    references: union(items),
    resolve: (scope) => withoutOmitted(items.map((item) => item.resolve(scope))),
  };
}

function compileScalar(node: ScalarNode): Content {
  const { value } = node;
  if (typeof value !== 'string' || !(value.includes('{{') || mayHoldJinja(value))) return literalContent(value);
  const template: Template = parseTemplate(value, node.place, node.style, node.source);
  if (template.literal !== undefined) return literalContent(template.literal);
  const { references } = template;
  if (node.renders === 'secret')
    return { literal: undefined, references, resolve: (scope) => asSecret(template.render(scope), value) };
  return { literal: undefined, references, resolve: (scope) => template.render(scope) };
}

/**
 * Makes a secret of the result of a template in an encrypted file. In lists and maps, only texts that the template
 * itself contains are masked elsewhere.
 */
function asSecret(rendered: Value, template: string): Value {
  if (rendered instanceof Secret) return Secret.of(rendered.reveal());
  if (typeof rendered === 'string') return Secret.of(rendered);
  if (rendered instanceof Unknown) return rendered;
  if (typeof rendered === 'number') hideNumber(String(rendered), rendered);
  if (isList(rendered) || isMap(rendered)) return marked(rendered, template);
  return rendered;
}

function marked(value: Value, template: string): Value {
  if (typeof value === 'string') return template.includes(value) ? Secret.of(value) : Secret.around(value);
  if (isList(value)) return value.map((item) => marked(item, template));
  if (!isMap(value)) return value;
  const map: Record<string, Value> = Object.create(null);
  for (const [key, member] of Object.entries(value)) map[key] = marked(member, template);
  return map;
}

function compileMap(entries: readonly MapEntry[]): Content {
  const members = entries.map((entry) => {
    if (hasTemplate(entry.key)) {
      throw new Problem({
        code: 'template-in-key',
        what: 'A key cannot contain a template',
        place: entry.keyPlace,
        remedy: 'Build the map with {{dict …}} or a CEL map.',
      });
    }
    if (mayHoldJinja(entry.key)) parseTemplate(entry.key, entry.keyPlace);
    return [entry.key, compileContent(entry.value)] as const;
  });
  const contents = members.map(([, content]) => content);
  const build = (valueOf: (content: Content) => Value): Value => {
    const map: Record<string, Value> = Object.create(null);
    for (const [key, content] of members) {
      const value = valueOf(content);
      if (value !== OMIT) map[key] = value;
    }
    return map;
  };
  if (contents.every(isLiteral)) return literalContent(build((content) => content.literal ?? null));
  return {
    literal: undefined,
    references: union(contents),
    resolve: (scope) => build((content) => content.resolve(scope)),
  };
}

function isLiteral(content: Content): content is Content & { readonly literal: Value } {
  return content.literal !== undefined;
}

function union(contents: readonly Content[]): ReadonlySet<string> {
  const references = new Set<string>();
  for (const content of contents) for (const name of content.references) references.add(name);
  return references;
}

function placeWithin(node: Node, [step, ...rest]: readonly (string | number)[]): Place {
  if (step === undefined) return node.place;
  const part = partOf(node, step);
  return part === undefined ? node.place : placeWithin(part, rest);
}

function sourceWithin(node: Node, [step, ...rest]: readonly (string | number)[]): string | undefined {
  if (step === undefined) return node.kind === 'scalar' && typeof node.value === 'number' ? node.source : undefined;
  const part = partOf(node, step);
  return part === undefined ? undefined : sourceWithin(part, rest);
}

function partOf(node: Node, step: string | number): Node | undefined {
  if (node.kind === 'map') return node.entries.find(({ key }) => key === step)?.value;
  return node.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined;
}
