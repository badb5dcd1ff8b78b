import { isMap, isScalar, isSeq } from 'yaml';
import { innerOf, splitAtMustaches } from '../../values/language/mustaches.ts';
import { type YamlNode, entriesOf, hasTag, isPlain, itemsOf, textOf } from './yaml-source.ts';
import { oldReading } from './yaml-words.ts';

/**
 * Writes a node of YAML as an expression of Jinja with the same value. Undefined if that cannot be done: for an alias,
 * a value with a tag, a statement of Jinja.
 */
export function jinjaOfYaml(node: YamlNode | null): string | undefined {
  if (node === null) return 'none';
  if (isSeq(node)) {
    const items = itemsOf(node).map(jinjaOfYaml);
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (isMap(node)) {
    const entries = entriesOf(node).map(({ key, value }) => {
      const written = jinjaOfYaml(value);
      return written === undefined ? undefined : `${quoted(key)}: ${written}`;
    });
    return entries.includes(undefined) ? undefined : `{${entries.join(', ')}}`;
  }
  if (!isScalar(node) || hasTag(node)) return undefined;
  const text = textOf(node) ?? '';
  return (isPlain(node) ? plainValue(text) : undefined) ?? jinjaOfText(text);
}

/** Returns a value that is no text, as Jinja writes it; undefined for a text. */
function plainValue(text: string): string | undefined {
  if (/^(?:~|null|)$/i.test(text)) return 'none';
  const old = oldReading(text);
  if (old?.kind === 'boolean') return String(old.value);
  return old === undefined && /^-?\d+(?:\.\d+)?$/.test(text) ? text : undefined;
}

/** Writes `a{{ b }}` as `'a' ~ (b)`. */
export function jinjaOfText(text: string): string | undefined {
  if (text.split('{{').length !== text.split('}}').length) return undefined;
  const parts = splitAtMustaches(text).map((part, index) => (index % 2 === 1 ? innerOf(part) : part));
  if (parts.some((part, index) => (index % 2 === 0 ? /\{[{%#]/.test(part) : part === ''))) return undefined;
  const written = parts.flatMap((part, index) => (index % 2 === 1 ? [`(${part})`] : part === '' ? [] : [quoted(part)]));
  return written.length === 0 ? "''" : written.join(' ~ ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
