import {
  type Alias,
  type Document,
  type Node as YamlNode,
  type Pair,
  type ParsedNode,
  type Scalar,
  isAlias,
  isMap,
  isScalar,
  isSeq,
} from 'yaml';
import { type Place, Problem } from '../../errors/problem.ts';
import { MAX_DEPTH } from '../base/depth.ts';
import { type ForeignBlank, blankAtBeginning, foreignBlank } from '../base/foreign-blank.ts';
import type { ListNode, MapEntry, MapNode, Node, ScalarNode } from '../base/node.ts';
import type { Secret } from '../base/secret.ts';
import { foreignSpaceText } from './yaml-mistake.ts';
import type { YamlProblems } from './yaml-problems.ts';

/** Maximal number of nodes in a document, with aliases counted at every use. */
const MAX_EXPANDED_NODES = 1_000_000;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Decrypts a `!vault` value. It may throw a Problem. */
export type Decrypt = (armored: string, place: Place) => Secret;

interface Converted {
  readonly node: Node;
  /** Number of nodes, with aliases expanded. */
  readonly size: number;
}

/** Converts a parsed document to nodes with places, and reports YAML that is not allowed. */
export class NodeConverter {
  readonly #problems: YamlProblems;
  readonly #decrypt: Decrypt | undefined;
  /** By name: the converted node, or `open` while it is being converted. */
  readonly #anchors = new Map<string, Converted | 'open'>();

  /** Without `decrypt`, a `!vault` value is a Problem. */
  constructor(problems: YamlProblems, decrypt: Decrypt | undefined) {
    this.#problems = problems;
    this.#decrypt = decrypt;
  }

  /** Converts a document. An empty document is null. */
  document(document: Document.Parsed): Node {
    const { contents, range } = document;
    return contents === null ? nullAt(this.#problems.place(range[0], 1)) : this.#convert(contents, 0).node;
  }

  #null(offset: number): Converted {
    return { node: nullAt(this.#problems.place(offset, 1)), size: 1 };
  }

  #convert(node: YamlNode, depth: number): Converted {
    const offset = node.range?.[0] ?? 0;
    if (depth > MAX_DEPTH) {
      this.#problems.reportDepth(offset);
      return this.#null(offset);
    }
    if (isAlias(node)) return this.#alias(node);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const converted = this.#content(node, depth, offset);
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    if (converted.size > MAX_EXPANDED_NODES) {
      this.#problems.report({
        code: 'yaml-alias-bomb',
        what: `With its aliases expanded, this document has more than ${MAX_EXPANDED_NODES} values`,
        offset,
        length: 1,
        remedy: 'Write the values out, or use variables.',
      });
      return this.#null(offset);
    }
    return converted;
  }

  #content(node: YamlNode, depth: number, offset: number): Converted {
    if (isScalar(node)) return { node: this.#scalar(node), size: 1 };
    const place = this.#problems.place(offset, 1);
    if (isSeq(node)) {
      let size = 1;
      const items: Node[] = [];
      for (const item of node.items) {
        const converted = this.#convert(item as ParsedNode, depth + 1);
        size += converted.size;
        items.push(converted.node);
      }
      const list: ListNode = { kind: 'list', items, place };
      return { node: list, size };
    }
    if (isMap(node)) return this.#map(node.items as Pair<YamlNode, YamlNode | null>[], depth, place);
    return { node: nullAt(place), size: 1 };
  }

  #alias(alias: Alias): Converted {
    const target = this.#anchors.get(alias.source);
    if (target !== undefined && target !== 'open') return target;
    const offset = alias.range?.[0] ?? 0;
    this.#problems.report({
      code: 'yaml-alias',
      what:
        target === undefined
          ? `There is no anchor &${alias.source} above`
          : `The alias *${alias.source} contains itself`,
      offset,
      length: alias.source.length + 1,
      why: target === undefined && this.#anchors.size > 0 ? `Above it: ${this.#anchorNames()}.` : undefined,
      remedy:
        target === undefined
          ? `Text that begins with * must be quoted${this.#anchors.size > 0 ? '; an alias has the name of an anchor above it' : ''}.`
          : 'Write out what is meant there.',
    });
    return this.#null(offset);
  }

  #anchorNames(): string {
    return [...this.#anchors.keys()].map((name) => `&${name}`).join(', ');
  }

  #map(pairs: readonly Pair<YamlNode, YamlNode | null>[], depth: number, place: Place): Converted {
    const entries = new Map<string, MapEntry>();
    const merged: MapEntry[] = [];
    let size = 1;
    for (const { key, value } of pairs) {
      const offset = key.range?.[0] ?? 0;
      const end = key.range?.[1];
      if (isMap(key) && value === null && pairs.length === 1) {
        this.#reportTemplate(offset, (end ?? offset + 1) - offset);
        continue;
      }
      const converted = value === null ? this.#null(end ?? offset) : this.#convert(value, depth + 1);
      size += converted.size;
      if (isMerge(key)) {
        merged.push(...this.#merged(converted.node, offset));
        continue;
      }
      const name = this.#key(key, offset);
      if (name === undefined) continue;
      const keyPlace = this.#problems.place(offset + quoteLength(key), name.length);
      entries.set(name, { key: name, keyPlace, value: converted.node });
    }
    addMissing(entries, merged);
    const map: MapNode = { kind: 'map', entries: [...entries.values()], place };
    return { node: map, size };
  }

  #reportTemplate(offset: number, length: number): void {
    this.#problems.report({
      code: 'unquoted-template',
      what: 'A template must be quoted',
      offset: offset - 1,
      length: length + 2,
      why: 'YAML takes {{…}} without quotes for a map.',
      remedy: `Write "{${this.#problems.text.slice(offset, offset + length)}}".`,
    });
  }

  #merged(node: Node, offset: number): readonly MapEntry[] {
    const entries: MapEntry[] = [];
    for (const source of node.kind === 'list' ? node.items : [node]) {
      if (source.kind === 'map') entries.push(...source.entries);
      else this.#problems.report({ code: 'yaml-merge', what: 'Only maps can be merged with <<', offset, length: 2 });
    }
    return entries;
  }

  /** Returns the text of a key; undefined if it cannot be a key, which is reported. */
  #key(key: YamlNode, offset: number): string | undefined {
    if (!isScalar(key)) {
      this.#problems.report({
        code: 'yaml-key',
        what: isAlias(key) ? 'A key must be plain text, not an alias' : 'A key must be text, not a list or map',
        offset,
        length: 1,
        remedy: 'If it is a template, quote it.',
      });
      return undefined;
    }
    if (typeof key.value !== 'string') {
      const source = key.source ?? '';
      this.#problems.report({
        code: 'yaml-key',
        what: `The key ${source === '' ? 'null' : source} is not text`,
        offset,
        length: Math.max(1, source.length),
        remedy: `Quote it: "${source}".`,
      });
      return undefined;
    }
    if (FORBIDDEN_KEYS.has(key.value)) {
      this.#problems.report({
        code: 'yaml-key',
        what: `"${key.value}" cannot be a key`,
        offset,
        length: key.value.length,
        remedy: 'Choose another name.',
      });
      return undefined;
    }
    if (key.type === 'PLAIN') this.#refuseBlank(foreignBlank(key.value), offset);
    return key.value;
  }

  /** Reports a character that looks like a space, and makes another key or value of what the author means. */
  #refuseBlank(blank: ForeignBlank | undefined, offset: number): void {
    if (blank === undefined) return;
    const { at, length } = blank;
    this.#problems.report({ code: 'yaml-blank', ...foreignSpaceText(blank), offset: offset + at, length });
  }

  #scalar(node: Scalar): ScalarNode {
    const start = node.range?.[0] ?? 0;
    const end = node.range?.[1] ?? start;
    const source = this.#problems.text.slice(start, end);
    const style = scalarStyle(node);
    const length = style === 'block' ? 1 : Math.max(1, source.length - (style === 'quoted' ? 2 : 0));
    const place = this.#problems.place(style === 'quoted' ? start + 1 : start, length);
    if (style === 'plain') this.#refuseBlank(blankAtBeginning(source), start);
    const value =
      node.tag === '!vault' ? this.#decrypted(String(node.value), place) : this.#scalarValue(node, source, start);
    return { kind: 'scalar', value, style, place, source };
  }

  #scalarValue({ value, tag }: Scalar, source: string, offset: number): ScalarNode['value'] {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value !== 'number') {
      this.#problems.report({
        code: 'yaml-unknown-tag',
        what: `Values of the type ${tag ?? typeof value} are not supported`,
        offset,
        length: 1,
        remedy: 'Use text, numbers, true, false or null.',
      });
      return null;
    }
    if (!Number.isFinite(value) || (isWhole(source) && !Number.isSafeInteger(value))) {
      this.#problems.report({
        code: 'yaml-number',
        what: `${source.slice(0, 40)} does not fit a number`,
        offset,
        length: source.length,
        remedy: 'Quote the number to keep it as text.',
      });
      return null;
    }
    return value;
  }

  #decrypted(armored: string, place: Place): Secret | null {
    try {
      if (this.#decrypt !== undefined) return this.#decrypt(armored, place);
      this.#problems.add(
        new Problem({
          code: 'vault-no-key',
          what: 'This value is encrypted, and no key was given to decrypt it',
          place,
          remedy: 'Give the identity file of the vault.',
        }),
      );
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#problems.add(error);
    }
    return null;
  }
}

function nullAt(place: Place): ScalarNode {
  return { kind: 'scalar', value: null, style: 'plain', place, source: '' };
}

/** Adds merged entries: keys of the map itself hide merged ones, and earlier merged maps hide later ones. */
function addMissing(entries: Map<string, MapEntry>, merged: readonly MapEntry[]): void {
  for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
}

function isMerge(key: YamlNode): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.source === '<<';
}

function quoteLength(key: YamlNode): 0 | 1 {
  return isScalar(key) && key.type?.startsWith('QUOTE') === true ? 1 : 0;
}

function scalarStyle(node: Scalar): ScalarNode['style'] {
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') return 'block';
  return node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 'quoted' : 'plain';
}

/** Numbers with a point or an exponent are approximate anyway. */
function isWhole(source: string): boolean {
  return /^[-+]?(?:\d+|0[xo][\da-fA-F]+)$/.test(source);
}
