import { replaceQuoted } from '../../values/language/quoted-text.ts';
import type { Finding, Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';
import { type TaskSource, isValue, textOf } from '../base/site.ts';

export const ignoredErrors: Rule = {
  name: 'ignored-errors',
  level: 'warning',
  summary: 'ignore_errors: true or failed_when: false, with a result that nothing uses',
  why: 'Every failure is passed over, also one by a mistyped path or a full disk, and the next tasks run as if nothing had failed.',
  remedy:
    'Write failed_when: with a condition that tells real failures from harmless ones, or register the result and use it.',
  bad: `- name: Old service stopped
  command: { cmd: /opt/old/stop, removes: /opt/old/stop }
  ignore_errors: true`,
  good: `- name: Old service stopped
  command: { cmd: /opt/old/stop, removes: /opt/old/stop }
  failed_when: "!(result.rc in [0, 3])"`,
  *check({ tasks }) {
    for (const task of tasks) {
      if (task.entry('register') !== undefined || task.module === 'block') continue;
      const ignored = task.entry('ignore_errors');
      const failed = task.entry('failed_when');
      const changed = task.entry('changed_when');
      if (ignored !== undefined && isValue(ignored.value, true))
        yield { place: ignored.keyPlace, what: 'Every failure of the task is ignored, and nobody looks at its result' };
      else if (failed !== undefined && isValue(failed.value, false) && changed === undefined)
        yield { place: failed.keyPlace, what: 'The task never fails, and nobody looks at its result' };
    }
  },
};

/** Keywords that contain conditions. */
const CONDITIONS = ['when', 'changed_when', 'failed_when', 'until'] as const;

function conditionsOf(
  task: TaskSource,
  names: readonly string[] = CONDITIONS,
): readonly { text: string; place: Finding['place'] }[] {
  return names.flatMap((name) => {
    const value = task.entry(name)?.value;
    const nodes = value === undefined ? [] : value.kind === 'list' ? value.items : [value];
    return nodes.flatMap((node) => {
      const text = node.kind === 'scalar' && typeof node.value === 'boolean' ? String(node.value) : textOf(node);
      return text === undefined ? [] : [{ text, place: node.place }];
    });
  });
}

export const comparisonWithTrue: Rule = {
  name: 'comparison-with-true',
  level: 'advice',
  summary: 'x == true or x == false in a condition',
  why: 'x itself is the condition, and !x its opposite. If x is the text "true", x == true is silently false, while x alone is an error that explains it.',
  remedy: 'Write x, or !x.',
  bad: `- name: Swap off
  swap: { state: "off" }
  when: swap_off == true`,
  good: `- name: Swap off
  swap: { state: "off" }
  when: swap_off`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, place } of conditionsOf(task)) {
        const bare = replaceQuoted(text, () => '""');
        const found = /[!=]=\s*(?:true|false)\b/.exec(bare)?.[0];
        if (found !== undefined) yield { place, what: `${found} is more than a condition needs` };
      }
  },
};

export const constantCondition: Rule = {
  name: 'constant-condition',
  level: 'warning',
  summary: 'when: true or when: false',
  why: 'The task runs always or never. when: false is often left over from a trial.',
  remedy: 'Remove the condition, or the task.',
  bad: `- name: Swap off
  swap: { state: "off" }
  when: false`,
  good: `- name: Swap off
  swap: { state: "off" }
  when: swap_off`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, place } of conditionsOf(task, ['when']))
        if (/^\s*(?:true|false)\s*$/.test(text))
          yield { place, what: text.includes('true') ? 'The condition is always true' : 'The task never runs' };
  },
};

export const unreachableTask: Rule = {
  name: 'unreachable-task',
  level: 'error',
  summary: 'Tasks after a fail, end_host or end_play that has no condition',
  why: 'No host ever reaches them.',
  remedy: 'Add when: to the task that ends the play, or remove the tasks after it.',
  bad: `- name: Not for this cluster
  fail: { msg: This playbook is not finished. }

- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }`,
  good: `- name: Not for this cluster
  fail: { msg: This playbook is not finished. }
  when: cluster_name == "prod"

- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ tasks }) {
    const told = new Set<TaskSource['siblings']>();
    for (const task of tasks) {
      if (!isEnd(task) || told.has(task.siblings)) continue;
      const next = task.siblings[task.index + 1];
      if (next === undefined) continue;
      told.add(task.siblings);
      yield {
        place: next.place,
        what: `No host gets here: ${task.module === 'fail' ? 'the fail' : 'the step'} before it has no condition`,
      };
    }
  },
};

function isEnd(task: TaskSource): boolean {
  const isFree = ['when', 'ignore_errors', 'failed_when', 'loop', 'tags', 'run_once'].every(
    (name) => task.entry(name) === undefined,
  );
  if (!isFree) return false;
  if (task.module === 'meta') return isValue(task.action.value, 'end_play') || isValue(task.action.value, 'end_host');
  return task.module === 'fail';
}

export const loopOverOne: Rule = {
  name: 'loop-over-one',
  level: 'advice',
  summary: 'A loop over a fixed list of one item',
  why: 'The task can use the value directly. Most often other items have been removed.',
  remedy: 'Write the value in place of item, without loop:.',
  bad: `- name: Folder {{item}}
  file: { path: "{{item}}", state: directory, mode: "0755" }
  loop: [/opt/app]`,
  good: `- name: Folder /opt/app
  file: { path: /opt/app, state: directory, mode: "0755" }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const loop = task.entry('loop');
      const item = loop?.value.kind === 'list' && loop.value.items.length === 1 ? loop.value.items[0] : undefined;
      if (loop !== undefined && item?.kind === 'scalar' && !String(item.value).includes('{{'))
        yield { place: loop.value.place, what: 'The loop has one item' };
    }
  },
};

/** In seconds. Longer pauses are for people, or wait for something that can be checked. */
const LONG_PAUSE = 120;

export const longPause: Rule = {
  name: 'long-pause',
  level: 'advice',
  summary: 'A pause of more than two minutes',
  why: 'The fixed time is too long when things go well, and too short when they do not.',
  remedy: 'Wait for the condition: query: with until:, or wait_for:.',
  bad: `- name: Application starts
  pause: { minutes: 5 }`,
  good: `- name: Application answers
  wait_for: { port: 8080, timeout: 300 }`,
  *check({ tasks }) {
    for (const task of tasks) {
      if (task.module !== 'pause') continue;
      const number = (name: string): number => {
        const value = task.arguments.get(name)?.value;
        return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : 0;
      };
      const seconds = number('minutes') * 60 + number('seconds');
      if (seconds > LONG_PAUSE) yield { place: task.action.keyPlace, what: `The run waits for ${seconds} seconds` };
    }
  },
};

const DEEPEST = 3;

export const deepNesting: Rule = {
  name: 'deep-nesting',
  level: 'advice',
  summary: 'Blocks within blocks within blocks',
  why: 'The conditions, rescues and variables of all of them apply to the innermost tasks: it is hard to tell when such a task runs.',
  remedy: 'Put the inner block into a file, and import it.',
  bad: `- name: First
  block:
    - name: Second
      block:
        - name: Third
          block:
            - name: Fourth
              block:
                - name: Swap off
                  swap: { state: "off" }`,
  good: `- name: First
  block:
    - name: Second
      block:
        - name: Swap off
          swap: { state: "off" }`,
  *check({ tasks }) {
    for (const task of tasks)
      if (task.module === 'block' && task.blocks.length === DEEPEST)
        yield { place: task.action.keyPlace, what: `The block lies in ${DEEPEST} others` };
  },
};

export const duplicateInList: Rule = {
  name: 'duplicate-in-list',
  level: 'warning',
  summary: 'The same tag, handler or loop item twice in one list',
  why: 'The second one does nothing. Often another word was meant.',
  remedy: 'Remove it, or write what was meant.',
  bad: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }
  tags: [app, folders, app]`,
  good: `- name: Folder
  file: { path: /opt/app, state: directory, mode: "0755" }
  tags: [app, folders]`,
  *check({ tasks, plays }) {
    for (const owner of [...plays, ...tasks])
      for (const name of ['tags', 'notify', 'loop']) {
        const value = owner.entry(name)?.value;
        const seen = new Set<string>();
        for (const node of value?.kind === 'list' ? value.items : []) {
          const text = [...scalarsIn(node)].map(({ scalar, key }) => `${key ?? ''}=${scalar.source}`).join('\n');
          if (seen.has(text)) yield { place: node.place, what: `It stands in ${name} twice` };
          seen.add(text);
        }
      }
  },
};
