import { dirname, normalize } from 'node:path';
import { formatPlace } from '../../errors/problem.ts';
import type { Rule } from '../base/rule.ts';
import { type TaskSource, textOf } from '../base/site.ts';

/** Modules that read files of the controller, and their argument for the file. */
const SOURCES: Readonly<Record<string, string>> = {
  copy: 'src',
  template: 'src',
  unarchive: 'src',
  script: 'cmd',
};

export const sourceOutsideRole: Rule = {
  name: 'source-outside-role',
  level: 'warning',
  summary: 'A task of a role that uses a file outside the role, such as ../../pages/index.html',
  why: 'The role works only in its present folder. In another project, or moved within this one, it finds another file or none.',
  remedy:
    'Put the file into files/ or templates/ of the role, or let the caller give its path as an argument of the role.',
  bad: `- name: Web
  hosts: web
  roles: [web]
# roles/web/tasks/main.yml
- name: Page
  copy: { src: ../../../pages/index.html, dest: /srv/web/index.html, mode: "0644" }
# pages/index.html
hello`,
  good: `- name: Web
  hosts: web
  roles: [web]
# roles/web/tasks/main.yml
- name: Page
  copy: { src: index.html, dest: /srv/web/index.html, mode: "0644" }
# roles/web/files/index.html
hello`,
  *check({ tasks, loaded }) {
    const roles = loaded.flatMap(({ plays }) => plays).flatMap(({ play }) => play.roles.map(({ path }) => path));
    for (const task of tasks) {
      const source = sourceOf(task);
      if (source === undefined || !roles.some((path) => task.file.path.startsWith(`${path}/`))) continue;
      // files/ and templates/ are folders of the role: a path one step up is still inside the role.
      if (normalize(`files/${source.text}`).startsWith('..'))
        yield { place: source.place, what: `${source.text} lies outside of the role` };
    }
  },
};

function sourceOf(task: TaskSource): { readonly text: string; readonly place: TaskSource['map']['place'] } | undefined {
  const name = Object.hasOwn(SOURCES, task.module) ? SOURCES[task.module] : undefined;
  const source = name === undefined ? undefined : task.arguments.get(name);
  const text = textOf(source?.value)?.split(' ')[0];
  if (source === undefined || text === undefined || text.startsWith('{{') || task.arguments.has('remote_src'))
    return undefined;
  return { text, place: source.value.place };
}

export const roleWithoutArguments: Rule = {
  name: 'role-without-arguments',
  level: 'advice',
  summary: 'A role with defaults that does not declare its arguments',
  why: `With arguments: in meta/main.yml a missing, misspelt or wrong value is an error before the first connection. Without them the mistake shows in the middle of a run, or never.`,
  remedy: 'Add meta/main.yml with arguments: {name: {type: …, description: …}} for each default.',
  bad: `- name: Web
  hosts: web
  roles: [web]
# roles/web/defaults/main.yml
web_port: 80
# roles/web/tasks/main.yml
- name: Port
  copy: { content: "{{web_port}}", dest: /etc/web.port, mode: "0644" }`,
  good: `- name: Web
  hosts: web
  roles: [web]
# roles/web/defaults/main.yml
web_port: 80
# roles/web/meta/main.yml
arguments:
  web_port: { type: integer, description: The port of the web server. }
# roles/web/tasks/main.yml
- name: Port
  copy: { content: "{{web_port}}", dest: /etc/web.port, mode: "0644" }`,
  *check({ files, loaded }) {
    const told = new Set<string>();
    for (const role of loaded.flatMap(({ plays }) => plays).flatMap(({ play }) => play.roles)) {
      if (role.arguments.length > 0 || told.has(role.path)) continue;
      told.add(role.path);
      const defaults = files.find(
        ({ path, kind }) => kind === 'variables' && dirname(path) === `${role.path}/defaults`,
      );
      const [node] = defaults?.nodes ?? [];
      if (node?.kind === 'map' && node.entries.length > 0)
        yield { place: node.place, what: `The role ${role.name} does not declare what it can be given` };
    }
  },
};

export const unusedDefault: Rule = {
  name: 'unused-default',
  level: 'advice',
  summary: 'A default of a role that nothing uses',
  why: 'An operator who sets it expects an effect, and there is none. Often the task or template that used it is gone, or has another name.',
  remedy: 'Remove it, or use it.',
  bad: `- name: Web
  hosts: web
  roles: [web]
# roles/web/defaults/main.yml
web_worker_count: 4
# roles/web/meta/main.yml
arguments:
  web_port: { type: integer, description: The port of the web server. }
# roles/web/tasks/main.yml
- name: Folder
  file: { path: /srv/web, state: directory, mode: "0755" }`,
  good: `- name: Web
  hosts: web
  roles: [web]
# roles/web/defaults/main.yml
web_worker_count: 4
# roles/web/meta/main.yml
arguments:
  web_worker_count: { type: integer, description: Processes of the web server. }
# roles/web/tasks/main.yml
- name: Number of workers
  copy: { content: "{{web_worker_count}}", dest: /etc/web.workers, mode: "0644" }`,
  *check({ variables, words }) {
    const told = new Set<string>();
    for (const { name, place, where } of variables) {
      if (where !== 'defaults' || (words.get(name) ?? 0) > 1 || told.has(formatPlace(place))) continue;
      told.add(formatPlace(place));
      yield { place, what: `Nothing uses the default ${name}` };
    }
  },
};
