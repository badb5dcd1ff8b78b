import { isMap, isSeq } from 'yaml';
import type { KnownType, TypesKnown } from './base/translator.ts';
import { type MapOfFile, type YamlNode, entriesOf, isPlain, textOf } from './base/yaml-source.ts';
import { oldReading } from './base/yaml-words.ts';

/** Types in the result of a task, for every module. */
const RESULT_TYPES: ReadonlyMap<string, KnownType> = new Map([
  ['changed', 'boolean'],
  ['failed', 'boolean'],
  ['skipped', 'boolean'],
  ['rc', 'number'],
  ['stdout', 'text'],
  ['stderr', 'text'],
  ['msg', 'text'],
  ['stdout_lines', 'list'],
  ['stderr_lines', 'list'],
  ['results', 'list'],
  ['files', 'list'],
  ['matched', 'number'],
  ['status', 'number'],
  ['stat.exists', 'boolean'],
  ['stat.isdir', 'boolean'],
  ['stat.isreg', 'boolean'],
  ['stat.islnk', 'boolean'],
  ['stat.executable', 'boolean'],
  ['stat.size', 'number'],
  ['stat.mode', 'text'],
  ['stat.checksum', 'text'],
]);

/** Collects the types of variables from all places that set them to a fixed value. */
export class TypesFound {
  readonly #types = new Map<string, KnownType | 'mixed'>();
  readonly #results = new Set<string>();

  /** Adds a map of variables, as in defaults or vars. */
  addVariables(map: MapOfFile, path: readonly string[] = []): void {
    for (const { key, value } of entriesOf(map)) {
      const inner = [...path, key];
      const type = typeOf(value);
      this.#add(inner, type);
      if (value !== null && isMap(value) && inner.length < 4) this.addVariables(value, inner);
    }
  }

  /** Adds the name of a registered result. */
  addResult(name: string): void {
    this.#results.add(name);
  }

  readonly known: TypesKnown = (path) => {
    const [name = '', ...rest] = path;
    if (this.#results.has(name) && rest.length > 0) return RESULT_TYPES.get(rest.join('.'));
    const type = this.#types.get(path.join('.'));
    return type === 'mixed' ? undefined : type;
  };

  #add(path: readonly string[], type: KnownType | undefined): void {
    const key = path.join('.');
    const before = this.#types.get(key);
    if (type === undefined || (before !== undefined && before !== type)) this.#types.set(key, 'mixed');
    else this.#types.set(key, type);
  }
}

/** Returns the type of a value; undefined for a template or no value. */
function typeOf(node: YamlNode | null): KnownType | undefined {
  if (node === null) return undefined;
  if (isMap(node)) return 'map';
  if (isSeq(node)) return 'list';
  const text = textOf(node);
  if (text === undefined || /\{[{%]/.test(text)) return undefined;
  return isPlain(node) ? typeOfPlain(text) : 'text';
}

function typeOfPlain(text: string): KnownType | undefined {
  if (text === '' || /^(?:~|null)$/i.test(text)) return undefined;
  const old = oldReading(text);
  if (old?.kind === 'boolean') return 'boolean';
  return /^[-+]?\d+(?:\.\d+)?$/.test(text) && old?.kind !== 'text' ? 'number' : 'text';
}
