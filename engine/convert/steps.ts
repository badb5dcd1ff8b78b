import { isMap, isScalar, isSeq } from 'yaml';
import { BLOCK_KEYWORDS, INCLUDE_KEYWORDS, TASK_KEYWORDS } from '../playbook/base/keywords.ts';
import { booleanOf } from '../values/base/boolean-word.ts';
import { ANSIBLE_DIFFERENCES, NO_BACKGROUND, insteadOf } from '../values/habits/ansible-differences.ts';
import { withoutCollection } from '../values/habits/other-names.ts';
import type { ModulesKnown } from './base/module-facts.ts';
import { LEFT_OUT, moduleHere } from './base/module-names.ts';
import { onlyMustache } from './base/mustache.ts';
import {
  type Entry,
  type MapOfFile,
  type YamlNode,
  endOf,
  entriesOf,
  isPlain,
  itemsOf,
  ownEntriesOf,
  textOf,
} from './base/yaml-source.ts';
import { convertFirstFound } from './first-found.ts';
import { convertInclude, isInclude } from './includes.ts';
import { convertKeyword, leave, leaveToInclude } from './keywords.ts';
import { listensAsOne } from './listen.ts';
import { type Call, convertCall } from './module-call.ts';
import { writeDefaults } from './module-defaults.ts';
import type { ModuleMap } from './module-map.ts';
import { rewriteCall } from './module-rewrites.ts';
import type { Scalars, Standing } from './scalars.ts';
import { convertSynchronize } from './synchronize.ts';
import { withUrlAnswers } from './url-lookups.ts';

export interface StepUse extends Scalars {
  readonly modules: ModulesKnown;
  /** Modules that the user maps to others. */
  readonly mapped: ModuleMap;
}

/** Parts of a block. */
const PARTS: ReadonlySet<string> = new Set(['block', 'rescue', 'always']);
/**
 * Entries that are actions of a task although the table of keywords has them: `user` is a keyword of plays and also a
 * module.
 */
const ACTIONS: ReadonlySet<string> = new Set([
  'action',
  'local_action',
  'include',
  'import_tasks',
  'include_playbook',
  'user',
]);
/** Keywords of Ansible and of this program. Any other entry of a task is its module. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...TASK_KEYWORDS,
  ...BLOCK_KEYWORDS,
  ...ANSIBLE_DIFFERENCES.filter(({ where, name }) => (where === 'task' || where === 'play') && !ACTIONS.has(name)).map(
    ({ name }) => name,
  ),
  'listen',
  'first_available_file',
]);

/** Converts the steps of a list, and the steps in its blocks. */
export function convertSteps(list: YamlNode | null, use: StepUse, within: Within = 'file'): void {
  if (list === null || !isSeq(list)) return;
  const items = itemsOf(list);
  const steps = items.filter((item): item is MapOfFile => isMap(item));
  const needless = steps.filter((step) => isNeedless(step, use));
  for (const step of steps) {
    if (needless.includes(step))
      use.draft.unit('task', step.range[0], () =>
        removeStep(step, use, needless.length === items.length && step === steps[0]),
      );
    else convertStep(step, { isFlow: list.flow === true, within }, use);
  }
}

function actionOf(entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ key }) => !KEYWORDS.has(key) && !key.startsWith('with_'));
}

/**
 * Returns whether the step is not needed here: it gathers facts, which come with the connection, or is a meta action
 * without use.
 */
function isNeedless(step: MapOfFile, { draft }: StepUse): boolean {
  const action = actionOf(ownEntriesOf(step));
  if (action === undefined || step.flow === true || draft.isMarked(action.keyNode.range[0])) return false;
  const entries = entriesOf(step);
  const name = withoutCollection(action.key);
  const isUsed = entries.some(({ key }) => ['register', 'delegate_to', 'notify', 'until'].includes(key));
  if (LEFT_OUT.has(name)) return !isUsed;
  const text = action.value === null ? undefined : textOf(action.value);
  return name === 'meta' && text !== undefined && insteadOf(text, 'meta')?.startsWith('Leave it out') === true;
}

function removeStep(step: MapOfFile, { draft }: StepUse, isReplaced: boolean): void {
  const { source } = draft;
  const dash = source.text.lastIndexOf('-', step.range[0]);
  const to = Math.min(source.lineEnd(endOf(step) - 1) + 1, source.text.length);
  if (isReplaced) draft.replace(dash, to, '- meta: noop\n');
  else draft.replace(source.lineStart(dash), to, '');
}

/** Where steps stand; `listening block`: in a block that has got the `listen` of its steps. */
type Within = 'file' | 'block' | 'listening block';

interface Where {
  readonly isFlow: boolean;
  readonly within: Within;
}

function convertStep(step: MapOfFile, { isFlow, within }: Where, use: StepUse): void {
  const { draft } = use;
  const isFlowStep = isFlow || step.flow === true;
  const anchor = step.range[0];
  const entries = ownEntriesOf(step);
  const isBlock = entries.some(({ key }) => key === 'block');
  draft.unit(isBlock ? 'block' : 'task', anchor, () => {
    const convert = (own: StepUse): void => convertEntries(entries, { anchor, isFlowStep, isBlock, within }, own);
    if (isBlock || isFlowStep) convert(use);
    else withUrlAnswers(step, entries, use, convert);
  });
  const inside = isBlock && listensAsOne(entries, draft) ? 'listening block' : 'block';
  for (const { key, value } of entries) if (isBlock && PARTS.has(key)) convertSteps(value, use, inside);
}

interface StepForm {
  readonly anchor: number;
  readonly isFlowStep: boolean;
  readonly isBlock: boolean;
  readonly within: Within;
}

function convertEntries(
  entries: readonly Entry[],
  { anchor, isFlowStep, isBlock, within }: StepForm,
  use: StepUse,
): void {
  const parts = entries.filter(({ key }) => isBlock && PARTS.has(key));
  const action = isBlock ? undefined : actionOf(entries);
  const standingOf = ({ key, keyNode }: Entry): Standing => ({
    anchor: isFlowStep ? anchor : keyNode.range[0],
    isFlow: isFlowStep,
    key,
  });
  const module = action === undefined ? '' : withoutCollection(action.key);
  const done = new Set([action, ...parts]);
  if (action !== undefined) done.add(entries.find(({ key }) => key === 'args'));
  if (
    action !== undefined &&
    module === 'include_vars' &&
    convertFirstFound(action, entries, standingOf(action), use)
  ) {
    if (module !== action.key) use.draft.rename(action, module);
    done.add(entries.find(({ key }) => key === 'vars'));
  } else if (action !== undefined) convertAction(action, entries, standingOf, use);
  for (const entry of entries)
    if (!done.has(entry)) convertRest(entry, { entries, module }, { standing: standingOf(entry), within }, use);
}

/** Converts an entry of a step that is not its action. */
function convertRest(
  entry: Entry,
  task: Task,
  { standing, within }: { readonly standing: Standing; readonly within: Within },
  use: StepUse,
): void {
  if (entry.key === 'listen' && within === 'listening block') use.draft.remove(entry);
  else if (entry.key === 'listen' && within === 'block')
    leave(entry, standing, use, 'Write it at the block: what is in it runs as one handler.');
  else if (entry.key === 'listen' && isInclude(task.module))
    leave(
      entry,
      standing,
      use,
      'Write a block with this listen, and the include in it: an include alone is no handler.',
    );
  else if (isInclude(task.module) && !isOfInclude(entry.key, task.module) && OF_INCLUDE_ALONE.has(entry.key))
    leaveToInclude(entry, standing, use);
  else if (isInclude(task.module) && !isOfInclude(entry.key, task.module))
    leave(entry, standing, use, 'Write it under apply: of the include, if it should apply to the tasks in it.');
  else if (!convertSpecial(entry, task, standing, use)) convertKeyword(entry, standing, use);
}

/** Keywords that Ansible applies to an include, and not to the tasks in it. */
const OF_INCLUDE_ALONE: ReadonlySet<string> = new Set(['ignore_errors', 'no_log']);

function isOfInclude(key: string, module: string): boolean {
  return (
    !module.startsWith('include_') ||
    INCLUDE_KEYWORDS.has(key) ||
    key.startsWith('with_') ||
    ['collections', 'diff', 'debugger'].includes(key)
  );
}

function convertAction(
  action: Entry,
  entries: readonly Entry[],
  standingOf: (entry: Entry) => Standing,
  use: StepUse,
): void {
  const { draft, modules } = use;
  const args = entries.find(({ key }) => key === 'args');
  const standing = standingOf(action);
  const { key } = action;
  if (key === 'action' || key === 'local_action') {
    convertOldAction(action, args, standing, use);
    return;
  }
  const short = withoutCollection(key);
  const mapped = use.mapped.get(key) ?? use.mapped.get(short);
  if (mapped !== undefined) {
    const call = { entry: action, module: mapped.module, facts: modules.get(mapped.module), names: mapped.arguments };
    draft.rename(action, mapped.module);
    convertCall(call, args, standing, use);
    return;
  }
  if (isInclude(short)) {
    convertInclude(action, entries, standing, use);
    return;
  }
  if (short === 'synchronize' && convertSynchronize(action, entries, standing, use)) {
    draft.rename(action, 'copy');
    return;
  }
  const module = short === 'meta' ? 'meta' : moduleHere(key, modules);
  if (module === undefined) {
    if (rewriteCall(short, action, { entries, standing }, use)) return;
    markModule(short, standing, use);
    convertCall({ entry: action, module: short, facts: undefined }, args, standing, use);
    return;
  }
  if (module !== key && !isQueried(entries, module)) draft.rename(action, module);
  if (short === 'meta') convertMeta(action, standing, use);
  else {
    convertCall({ entry: action, module, facts: modules.get(module) }, args, standing, use);
    writeDefaults(short, action, standing, use);
  }
}

function markModule(name: string, { anchor }: Standing, { draft }: StepUse): void {
  if (draft.isMarked(anchor)) return;
  draft.mark(anchor, { kind: 'byHand', why: { kind: 'module', name, instead: insteadOf(name, 'module') } });
}

function convertMeta(action: Entry, standing: Standing, { draft }: StepUse): void {
  const text = action.value === null ? undefined : textOf(action.value);
  const instead = text === undefined ? undefined : insteadOf(text, 'meta');
  if (instead !== undefined && !draft.isMarked(standing.anchor))
    draft.mark(standing.anchor, { kind: 'byHand', why: { kind: 'keyword', name: `meta ${text}`, instead } });
}

/** Converts `action: copy src=a dest=b` and `local_action: {module: copy, src: a}`. */
function convertOldAction(action: Entry, args: Entry | undefined, standing: Standing, use: StepUse): void {
  const { draft, modules } = use;
  const { key, value } = action;
  const moduleEntry = isMap(value) ? entriesOf(value).find((one) => one.key === 'module') : undefined;
  const text = textOf(isMap(value) ? (moduleEntry?.value ?? null) : value) ?? '';
  const [, named, rest = ''] = /^\s*([\w.]+)\s*([\s\S]*)$/.exec(text) ?? [];
  const module = named === undefined ? undefined : moduleHere(named, modules);
  if (named === undefined) leave(action, standing, use);
  else if (module === undefined) markModule(withoutCollection(named), standing, use);
  if (module === undefined || draft.isMarked(standing.anchor)) return;
  draft.rename(action, module);
  if (key === 'local_action') draft.addBehind(action, 'delegate_to', 'localhost');
  const call: Call = { entry: action, module, facts: modules.get(module) };
  if (moduleEntry === undefined) convertCall({ ...call, text: rest.replace(/\n$/, '') }, args, standing, use);
  else {
    draft.remove(moduleEntry);
    convertCall({ ...call, moduleKey: moduleEntry.key }, args, standing, use);
  }
}

interface Task {
  readonly entries: readonly Entry[];
  readonly module: string;
}

/** Converts keywords that depend on the rest of the task. Returns true if nothing is left to do. */
function convertSpecial(entry: Entry, task: Task, standing: Standing, use: StepUse): boolean {
  switch (entry.key) {
    case 'check_mode':
      convertCheckMode(entry, task, standing, use);
      return true;
    case 'changed_when':
      if (task.module === 'command' || !isQueried(task.entries, task.module)) return false;
      use.draft.remove(entry);
      return true;
    case 'connection':
      convertConnection(entry, task, standing, use);
      return true;
    case 'async':
    case 'poll':
      convertAsync(entry, task, standing, use);
      return true;
    case 'remote_user':
      leave(entry, standing, use, 'Set ansible_user for the host in the inventory, or remote_user at the play.');
      return true;
    default:
      return false;
  }
}

const COMMANDS: ReadonlySet<string> = new Set(['command', 'shell', 'raw']);
/** Arguments that query has too. */
const OF_QUERY: ReadonlySet<string> = new Set(['cmd', 'chdir', 'warn', '_raw_params']);
/** Steps that hand `check_mode` down to tasks. */
const HOLDS_TASKS: ReadonlySet<string> = new Set([
  'block',
  'include_tasks',
  'import_tasks',
  'include_role',
  'import_role',
]);

function flagOf(entry: Entry | undefined): boolean | undefined {
  const text = entry?.value ? textOf(entry.value) : undefined;
  return text === undefined ? undefined : booleanOf(text);
}

/** Returns whether a command also runs with --check and never counts as a change: it then only reads, like query. */
function isQueried(entries: readonly Entry[], module: string): boolean {
  const find = (name: string): Entry | undefined => entries.find(({ key }) => key === name);
  if (!COMMANDS.has(module) || flagOf(find('check_mode')) !== false || flagOf(find('changed_when')) !== false)
    return false;
  const action = entries.find(({ key }) => withoutCollection(key) === module)?.value;
  const given = [action, find('args')?.value].flatMap((node) => (node && isMap(node) ? entriesOf(node) : []));
  const text = action ? textOf(action) : undefined;
  return (
    given.every(({ key }) => OF_QUERY.has(key)) && !/(?:^|\s)(?:creates|removes|stdin|executable)=/.test(text ?? '')
  );
}

function convertCheckMode(entry: Entry, { entries, module }: Task, standing: Standing, use: StepUse): void {
  const { draft } = use;
  if (isQueried(entries, module)) {
    // `command` keeps its name, because the text of `query` goes to a shell, which would interpret `;` or `$(…)` in a
    // value. The loader treats a `command` with check_mode: false as a query without a shell.
    if (module === 'command') {
      convertKeyword(entry, standing, use);
      return;
    }
    const action = entries.find(({ key }) => withoutCollection(key) === module);
    if (action !== undefined) draft.rename(action, 'query');
    draft.remove(entry);
  } else if (flagOf(entry) === false && !entries.some(({ key }) => HOLDS_TASKS.has(withoutCollection(key))))
    draft.remove(entry);
  else convertKeyword(entry, standing, use);
}

/** Converts `connection: local` of a task: the task runs on the controller. */
function convertConnection(entry: Entry, { entries }: Task, standing: Standing, use: StepUse): void {
  const { draft } = use;
  const text = entry.value === null ? undefined : textOf(entry.value);
  const delegated = entries.find(({ key }) => key === 'delegate_to');
  const to = delegated?.value ? textOf(delegated.value) : undefined;
  if (text !== 'local' || (to !== undefined && to !== 'localhost' && to !== '127.0.0.1')) {
    leave(entry, standing, use);
    return;
  }
  if (delegated !== undefined) draft.remove(entry);
  else if (entry.value !== null) {
    draft.rename(entry, 'delegate_to');
    draft.replace(entry.value.range[0], endOf(entry.value), 'localhost');
  }
}

/** Converts async. If the task is waited for, async is its timeout; otherwise there is no counterpart. */
function convertAsync(entry: Entry, { entries }: Task, standing: Standing, use: StepUse): void {
  const { draft } = use;
  const seconds = entries.find(({ key }) => key === 'async');
  const isKnown = (isPlain(seconds?.value ?? null) && isPositive(seconds)) || isTemplate(seconds);
  const isLimit = isKnown && isWaitedFor(entries);
  if (entry.key === 'poll' && (seconds === undefined || isLimit)) draft.remove(entry);
  else if (entry.key === 'async' && isLimit) {
    draft.rename(entry, 'timeout');
    convertKeyword({ ...entry, key: 'timeout' }, standing, use);
  } else if (entry.key === 'async') leave(entry, standing, use, NO_BACKGROUND);
}

function isWaitedFor(entries: readonly Entry[]): boolean {
  const poll = entries.find(({ key }) => key === 'poll');
  return poll === undefined || isPositive(poll);
}

function isTemplate(entry: Entry | undefined): boolean {
  return entry?.value != null && onlyMustache(textOf(entry.value) ?? '') !== undefined;
}

function isPositive(entry: Entry | undefined): boolean {
  const value = entry?.value ?? null;
  return isScalar(value) && /^[1-9]\d*$/.test(textOf(value) ?? '');
}
