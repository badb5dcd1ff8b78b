import { isMap, isScalar, isSeq } from 'yaml';
import type { Draft } from './base/draft.ts';
import type { Told } from './base/marks.ts';
import type { Converted, Translator } from './base/translator.ts';
import { type WriteOptions, scalarOf } from './base/write-yaml.ts';
import {
  type YamlNode,
  endOf,
  entriesOf,
  hasTag,
  isBlockScalar,
  isPlain,
  itemsOf,
  textOf,
} from './base/yaml-source.ts';
import { oldReading } from './base/yaml-words.ts';

/** The tools for converting the scalars of one file. */
export interface Scalars {
  readonly draft: Draft;
  readonly translator: Translator;
  /** The name that a template file has after the conversion, or the file that stays Jinja. */
  readonly templateNames: TemplateNames;
}

export interface TemplateNames {
  /**
   * Returns the text with the new names of its template files. `left`: a file that stays Jinja. Undefined if there is
   * nothing to change or mark.
   */
  renamed(text: string): { readonly text: string; readonly left: string | undefined } | undefined;
}

/** The position of a node: the offset for its marks. `isFlow`: true within brackets. */
export interface Standing {
  readonly anchor: number;
  readonly isFlow: boolean;
  /** The key of the value. */
  readonly key?: string;
}

/** Converts all texts below a node as templates, and scalars that YAML 1.1 reads differently. */
export function convertValue(node: YamlNode | null, standing: Standing, use: Scalars): void {
  if (node === null) return;
  const isFlow = standing.isFlow || ((isMap(node) || isSeq(node)) && node.flow === true);
  if (isMap(node)) {
    for (const { key, keyNode, value } of entriesOf(node))
      convertValue(value, { anchor: standing.isFlow ? standing.anchor : keyNode.range[0], isFlow, key }, use);
  } else if (isSeq(node)) {
    for (const item of itemsOf(node))
      convertValue(item, { ...standing, anchor: isFlow ? standing.anchor : item.range[0], isFlow }, use);
  } else if (isScalar(node)) convertScalar(node as YamlNode, standing, use);
}

function convertScalar(node: YamlNode, standing: Standing, use: Scalars): void {
  const { draft } = use;
  if (!isScalar(node) || draft.isMarked(standing.anchor)) return;
  if (node.tag === '!unsafe') draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'unsafe' } });
  if (hasTag(node)) return;
  if (isPlain(node)) convertPlain(node, standing, use);
  const text = textOf(node);
  if (text !== undefined) convertText(node, text, standing, use);
}

function convertText(node: YamlNode, text: string, standing: Standing, use: Scalars): void {
  const { draft, translator, templateNames } = use;
  const named = text.includes('.j2') ? templateNames.renamed(text) : undefined;
  if (named?.left !== undefined)
    draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'template-file', name: named.left } });
  const before = named?.text ?? text;
  if (!/\{[{%#]/.test(before)) {
    if (before !== text) writeText(node, before, standing, draft);
  } else if (isBlockScalar(node) && before === text) convertLines(node, standing, use);
  else take(translator.template(before, 'string'), { node, standing, kind: 'template', before: text }, use);
}

function convertPlain(node: YamlNode, { key = '', isFlow }: Standing, { draft }: Scalars): void {
  const written = draft.source.written(node);
  const old = oldReading(written);
  if (old === undefined) return;
  const write = (text: string): void => draft.replace(node.range[0], endOf(node), text);
  switch (old.kind) {
    case 'boolean':
      write(String(old.value));
      break;
    case 'octal':
      write(/mode|umask|perm/i.test(key) ? `"${old.digits}"` : String(old.value));
      break;
    case 'number':
      write(old.text);
      break;
    case 'text':
      write(scalarOf(written, { style: 'double', isFlow }));
  }
}

/** Converts a block of lines and keeps its lines: only the mustaches change. */
function convertLines(node: YamlNode, standing: Standing, use: Scalars): void {
  const { draft, translator } = use;
  const { source } = draft;
  const from = source.lineEnd(node.range[0]) + 1;
  const to = endOf(node);
  const written = source.text.slice(from, to);
  const raw = written.split('\n');
  const first = /^ *(?=\S)/m.exec(written)?.[0] ?? '';
  // With an indentation indicator, lines may begin with blanks that belong to them.
  const indentation = raw.every((line) => line.trim() === '' || line.startsWith(first)) ? first : '';
  const lines = raw.map((line) => (line.startsWith(indentation) ? line.slice(indentation.length) : ''));
  const converted = translator.template(lines.join('\n'), 'string');
  if (converted.kind === 'byHand') {
    draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'template', reasons: converted.reasons } });
    return;
  }
  // A value without text around it loses its line end, and the next key of YAML must not stand on its line.
  const end = converted.text.endsWith('\n') ? '' : (/(?<!\n)\n*$/.exec(written)?.[0] ?? '');
  if (converted.text !== lines.join('\n'))
    draft.replace(from, to, `${converted.text.replaceAll(/^(?=[^\n])/gm, indentation)}${end}`);
  assume(converted.assumptions, standing.anchor, draft);
}

interface Taken {
  readonly node: YamlNode;
  readonly standing: Standing;
  readonly kind: 'expression' | 'template';
  /** The text as it is in the file. */
  readonly before: string;
}

/** Writes the converted text, or marks why it was left. */
export function take(
  converted: Converted,
  { node, standing, kind, before }: Taken,
  { draft }: Pick<Scalars, 'draft'>,
): void {
  if (converted.kind === 'byHand') {
    draft.mark(standing.anchor, { kind: 'byHand', why: { kind, reasons: converted.reasons } });
    return;
  }
  if (converted.text !== before) writeText(node, converted.text, standing, draft);
  assume(converted.assumptions, standing.anchor, draft);
}

/** Adds a mark for each assumption, above the line of the offset `anchor`. */
export function assume(assumptions: readonly Told[], anchor: number, draft: Draft): void {
  for (const what of assumptions) draft.mark(anchor, { kind: 'assumed', what });
}

/** Replaces a scalar with a text, in the same style if this style can contain the text. */
export function writeText(node: YamlNode, text: string, { isFlow }: Standing, draft: Draft): void {
  if (isBlockScalar(node)) {
    const { source } = draft;
    const at = node.range[0];
    const header = source.text.slice(at, source.lineEnd(at));
    const from = source.lineEnd(at) + 1;
    const indentation = /^ *(?=\S)/m.exec(source.text.slice(from, endOf(node)))?.[0] ?? '';
    const body = text.replace(/(?<!\n)\n+$/, '').replaceAll(/^(?=[^\n])/gm, indentation);
    const isFolded = header.startsWith('>');
    draft.replace(from, endOf(node), `${isFolded ? body.replaceAll('\n', '\n\n') : body}\n`);
    return;
  }
  draft.replace(node.range[0], endOf(node), scalarOf(text, { ...styleOf(node), isFlow }));
}

function styleOf(node: YamlNode): WriteOptions {
  if (!isScalar(node)) return {};
  if (node.type === 'QUOTE_DOUBLE') return { style: 'double' };
  return node.type === 'QUOTE_SINGLE' ? { style: 'single' } : {};
}
