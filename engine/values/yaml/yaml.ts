import {
  type Alias,
  type CST,
  type Document,
  type Node as YamlNode,
  type Pair,
  type ParsedNode,
  type Scalar,
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
} from 'yaml';
import { type Place, Problem, Problems } from '../../errors/problem.ts';
import { MAX_DEPTH } from '../base/depth.ts';
import type { ListNode, MapEntry, MapNode, Node, ScalarNode } from '../base/node.ts';
import type { Secret } from '../base/secret.ts';
import { withoutMark } from './text-file.ts';
import { yamlMistake } from './yaml-mistake.ts';

/** Playbooks are small; what is larger than this is not one. In characters. */
const MAX_LENGTH = 8_000_000;
/** How many nodes a document may have once its aliases are counted as often as they are used. */
const MAX_EXPANDED_NODES = 1_000_000;
const MAX_PROBLEMS = 20;
/** A few milliseconds' worth. The lexer takes half of the time that a file takes as a whole. */
const LEXEMES_AT_A_STRETCH = 4_000;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export interface YamlOptions {
  /** Opens a `!vault` value. It may throw a Problem. Without it, such a value is a Problem. */
  readonly decrypt?: ((armored: string, place: Place) => Secret) | undefined;
}

/**
 * Reads a YAML 1.2 file (core schema, merge keys) into one node for each document; `yes` and `on` are strings.
 * Throws Problems with every mistake that was found, up to twenty.
 */
export function readYaml(text: string, file: string, options: YamlOptions = {}): Node[] {
  return new YamlReader(text, file, options).read();
}

/** The same, for files that may be long: the event loop has its turn in between, so that a terminal stays alive. */
export function readYamlInTurns(text: string, file: string, options: YamlOptions = {}): Promise<Node[]> {
  return new YamlReader(text, file, options).readInTurns();
}

interface Converted {
  readonly node: Node;
  /** How many nodes it stands for, aliases expanded. */
  readonly size: number;
}

class YamlReader {
  readonly #text: string;
  readonly #file: string;
  readonly #options: YamlOptions;
  readonly #lines = new LineCounter();
  readonly #problems: Problem[] = [];
  /** By name: the converted node, or `open` while it is being converted. */
  readonly #anchors = new Map<string, Converted | 'open'>();

  constructor(text: string, file: string, options: YamlOptions) {
    this.#text = withoutMark(text);
    this.#file = file;
    this.#options = options;
  }

  read(): Node[] {
    const tokens: CST.Token[] = [];
    this.#attempt(() => {
      for (const some of this.#tokens()) tokens.push(...some);
    });
    return this.#nodes(tokens);
  }

  async readInTurns(): Promise<Node[]> {
    const tokens: CST.Token[] = [];
    const pieces = this.#tokens();
    for (;;) {
      const piece = this.#attempt(() => pieces.next());
      if (piece === undefined || piece.done === true) break;
      tokens.push(...piece.value);
      await new Promise(setImmediate);
    }
    return this.#nodes(tokens);
  }

  /** A document is one token, which is there when the document has been read. */
  *#tokens(): Generator<readonly CST.Token[]> {
    if (this.#text.length > MAX_LENGTH) {
      this.#report(
        'yaml-too-large',
        `The file has ${this.#text.length} characters; at most ${MAX_LENGTH} are read as YAML`,
        0,
        0,
        {
          remedy: 'Split it, or have it copied to the host as a file.',
        },
      );
      return;
    }
    const parser = new Parser(this.#lines.addNewLine);
    this.#lines.addNewLine(0);
    let tokens: CST.Token[] = [];
    let lexemes = 0;
    for (const lexeme of new Lexer().lex(this.#text)) {
      tokens.push(...parser.next(lexeme));
      if ((lexemes += 1) % LEXEMES_AT_A_STRETCH !== 0) continue;
      yield tokens;
      tokens = [];
    }
    yield [...tokens, ...parser.end()];
  }

  #nodes(tokens: readonly CST.Token[]): Node[] {
    const nodes: Node[] = [];
    for (const document of this.#problems.length > 0 ? [] : this.#compose(tokens)) {
      this.#reportSyntax(document);
      if (document.errors.length > 0) continue;
      this.#anchors.clear();
      nodes.push(document.contents === null ? this.#emptyNode(document) : this.#convert(document.contents, 0).node);
    }
    const [first, ...rest] = this.#problems;
    if (first !== undefined) throw new Problems([first, ...rest]);
    return nodes;
  }

  #compose(tokens: readonly CST.Token[]): readonly Document.Parsed[] {
    const composer = new Composer({
      lineCounter: this.#lines,
      merge: true,
      prettyErrors: false,
      customTags: [{ tag: '!vault', resolve: (armored: string) => armored }],
    });
    return this.#attempt(() => [...composer.compose(tokens)]) ?? [];
  }

  /** Undefined where the parser gave up, which is reported. */
  #attempt<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      // The parser recurses; what is nested thousands deep ends its stack.
      if (!(error instanceof Error)) throw error;
      const nested = error instanceof RangeError;
      this.#report(
        'yaml-syntax',
        nested ? 'The file is nested too deeply' : `The file is not valid YAML: ${error.message}`,
        0,
        0,
        {},
      );
      return undefined;
    }
  }

  #reportSyntax(document: Document.Parsed): void {
    for (const error of document.errors) {
      if (error.code === 'DUPLICATE_KEY') {
        const key = /^[^:\s]*/.exec(this.#text.slice(error.pos[0]))?.[0] ?? '';
        this.#report(
          'duplicate-key',
          `The key "${key.replaceAll(/^["']|["']$/g, '')}" is there twice in the same map`,
          error.pos[0],
          key.length,
          {
            remedy: 'Keep one of them; YAML would silently take the last one.',
          },
        );
        continue;
      }
      // Whatever else the parser tells behind the first mistake mostly follows from it.
      if (this.#problems.some((problem) => problem.code === 'yaml-syntax')) continue;
      this.#reportMistake(error.code, error.message, error.pos);
    }
    for (const warning of document.warnings) {
      if (warning.code !== 'TAG_RESOLVE_FAILED') continue;
      const tag = this.#text.slice(warning.pos[0], warning.pos[1]);
      this.#report('yaml-unknown-tag', `There is no YAML tag ${tag}`, warning.pos[0], tag.length, {
        remedy: 'The only tag is !vault. Text that begins with ! must be quoted.',
      });
    }
  }

  #reportMistake(code: string, message: string, [start, end]: readonly [number, number]): void {
    const { line } = this.#lines.linePos(Math.min(start, this.#text.length));
    const mistake = yamlMistake(this.#text.split(/\r?\n/), code, message, line - 1);
    if (mistake === undefined) {
      this.#report('yaml-syntax', message, start, end - start, { remedy: this.#syntaxRemedy(code, start) });
      return;
    }
    const { what, why, remedy, length, column } = mistake;
    this.#report('yaml-syntax', what, (this.#lines.lineStarts[mistake.line] ?? 0) + column, length, { why, remedy });
  }

  #syntaxRemedy(code: string, offset: number): string | undefined {
    const { line } = this.#lines.linePos(offset);
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    const text = this.#text.slice(start).split('\n', 1)[0] ?? '';
    if (/(^|[:\-,[{]\s*)\{\{/.test(text)) return 'Quote a value that begins with {{: "{{…}}".';
    if (code === 'TAB_AS_INDENT') return 'Indent with spaces.';
    if (code === 'BAD_SCALAR_START') return 'Quote the value.';
    if (code === 'BAD_DQ_ESCAPE')
      return 'Write \\\\ for a backslash, or put the text into single quotes, in which it stands for itself.';
    if (/:\s+[^"'|>\s].*:\s/.test(text)) return 'Quote a value that holds ": ".';
    return undefined;
  }

  #report(
    code: string,
    what: string,
    offset: number,
    length: number,
    details: { why?: string | undefined; remedy?: string | undefined },
  ): void {
    if (this.#problems.length >= MAX_PROBLEMS) return;
    this.#problems.push(new Problem({ code, what, place: this.#place(offset, length), ...details }));
  }

  #place(offset: number, length: number): Place {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#text.length));
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, length) };
  }

  #emptyNode(document: Document.Parsed): ScalarNode {
    return { kind: 'scalar', value: null, style: 'plain', place: this.#place(document.range[0], 1), source: '' };
  }

  #nullNode(place: Place): Converted {
    return { node: { kind: 'scalar', value: null, style: 'plain', place, source: '' }, size: 1 };
  }

  #convert(node: YamlNode, depth: number): Converted {
    const start = node.range?.[0] ?? 0;
    if (depth > MAX_DEPTH) {
      this.#report('yaml-too-deep', `Nested more than ${MAX_DEPTH} levels deep`, start, 1, {});
      return this.#nullNode(this.#place(start, 1));
    }
    if (isAlias(node)) return this.#convertAlias(node);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const converted = this.#convertContent(node, depth, start);
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    if (converted.size > MAX_EXPANDED_NODES) {
      this.#report('yaml-alias-bomb', 'Aliases make this document grow beyond measure', start, 1, {
        remedy: 'Write the values out, or use variables.',
      });
      return this.#nullNode(this.#place(start, 1));
    }
    return converted;
  }

  #convertContent(node: YamlNode, depth: number, start: number): Converted {
    if (isScalar(node)) return { node: this.#scalar(node), size: 1 };
    const place = this.#place(start, 1);
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
    return this.#nullNode(place);
  }

  #convertAlias(alias: Alias): Converted {
    const target = this.#anchors.get(alias.source);
    if (target !== undefined && target !== 'open') return target;
    const start = alias.range?.[0] ?? 0;
    const what =
      target === undefined ? `There is no anchor &${alias.source} above` : `The alias *${alias.source} contains itself`;
    this.#report('yaml-alias', what, start, alias.source.length + 1, {
      remedy: target === undefined ? 'Text that begins with * must be quoted.' : undefined,
    });
    return this.#nullNode(this.#place(start, 1));
  }

  #map(pairs: readonly Pair<YamlNode, YamlNode | null>[], depth: number, place: Place): Converted {
    const entries = new Map<string, MapEntry>();
    const merged: MapEntry[] = [];
    let size = 1;
    for (const { key, value } of pairs) {
      const keyStart = key.range?.[0] ?? 0;
      if (isMap(key) && value === null && pairs.length === 1) {
        const length = (key.range?.[1] ?? keyStart + 1) - keyStart;
        this.#report('unquoted-template', 'A template must be quoted', keyStart - 1, length + 2, {
          why: 'YAML takes {{…}} without quotes for a map.',
          remedy: `Write "{${this.#text.slice(keyStart, keyStart + length)}}".`,
        });
        continue;
      }
      const converted =
        value === null ? this.#nullNode(this.#place(key.range?.[1] ?? keyStart, 1)) : this.#convert(value, depth + 1);
      size += converted.size;
      if (isScalar(key) && key.type === 'PLAIN' && key.source === '<<') {
        this.#collectMerge(converted.node, merged, keyStart);
        continue;
      }
      const name = this.#key(key, keyStart);
      if (name === undefined) continue;
      const keyPlace = this.#place(
        keyStart + (isScalar(key) && key.type?.startsWith('QUOTE') === true ? 1 : 0),
        name.length,
      );
      entries.set(name, { key: name, keyPlace, value: converted.node });
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    const map: MapNode = { kind: 'map', entries: [...entries.values()], place };
    return { node: map, size };
  }

  #collectMerge(node: Node, merged: MapEntry[], offset: number): void {
    for (const source of node.kind === 'list' ? node.items : [node]) {
      if (source.kind === 'map') merged.push(...source.entries);
      else this.#report('yaml-merge', 'Only maps can be merged with <<', offset, 2, {});
    }
  }

  #key(key: YamlNode, start: number): string | undefined {
    if (!isScalar(key)) {
      this.#report(
        'yaml-key',
        isAlias(key) ? 'A key must be plain text, not an alias' : 'A key must be text, not a list or map',
        start,
        1,
        {
          remedy: 'If it is a template, quote it.',
        },
      );
      return undefined;
    }
    if (typeof key.value !== 'string') {
      const source = key.source ?? '';
      this.#report(
        'yaml-key',
        `The key ${source === '' ? 'null' : source} is not text`,
        start,
        Math.max(1, source.length),
        {
          remedy: `Quote it: "${source}".`,
        },
      );
      return undefined;
    }
    if (FORBIDDEN_KEYS.has(key.value)) {
      this.#report('yaml-key', `"${key.value}" cannot be a key`, start, key.value.length, {
        remedy: 'Choose another name.',
      });
      return undefined;
    }
    return key.value;
  }

  #scalar(node: Scalar): ScalarNode {
    const start = node.range?.[0] ?? 0;
    const end = node.range?.[1] ?? start;
    const source = this.#text.slice(start, end);
    const style = scalarStyle(node);
    const length = style === 'block' ? 1 : Math.max(1, source.length - (style === 'quoted' ? 2 : 0));
    const place = this.#place(style === 'quoted' ? start + 1 : start, length);
    return { kind: 'scalar', value: this.#scalarValue(node, source, start, place), style, place, source };
  }

  #scalarValue(node: Scalar, source: string, start: number, place: Place): ScalarNode['value'] {
    const { value } = node;
    if (node.tag === '!vault') return this.#decrypt(String(value), place);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value !== 'number') {
      this.#report('yaml-unknown-tag', `Values of the type ${node.tag ?? typeof value} are not supported`, start, 1, {
        remedy: 'Use text, numbers, true, false or null.',
      });
      return null;
    }
    if (!Number.isFinite(value) || (isWhole(source) && !Number.isSafeInteger(value))) {
      this.#report('yaml-number', `${source.slice(0, 40)} does not fit a number`, start, source.length, {
        remedy: 'Quote it to have it as text.',
      });
      return null;
    }
    return value;
  }

  #decrypt(armored: string, place: Place): Secret | null {
    try {
      if (this.#options.decrypt !== undefined) return this.#options.decrypt(armored, place);
      this.#problems.push(
        new Problem({
          code: 'vault-no-key',
          what: 'This value is encrypted, and no key was given to open it',
          place,
          remedy: 'Give the identity file of the vault.',
        }),
      );
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#problems.push(error);
    }
    return null;
  }
}

function scalarStyle(node: Scalar): ScalarNode['style'] {
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') return 'block';
  return node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 'quoted' : 'plain';
}

/** A number that is written with a point or an exponent is near enough by its nature. */
function isWhole(source: string): boolean {
  return /^[-+]?(?:\d+|0[xo][\da-fA-F]+)$/.test(source);
}
