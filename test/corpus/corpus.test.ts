import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { textReport, totalsOf } from './report.ts';
import { surveyProject } from './survey.ts';
import { Surveyor } from './surveyor.ts';

const FILES: Readonly<Record<string, string>> = {
  'site.yml': `
- hosts: all
  connection: local
  roles: [lamp]
  post_tasks:
    - debug: {msg: done}
`,
  'roles/lamp/tasks/main.yml': `
- name: As it stands
  ansible.builtin.service: {name: lamp, state: started}
  when: is_wanted
- file: owner=root dset=/srv/lamp state=directory mode=0755
- name: Each of several
  copy: {content: "{{ item | upper }}", dest: /srv/lamp/x, mode: "0644"}
  with_items: [a, b]
- when: ansible_os_family == "Debian"
  block:
    - community.docker.docker_container: {name: x}
    - import_tasks: more.yml
`,
  'roles/lamp/handlers/main.yml': `
- name: Restart it
  listen: restart
  service: {name: lamp, state: restarted}
`,
  'roles/lamp/defaults/main.yml': 'is_wanted: true\nall: "{{ a | default(b) }}"\n',
  'roles/lamp/templates/good.j2': 'x={{x}}\n',
  'roles/lamp/templates/bad.j2': '{% if x %}x{% endif %}\n',
  'roles/lamp/tasks/broken.yml': 'a: [\n',
  'roles/lamp/vars/secret.yml': 'password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n',
  'roles/lamp/files/unread.yml': '- apt: {name: x}\n',
  'molecule/default/converge.yml': '- hosts: all\n  tasks: [{apt: {name: x}}]\n',
};

function project(): string {
  const folder = temporaryFolder('corpus-');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

async function survey(folder: string) {
  const begun: string[] = [];
  const figures = await surveyProject(folder, { skip: new Set(), begin: (file) => begun.push(file) });
  return { figures, begun };
}

test('counts what runs as it stands, what is named, and why not', async () => {
  const { figures } = await survey(project());
  const { sizes, shares, reasons } = totalsOf([figures]);
  expect(sizes).toMatchObject({ projects: 1, unreadable: 1, tasks: 7, blocks: 1, plays: 1, roles: 1, templates: 2 });
  expect(Object.fromEntries(shares.map(([question, { count, of }]) => [question, `${count} of ${of}`]))).toEqual({
    'tasks: module exists': '6 of 7',
    'tasks: and all arguments': '5 of 7',
    'tasks: and all keywords': '5 of 7',
    'tasks: as they stand': '4 of 7',
    'conditions as they stand': '1 of 2',
    'templates of tasks as they stand': '0 of 1',
    'templates of variables as they stand': '0 of 1',
    'template files as they stand': '1 of 2',
    'task files as they stand': '0 of 1',
    'roles as they stand': '0 of 1',
  });
  expect(reasons).toContainEqual({
    reason: 'unknown-keyword: A task has no keyword "with_items"',
    count: 1,
    alone: 0,
    projects: 1,
  });
});

test('says of each file where it is, and leaves out what is not played', async () => {
  const { figures, begun } = await survey(project());
  expect(figures.files.map(({ file, kind, role }) => `${kind} ${role ?? ''} ${file}`)).toEqual([
    'variables roles/lamp roles/lamp/defaults/main.yml',
    'handlers roles/lamp roles/lamp/handlers/main.yml',
    'tasks roles/lamp roles/lamp/tasks/broken.yml',
    'tasks roles/lamp roles/lamp/tasks/main.yml',
    'template roles/lamp roles/lamp/templates/bad.j2',
    'template roles/lamp roles/lamp/templates/good.j2',
    'variables roles/lamp roles/lamp/vars/secret.yml',
    'playbook  site.yml',
  ]);
  expect(begun).not.toContain('molecule/default/converge.yml');
});

test('the report holds the figures, the reasons and each project', async () => {
  const { figures } = await survey(project());
  const text = textReport([figures], 5);
  for (const part of ['tasks: as they stand', `${figures.project} `, 'why template files do not'])
    expect(text).toContain(part);
});

test('what does not come to an end is counted, and ends nothing else', async () => {
  const folder = project();
  const impatient = new Surveyor(0);
  expect((await impatient.survey(folder)).breakdowns.map(({ kind }) => kind)).toEqual(['hang']);
  await impatient.end();
  const surveyor = new Surveyor();
  const twice = [await surveyor.survey(folder), await surveyor.survey(folder)];
  await surveyor.end();
  expect(twice.map(({ files, breakdowns }) => [files.length, breakdowns])).toEqual([
    [8, []],
    [8, []],
  ]);
});
