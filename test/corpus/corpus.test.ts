import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ConvertedFile, Level } from '../../engine/convert/base/outcome.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { faultsOf, withClasses } from './converted-figures.ts';
import type { FileFigures } from './figures.ts';
import { textReport, totalsOf } from './report.ts';
import { orderOfMending, roleReasons } from './role-reasons.ts';
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
- name: An argument without effect
  stat: {path: /srv, get_mime: false}
- name: Each of several
  copy: {content: "{{ item | upper }}", dest: /srv/lamp/x, mode: "0644"}
  with_items: [a, b]
- when: ansible_os_family == "Debian"
  block:
    - community.libvirt.virt: {name: x}
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
  'requirements.yml': '- src: https://a.org/b.git\n  scm: git\n',
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
  const figures = await surveyProject(folder, {
    skip: new Set(),
    begin: (file) => begun.push(file),
    keep: undefined,
  });
  return { figures, begun };
}

test('counts what runs as it stands, what is named, and why not', async () => {
  const { figures } = await survey(project());
  const { sizes, shares, reasons } = totalsOf([figures]);
  expect(sizes).toMatchObject({ projects: 1, unreadable: 1, tasks: 8, blocks: 1, plays: 1, roles: 1, templates: 2 });
  expect(Object.fromEntries(shares.map(([question, { count, of }]) => [question, `${count} of ${of}`]))).toMatchObject({
    'tasks: module exists': '7 of 8',
    'tasks: and all arguments': '6 of 8',
    'tasks: and all keywords': '6 of 8',
    'tasks: as they stand': '5 of 8',
    'conditions as they stand': '2 of 2',
    'templates of tasks as they stand': '0 of 1',
    'templates of variables as they stand': '0 of 1',
    'template files as they stand': '1 of 2',
    'task files as they stand': '0 of 1',
    'roles as they stand': '0 of 1',
  });
  expect(reasons).toContainEqual({
    reason: 'unknown-module: There is no module "community.libvirt.virt"',
    count: 1,
    alone: 1,
    projects: 1,
  });
});

test('counts apart what calls modules of the project itself', async () => {
  const folder = project();
  mkdirSync(join(folder, 'plugins/modules'), { recursive: true });
  writeFileSync(join(folder, 'plugins/modules/virt.py'), '');
  const { figures } = await survey(folder);
  expect(figures.ownModules).toEqual(['virt']);
  const shares = Object.fromEntries(
    totalsOf([figures]).shares.map(([question, { count, of }]) => [question, `${count} of ${of}`]),
  );
  expect(shares).toMatchObject({
    'tasks: and all arguments': '6 of 8',
    'tasks without modules of their own project: all arguments': '6 of 7',
    'roles without modules of their own project: nothing by hand': '0 of 0',
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

test('counts what was converted, and what is left by hand', async () => {
  const { figures } = await survey(project());
  const classes = figures.files.flatMap(({ tasks }) => tasks.map(({ module, converted }) => `${module}: ${converted}`));
  expect(classes).toContain('file: byHand');
  expect(classes).toContain('copy: exact');
  expect(figures.conversion?.marks).toContainEqual({ kind: 'byHand', topic: 'argument file.dset' });
  expect(figures.conversion?.faults).toEqual([]);
  expect(figures.conversion?.unstable).toEqual([]);
  expect(textReport([figures], 5)).toContain('argument file.dset');
});

test('says what keeps whole roles back, alone and with other reasons', async () => {
  const { figures } = await survey(project());
  expect(roleReasons([figures])).toEqual([
    { reason: 'argument file.dset', roles: 1, alone: 0 },
    { reason: 'module community.libvirt.virt', roles: 1, alone: 0 },
  ]);
  expect(orderOfMending([figures], 9).map(({ done }) => done)).toEqual([0, 1]);
  expect(textReport([figures], 5)).toContain('what keeps whole roles back');
});

test('keeps the converted project where that is asked for', async () => {
  const keep = temporaryFolder('corpus-kept-');
  const folder = project();
  await surveyProject(folder, { skip: new Set(), begin: () => {}, keep });
  expect(readFileSync(join(keep, basename(folder), 'roles/lamp/tasks/main.yml'), 'utf8')).toContain('loop: [a, b]');
});

const TASK = {
  kind: 'task',
  hasModule: true,
  hasArguments: true,
  hasKeywords: true,
  converted: undefined,
  left: [],
} as const;

function fileOf(rows: readonly (readonly [line: number, reasons: readonly string[]])[]): FileFigures {
  const tasks = rows.map(([line, reasons]) => ({ ...TASK, module: 'debug', line, reasons }));
  return {
    file: 'a.yml',
    kind: 'tasks',
    role: undefined,
    tasks,
    texts: [],
    template: undefined,
    unreadable: undefined,
  };
}

function convertedOf(text: string, levels: readonly (readonly [line: number, level: Level])[]): ConvertedFile {
  const units = levels.map(
    ([line, level]) => ({ kind: 'task', level, place: { file: 'a.yml', line, column: 1 } }) as const,
  );
  return { path: 'a.yml', newPath: 'a.yml', kind: 'tasks', text, units, marks: [], problem: undefined };
}

test('a task that has no mark and is not right here is wrong', () => {
  const before = fileOf([
    [1, []],
    [2, ['x']],
    [3, ['x']],
  ]);
  // The second task is below a mark of its own. The sections of the playbook are not in the order in which they run.
  const text = '- debug:\n\n# convert: by hand: x\n- debug:\n- debug:\n';
  const after = fileOf([
    [5, ['unreadable']],
    [1, []],
    [4, ['unreadable']],
  ]);
  const outcome = convertedOf(text, [
    [1, 'exact'],
    [2, 'same'],
    [3, 'byHand'],
  ]);
  expect(faultsOf([after], [outcome])).toEqual({
    unmarkedTasks: 2,
    faults: [{ reasons: ['unreadable'], file: 'a.yml', line: 5 }],
  });
  const [classed] = withClasses([before], [after], [outcome]);
  expect(classed?.tasks.map(({ converted }) => converted)).toEqual(['wrong', 'same', 'byHand']);
});

test('what does not come to an end is counted, and ends nothing else', async () => {
  const folder = project();
  const impatient = new Surveyor({ limitMs: 0 });
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
