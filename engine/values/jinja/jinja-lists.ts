import {
  type Aliases,
  afterBranches,
  hiddenBy,
  isMade,
  isNamedIn,
  MADE,
  MADE_MAP,
  withAlias,
  withoutAliases,
  withoutMark,
} from './jinja-alias.ts';
import {
  addedTo,
  binaryNode,
  choiceNode,
  eachNode,
  filterNode,
  joinedLists,
  methodNode,
  nameNode,
  namesIn,
} from './jinja-build.ts';
import { type Added, addedBy, changedIn, pairsOfMap, pathOf, summed } from './jinja-changes.ts';
import type { Jinja, JinjaOf } from './jinja-expression.ts';
import { pairsOf } from './jinja-pairs.ts';
import { textOf } from './jinja-template-names.ts';
import type { TemplateNode, TemplateNodeOf } from './jinja-template.ts';
import { lacking } from './jinja-translation.ts';
import { typeOf } from './jinja-type.ts';

/** The value of a name before the rounds of a loop. No variable of Jinja has such a name. */
const SO_FAR: JinjaOf<'name'> = nameNode('<so far>');

/**
 * Returns the aliases after a statement that sets a name, a namespace, or adds to a list. Throws NoCounterpart if it
 * changes a list that another name or value may stand for as well.
 */
export function afterSet(node: TemplateNodeOf<'set'>, aliases: Aliases): Aliases {
  const added = addedBy(node);
  if (added !== undefined) return afterAdded(added, aliases);
  const { name, value } = node;
  if (value.kind === 'call' && value.callee.kind === 'name' && value.callee.name === 'namespace') {
    if (value.given.plain.length > 0 || name.includes('.')) lacking('call', 'namespace');
    const whole = new Map(aliases).set(name, 'taken');
    return [...value.given.named].reduce<Aliases>(
      (all, [key, one]) => afterSet({ kind: 'set', name: `${name}.${key}`, value: one }, all),
      whole,
    );
  }
  if (name.includes('.') && aliases.get(name.slice(0, name.indexOf('.'))) !== 'taken')
    return lacking('statement', 'set of several names or members');
  return withAlias(shared(value, aliases), name, markedValue(value, aliases));
}

/** Returns the value with its names replaced, and with a mark if it is new, so that nothing else stands for it. */
function markedValue(value: Jinja, aliases: Aliases): Jinja {
  const substituted = withoutAliases(value, aliases);
  if (substituted.kind === 'map' && value.kind === 'map') return filterNode(pairsOfMap(substituted), MADE_MAP);
  const isNew =
    value.kind === 'list' || (value.kind === 'binary' && value.operator === '+' && isMadeSum(value, aliases));
  return isNew ? filterNode(substituted, MADE) : substituted;
}

/** Returns whether a sum is a new list: one of its operands is certainly a list. */
function isMadeSum(value: Jinja, aliases: Aliases): boolean {
  return summed(value).some((operand) => {
    const path = pathOf(operand);
    return operand.kind === 'list' || (path !== undefined && madeIn(aliases, path)?.name === MADE);
  });
}

/** Returns the list or map of an alias that nothing else stands for, with its mark; undefined for other aliases. */
function madeIn(aliases: Aliases, name: string): JinjaOf<'filter'> | undefined {
  const alias = aliases.get(name);
  return isMade(alias) ? alias : undefined;
}

function afterAdded({ name, mark, items, shared: value }: Added, aliases: Aliases): Aliases {
  const before = madeIn(aliases, name);
  if (before?.name !== mark) return lacking('method', mark === MADE ? 'append' : 'update');
  const after = joinedLists([before.of, withoutAliases(items, aliases)]);
  return withAlias(value === undefined ? aliases : shared(value, aliases), name, filterNode(after, mark));
}

/** Returns the aliases without the mark of lists that a value may stand for, too: these lists may not change later. */
function shared(value: Jinja, aliases: Aliases): Aliases {
  const names = heldBy(value);
  if (![...names].some((name) => madeIn(aliases, name) !== undefined)) return aliases;
  return new Map(
    [...aliases].map(([name, alias]) => [name, alias === 'taken' || !names.has(name) ? alias : withoutMark(alias)]),
  );
}

/** Returns the paths of the lists that a value may hold as they are, not as a copy. */
function heldBy(value: Jinja): ReadonlySet<string> {
  const type = typeOf(value, () => undefined);
  if (type === 'text' || type === 'number' || type === 'boolean') return new Set();
  const path = pathOf(value);
  if (path !== undefined) return new Set([path]);
  if (value.kind === 'list') return new Set(value.items.flatMap((item) => [...heldBy(item)]));
  if (value.kind === 'map') return new Set(value.entries.flatMap(([, item]) => [...heldBy(item)]));
  if (value.kind !== 'binary' || value.operator !== '+') return namesIn(value);
  return new Set(summed(value).flatMap((part) => (pathOf(part) === undefined ? [...heldBy(part)] : [])));
}

/** Returns the aliases after these nodes. */
function afterNodes(nodes: readonly TemplateNode[], aliases: Aliases): Aliases {
  return nodes.reduce((before, node) => afterNode(node, before), aliases);
}

/** Returns the aliases after one node. */
export function afterNode(node: TemplateNode, aliases: Aliases): Aliases {
  switch (node.kind) {
    case 'set':
      return afterSet(node, aliases);
    case 'setText':
      return withAlias(aliases, node.name, textOf(node.body, aliases));
    case 'if': {
      const branches = node.branches.map(({ condition, body }) => ({
        condition: withoutAliases(condition, aliases),
        aliases: afterNodes(body, aliases),
      }));
      return afterBranches(aliases, branches, afterNodes(node.otherwise, aliases));
    }
    case 'for':
      return afterLoop(node, aliases)?.aliases ?? aliases;
    case 'with':
    case 'filter':
    case 'macro':
      return changedIn(node.body).size > 0 ? lacking('method', 'append') : aliases;
    case 'text':
    case 'output':
    case 'comment':
      return aliases;
    default:
      return node satisfies never;
  }
}

/** Returns the aliases without marks: nothing may be added to their lists. */
export function unchangeable(aliases: Aliases): Aliases {
  return new Map([...aliases].map(([name, alias]) => [name, alias === 'taken' ? alias : withoutMark(alias)]));
}

export interface AfterLoop {
  readonly aliases: Aliases;
  /** The names whose values the rounds of the loop change. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Returns the aliases after a loop that adds to lists, as an expression over the list of the loop. Undefined if the loop
 * changes no value outside of it. Throws NoCounterpart if a round needs what earlier rounds have made.
 */
export function afterLoop(node: TemplateNodeOf<'for'>, aliases: Aliases): AfterLoop | undefined {
  const changed = changedIn(node.body);
  if (changedIn(node.otherwise).size > 0) return lacking('method', 'append');
  if (changed.size === 0) return undefined;
  const rounds = roundsOf(node, aliases);
  const inner = new Map(rounds.aliases);
  for (const name of changed) {
    if (!aliases.has(name)) return lacking('method', 'append');
    const mark = madeIn(aliases, name)?.name;
    inner.set(name, mark === undefined ? SO_FAR : filterNode(SO_FAR, mark));
  }
  const last = afterNodes(node.body, inner);
  const after = new Map(aliases);
  for (const [name, alias] of aliases)
    if (madeIn(inner, name) !== undefined && madeIn(last, name) === undefined && alias !== 'taken')
      after.set(name, withoutMark(alias));
  for (const name of changed) after.set(name, valueAfter(name, { before: aliases, last, rounds }));
  return { aliases: after, changed };
}

interface Rounds {
  readonly aliases: Aliases;
  readonly list: Jinja;
  readonly item: JinjaOf<'name'>;
  readonly condition: Jinja | undefined;
}

/** Returns how the rounds of a loop see its list and its names. */
function roundsOf({ loop }: TemplateNodeOf<'for'>, outer: Aliases): Rounds {
  const { names, condition } = loop;
  const item = nameNode(`<each ${names.join('_')}>`);
  const list = withoutAliases(loop.list, outer);
  const aliases = new Map(hiddenBy(outer, [...names, 'loop', item.name]));
  const map = names.length === 2 ? mapOfItems(list) : undefined;
  for (const [index, name] of names.entries()) {
    const isWhole = names.length === 1 || (map !== undefined && index === 0);
    const key: Jinja = { kind: 'number', text: String(index) };
    if (isWhole) aliases.set(name, item);
    else
      aliases.set(name, map === undefined ? { kind: 'member', of: item, key } : { kind: 'member', of: map, key: item });
  }
  return {
    aliases,
    list: map === undefined ? list : methodNode(map, 'keys'),
    item,
    condition: condition === undefined ? undefined : withoutAliases(condition, aliases),
  };
}

/** Returns the map whose pairs a list has, in the order of the map; undefined for other lists. */
function mapOfItems(list: Jinja): Jinja | undefined {
  const pairs = pairsOf(list);
  return pairs?.order === 'ofMap' ? pairs.map : undefined;
}

interface Loop {
  readonly before: Aliases;
  /** The aliases at the end of one round. */
  readonly last: Aliases;
  readonly rounds: Rounds;
}

function valueAfter(name: string, { before, last, rounds }: Loop): Jinja {
  const made = madeIn(last, name);
  const start = madeIn(before, name);
  const end = last.get(name);
  if (made !== undefined && start !== undefined && made.name === start.name) {
    const added = addedTo(made.of, SO_FAR);
    if (added === undefined) return lacking('method', made.name === MADE ? 'append' : 'update');
    return filterNode(joinedLists([start.of, inRounds(joinedLists(added), rounds)]), made.name);
  }
  const first = before.get(name);
  if (!name.includes('.') || end === undefined || end === 'taken' || first === undefined || first === 'taken')
    return lacking('method', 'append');
  return setInRounds(end, withoutMark(first), rounds);
}

/** Returns one list with what each round adds. */
function inRounds(added: Jinja, { list, item, condition }: Rounds): Jinja {
  const whole = condition === undefined ? added : choiceNode(condition, added, { kind: 'list', items: [] });
  if (isNamedIn(whole, SO_FAR.name)) return lacking('statement', 'for that reads what earlier rounds have made');
  if (isNamedIn(whole, 'loop')) return lacking('variable', 'loop');
  return eachNode(list, item, whole);
}

/** Returns the value of a member of a namespace that some rounds set, all to the same value. */
function setInRounds(end: Jinja, first: Jinja, rounds: Rounds): Jinja {
  const values = leavesOf(end).filter((leaf) => leaf !== SO_FAR);
  const [value] = values;
  const isSame = values.every((one) => JSON.stringify(one) === JSON.stringify(value));
  const isFixed = value !== undefined && ![...namesIn(value)].some((name) => name.startsWith('<'));
  if (!isSame || !isFixed) return lacking('statement', 'set of a namespace in a loop');
  const found: Jinja = { kind: 'list', items: [{ kind: 'constant', value: 'true' }] };
  const none: Jinja = { kind: 'list', items: [] };
  const isSet = binaryNode(
    '>',
    filterNode(
      inRounds(
        withLeaves(end, (leaf) => (leaf === SO_FAR ? none : found)),
        rounds,
      ),
      'length',
    ),
    {
      kind: 'number',
      text: '0',
    },
  );
  return choiceNode(isSet, value, first);
}

function leavesOf(node: Jinja): readonly Jinja[] {
  return node.kind === 'choice' && node.no !== undefined ? [...leavesOf(node.yes), ...leavesOf(node.no)] : [node];
}

function withLeaves(node: Jinja, leaf: (node: Jinja) => Jinja): Jinja {
  return node.kind === 'choice' && node.no !== undefined
    ? choiceNode(node.condition, withLeaves(node.yes, leaf), withLeaves(node.no, leaf))
    : leaf(node);
}
