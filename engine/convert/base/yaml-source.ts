import {
  type Alias,
  type Document,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
  isAlias,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
} from 'yaml';
import { type Place, Problem } from '../../errors/problem.ts';

export type MapOfFile = YAMLMap.Parsed;
export type ListOfFile = YAMLSeq.Parsed;
export type YamlNode = Scalar.Parsed | MapOfFile | ListOfFile | Alias.Parsed;

/** An entry of a map. Its key is a text. */
export interface Entry {
  readonly key: string;
  readonly keyNode: Scalar.Parsed;
  /** Null if nothing is written after the colon. */
  readonly value: YamlNode | null;
  readonly of: MapOfFile;
}

const BLOCK_STYLES: ReadonlySet<string | undefined> = new Set(['BLOCK_LITERAL', 'BLOCK_FOLDED']);

/**
 * The text of a YAML file, with its nodes and their offsets. All scalars are read as texts: the converter itself
 * decides how YAML 1.1, which Ansible uses, reads them.
 */
export class YamlSource {
  readonly text: string;
  readonly file: string;
  readonly roots: readonly YamlNode[];
  readonly #lines = new LineCounter();

  /** Throws Problem `yaml-syntax` with the first mistake of the file. */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    const read = parseAllDocuments(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter: this.#lines,
    });
    const documents: readonly Document.Parsed[] = 'empty' in read ? [] : read;
    const [mistake] = documents.flatMap(({ errors }) => errors);
    if (mistake?.code === 'RESOURCE_EXHAUSTION') throw tooDeep(this.placeOf(mistake.pos[0]));
    if (mistake !== undefined)
      throw new Problem({
        code: 'yaml-syntax',
        what: `The file is not valid YAML: ${mistake.message}`,
        place: this.placeOf(mistake.pos[0]),
        remedy: 'Correct it, and convert the file again.',
      });
    this.roots = documents.flatMap(({ contents }) => (contents === null ? [] : [contents]));
  }

  placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  lineStart(offset: number): number {
    return offset === 0 ? 0 : this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Returns the offset of the next line end, or of the end of the text if there is none. */
  lineEnd(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    return end === -1 ? this.text.length : end;
  }

  column(offset: number): number {
    return offset - this.lineStart(offset);
  }

  /** Returns whether there is only white space before the offset on its line. */
  isFirstOfLine(offset: number): boolean {
    return this.text.slice(this.lineStart(offset), offset).trim() === '';
  }

  /** Returns the text of a node as it is written, with quotes. */
  written(node: YamlNode): string {
    return this.text.slice(node.range[0], endOf(node));
  }

  /** Returns the offset after the colon of an entry. */
  colonEnd({ keyNode }: Entry): number {
    return this.text.indexOf(':', keyNode.range[1]) + 1;
  }

  entryEnd(entry: Entry): number {
    const { value } = entry;
    const isEmpty = value === null || (isScalar(value) && value.range[0] === value.range[1]);
    return isEmpty ? this.colonEnd(entry) : endOf(value);
  }
}

/** The parser recurses: a file with thousands of levels exceeds the stack. */
export function tooDeep(place: Place): Problem {
  return new Problem({
    code: 'yaml-too-deep',
    what: `${place.file} is nested too deep to be read`,
    place,
    remedy: 'Write the inner part as text, or leave it out.',
  });
}

/** Returns the offset at which a node ends. Blank lines and comments after it do not belong to it. */
export function endOf(node: YamlNode): number {
  if (isScalar(node)) {
    if (!BLOCK_STYLES.has(node.type)) return node.range[1];
    const { source } = node;
    return source === '' ? node.range[0] : node.range[1];
  }
  if (isAlias(node) || node.flow === true) return node.range[1];
  const last = node.items.at(-1);
  if (isMap(node) && isPair(last)) {
    const { key, value } = last as Pair<YamlNode, YamlNode | null>;
    return value === null ? endOf(key) : Math.max(endOf(value), endOf(key));
  }
  return last === undefined || isPair(last) ? node.range[1] : endOf(last);
}

/** Returns the entries of a map in their order. Entries whose key is a list or a map are left out. */
export function entriesOf(map: MapOfFile): readonly Entry[] {
  return map.items.flatMap((pair) => {
    const { key, value } = pair as Pair<YamlNode | null, YamlNode | null>;
    return isScalar(key) ? [{ key: typeof key.value === 'string' ? key.value : '', keyNode: key, value, of: map }] : [];
  });
}

/** Returns the entries without `<<`, which adds those of another map: they are converted in their own place. */
export function ownEntriesOf(map: MapOfFile): readonly Entry[] {
  return entriesOf(map).filter(({ key, value }) => key !== '<<' || value === null || isMap(value));
}

/** Returns the items of a list as nodes. Empty items, and items that are a pair without braces, are left out. */
export function itemsOf(list: ListOfFile): readonly YamlNode[] {
  return list.items.filter((item) => item !== null && !isPair(item));
}

/** Returns the text of a scalar; undefined for other nodes, and for a scalar with a tag. */
export function textOf(node: YamlNode | null): string | undefined {
  return isScalar(node) && typeof node.value === 'string' && !hasTag(node) ? node.value : undefined;
}

/** Returns whether the scalar has a tag that gives it another type than text, such as `!vault`. */
export function hasTag(node: Scalar.Parsed): boolean {
  return node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str' && node.tag !== '!';
}

/** Returns whether the node is a text after `|` or `>`. */
export function isBlockScalar(node: YamlNode): boolean {
  return isScalar(node) && BLOCK_STYLES.has(node.type);
}

/** Returns whether the node is a scalar without quotes. */
export function isPlain(node: YamlNode | null): node is Scalar.Parsed {
  return isScalar(node) && node.type === 'PLAIN';
}
