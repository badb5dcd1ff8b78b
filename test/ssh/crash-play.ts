import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Number of changes of the play, without its handlers. */
export const TASKS = 40;
const SERVICES = ['alpha', 'beta', 'gamma', 'delta'];

/**
 * A play of 40 tasks, each of which changes something when `version` goes from 1 to 2. A "service" runs with the
 * configuration that it had when its handler ran last.
 */
export function crashPlay(): string {
  const tasks: object[] = [
    { name: 'root', file: { path: '{{root}}', state: 'directory', mode: '0755' } },
    {
      name: 'folder',
      file: { path: '{{root}}/v{{version}}', state: 'directory', mode: '0750' },
      notify: 'restart alpha',
    },
  ];
  for (let number = 0; tasks.length < TASKS; number += 1) tasks.push(taskOf(number));
  return JSON.stringify([{ name: 'Crash', hosts: 'all', gather_facts: false, tasks, handlers: handlers() }]);
}

/** Number of changes of `quietPlay`, without its handlers. */
export const QUIET_TASKS = 48;

/**
 * Like `crashPlay`, with tasks that only write small files, links and directories: their changes go to the host
 * together.
 */
export function quietPlay(): string {
  const tasks = Array.from({ length: QUIET_TASKS }, (_, number) => quietTask(number));
  return JSON.stringify([{ name: 'Quiet', hosts: 'all', gather_facts: false, tasks, handlers: handlers() }]);
}

/** Returns the service of a task: the handler that restarts it, and the file of the task. */
function serviceOf(number: number): { readonly service: string; readonly notify: string; readonly path: string } {
  const service = SERVICES[number % SERVICES.length] ?? '';
  return { service, notify: `restart ${service}`, path: `{{root}}/${service}-${number}.conf` };
}

function quietTask(number: number): object {
  const { service, notify, path } = serviceOf(number);
  switch (number % 6) {
    case 0:
      return {
        name: `folder ${number}`,
        file: { path: `{{root}}/v{{version}}/${number}`, state: 'directory', mode: '0750' },
        notify,
      };
    case 1:
      return {
        name: `link ${number}`,
        file: { path: `{{root}}/link-${number}`, src: '{{root}}/v{{version}}', state: 'link', force: true },
        notify,
      };
    case 2:
      return {
        name: `line ${number}`,
        lineinfile: {
          path,
          regexp: `^version ${number} `,
          line: `version ${number} {{version}}`,
          create: true,
          mode: '0644',
        },
        notify,
      };
    default:
      return {
        name: `copy ${number}`,
        copy: {
          dest: `{{root}}/${service}-c${number}.conf`,
          content: `number ${number} version {{version}}\n`,
          mode: '0640',
        },
        notify,
      };
  }
}

function handlers(): readonly object[] {
  return SERVICES.map((service) => ({
    name: `restart ${service}`,
    shell: `sleep 0.02; cat {{root}}/${service}-*.conf >{{root}}/.${service}.new && mv {{root}}/.${service}.new {{root}}/${service}.running`,
  }));
}

function taskOf(number: number): object {
  const { notify, path } = serviceOf(number);
  switch (number % 6) {
    case 0:
      return {
        name: `copy ${number}`,
        copy: { dest: path, content: `number ${number} version {{version}}\n`, mode: '0640' },
        notify,
      };
    case 1:
      return { name: `large ${number}`, copy: { src: 'large-{{version}}', dest: path, mode: '0600' }, notify };
    case 2:
      return {
        name: `line ${number}`,
        lineinfile: { path, regexp: '^version', line: 'version {{version}}', create: true, mode: '0644' },
        notify,
      };
    case 3:
      return { name: `template ${number}`, template: { src: 'crash.hbs', dest: path, mode: '0644' }, notify };
    case 4:
      return {
        name: `command ${number}`,
        command: `sh -c 'sleep 0.02; echo {{version}} >{{root}}/made-${number}-{{version}}.new; mv {{root}}/made-${number}-{{version}}.new {{root}}/made-${number}-{{version}}'`,
        args: { creates: `{{root}}/made-${number}-{{version}}` },
      };
    default:
      return {
        name: `check ${number}`,
        check: `grep -qx {{version}} {{root}}/checked-${number}`,
        apply: `echo {{version}} >{{root}}/.checked.new && mv {{root}}/.checked.new {{root}}/checked-${number}`,
        notify,
      };
  }
}

/** Too large for a script, so it is sent as a file. */
export function largeContent(version: number): string {
  return `version ${version}\n`.repeat(20_000);
}

/** Returns path, kind, mode and content of everything below. */
export async function snapshot(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const walk = async (folder: string, name: string): Promise<void> => {
    for (const entry of (await readdir(folder)).toSorted()) {
      const path = join(folder, entry);
      const status = await lstat(path);
      const mode = (status.mode & 0o7777).toString(8);
      if (status.isDirectory()) {
        found.set(`${name}${entry}`, `directory ${mode}`);
        await walk(path, `${name}${entry}/`);
      } else if (status.isSymbolicLink()) found.set(`${name}${entry}`, `link ${await readlink(path)}`);
      else
        found.set(
          `${name}${entry}`,
          `file ${mode} ${createHash('sha256')
            .update(await readFile(path))
            .digest('hex')}`,
        );
    }
  };
  await walk(root, '');
  return found;
}
