import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePlan, planPieces } from '../../engine/run/saved-plan/plan-file.ts';
import { type Ended, runProgram } from './run-program.ts';

const base = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(base, { recursive: true }));

function runbook(folder: string, ...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, RUNBOOK_STATE: join(folder, '.runbook'), XDG_CACHE_HOME: join(folder, '.cache') };
  return runProgram(args, { cwd: folder, env });
}

const FILES: Readonly<Record<string, string>> = {
  'hosts.yml': 'all:\n  children:\n    web:\n      hosts:\n        one: { ansible_connection: local }\n',
  'group_vars/web.yml': 'port: 80\n',
  'templates/web.conf.hbs': 'port {{port}}\nuser {{owner}}\n',
  'site.yml': `- name: Web
  hosts: web
  vars: { target: "{{playbook_dir}}/host" }
  tasks:
    - { name: Folder, file: { path: "{{target}}/conf.d", state: directory, mode: "0755" } }
    - name: Configuration
      template: { src: web.conf.hbs, dest: "{{target}}/conf.d/web.conf", mode: "0600" }
      notify: Reload
    - { name: Message, copy: { content: "Welcome\\n", dest: "{{target}}/motd", mode: "0644" } }
    - { name: Kept, copy: { content: "kept\\n", dest: "{{target}}/kept", mode: "0644" } }
  handlers:
    - name: Reload
      copy: { content: "reloaded\\n", dest: "{{target}}/reloaded", mode: "0644" }
`,
  'host/motd': 'Go away\n',
  'host/kept': 'kept\n',
};

const EXTRA = ['-e', 'owner=operator'] as const;

function write(folder: string, path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function copyOf(name: string): string {
  const folder = join(base, name);
  cpSync(join(base, 'origin'), folder, { recursive: true, preserveTimestamps: true });
  return folder;
}

/** Returns everything below the host's folder: names, modes, times and content. */
function hostOf(folder: string): readonly string[] {
  return readdirSync(join(folder, 'host'), { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const path = join(folder, 'host', name);
      const status = statSync(path);
      return `${name} ${status.mode} ${status.mtimeMs} ${status.isFile() ? readFileSync(path, 'utf8') : ''}`;
    });
}

beforeAll(async () => {
  const origin = join(base, 'origin');
  for (const [path, text] of Object.entries(FILES)) write(origin, path, text);
  chmodSync(join(origin, 'host/motd'), 0o644);
  chmodSync(join(origin, 'host/kept'), 0o644);
});

/** Makes the plan in the folder in which it will be applied, because the plan contains the paths of the files. */
async function planned(name: string): Promise<string> {
  const folder = copyOf(name);
  const { status, stderr } = await runbook(folder, 'plan', '-i', 'hosts.yml', ...EXTRA, '-o', 'site.plan', 'site.yml');
  expect(stderr).toContain('Saved to site.plan');
  expect(status).toBe(0);
  return folder;
}

describe('a saved plan that holds', { timeout: 300_000 }, () => {
  test('is for its owner only, and the same bytes whenever it is made', async () => {
    const folder = await planned('same');
    expect(statSync(join(folder, 'site.plan')).mode & 0o777).toBe(0o600);
    await runbook(folder, 'plan', '-i', 'hosts.yml', ...EXTRA, '-o', 'again.plan', 'site.yml');
    expect(readFileSync(join(folder, 'again.plan'), 'utf8')).toBe(readFileSync(join(folder, 'site.plan'), 'utf8'));
  });

  test('makes exactly its changes, and then none', async () => {
    const folder = await planned('applied');
    const applied = await runbook(folder, 'apply', ...EXTRA, 'site.plan');
    expect(applied.stderr).toBe('');
    expect(applied.status).toBe(0);
    expect(applied.stdout.split('\n').filter((line) => line.startsWith('changed:'))).toEqual([
      'changed: [one] Folder',
      'changed: [one] Configuration',
      'changed: [one] Message',
      'changed: [one] handler Reload',
    ]);
    expect(applied.stdout).toContain('4 changes were made, all of them in the plan, and none is left out.');
    expect(readFileSync(join(folder, 'host/conf.d/web.conf'), 'utf8')).toBe('port 80\nuser operator\n');
    const after = await runbook(folder, 'plan', '-i', 'hosts.yml', ...EXTRA, '--detailed-exitcode', 'site.yml');
    expect(after.status).toBe(0);
  });

  test('is shown as text, as JSON and as a comment', async () => {
    const folder = await planned('shown');
    const text = await runbook(folder, 'show', 'site.plan');
    expect(text.stdout.split('\n')[0]).toBe('Plan: 4 to change, 1 in sync, 0 unknown on 1 host');
    expect(text.stdout).toContain('-Go away');
    const json = await runbook(folder, 'show', 'site.plan', '--format', 'json');
    expect(json.stdout).toBe(readFileSync(join(folder, 'site.plan'), 'utf8'));
    const markdown = await runbook(folder, 'show', 'site.plan', '--format', 'markdown');
    expect(markdown.stdout).toMatch(/^### Plan: 4 to change/);
    expect(markdown.stdout).toMatch(
      /<details><summary>🟡 &#126; <b>Message<\/b> on one: would change <code>site\.yml:\d+<\/code><\/summary>/,
    );
  });
});

describe('a saved plan of a part', { timeout: 300_000 }, () => {
  test('is not saved where a host cannot be planned', async () => {
    const folder = copyOf('lost');
    write(
      folder,
      'hosts.yml',
      `${FILES['hosts.yml'] ?? ''}        two: { ansible_host: 127.0.0.1, ansible_port: 1 }\n`,
    );
    const { status, stderr } = await runbook(
      folder,
      'plan',
      '-i',
      'hosts.yml',
      ...EXTRA,
      '-o',
      'site.plan',
      'site.yml',
    );
    expect(status).toBe(4);
    expect(stderr).toContain('The plan is incomplete, and was not saved.');
    expect(readdirSync(folder)).not.toContain('site.plan');
  });

  test('says where it is only a part', async () => {
    const folder = copyOf('part');
    await runbook(folder, 'plan', '-i', 'hosts.yml', ...EXTRA, '--limit', 'one', '-o', 'site.plan', 'site.yml');
    expect((await runbook(folder, 'show', 'site.plan')).stdout).toContain('only a part of the playbook: --limit one');
  });
});

function edit(folder: string, path: string, from: string, to: string): void {
  const text = readFileSync(join(folder, path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, path), text.replace(from, to));
}

interface Stale {
  readonly name: string;
  readonly spoil: (folder: string) => void;
  readonly says: string;
  readonly extra?: readonly string[];
}

const STALE: readonly Stale[] = [
  {
    name: 'cut off',
    spoil: (folder) => {
      const text = readFileSync(join(folder, 'site.plan'), 'utf8');
      writeFileSync(join(folder, 'site.plan'), text.slice(0, text.length / 2));
    },
    says: 'is cut off',
  },
  {
    name: 'edited',
    spoil: (folder) => edit(folder, 'site.plan', '+Welcome', '+Welcome, thief'),
    says: 'was changed after it was made',
  },
  {
    name: 'foreign',
    spoil: (folder) => write(folder, 'site.plan', '{"format_version":"1.2"}'),
    says: 'is not a plan of runbook',
  },
  {
    name: 'of another version of the format',
    spoil: (folder) => edit(folder, 'site.plan', '"version": 1', '"version": 2'),
    says: 'version 2',
  },
  {
    name: 'of another engine',
    spoil: (folder) => {
      const plan = parsePlan(readFileSync(join(folder, 'site.plan'), 'utf8'), 'site.plan');
      writeFileSync(join(folder, 'site.plan'), [...planPieces({ ...plan, engine: '0.0.9' })].join(''));
    },
    says: 'the plan was made by runbook 0.0.9',
  },
  {
    name: 'with an edited playbook',
    spoil: (folder) => edit(folder, 'site.yml', '"0755"', '"0750"'),
    says: 'the file site.yml has changed',
  },
  {
    name: 'with an edited template',
    spoil: (folder) => appendFileSync(join(folder, 'templates/web.conf.hbs'), '{{#broken'),
    says: 'the file templates/web.conf.hbs has changed',
  },
  {
    name: 'with an edited variable',
    spoil: (folder) => write(folder, 'group_vars/web.yml', 'port: 81\n'),
    says: 'the file group_vars/web.yml has changed',
  },
  {
    name: 'with a new file of variables',
    spoil: (folder) => write(folder, 'host_vars/one.yml', 'color: red\n'),
    says: 'the file host_vars/one.yml is read now',
  },
  {
    name: 'with a lost file of variables',
    spoil: (folder) => rmSync(join(folder, 'group_vars/web.yml')),
    says: 'the file group_vars/web.yml is gone',
  },
  {
    name: 'with a host more',
    spoil: (folder) => appendFileSync(join(folder, 'hosts.yml'), '        two: { ansible_connection: local }\n'),
    says: 'the file hosts.yml has changed',
  },
  { name: 'without its variables', spoil: () => undefined, extra: [], says: 'the variable owner of -e is missing' },
  {
    name: 'with another variable',
    spoil: () => undefined,
    extra: ['-e', 'owner=thief'],
    says: 'the variable owner of -e has another value',
  },
  {
    name: 'on a host where a file to be changed has changed',
    spoil: (folder) => write(folder, 'host/motd', 'Stay away\n'),
    says: 'the task "Message" on one would be done otherwise than in the plan',
  },
  {
    name: 'on a host where a file in sync has changed',
    spoil: (folder) => chmodSync(join(folder, 'host/kept'), 0o600),
    says: 'host/kept on one is no longer as the plan saw it',
  },
  {
    name: 'on a host where it was done already',
    spoil: (folder) => mkdirSync(join(folder, 'host/conf.d'), { mode: 0o755 }),
    says: 'the task "Folder" on one is in the plan, and is not needed any more',
  },
];

describe('a plan is refused, and nothing is touched, when it is', { timeout: 300_000 }, () => {
  test.concurrent.each(STALE)('$name', async ({ name, spoil, says, extra = EXTRA }) => {
    const folder = await planned(name.replaceAll(' ', '-'));
    spoil(folder);
    const before = hostOf(folder);
    const { status, stderr } = await runbook(folder, 'apply', ...extra, 'site.plan');
    expect(stderr).toContain(says);
    expect(status).toBe(1);
    expect(hostOf(folder)).toEqual(before);
  });
});

test('a change that comes up while a plan is applied is not made, whatever ignores errors', async () => {
  const folder = copyOf('surprise');
  // The answer is different the third time. The first time is the plan, the second one the comparison before `apply`,
  // and the third one the play.
  write(
    folder,
    'site.yml',
    `- name: Surprise
  hosts: web
  vars: { target: "{{playbook_dir}}/host" }
  tasks:
    - name: Ask
      query: sh -c 'echo x >>{{target}}/asked; [ "$(wc -l <{{target}}/asked)" -lt 3 ] && echo planned || echo other'
      register: asked
    - name: Follow
      copy: { content: "{{asked.stdout}}\\n", dest: "{{target}}/motd" }
      ignore_errors: true
    - { name: Behind, copy: { content: "x", dest: "{{target}}/behind" } }
`,
  );
  await runbook(folder, 'plan', '-i', 'hosts.yml', '-o', 'site.plan', 'site.yml');
  const { status, stdout } = await runbook(folder, 'apply', 'site.plan');
  expect(stdout).toContain('one would be changed in a way that the plan does not have');
  expect(stdout).toContain('planned and not made: Follow [one]');
  expect(status).toBe(2);
  expect(readFileSync(join(folder, 'host/motd'), 'utf8')).toBe('Go away\n');
  expect(readdirSync(join(folder, 'host'))).not.toContain('behind');
});
