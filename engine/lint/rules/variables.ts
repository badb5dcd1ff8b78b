import { type Place, formatPlace } from '../../errors/problem.ts';
import { isCompiled } from '../../values/compiled.ts';
import type { Finding, Rule } from '../base/rule.ts';
import { type Site, type TaskSource, textOf } from '../base/site.ts';

export const unusedRegister: Rule = {
  name: 'unused-register',
  level: 'advice',
  summary: 'A result that is registered and never used',
  why: 'Often the condition that should use it is missing, or misspells its name.',
  remedy: 'Remove register:, or use the result.',
  bad: `- name: Members
  query: etcdctl member list
  register: members_of_etcd`,
  good: `- name: Members
  query: etcdctl member list
  register: members_of_etcd

- name: Members shown
  debug: { msg: "{{members_of_etcd.stdout}}" }`,
  *check({ tasks, words }) {
    const registered = new Map<string, Place[]>();
    for (const task of tasks) {
      const node = task.entry('register')?.value;
      const name = textOf(node);
      if (node !== undefined && name !== undefined) registered.set(name, [...(registered.get(name) ?? []), node.place]);
    }
    for (const [name, places] of registered) {
      const [place] = places;
      if (place !== undefined && (words.get(name) ?? 0) <= places.length)
        yield { place, what: `Nothing uses the result ${name}` };
    }
  },
};

const BY_COMPUTED_NAME = ['get_variable', 'getVariable', 'variable_names', 'variableNames'];

export const unusedVariable: Rule = {
  name: 'unused-variable',
  level: 'advice',
  summary: 'A variable of a play, block or task that nothing uses',
  why: 'Often its name is misspelt, here or where it should be used, and that place gets another value.',
  remedy: 'Remove it, or use it.',
  bad: `- name: Web
  hosts: web
  vars:
    web_root_folder: /srv/web
  tasks:
    - name: Folder of pages
      file: { path: /srv/www, state: directory, mode: "0755" }`,
  good: `- name: Web
  hosts: web
  vars:
    web_root_folder: /srv/web
  tasks:
    - name: Folder of pages
      file: { path: "{{web_root_folder}}", state: directory, mode: "0755" }`,
  *check({ variables, words }) {
    // A computed name may mean any variable.
    if (BY_COMPUTED_NAME.some((word) => words.has(word))) return;
    const declared = new Map<string, number>();
    for (const { name } of variables) declared.set(name, (declared.get(name) ?? 0) + 1);
    for (const { name, place, owner } of variables) {
      // The engine itself uses ansible_host and similar variables.
      if (owner === undefined || name.startsWith('ansible_')) continue;
      if ((words.get(name) ?? 0) <= (declared.get(name) ?? 0))
        yield { place, what: `Nothing uses the variable ${name}` };
    }
  },
};

export const defaultNeverCounts: Rule = {
  name: 'default-never-counts',
  level: 'warning',
  summary: 'A default of a role that its own vars hide',
  why: 'vars of a role take precedence over its defaults, the inventory and the play: the default has no effect, and none of these can set another value.',
  remedy: 'Keep only one of the two: in defaults/ if users of the role may set it, otherwise in vars/.',
  bad: `- name: Web
  hosts: web
  roles: [web]
# roles/web/defaults/main.yml
web_port: 80
# roles/web/vars/main.yml
web_port: 8080
web_user: www-data`,
  good: `- name: Web
  hosts: web
  roles: [web]
# roles/web/defaults/main.yml
web_port: 8080
# roles/web/vars/main.yml
web_user: www-data`,
  *check({ loaded }) {
    const seen = new Set<string>();
    for (const role of loaded.flatMap(({ plays }) => plays).flatMap(({ play }) => play.roles))
      for (const [name, value] of role.defaults.variables) {
        const over = role.variables.variables.get(name);
        if (over === undefined || !isCompiled(value) || !isCompiled(over)) continue;
        const key = formatPlace(value.place);
        // A dependency also has the variables of the role that depends on it. These are not its own.
        if (seen.has(key) || !isOfSameRole(value.place, over.place)) continue;
        seen.add(key);
        yield { place: value.place, what: `The default of ${name} never counts: ${formatPlace(over.place)} hides it` };
      }
  },
};

function isOfSameRole(one: Place, other: Place): boolean {
  const role = (file: string): string => file.replace(/\/(?:defaults|vars)\/[^]*$/, '');
  return role(one.file) === role(other.file);
}

export const hiddenResult: Rule = {
  name: 'hidden-result',
  level: 'error',
  summary: 'A result or fact whose name is also a variable of the same block or task',
  why: 'vars of a block or task take precedence over results and facts: the result or fact can never be seen there.',
  remedy: 'Give the result another name.',
  bad: `- name: Version
  vars: { app_version: unknown }
  block:
    - name: Installed version
      query: app --version
      register: app_version

    - name: Version shown
      debug: { msg: "{{app_version}}" }`,
  good: `- name: Version
  vars: { app_wanted: unknown }
  block:
    - name: Installed version
      query: app --version
      register: app_version

    - name: Version shown
      debug: { msg: "{{app_version}} {{app_wanted}}" }`,
  *check({ tasks }): Iterable<Finding> {
    for (const task of tasks) {
      const register = task.entry('register')?.value;
      const name = textOf(register);
      const results = [
        ...(register === undefined || name === undefined ? [] : [{ name, place: register.place }]),
        ...(task.module === 'set_fact'
          ? [...task.arguments].map(([fact, { keyPlace }]) => ({ name: fact, place: keyPlace }))
          : []),
      ];
      for (const result of results) {
        const hiding = task.blocks.find((block) => namesOf(block).includes(result.name));
        if (hiding !== undefined)
          yield {
            place: result.place,
            what: `vars of the block at ${formatPlace(hiding.map.place)} hide ${result.name}`,
          };
      }
    }
  },
};

function namesOf(task: TaskSource): readonly string[] {
  const vars = task.entry('vars')?.value;
  return vars?.kind === 'map' ? vars.entries.map(({ key }) => key) : [];
}

export const loopVariableHides: Rule = {
  name: 'loop-variable-hides',
  level: 'warning',
  summary: 'A loop within an included loop with the same variable, or a loop variable that hides another variable',
  why: `Within the inner loop, item is the item of the inner loop: the outer one cannot be reached, and an expression that means it silently gets the wrong value.`,
  remedy: 'Give the loop variable its own name: loop_control: {loop_var: …}.',
  bad: `- name: Users
  hosts: all
  vars: { person: root }
  tasks:
    - name: Home of {{person}}
      file: { path: "/home/{{person}}", state: directory, mode: "0700" }
      loop: [ada, grace]
      loop_control: { loop_var: person }`,
  good: `- name: Users
  hosts: all
  tasks:
    - name: Home of {{person}}
      file: { path: "/home/{{person}}", state: directory, mode: "0700" }
      loop: [ada, grace]
      loop_control: { loop_var: person }`,
  *check(site) {
    for (const task of site.tasks) {
      if (task.entry('loop') === undefined) continue;
      const { name, place } = loopVariable(task);
      const outer = outerLoop(site, task, name);
      if (outer !== undefined)
        yield { place, what: `${name} is the variable of the loop around it too, at ${formatPlace(outer)}` };
      else if (task.play !== undefined && hasVariable(task, name))
        yield { place, what: `The variable ${name} of the loop hides the one of the play or block` };
    }
  },
};

function loopVariable(task: TaskSource): { readonly name: string; readonly place: Place } {
  const control = task.entry('loop_control')?.value;
  const given = control?.kind === 'map' ? control.entries.find(({ key }) => key === 'loop_var')?.value : undefined;
  const place = given?.place ?? task.entry('loop')?.keyPlace ?? task.map.place;
  return { name: textOf(given) ?? 'item', place };
}

function outerLoop(site: Site, task: TaskSource, name: string): Place | undefined {
  for (const { includes } of site.stepsOf(task)) {
    const outer = includes.find(({ loop }) => loop?.variable === name);
    if (outer !== undefined) return outer.place;
  }
  return undefined;
}

function hasVariable(task: TaskSource, name: string): boolean {
  const play = task.play?.entry('vars')?.value;
  const ofPlay = play?.kind === 'map' ? play.entries.map(({ key }) => key) : [];
  return [...ofPlay, ...task.blocks.flatMap(namesOf)].includes(name);
}
