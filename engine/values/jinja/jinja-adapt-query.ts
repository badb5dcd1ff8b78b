import type { AdaptFilter } from './jinja-adapting.ts';
import { attributesNode, constantNode, filterNode, numberNode, textNode } from './jinja-build.ts';
import type { Jinja } from './jinja-expression.ts';

/** A path to a list, the part of the list that is selected, and the wanted member of each item. */
const QUERY =
  /^(?<list>[A-Za-z_][\w.]*)?\[(?<items>\*|\?(?<asked>[A-Za-z_]\w*)(?:==`(?<is>[\w-]*[A-Za-z_-][\w-]*)`)?)?\](?:\.(?<member>[A-Za-z_][\w.]*))?$/;
/** Members of results of tasks that are true or false. What else counts as true is not the same in JMESPath. */
const FLAGS: ReadonlySet<string> = new Set(['failed', 'changed', 'skipped']);
/** Texts between backticks that are no texts in JMESPath. */
const WORDS_OF_JSON: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** Adapts `json_query` for queries of one list, such as `a.b[?c==\`d\`].e`. JMESPath leaves out null. */
export const jsonQuery: AdaptFilter = (adapter, { of, given }) => {
  const [query] = given.plain;
  if (query?.kind !== 'text' || given.plain.length > 1 || given.named.size > 0) return undefined;
  const parts = QUERY.exec(query.value)?.groups;
  const taken = parts === undefined ? undefined : itemsOf(of, parts);
  if (taken === undefined) return undefined;
  const member = parts?.['member'];
  return adapter.value(member === undefined ? taken : membersOf(taken, member));
};

type Parts = Readonly<Record<string, string | undefined>>;

function itemsOf(of: Jinja, { list, items, asked, is }: Parts): Jinja | undefined {
  const whole = (list ?? '')
    .split('.')
    .filter((key) => key !== '')
    .reduce<Jinja>((at, key) => ({ kind: 'member', of: at, key: textNode(key) }), of);
  if (items === undefined) return filterNode(whole, 'flatten', numberNode(1), constantNode(false));
  if (asked === undefined) return whole;
  const having = filterNode(whole, 'selectattr', textNode(asked), textNode('defined'));
  if (is === undefined) return FLAGS.has(asked) ? filterNode(having, 'selectattr', textNode(asked)) : undefined;
  if (WORDS_OF_JSON.has(is)) return undefined;
  return filterNode(having, 'selectattr', textNode(asked), textNode('equalto'), textNode(is));
}

function membersOf(list: Jinja, member: string): Jinja {
  const having = filterNode(list, 'selectattr', textNode(member), textNode('defined'));
  return filterNode(attributesNode(having, textNode(member)), 'reject', textNode('none'));
}

/** Reads back what one of these filters wrote. */
export const writtenBefore =
  (filters: readonly string[]): AdaptFilter =>
  (adapter, { of, given }) =>
    given.plain.length + given.named.size === 0 && of.kind === 'filter' && filters.includes(of.name)
      ? adapter.value(of.of)
      : undefined;

/** Adapts `from_json` of the output of a command, and of a value that was written as JSON before: the value itself. */
export const fromJson: AdaptFilter = (adapter, node) => {
  const { of } = node;
  if (of.kind === 'filter') return writtenBefore(['to_json', 'tojson', 'to_nice_json'])(adapter, node);
  if (of.kind !== 'member' || of.key.kind !== 'text' || of.key.value !== 'stdout') return undefined;
  return { kind: 'member', of: adapter.value(of.of), key: textNode('json') };
};
