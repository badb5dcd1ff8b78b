import type { Place } from '../../errors/problem.ts';
import type { Task } from '../../playbook/base/play.ts';
import { fixedText } from '../base/fixed-text.ts';
import type { Finding, Rule } from '../base/rule.ts';
import type { LoadedPlay, Site } from '../base/site.ts';
import { lineRemoval } from '../base/text-edits.ts';

const CONTROLLER: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** Returns the tasks of all plays. */
function* tasksOfPlays(site: Site): Generator<{ readonly task: Task; readonly loaded: LoadedPlay }> {
  for (const loaded of site.loaded.flatMap(({ plays }) => plays))
    for (const { step } of [...loaded.steps, ...loaded.handlerSteps])
      if (step.kind === 'task') yield { task: step, loaded };
}

/** Keeps one finding for each place: a file may be used several times. */
function* onePlaceOnce(findings: Iterable<Finding>): Generator<Finding> {
  const seen = new Set<string>();
  for (const finding of findings) {
    const { file, line, column } = finding.place;
    const key = `${file}:${line}:${column}`;
    if (!seen.has(key)) yield finding;
    seen.add(key);
  }
}

function saysBecome(site: Site): boolean {
  return site.variables.some(({ name }) => name === 'ansible_become');
}

export const becomeUserWithoutBecome: Rule = {
  name: 'become-user-without-become',
  level: 'error',
  summary: 'become_user where nothing says become: true',
  why: 'become_user alone has no effect: the task silently runs as the user of the login.',
  remedy: 'Add become: true beside it.',
  bad: `- name: Database there
  hosts: db
  tasks:
    - name: Database there
      command: { cmd: createdb shop, creates: /var/lib/postgresql/shop }
      become_user: postgres`,
  good: `- name: Database there
  hosts: db
  tasks:
    - name: Database there
      command: { cmd: createdb shop, creates: /var/lib/postgresql/shop }
      become: true
      become_user: postgres`,
  *check(site) {
    if (saysBecome(site)) return;
    yield* onePlaceOnce(
      [...tasksOfPlays(site)].flatMap(({ task }) => {
        const { become, becomeUser } = task.settings;
        const isOff = become === undefined || become.literal === false;
        return becomeUser !== undefined && isOff
          ? [{ place: becomeUser.place, what: 'become_user has no effect: become is not true here' }]
          : [];
      }),
    );
  },
};

/** Modules that run on the controller in any case, or on no host. */
const OF_CONTROLLER: ReadonlySet<string> = new Set([
  'add_host',
  'debug',
  'assert',
  'fail',
  'set_fact',
  'pause',
  'group_by',
  'include_vars',
]);

export const becomeOnController: Rule = {
  name: 'become-on-controller',
  level: 'warning',
  summary: 'become: true for a task on the controller',
  why: `The task runs as root on the operator's machine, most often only because the play says become: true for its hosts. It needs a password there, and the files it writes in the project belong to root.`,
  remedy: 'Write become: false at the task.',
  bad: `- name: Web
  hosts: web
  become: true
  tasks:
    - name: Folder of certificates
      file: { path: /srv/pki, state: directory, mode: "0700" }
      delegate_to: localhost`,
  good: `- name: Web
  hosts: web
  become: true
  tasks:
    - name: Folder of certificates
      file: { path: /srv/pki, state: directory, mode: "0700" }
      delegate_to: localhost
      become: false`,
  *check(site) {
    const written = new Set(
      site.tasks.flatMap((task) => (task.entry('become') === undefined ? [] : [placeKey(task.map.place)])),
    );
    yield* onePlaceOnce(
      [...tasksOfPlays(site)].flatMap(({ task, loaded }) => {
        const isRoot = task.settings.become?.literal === true && !OF_CONTROLLER.has(task.module);
        const isThere =
          task.delegateTo === undefined
            ? loaded.play.hosts.literal === 'localhost'
            : CONTROLLER.has(fixedText(task.delegateTo) ?? '');
        // If the task itself has `become`, that is intended.
        return isRoot && isThere && !written.has(placeKey(task.place))
          ? [{ place: task.modulePlace, what: 'The task runs on the controller, as root' }]
          : [];
      }),
    );
  },
};

function placeKey({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** Modules that act again each time they run. */
const ACTS_EACH_TIME: ReadonlySet<string> = new Set(['command', 'shell', 'script', 'uri', 'reboot']);

export const runOnceWithSerial: Rule = {
  name: 'run-once-with-serial',
  level: 'warning',
  summary: 'run_once in a play with serial: it runs once for each batch',
  why: 'A migration of a database that must run once runs as often as there are batches.',
  remedy: 'Put it into a separate play before this one, or add when: inventory_hostname == play_hosts[0].',
  bad: `- name: Application
  hosts: app
  serial: 1
  tasks:
    - name: Schema
      command: { cmd: app migrate, creates: /srv/app/schema }
      run_once: true`,
  good: `- name: Schema
  hosts: app
  tasks:
    - name: Schema
      command: { cmd: app migrate, creates: /srv/app/schema }
      run_once: true`,
  *check(site) {
    yield* onePlaceOnce(
      [...tasksOfPlays(site)].flatMap(({ task, loaded }) => {
        const [size] = loaded.play.serial;
        const isAll = size === undefined || (size.kind === 'percent' && size.percent >= 100);
        // Other modules look first and do not change a second time.
        return !isAll && ACTS_EACH_TIME.has(task.module) && task.runOnce?.literal === true
          ? [{ place: task.runOnce.place, what: 'It runs once for each batch of the play, not once' }]
          : [];
      }),
    );
  },
};

export const gatherFactsWithoutEffect: Rule = {
  name: 'gather-facts-without-effect',
  level: 'advice',
  summary: 'gather_facts in a play',
  why: "Facts come with the connection and cost nothing. gather_facts is accepted only because Ansible's playbooks have it. It has no effect.",
  remedy: 'Remove it.',
  bad: `- name: Web
  hosts: web
  gather_facts: false
  tasks:
    - name: Folder
      file: { path: /srv/web, state: directory, mode: "0755" }`,
  good: `- name: Web
  hosts: web
  tasks:
    - name: Folder
      file: { path: /srv/web, state: directory, mode: "0755" }`,
  *check({ plays }) {
    for (const play of plays) {
      const entry = play.entry('gather_facts');
      if (entry === undefined) continue;
      const { line } = entry.keyPlace;
      // With braces, or in the line of the dash, the line contains other entries too.
      const isWhole = /^ +gather_facts: *(?:true|false) *(?:#.*)?$/.test(play.file.text?.line(line) ?? '');
      const edits = isWhole ? lineRemoval(play.file, line, line) : [];
      yield { place: entry.keyPlace, what: 'gather_facts has no effect', edits };
    }
  },
};
