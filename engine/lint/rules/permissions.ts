import type { Place } from '../../errors/problem.ts';
import type { Rule } from '../base/rule.ts';
import { type TaskSource, isValue, textOf } from '../base/site.ts';

/** Matches modes that let others write, in octal digits or in the form of chmod. */
const OTHERS_WRITE = /^0?[0-7]{2}[2367]$|(?:^|,)[ug]*[oa][ugoa]*[+=][rxXst]*w|(?:^|,)[+=][rxXst]*w/;

interface Mode {
  readonly text: string;
  readonly place: Place;
}

/** Returns the modes that a task sets for files and for the directories above them. */
function modesOf(task: TaskSource): readonly Mode[] {
  return ['mode', 'directory_mode'].flatMap((name) => {
    const value = task.arguments.get(name)?.value;
    const text = textOf(value);
    return value === undefined || text === undefined ? [] : [{ text, place: value.place }];
  });
}

export const worldWritable: Rule = {
  name: 'world-writable',
  level: 'warning',
  summary: 'A file or directory that every user of the host may write to: 0777, 0666, o+w',
  why: `Any account of the host, also that of a compromised web server, can put its own programs or settings there. A directory
for all needs the sticky bit: 1777.`,
  remedy: 'Give it an owner and a group, and a mode such as "0755", "0644" or "0770".',
  bad: `- name: Uploads
  file: { path: /srv/uploads, state: directory, mode: "0777" }`,
  good: `- name: Uploads
  file: { path: /srv/uploads, state: directory, owner: www-data, mode: "0750" }

- name: Shared folder
  file: { path: /srv/shared, state: directory, mode: "1777" }`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, place } of modesOf(task))
        if (OTHERS_WRITE.test(text)) yield { place, what: `With the mode ${text} every user of the host may write` };
  },
};

const KEY_FILE = /(?:\.key|-key\.pem|\/id_(?:rsa|ed25519|ecdsa)|\/privkey\.pem|\.p12|\.pfx|\.jks|\.keytab)$/;
const WRITERS: ReadonlySet<string> = new Set(['copy', 'template', 'get_url', 'file']);

export const readablePrivateKey: Rule = {
  name: 'readable-private-key',
  level: 'warning',
  summary: 'A private key that every user of the host may read',
  why: 'Without a mode a new file is 0644 on most hosts. Whoever has the key can pretend to be its owner.',
  remedy: 'Write mode: "0600", or "0640" with the group of the service.',
  bad: `- name: Key of the web server
  copy: { src: web.key, dest: /etc/ssl/private/web.key }`,
  good: `- name: Key of the web server
  copy: { src: web.key, dest: /etc/ssl/private/web.key, mode: "0600" }`,
  *check({ tasks }) {
    for (const task of tasks) {
      if (!WRITERS.has(task.module)) continue;
      const target = task.arguments.get('dest') ?? task.arguments.get('path');
      const path = textOf(target?.value);
      if (target === undefined || path === undefined || !KEY_FILE.test(path)) continue;
      const mode = task.arguments.get('mode');
      const text = textOf(mode?.value);
      const isNew = task.module !== 'file';
      if (mode === undefined && isNew)
        yield {
          place: target.value.place,
          what: `${path.replace(/^.*\//, '')} gets no mode, so that every user may read it`,
        };
      else if (text !== undefined && /^0?[0-7]{2}[4-7]$/.test(text))
        yield {
          place: mode?.value.place ?? target.value.place,
          what: `With the mode ${text} every user of the host may read the key`,
        };
    }
  },
};

export const latestVersion: Rule = {
  name: 'latest-version',
  level: 'warning',
  summary: 'A package with state: latest',
  why: `Every run may install another version: two hosts that were set up on different days differ, and a run for some other reason restarts a service with a version that nobody has tested.`,
  remedy: 'Write state: present, or name=version, and upgrade with a separate playbook.',
  bad: `- name: nginx
  package: { name: nginx, state: latest }`,
  good: `- name: nginx
  package: { name: nginx=1.26.*, brings: [] }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const state = task.arguments.get('state');
      if (task.module === 'package' && state !== undefined && isValue(state.value, 'latest'))
        yield { place: state.value.place, what: 'The version of the package depends on the day of the run' };
    }
  },
};

export const touchEveryTime: Rule = {
  name: 'touch-every-time',
  level: 'warning',
  summary: 'file: {state: touch}, which changes the file every time',
  why: 'It sets the time of the file to now. So the task makes a change in every run, and its handlers run every time.',
  remedy: 'Add modification_time: preserve to create the file only where it is missing.',
  bad: `- name: Log file there
  file: { path: /var/log/app.log, state: touch, mode: "0640" }`,
  good: `- name: Log file there
  file: { path: /var/log/app.log, state: touch, modification_time: preserve, mode: "0640" }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const state = task.arguments.get('state');
      if (
        task.module === 'file' &&
        state !== undefined &&
        isValue(state.value, 'touch') &&
        !task.arguments.has('modification_time')
      )
        yield { place: state.value.place, what: 'The file changes in every run' };
    }
  },
};
