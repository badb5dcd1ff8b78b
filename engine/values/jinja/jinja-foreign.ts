import { type ByKind, byKind, partsOf } from './jinja-build.ts';
import { type Jinja, readJinja } from './jinja-expression.ts';

export type Language = 'expressions are CEL' | 'templates here are Handlebars';

/**
 * Returns the title of an error: the first element that is Jinja and not of this language, such as `The filter default`.
 * So equal mistakes have equal titles. Undefined if the text is not Jinja, or has nothing foreign. `source`: an
 * expression, or the content of a mustache.
 */
export function jinjaTitle(source: string, language: Language): string | undefined {
  const jinja = readJinja(source, 'kept');
  if (jinja === undefined) return undefined;
  // The tree does not tell `x[0]` and `x['a']` from `x.0` and `x.a`.
  const element = foreignElement(jinja, language) ?? (source.includes('[') ? '"[…]"' : undefined);
  return element === undefined ? undefined : `${element} is Jinja, and ${language}`;
}

/** Finds the first foreign element, in the order in which the elements are written. */
function foreignElement(node: Jinja, language: Language): string | undefined {
  const own = ownElement(node, language);
  const parts = writtenParts(node).map((part) => foreignElement(part, language));
  const isAhead = node.kind === 'unary';
  const found = isAhead ? [own, ...parts] : [...parts.slice(0, 1), own, ...parts.slice(1)];
  return found.find((element) => element !== undefined);
}

/** Returns the parts in the order in which they are written. */
function writtenParts(node: Jinja): readonly Jinja[] {
  if (node.kind === 'choice') return [node.yes, node.condition, ...(node.no === undefined ? [] : [node.no])];
  return partsOf(node);
}

/** Operators that expressions have too. */
const OF_CEL: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%']);

function ownElement(node: Jinja, language: Language): string | undefined {
  return byKind<Jinja['kind'], string | undefined>(
    node,
    language === 'expressions are CEL' ? FOREIGN_TO_CEL : FOREIGN_TO_HANDLEBARS,
  );
}

type Elements = ByKind<string | undefined>;

const FOREIGN_TO_CEL: Elements = {
  filter: ({ name }) => `The filter ${name}`,
  test: ({ name, isNegated }) => `"is ${isNegated ? 'not ' : ''}${name}"`,
  choice: () => '"… if … else …"',
  slice: () => '"[…:…]"',
  unary: ({ operator }) => (operator === 'not' ? '"not"' : undefined),
  binary: ({ operator }) => (OF_CEL.has(operator) ? undefined : `"${operator}"`),
  member: () => undefined,
  call: () => undefined,
  list: () => undefined,
  map: () => undefined,
  name: () => undefined,
  text: () => undefined,
  number: () => undefined,
  constant: () => undefined,
};

const FOREIGN_TO_HANDLEBARS: Elements = {
  ...FOREIGN_TO_CEL,
  unary: ({ operator }) => `"${operator}"`,
  binary: ({ operator }) => `"${operator}"`,
  call: ({ callee }) => callElement(callee),
  list: () => '"[…]"',
  map: () => '"{…}"',
};

function callElement(callee: Jinja): string {
  if (callee.kind === 'member' && callee.key.kind === 'text') return `".${callee.key.value}()"`;
  return callee.kind === 'name' ? `"${callee.name}()"` : '"(…)"';
}
