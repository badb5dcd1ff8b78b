import type { Place } from '../../errors/problem.ts';
import { CHANGES_NOTHING } from '../../playbook/base/changes-nothing.ts';
import { fixedText } from '../base/fixed-text.ts';
import type { Rule } from '../base/rule.ts';
import { type Site, type TaskSource, isValue } from '../base/site.ts';

export const unusedHandler: Rule = {
  name: 'unused-handler',
  level: 'warning',
  summary: 'A handler that no task notifies',
  why: 'It never runs. Most often a task that changes the settings of the service lacks its notify.',
  remedy: 'Add notify: to the task whose change calls for it, or remove the handler.',
  bad: `- name: Web
  hosts: web
  tasks:
    - name: Settings
      template: { src: nginx.conf.hbs, dest: /etc/nginx/nginx.conf, mode: "0644" }
  handlers:
    - name: Reload nginx
      systemd: { name: nginx, state: reloaded }`,
  good: `- name: Web
  hosts: web
  tasks:
    - name: Settings
      template: { src: nginx.conf.hbs, dest: /etc/nginx/nginx.conf, mode: "0644" }
      notify: Reload nginx
  handlers:
    - name: Reload nginx
      systemd: { name: nginx, state: reloaded }`,
  *check(site) {
    const called = calledNames(site);
    if (called === undefined) return;
    const handlers = new Map<string, { readonly name: string; readonly place: Place; isCalled: boolean }>();
    for (const { play } of site.loaded.flatMap(({ plays }) => plays))
      for (const { name, written, listen, step } of play.handlers) {
        const known = handlers.get(step.id) ?? { name, place: step.place, isCalled: false };
        known.isCalled ||= [name, written, ...listen].some((one) => called.has(one));
        handlers.set(step.id, known);
      }
    for (const { name, place, isCalled } of handlers.values())
      if (!isCalled && !site.others.some(({ text }) => text.includes(name)))
        yield { place, what: `No task notifies the handler "${name}"` };
  },
};

/**
 * Returns all names that tasks notify; undefined if a template may name any handler, or if some tasks are not known.
 */
function calledNames({ loaded }: Site): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { steps, handlerSteps, isWhole } of loaded.flatMap(({ plays }) => plays)) {
    if (!isWhole) return undefined;
    for (const { step } of [...steps, ...handlerSteps]) {
      if (step.kind !== 'task') continue;
      for (const template of step.notify) {
        const name = fixedText(template);
        if (name === undefined) return undefined;
        names.add(name);
      }
    }
  }
  return names;
}

export const notifyWithoutChange: Rule = {
  name: 'notify-without-change',
  level: 'error',
  summary: 'notify at a task that never changes anything',
  why: 'A handler runs only after a change. debug, query, stat and other modules that only look change nothing, and neither does a task with changed_when: false. No other value of changed_when makes a change of a task that changed nothing.',
  remedy:
    'Put notify: at the task that makes the change. If a condition alone decides, write command: "true" with the condition in changed_when:.',
  bad: `- name: Web
  hosts: web
  tasks:
    - name: Version
      query: nginx -v
      notify: Reload nginx
  handlers:
    - name: Reload nginx
      systemd: { name: nginx, state: reloaded }`,
  good: `- name: Web
  hosts: web
  tasks:
    - name: Settings
      template: { src: nginx.conf.hbs, dest: /etc/nginx/nginx.conf, mode: "0644" }
      notify: Reload nginx
  handlers:
    - name: Reload nginx
      systemd: { name: nginx, state: reloaded }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const notify = task.entry('notify');
      if (notify === undefined) continue;
      const changed = task.entry('changed_when');
      const isStill = CHANGES_NOTHING.has(task.module) || (changed !== undefined && isValue(changed.value, false));
      if (isStill) yield { place: notify.keyPlace, what: 'The handler is never called for: the task changes nothing' };
    }
  },
};

/** Modules with states, such as restarted, that act in every run. */
const ALWAYS_ACTING: ReadonlySet<string> = new Set(['systemd', 'service']);

export const restartEveryTime: Rule = {
  name: 'restart-every-time',
  level: 'warning',
  summary: 'A restart, reload or reboot by a task that is not a handler and has no condition',
  why: 'It happens in every run and on all hosts, even where nothing has changed.',
  remedy: 'Make it a handler, and notify it from the task whose change calls for it; or add when:.',
  bad: `- name: nginx restarted
  systemd: { name: nginx, state: restarted }`,
  good: `- name: Web
  hosts: web
  tasks:
    - name: Settings
      template: { src: nginx.conf.hbs, dest: /etc/nginx/nginx.conf, mode: "0644" }
      notify: Restart nginx
  handlers:
    - name: Restart nginx
      systemd: { name: nginx, state: restarted }`,
  *check(site) {
    for (const task of site.tasks) {
      const state = task.arguments.get('state')?.value;
      const isRestart = ALWAYS_ACTING.has(task.module) && (isValue(state, 'restarted') || isValue(state, 'reloaded'));
      if ((!isRestart && task.module !== 'reboot') || site.isHandler(task) || isConditional(site, task)) continue;
      yield {
        place: task.action.keyPlace,
        what: isRestart ? 'The service is restarted in every run' : 'The host is rebooted in every run',
      };
    }
  },
};

/** Returns whether the task has a condition in any of its uses: its own, or one of a block or include around it. */
function isConditional(site: Site, task: TaskSource): boolean {
  if (task.entry('when') !== undefined || task.blocks.some((block) => block.entry('when') !== undefined)) return true;
  const uses = site.stepsOf(task);
  return (
    uses.length === 0 || uses.some(({ step, includes }) => [step, ...includes].some(({ when }) => when.length > 0))
  );
}
