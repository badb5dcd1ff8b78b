import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import meanings from '../engine/report/reference/error-meanings.json' with { type: 'json' };
import { wrapped } from './wrap.ts';

const ENGINE = join(import.meta.dirname, '../engine');
const CODE = /^[a-z]+(?:-[a-z]+)*$/;
/** What happened, why that is an error, and what to do, by code. */
const MEANINGS: ReadonlyMap<string, string> = new Map(Object.entries(meanings));
/** The code of the library zod for an issue that a schema reports. It is no code of a problem. */
const ISSUE = 'custom';
/** Functions that make a problem of a code and a message, in this order. */
const BUILDERS = new Set(['fault', 'report']);

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The texts in the sources for one code. `…` stands for a value. */
export interface ErrorCode {
  readonly messages: ReadonlySet<string>;
  readonly remedies: ReadonlySet<string>;
}

/** Returns the codes of all problems, with their messages and remedies in the sources of the engine. */
export function errorCodes(): ReadonlyMap<string, ErrorCode> {
  const found = new Map<string, Gathered>();
  for (const name of readdirSync(ENGINE, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (name.endsWith('.ts')) collect(parseAst(readFileSync(join(ENGINE, name), 'utf8'), { lang: 'ts' }), found);
  }
  return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

interface Gathered {
  readonly messages: Set<string>;
  readonly remedies: Set<string>;
}

function collect(value: unknown, found: Map<string, Gathered>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found);
  if (!isNode(value)) return;
  const { codes, messages, remedies } = problemOf(value);
  for (const code of codes.filter((one) => one !== ISSUE && CODE.test(one.replace('…', 'x')))) {
    const known = found.get(code) ?? { messages: new Set(), remedies: new Set() };
    for (const message of messages) known.messages.add(message);
    for (const remedy of remedies) known.remedies.add(remedy);
    found.set(code, known);
  }
  for (const child of Object.values(value)) collect(child, found);
}

interface Found {
  readonly codes: readonly string[];
  readonly messages: readonly string[];
  readonly remedies: readonly string[];
}

/** Returns the problems in one node of the sources: an object with `code`, a call of a builder, or a type of codes. */
function problemOf(node: Node): Found {
  if (node.type === 'ObjectExpression' && saysWhat(node)) {
    const [codes, messages, remedies] = ['code', 'what', 'remedy'].map((name) => textsOf(propertyOf(node, name)));
    return { codes: codes ?? [], messages: messages ?? [], remedies: remedies ?? [] };
  }
  if (node.type === 'CallExpression' && isNode(node['callee']) && Array.isArray(node['arguments'])) {
    const { property } = node['callee'];
    const [code, message] = node['arguments'] as readonly unknown[];
    if (isNode(property) && BUILDERS.has(String(property['name'])))
      return { codes: textsOf(code), messages: textsOf(message), remedies: [] };
  }
  if (node.type === 'TSTypeAliasDeclaration' && isNode(node['id']) && String(node['id']['name']).endsWith('Code')) {
    return { codes: textsOf(node['typeAnnotation']), messages: [], remedies: [] };
  }
  return { codes: [], messages: [], remedies: [] };
}

/** Other objects with a code, such as the issues of a schema, have no `what`. */
function saysWhat(node: Node): boolean {
  const properties = Array.isArray(node['properties']) ? node['properties'].filter(isNode) : [];
  return properties.some(({ type, key }) => type === 'SpreadElement' || (isNode(key) && key['name'] === 'what'));
}

function propertyOf(node: Node, name: string): unknown {
  const properties = Array.isArray(node['properties']) ? node['properties'] : [];
  return properties.filter(isNode).find(({ key }) => isNode(key) && key['name'] === name)?.['value'];
}

/** Returns the possible texts of an expression or a type, as far as they are literal. */
function textsOf(value: unknown): readonly string[] {
  if (!isNode(value)) return [];
  switch (value.type) {
    case 'Literal':
      return typeof value['value'] === 'string' ? [value['value']] : [];
    case 'TemplateLiteral':
      return [templateText(value)];
    case 'ConditionalExpression':
      return [...textsOf(value['consequent']), ...textsOf(value['alternate'])];
    case 'LogicalExpression':
      return [...textsOf(value['left']), ...textsOf(value['right'])];
    case 'TSLiteralType':
      return textsOf(value['literal']);
    case 'TSUnionType':
      return Array.isArray(value['types']) ? value['types'].flatMap(textsOf) : [];
    default:
      return [];
  }
}

function templateText(node: Node): string {
  const parts = Array.isArray(node['quasis']) ? node['quasis'].filter(isNode) : [];
  return parts
    .map(({ value }) => (typeof value === 'object' && value !== null && 'cooked' in value ? String(value.cooked) : ''))
    .join('…');
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Returns the data for `runbook explain`: texts by code, as JSON. */
export function errorCodesJson(codes: ReadonlyMap<string, ErrorCode>): string {
  const table = Object.fromEntries(
    [...codes].map(([code, { messages, remedies }]) => [
      code,
      { messages: [...messages].toSorted(), remedies: [...remedies].toSorted() },
    ]),
  );
  return `${JSON.stringify(table, undefined, 2)}\n`;
}

/** Returns docs/error-codes.md. */
export function errorCodesPage(codes: ReadonlyMap<string, ErrorCode>): string {
  const rows = [...codes].map(
    ([code, { messages }]) =>
      `| \`${code}\` | ${cell(MEANINGS.get(code) ?? '')} | ${[...messages].toSorted().map(cell).join('<br>')} |`,
  );
  return wrapped(`# Error codes

Every error has a code. \`--output json\` and the journal give it together with the message, the place and the advice, so that a
script can tell errors apart. A code keeps its meaning ([versioning.md](versioning.md)); messages may change. In messages
\`…\` stands for a name or a value. For a code without a message in the table, the message is composed at run time.
\`runbook explain CODE\` shows one code with all remedies; for frequent mistakes, it also shows a wrong and a right example.

The meaning says what happened, why that is an error, and what to do. This page is made from the sources and from
\`engine/report/reference/error-meanings.json\` by \`npm run docs\`.

| code | meaning | messages |
| --- | --- | --- |
${rows.join('\n')}
`);
}

function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|').replaceAll('<', '\\<').trim();
}
