import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSite, type Ended, type Site, type ToldEvent } from './site.ts';

let site: Site;
let playbook: string;

const play = (...more: readonly string[]): readonly string[] => [
  'play',
  playbook,
  '--no-lock',
  '--output',
  'json',
  ...more,
];

const logged = async (): Promise<readonly string[]> => {
  const text = await readFile(join(site.folder, 'log'), 'utf8').catch(() => '');
  await rm(join(site.folder, 'log'), { force: true });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
};

const idOf = (ended: Ended): string => {
  const started = ended.stdout
    .split('\n')
    .map((line) => (line === '' ? undefined : (JSON.parse(line) as ToldEvent)))[0];
  return String(started?.['runId']);
};

describe.skipIf(process.getuid?.() !== 0)(
  'a run that did not come to its end (the test needs root, for mounts)',
  () => {
    beforeAll(async () => {
      site = await startSite({ one: {}, two: {}, three: {} });
      const log = (name: string): object => ({
        name,
        shell: `echo ${name} {{inventory_hostname}} >>${site.folder}/log`,
      });
      playbook = await site.playbook(
        'two-plays.yml',
        JSON.stringify([
          { name: 'First', hosts: 'all', tasks: [log('first')] },
          {
            name: 'Second',
            hosts: 'all',
            tasks: [
              { name: 'may fail', command: `test ! -e ${site.folder}/broken-{{inventory_hostname}}` },
              { ...log('second'), notify: 'reload' },
            ],
            handlers: [log('reload')],
          },
          { name: 'Third', hosts: 'all', tasks: [log('third')] },
        ]),
      );
    });
    afterAll(() => site.stop());

    resumedRuns();
    changedFiles();
  },
);

function resumedRuns(): void {
  test('is listed, shown, and gone on with by the hosts that are not through', async () => {
    await writeFile(join(site.folder, 'broken-two'), '');
    const failed = await site.run(play());
    expect(failed.status).toBe(2);
    expect(await logged()).toEqual([
      'first one',
      'first three',
      'first two',
      'reload one',
      'reload three',
      'second one',
      'second three',
      'third one',
      'third three',
    ]);
    const listed = await site.run(['runs']);
    expect(listed.stdout).toMatch(new RegExp(`^${idOf(failed)} +failed .*two-plays\\.yml on 3 hosts`, 'm'));
    const shown = await site.run(['runs', 'show', idOf(failed)]);
    expect(shown.stdout).toMatch(/two\n.*changed +first.*\n.*failed +may fail/);

    await rm(join(site.folder, 'broken-two'));
    const resumed = await site.run(play('--resume'));
    expect(resumed).toMatchObject({ status: 0 });
    expect(await logged()).toEqual(['reload two', 'second two', 'third two']);
    expect((await site.run(['runs', 'show', idOf(resumed)])).stdout).toContain(`went on with ${idOf(failed)}`);
    const done = await site.run(play('--resume'));
    expect(done).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing to go on with') });
  });

  test('and was killed is told as such, with what it was at', async () => {
    const killed = await site.run(play(), (event, process) => {
      if (event.type === 'task_started' && JSON.stringify(event).includes('"may fail"')) process.kill('SIGKILL');
    });
    expect(killed.signal).toBe('SIGKILL');
    await site.quiet();
    await logged();
    const shown = await site.run(['runs', 'show', idOf(killed)]);
    expect(shown.stdout).toMatch(/^\S+ {2}killed\n/);
    expect(shown.stdout).toMatch(/begun +may fail .*it may have been made in part/);
    expect((await site.run(['runs'])).stdout).toMatch(new RegExp(`^${idOf(killed)} +killed`, 'm'));
    const resumed = await site.run(play('--resume', idOf(killed)));
    expect(resumed).toMatchObject({ status: 0 });
    const lines = await logged();
    expect(lines.filter((line) => line.startsWith('first'))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('third'))).toEqual(['third one', 'third three', 'third two']);
  });
}

function changedFiles(): void {
  test('is not gone on with after its files were changed, or for another part', async () => {
    await writeFile(join(site.folder, 'broken-one'), '');
    const failed = await site.run(play());
    await rm(join(site.folder, 'broken-one'));
    expect(failed.status).toBe(2);
    expect(await site.run(play('--resume', '--limit', 'one'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('same --limit'),
    });
    expect(await site.run(play('--resume', '-e', 'x=1'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('other files'),
    });
    await writeFile(playbook, `${await readFile(playbook, 'utf8')}\n`);
    expect(await site.run(play('--resume'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('other files'),
    });
  });

  test.each(['roles/web/templates/page.hbs', 'roles/web/files/plain', 'roles/web/vars/main.yml', 'chosen-one.yml'])(
    'is not gone on with after %s was changed',
    async (changed) => {
      const files = {
        'roles/web/templates/page.hbs': 'a\n',
        'roles/web/files/plain': 'a\n',
        'roles/web/vars/main.yml': 'x: a\n',
        'roles/web/tasks/main.yml': JSON.stringify([
          { template: { src: 'page.hbs', dest: '{{inventory_dir}}/out-page', mode: '0644' } },
          { query: 'echo plain', register: 'which' },
          { copy: { src: '{{which.stdout}}', dest: '{{inventory_dir}}/out-plain', mode: '0644' } },
        ]),
        'chosen-one.yml': 'y: a\n',
      };
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(site.folder, name)), { recursive: true });
        await writeFile(join(site.folder, name), text);
      }
      const book = await site.playbook(
        'with-role.yml',
        JSON.stringify([
          { hosts: 'one', vars: { number: 'one' }, vars_files: ['chosen-{{number}}.yml'], roles: ['web'] },
          { hosts: 'one', tasks: [{ command: 'false' }] },
        ]),
      );
      const run = (...more: readonly string[]): Promise<Ended> =>
        site.run(['play', book, '--no-lock', '--output', 'json', ...more]);
      expect(await run()).toMatchObject({ status: 2 });
      expect(await run('--resume')).toMatchObject({ status: 2 });
      await writeFile(join(site.folder, changed), changed.endsWith('.yml') ? 'x: b\n' : 'b\n');
      expect(await run('--resume')).toMatchObject({ status: 1, stderr: expect.stringContaining('other files') });
    },
  );
}
