import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

// Files that steer a run, and that another user has written or could have written.

const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');
const SOMEBODY = 12_345;

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

interface Place {
  readonly folder: string;
  readonly runs: string;
  readonly run: (...args: readonly string[]) => Ended;
}

/** The second task fails as long as there is no file `go`. */
const PLAYBOOK = `- hosts: localhost
  tasks:
    - command: touch {{playbook_dir}}/first-{{word}}
- hosts: localhost
  tasks:
    - command: test -e {{playbook_dir}}/go
`;

function place(): Place {
  const folder = temporaryFolder('runbook-believed-');
  writeFileSync(join(folder, 'p.yml'), PLAYBOOK);
  writeFileSync(join(folder, 'v.yml'), 'word: mine\n');
  const env = { ...process.env, RUNBOOK_STATE: join(folder, '.state'), XDG_CACHE_HOME: join(folder, '.cache') };
  return {
    folder,
    runs: join(folder, '.state/runs'),
    run: (...args) => {
      const done = spawnSync(RUNBOOK, args, { cwd: folder, env, encoding: 'utf8' });
      return { status: done.status, output: done.stdout + done.stderr };
    },
  };
}

/** Ways in which another user may write a file in a folder. */
const SPOILT: readonly (readonly [string, (file: string, folder: string) => void])[] = [
  ['it belongs to another user', (file) => chownSync(file, SOMEBODY, SOMEBODY)],
  ['everybody may write to it', (file) => chmodSync(file, 0o666)],
  ['its folder belongs to another user', (_, folder) => chownSync(folder, SOMEBODY, SOMEBODY)],
  ['everybody may replace it', (_, folder) => chmodSync(folder, 0o777)],
  [
    'it is a link to the file of another user',
    (file) => {
      renameSync(file, `${file}.there`);
      chownSync(`${file}.there`, SOMEBODY, SOMEBODY);
      symlinkSync(`${file}.there`, file);
    },
  ],
];

describe.skipIf(process.getuid?.() !== 0)('what others may have written (the tests need root, for owners)', () => {
  test.each(SPOILT)('a run is not gone on with by a journal where %s', (_, spoil) => {
    const here = place();
    expect(here.run('play', 'p.yml', '-e', '@v.yml').status).not.toBe(0);
    writeFileSync(join(here.folder, 'go'), '');
    const [id = ''] = readdirSync(here.runs);
    spoil(join(here.runs, id, 'journal.jsonl'), join(here.runs, id));
    const args = ['play', 'p.yml', '-e', '@v.yml'];
    const refused = here.run(...args, `--resume=${id}`);
    expect(refused).toMatchObject({ status: 1, output: expect.stringContaining("may be another user's work") });
    expect(here.run(...args, '--resume')).toMatchObject({
      status: 1,
      output: expect.stringContaining('There is no run'),
    });
    expect(here.run('runs').output).toContain('(not your own)');
    expect(here.run('runs', 'show', id).output).toMatch(/warning: not your own, and may say anything: \//);
    expect(here.run(...args, `--resume=${id}`, '--trust').status).toBe(0);
  });

  test('a run of one’s own is gone on with, and shown without a word of others', () => {
    const here = place();
    here.run('play', 'p.yml', '-e', '@v.yml');
    const [id = ''] = readdirSync(here.runs);
    expect(here.run('runs', 'show', id).output).not.toContain('not your own');
    writeFileSync(join(here.folder, 'go'), '');
    expect(here.run('play', 'p.yml', '-e', '@v.yml', '--resume').status).toBe(0);
  });
});

const PLANNED = ['plan', 'q.yml', '-e', '@v.yml', '-o', 'plans/saved'] as const;

function planned(): Place {
  const here = place();
  mkdirSync(join(here.folder, 'plans'));
  writeFileSync(
    join(here.folder, 'q.yml'),
    '- { hosts: localhost, tasks: [{ copy: { content: "{{word}}\\n", dest: "{{playbook_dir}}/made" } }] }\n',
  );
  expect(here.run(...PLANNED)).toMatchObject({ status: 0 });
  return here;
}

describe.skipIf(process.getuid?.() !== 0)(
  'plans that others may have written (the tests need root, for owners)',
  () => {
    test.each(SPOILT)('a plan is not applied where %s, and nothing that it names is read', (_, spoil) => {
      const here = planned();
      const plan = join(here.folder, 'plans/saved');
      spoil(plan, join(here.folder, 'plans'));
      // If `apply` read these files, it would report this change.
      appendFileSync(join(here.folder, 'q.yml'), '# changed\n');
      const refused = here.run('apply', 'plans/saved');
      expect(refused).toMatchObject({ status: 1, output: expect.stringContaining("may be another user's work") });
      expect(refused.output).not.toContain('q.yml');
      expect(existsSync(join(here.folder, 'made'))).toBe(false);
      writeFileSync(
        join(here.folder, 'q.yml'),
        readFileSync(join(here.folder, 'q.yml'), 'utf8').replace('# changed\n', ''),
      );
      expect(here.run('show', 'plans/saved').status).toBe(0);
      writeFileSync(join(here.folder, 'copy'), readFileSync(plan));
      expect(here.run('apply', 'copy')).toMatchObject({ status: 0 });
      expect(readFileSync(join(here.folder, 'made'), 'utf8')).toBe('mine\n');
    });

    test('variables of another user that a plan names are not taken, unless they are named again', () => {
      const here = planned();
      chownSync(join(here.folder, 'v.yml'), SOMEBODY, SOMEBODY);
      const refused = here.run('apply', 'plans/saved');
      expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('takes variables from') });
      const [, remedy = ''] = /name it yourself: -e (\S+)\.$/m.exec(refused.output) ?? [];
      expect(here.run('apply', 'plans/saved', '-e', remedy)).toMatchObject({ status: 0 });
    });

    test('a plan of another user is applied with --trust', () => {
      const here = planned();
      chownSync(join(here.folder, 'plans/saved'), SOMEBODY, SOMEBODY);
      expect(here.run('apply', 'plans/saved', '--trust')).toMatchObject({ status: 0 });
    });
  },
);
