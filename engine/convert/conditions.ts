import { isSeq } from 'yaml';
import { type Entry, type ListOfFile, type YamlNode, endOf, isPlain, itemsOf, textOf } from './base/yaml-source.ts';
import { oldReading } from './base/yaml-words.ts';
import { type Scalars, type Standing, take } from './scalars.ts';

/** Converts `when`, `until` and similar keywords: an expression, or a list of expressions. */
export function convertConditions(entry: Entry, standing: Standing, use: Scalars): void {
  const { value } = entry;
  const { draft } = use;
  if (value === null || !isSeq(value)) {
    if (isAlwaysSo(textOf(value) ?? '') || isEmpty(value)) draft.remove(entry);
    else if (value !== null) convertCondition(value, standing, use);
    return;
  }
  const items = itemsOf(value);
  const kept = items.filter((item) => !isAlwaysSo(textOf(item) ?? ''));
  if (kept.length === 0 && items.length > 0) {
    draft.remove(entry);
    return;
  }
  const isFlow = standing.isFlow || value.flow === true;
  for (const item of items) {
    if (!kept.includes(item)) removeItem(item, value, use);
    else convertCondition(item, { ...standing, isFlow, anchor: isFlow ? standing.anchor : item.range[0] }, use);
  }
}

/**
 * Returns whether the only effect of a condition is that a task does not run with `--check`. Such a condition is not
 * needed: here, a task has the same meaning in a plan.
 */
function isAlwaysSo(text: string): boolean {
  return /^(?:\(\s*)?not\s+(?:\(\s*)?ansible_check_mode\s*(?:\|\s*bool\s*)?(?:\)\s*)?\)?$/.test(text.trim());
}

/** Returns whether nothing is written after the colon, which Ansible treats as if there were no condition. */
function isEmpty(node: YamlNode | null): boolean {
  return node === null || (isPlain(node) && textOf(node) === '');
}

/** The same condition as a part of a longer one. */
const ALWAYS_SO = String.raw`not\s+ansible_check_mode(?:\s*\|\s*bool)?`;

function withoutCheckMode(text: string): string {
  if (!text.includes('ansible_check_mode') || /\bor\b/.test(text)) return text;
  return text
    .replace(new RegExp(String.raw`(?<!\s)\s+and\s+${ALWAYS_SO}(?=\s|$)`), '')
    .replace(new RegExp(String.raw`^\s*${ALWAYS_SO}\s+and\s+`), '');
}

/**
 * Converts one condition in its place: a boolean of YAML 1.1 becomes true or false, and an expression of Jinja becomes
 * CEL. A condition that was already converted or marked stays unchanged. If it cannot be converted, it gets a mark.
 */
export function convertCondition(node: YamlNode, standing: Standing, use: Scalars): void {
  const { draft, translator } = use;
  if (draft.isMarked(standing.anchor)) return;
  const text = textOf(node);
  if (text === undefined || text.trim() === '') return;
  const old = isPlain(node) ? oldReading(text) : undefined;
  if (old?.kind === 'boolean') {
    draft.replace(node.range[0], endOf(node), String(old.value));
    return;
  }
  if (isPlain(node) && /^[-+]?\d+$/.test(text)) return;
  const converted = translator.expression(withoutCheckMode(text), 'condition');
  take(converted, { node, standing, kind: 'expression', before: text }, use);
}

function removeItem(item: YamlNode, list: ListOfFile, { draft }: Scalars): void {
  const { source } = draft;
  if (list.flow !== true) {
    draft.replace(source.lineStart(item.range[0]), Math.min(source.lineEnd(endOf(item)) + 1, source.text.length), '');
    return;
  }
  const items = itemsOf(list);
  const next = items[items.indexOf(item) + 1];
  const before = items[items.indexOf(item) - 1];
  if (next !== undefined) draft.replace(item.range[0], next.range[0], '');
  else draft.replace(before === undefined ? item.range[0] : endOf(before), endOf(item), '');
}
