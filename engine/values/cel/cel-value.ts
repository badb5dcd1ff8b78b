import { Optional } from '@marcbachmann/cel-js';
import { Secret } from '../base/secret.ts';
import { type Value, type ValueMap, OMIT, Omitted, isList, Unknown, withoutOmitted } from '../base/value.ts';
import { ArgumentFault, UnknownTouched } from '../language/fault.ts';
import { spendSteps } from '../language/step-limit.ts';

/** The secrets and missing keys that one evaluation has met so far. */
export interface Evidence {
  /** Secrets that were read, each with the variable that holds it. */
  readonly secrets: Map<Secret, string>;
  /** The last key that did not exist, and the keys that do. */
  missing: { readonly key: string; readonly keys: readonly string[] } | undefined;
}

/**
 * A map for CEL. Members are converted when they are read: whole numbers become int; secrets become their text, and the
 * read is recorded; unknown values end the evaluation.
 */
class CelMap extends Map<string, unknown> {
  readonly source: ValueMap;
  readonly #convert: Converter;
  readonly #members = new Map<string, unknown>();

  constructor(source: ValueMap, convert: Converter) {
    super();
    this.source = source;
    this.#convert = convert;
    // The library recognizes maps by their exact constructor.
    Object.defineProperty(this, 'constructor', { value: Map });
  }

  override get(key: string): unknown {
    const known = this.#members.get(key);
    if (known !== undefined) return known;
    if (typeof key !== 'string' || !Object.hasOwn(this.source, key)) {
      this.#convert.evidence.missing = { key, keys: Object.keys(this.source) };
      return undefined;
    }
    const member = this.source[key];
    if (member === undefined) return undefined;
    const converted = this.#convert.toCel(member);
    // Every read of a secret must be recorded, so secrets are not cached.
    if (!(member instanceof Secret)) this.#members.set(key, converted);
    return converted;
  }

  override has(key: string): boolean {
    return Object.hasOwn(this.source, key);
  }

  override get size(): number {
    return Object.keys(this.source).length;
  }

  override *keys(): MapIterator<string> {
    yield* Object.keys(this.source);
  }

  override *[Symbol.iterator](): MapIterator<[string, unknown]> {
    for (const key of Object.keys(this.source)) yield [key, this.get(key)];
  }

  /**
   * The library uses `entries` only to name the type of the map, from the first entry. This must not count as a read.
   */
  override *entries(): MapIterator<[string, unknown]> {
    for (const key of Object.keys(this.source)) {
      const member = this.source[key];
      yield [key, member instanceof Unknown ? null : member instanceof Secret ? '' : this.get(key)];
    }
  }
}

/** Converts the values of one evaluation to CEL and its result back. */
export class Converter {
  readonly evidence: Evidence = { secrets: new Map(), missing: undefined };
  #variable = '';
  readonly #maps = new Map<ValueMap, CelMap>();
  readonly #lists = new Map<readonly Value[], readonly unknown[]>();
  readonly #listSources = new Map<unknown, readonly Value[]>();

  readonly #variables: Value[] = [];

  /** Converts the value of a variable to CEL. */
  variable(name: string, value: Value): unknown {
    this.#variable = name;
    this.#variables.push(value);
    return this.toCel(value);
  }

  /** Returns whether exactly this text was read as a value that is not a secret. Searches all values that were read. */
  cameIn(text: string): boolean {
    if (this.#variables.includes(text)) return true;
    for (const list of this.#lists.keys()) if (list.includes(text)) return true;
    for (const map of this.#maps.keys()) for (const key in map) if (key === text || map[key] === text) return true;
    return false;
  }

  toCel(value: Value): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (typeof value !== 'object') throw new ArgumentFault('The value is not data');
    if (value instanceof Unknown) throw new UnknownTouched(value);
    if (value instanceof Secret) {
      this.evidence.secrets.set(value, this.#variable);
      return value.reveal();
    }
    if (value instanceof Omitted) return value;
    if (isList(value)) return this.#list(value);
    let map = this.#maps.get(value);
    if (map === undefined) this.#maps.set(value, (map = new CelMap(value, this)));
    return map;
  }

  #list(source: readonly Value[]): readonly unknown[] {
    const known = this.#lists.get(source);
    if (known !== undefined) return known;
    const isPlain = !source.some((item) => item instanceof Secret || item instanceof Unknown);
    const list: readonly unknown[] = isPlain
      ? source.map((item) => this.toCel(item))
      : new Proxy<unknown[]>([...source], {
          get: (target, key) => {
            const item: unknown = Reflect.get(target, key);
            return item instanceof Secret || item instanceof Unknown
              ? this.toCel(item)
              : typeof key === 'string' && /^\d+$/.test(key)
                ? this.toCel(item as Value)
                : item;
          },
        });
    this.#lists.set(source, list);
    this.#listSources.set(list, source);
    return list;
  }

  /**
   * Converts the result to a value. `protect` marks text that was made from secrets. Throws ArgumentFault for a result
   * that is not data.
   */
  fromCel(result: unknown, protect: (text: string) => string | Secret): Value {
    spendSteps(1);
    if (typeof result === 'string') return protect(result);
    if (typeof result === 'bigint') return fromInteger(result);
    if (result === null || typeof result === 'boolean' || typeof result === 'number') return result;
    if (typeof result !== 'object') throw new ArgumentFault(`The result is a ${typeof result}, which is not data`);
    if (result instanceof CelMap) return result.source;
    const source = this.#listSources.get(result);
    if (source !== undefined) return source;
    if (result instanceof Omitted) return result;
    if (Array.isArray(result)) return withoutOmitted(result.map((item) => this.fromCel(item, protect)));
    if (result instanceof Map) return this.#fromEntries(result, protect);
    if (Object.getPrototypeOf(result) === Object.prototype) return this.#fromEntries(Object.entries(result), protect);
    if (result instanceof Optional)
      throw new ArgumentFault('The result is an optional value', 'End it with .orValue(…).');
    throw new ArgumentFault(
      'The result is not text, a number, a boolean, a list or a map',
      'Turn it to text with string(…).',
    );
  }

  #fromEntries(entries: Iterable<readonly [unknown, unknown]>, protect: (text: string) => string | Secret): ValueMap {
    const map: Record<string, Value> = Object.create(null);
    for (const [key, item] of entries) {
      const member = this.fromCel(item, protect);
      if (member !== OMIT) map[String(key)] = member;
    }
    return map;
  }
}

function fromInteger(result: bigint): number {
  const number = Number(result);
  if (!Number.isSafeInteger(number))
    throw new ArgumentFault(`The result ${result} is too large`, 'Turn it to text with string(…).');
  return number;
}
