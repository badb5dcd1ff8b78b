import { isMap, isSeq } from 'yaml';
import { booleanOf } from '../values/base/boolean-word.ts';
import { typeOfExpression } from '../values/conversion/convert-expression.ts';
import { onlyMustache } from './base/mustache.ts';
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

const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** Where a variable is set: a value of this type, another variable, or something whose type is not known. */
type Setting = { readonly type: KnownType | undefined; readonly isFalse?: true } | { readonly expression: string };

/** A variable that is shown within a text, or compared with one: `{{ x }}/bin`, `x != ''`. */
const AS_TEXT = [
  /\{\{-?\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:default|d)\([^()]*\)\s*)?-?\}\}/g,
  /(?<![\w.])([A-Za-z_]\w*)\s*[!=]=\s*["']/g,
  /(?<![\w.])([A-Za-z_]\w*)\s*\|\s*(?:length|count|split|basename|dirname|upper|lower|trim|quote)\b/g,
] as const;

/**
 * Collects the types of variables from all places that set them. A variable has a type if all of these places agree; a
 * template that is only another variable has the type of that variable.
 */
export class TypesFound {
  readonly #settings = new Map<string, Setting[]>();
  readonly #found = new Map<string, KnownType | undefined>();
  readonly #results = new Set<string>();
  readonly #asText = new Set<string>();

  /** Adds a map of variables, as in defaults or vars. */
  addVariables(map: MapOfFile, path: readonly string[] = []): void {
    for (const { key, value } of entriesOf(map)) {
      const inner = [...path, key];
      const name = inner.join('.');
      this.#settings.set(name, [...(this.#settings.get(name) ?? []), settingOf(value)]);
      if (value !== null && isMap(value) && inner.length < 4) this.addVariables(value, inner);
    }
  }

  /** Adds the names of variables that a text, of YAML or a template, uses as texts. */
  addUses(text: string): void {
    for (const pattern of AS_TEXT)
      for (const { 0: whole, 1: name = '' } of text.matchAll(pattern))
        if (whole.length < text.trim().length) this.#asText.add(name);
  }

  /** Adds the name of a registered result. */
  addResult(name: string): void {
    this.#results.add(name);
  }

  readonly known: TypesKnown = (path, which) => {
    const [name = '', ...rest] = path;
    if (which === 'certain' && this.#isUnset(path.join('.'))) return undefined;
    if (this.#results.has(name) && !this.#settings.has(name))
      return rest.length === 0 ? 'map' : RESULT_TYPES.get(rest.join('.'));
    if (this.#results.has(name)) return undefined;
    return this.#typeAt(path.join('.'));
  };

  /**
   * Returns whether the variable is false wherever it is set, but is used as a text. Then users of the role set it to a
   * text.
   */
  #isUnset(name: string): boolean {
    const settings = this.#settings.get(name) ?? [];
    return settings.length > 0 && this.#asText.has(name) && settings.every((setting) => 'isFalse' in setting);
  }

  #typeAt(name: string): KnownType | undefined {
    if (this.#found.has(name)) return this.#found.get(name);
    // A variable that imports itself has no type.
    this.#found.set(name, undefined);
    const [first, ...others] = (this.#settings.get(name) ?? []).map((setting) => this.#typeOfSetting(setting));
    const type = others.every((other) => other === first) ? first : undefined;
    this.#found.set(name, type);
    return type;
  }

  #typeOfSetting(setting: Setting): KnownType | undefined {
    return 'type' in setting ? setting.type : typeOfExpression(setting.expression, this.known);
  }
}

function settingOf(node: YamlNode | null): Setting {
  if (node === null) return { type: undefined };
  if (isMap(node)) return { type: 'map' };
  if (isSeq(node)) return { type: 'list' };
  const text = textOf(node);
  if (text === undefined || text.includes('{%')) return { type: undefined };
  if (!text.includes('{{')) {
    const type = isPlain(node) ? typeOfPlain(text) : 'text';
    return type === 'boolean' && booleanOf(text) === false ? { type, isFalse: true } : { type };
  }
  const expression = onlyMustache(text);
  // Other expressions have another form after the conversion: a second one would know less than the first.
  if (expression !== undefined) return PATH.test(expression) ? { expression } : { type: undefined };
  // Ansible makes a list or a map of a text that looks like one.
  const whole = text.trim();
  const isSure = whole.startsWith('{{') ? !whole.endsWith('}}') : !/^[[{]/.test(whole);
  return { type: isSure ? 'text' : undefined };
}

function typeOfPlain(text: string): KnownType | undefined {
  if (text === '' || /^(?:~|null)$/i.test(text)) return undefined;
  const old = oldReading(text);
  if (old?.kind === 'boolean' || old?.kind === 'number') return old.kind;
  return /^[-+]?\d+(?:\.\d+)?$/.test(text) && old?.kind !== 'text' ? 'number' : 'text';
}
