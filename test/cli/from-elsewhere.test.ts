import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

/** A playbook of another author, in a folder outside of the operator's project. */
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

interface Elsewhere {
  /** The working folder of the operator. It has `secret`, `secret.yml`, and the files that a play may write there. */
  readonly home: string;
  readonly project: string;
  readonly run: (
    args: readonly string[],
    options?: { readonly from?: string; readonly env?: Readonly<Record<string, string>> },
  ) => Ended;
}

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

function elsewhere(files: Readonly<Record<string, string>>): Elsewhere {
  const base = temporaryFolder('runbook-elsewhere-');
  const [home, project] = [join(base, 'home'), join(base, 'project')];
  mkdirSync(home);
  writeFileSync(join(home, 'secret'), 'SECRET-OF-THE-OPERATOR\n');
  writeFileSync(join(home, 'secret.yml'), 'word: SECRET-OF-THE-OPERATOR\n');
  writeFileSync(join(home, 'own.yml'), AWAY);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text.replaceAll('HOME', home));
  }
  symlinkSync(home, join(project, 'out'));
  return {
    home,
    project,
    run: (args, { from = home, env = {} } = {}) => {
      const { RUNBOOK_TRUST: _, ...inherited } = process.env;
      // With an inventory that has only this machine, nothing would be checked.
      const inventory =
        from !== home || args.includes('-i') || !['play', 'plan', 'lint'].includes(args[0] ?? '')
          ? []
          : ['-i', 'own.yml'];
      const done = spawnSync(RUNBOOK, [...args, ...inventory], {
        cwd: from,
        env: { ...inherited, RUNBOOK_STATE: join(base, '.state'), XDG_CACHE_HOME: join(base, '.cache'), ...env },
        encoding: 'utf8',
      });
      return { status: done.status, output: done.stdout + done.stderr };
    },
  };
}

const here = (task: string): string => `- hosts: localhost\n  tasks:\n    - ${task}\n`;
const remote = (task: string): string => `- hosts: away\n  tasks:\n    - ${task}\n`;
const AWAY = 'away:\n  hosts:\n    far: { ansible_host: 192.0.2.1 }\n';

/** Actions that are refused because of the path, and that run after --allow-controller names the path. */
const PATHS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a file that is written', { 'p.yml': here('copy: { content: x, dest: HOME/written }') }],
  [
    'a file that is written by a link out of the project',
    { 'p.yml': here('copy: { content: x, dest: "{{playbook_dir}}/out/written" }') },
  ],
  ['a folder that is made', { 'p.yml': here('file: { path: HOME/written, state: directory }') }],
  ['a link that leads out', { 'p.yml': here('file: { path: "{{playbook_dir}}/l", src: HOME, state: link }') }],
  ['a line of a file', { 'p.yml': here('lineinfile: { path: HOME/secret, line: x }') }],
  [
    'a template that is written',
    { 'p.yml': here('template: { src: t.hbs, dest: HOME/written }'), 'templates/t.hbs': 'x' },
  ],
  ['a key', { 'p.yml': here('key_pair: { path: HOME/written, name: k }') }],
  ['a kubeconfig', { 'p.yml': here('random_key: { path: HOME/written }') }],
  ['a file that is moved', { 'p.yml': here('move: { src: HOME/secret, dest: "{{playbook_dir}}/mine" }') }],
  ['a file that is copied from', { 'p.yml': here('copy: { src: HOME/secret, dest: "{{playbook_dir}}/mine" }') }],
  [
    'a file that is copied on this machine',
    { 'p.yml': here('copy: { src: HOME/secret, dest: "{{playbook_dir}}/mine", remote_src: true }') },
  ],
  ['a folder that is copied from', { 'p.yml': here('copy: { src: HOME/, dest: "{{playbook_dir}}/mine" }') }],
  ['a file that is brought from', { 'p.yml': here('fetch: { src: HOME/secret, dest: mine, flat: true }') }],
  [
    'a file that is brought',
    { 'p.yml': here('fetch: { src: "{{playbook_dir}}/p.yml", dest: HOME/written, flat: true }') },
  ],
  ['a file that is read', { 'p.yml': here('slurp: { src: HOME/secret }') }],
  ['a file that is read by a link', { 'p.yml': here('slurp: { src: "{{playbook_dir}}/out/secret" }') }],
  ['a file that is looked at', { 'p.yml': here('stat: { path: HOME/secret }') }],
  ['a folder that is looked through', { 'p.yml': here('find: { paths: HOME }') }],
  ['a template', { 'p.yml': here('template: { src: HOME/secret, dest: "{{playbook_dir}}/mine" }') }],
  [
    'a template in a template',
    {
      'p.yml': here('template: { src: t.hbs, dest: "{{playbook_dir}}/mine" }'),
      'templates/t.hbs': '{{> ../out/secret}}',
    },
  ],
  [
    'variables',
    { 'p.yml': `- hosts: localhost\n  vars_files: [HOME/secret.yml]\n  tasks:\n    - debug: { msg: "{{word}}" }\n` },
  ],
  [
    'variables by a name that is a template',
    {
      'p.yml': `- hosts: localhost\n  vars: { n: HOME/secret.yml }\n  vars_files: ["{{n}}"]\n  tasks:\n    - debug: { msg: "{{word}}" }\n`,
    },
  ],
  ['included variables', { 'p.yml': here('include_vars: HOME/secret.yml') }],
  ['a file as a text', { 'p.yml': here(`debug: { msg: "{{read_file 'HOME/secret'}}" }`) }],
  ['a file as a template', { 'p.yml': here(`debug: { msg: "{{render_file 'HOME/secret'}}" }`) }],
  ['a password in a file', { 'p.yml': here(`debug: { msg: "{{password_file 'HOME/written'}}" }`) }],
  ['the first file', { 'p.yml': here(`debug: { msg: "{{first_found (list 'HOME/secret')}}" }`) }],
  ['files by a pattern', { 'p.yml': here(`debug: { msg: "{{json (fileglob 'HOME/*')}}" }`) }],
  ['tasks', { 'p.yml': here('include_tasks: HOME/tasks.yml') }],
  ['tasks by a name that is a template', { 'p.yml': here('{ include_tasks: "{{n}}", vars: { n: HOME/tasks.yml } }') }],
  ['a playbook', { 'p.yml': '- import_playbook: HOME/play.yml\n' }],
  ['a role', { 'p.yml': '- hosts: localhost\n  roles: [HOME/role]\n' }],
];

test.each(PATHS)('%s outside of the project is refused, until the command line allows the path', (_, files) => {
  const { home, project, run } = elsewhere(files);
  writeFileSync(join(home, 'tasks.yml'), '- debug: { msg: SECRET-OF-THE-OPERATOR }\n');
  writeFileSync(join(home, 'play.yml'), '- hosts: localhost\n  tasks:\n    - debug: { msg: SECRET-OF-THE-OPERATOR }\n');
  mkdirSync(join(home, 'role/tasks'), { recursive: true });
  writeFileSync(join(home, 'role/tasks/main.yml'), '- debug: { msg: SECRET-OF-THE-OPERATOR }\n');
  const playbook = join(project, 'p.yml');
  const refused = run(['play', playbook, '-v']);
  expect(refused.status, refused.output).not.toBe(0);
  expect(refused.output).toContain('lies outside of the project');
  expect(refused.output).toContain(`--allow-controller ${home}`);
  expect(refused.output).not.toContain('SECRET-OF-THE-OPERATOR');
  expect(existsSync(join(home, 'written'))).toBe(false);
  expect(existsSync(join(project, 'mine'))).toBe(false);
  expect(readFileSync(join(home, 'secret'), 'utf8')).toBe('SECRET-OF-THE-OPERATOR\n');
  const allowed = run(['play', playbook, '--allow-controller', home]);
  expect(allowed.status, allowed.output).toBe(0);
});

test('the environment is kept from a playbook from elsewhere, and not from a trusted one', () => {
  const { home, project, run } = elsewhere({ 'p.yml': here(`debug: { msg: "path={{get_env 'PATH'}}" }`) });
  const playbook = join(project, 'p.yml');
  expect(run(['play', playbook, '--allow-controller', home]).output).toContain(
    'may not read the variable PATH of the environment of this machine',
  );
  expect(run(['play', playbook, '--trust']).output).toContain('path=/');
});

/** Actions that run code, which no path permits. */
const CODE: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a command', { 'p.yml': here('command: touch HOME/written') }],
  ['a shell', { 'p.yml': here('shell: touch HOME/written') }],
  ['a query', { 'p.yml': here('query: touch HOME/written') }],
  [
    'a query that is looked at ahead, as far as nobody knows whether it is done',
    {
      'p.yml': `- hosts: localhost
  tasks:
    - { stat: { path: "{{playbook_dir}}" }, register: r }
    - { query: touch HOME/written, when: r.stat.exists }
  handlers:
    - { name: h, debug: { msg: x } }
`,
    },
  ],
  ['a check', { 'p.yml': here('{ check: touch HOME/written, apply: "true" }') }],
  ['a script', { 'p.yml': here('script: s.sh'), 'files/s.sh': '#!/bin/sh\ntouch HOME/written\n' }],
  [
    'a check of a file',
    { 'p.yml': here('copy: { content: x, dest: "{{playbook_dir}}/x", validate: "touch HOME/written %s" }') },
  ],
  [
    'programs of another PATH',
    { 'p.yml': here('{ stat: { path: "{{playbook_dir}}" }, environment: { PATH: HOME } }') },
  ],
  ['a download', { 'p.yml': here('get_url: { url: "file://HOME/secret", dest: "{{playbook_dir}}/mine" }') }],
  ['a task as root', { 'p.yml': here('{ stat: { path: "{{playbook_dir}}" }, become: true }') }],
  [
    'a task of another host',
    { 'p.yml': remote('{ command: touch HOME/written, delegate_to: localhost }'), 'hosts.yml': AWAY },
  ],
  [
    'a local connection of the play',
    {
      'p.yml': remote('command: touch HOME/written').replace('tasks', 'vars: { ansible_connection: local }\n  tasks'),
      'hosts.yml': AWAY,
    },
  ],
  [
    'a local connection of the inventory',
    {
      'p.yml': remote('command: touch HOME/written'),
      'hosts.yml': AWAY.replace('ansible_host: 192.0.2.1', 'ansible_connection: local'),
    },
  ],
  [
    'a connection that a task sets',
    {
      'p.yml':
        '- hosts: away\n  vars: { ansible_connection: local }\n  tasks:\n    - { command: touch HOME/written, vars: { ansible_connection: ssh } }\n',
      'hosts.yml': AWAY,
    },
  ],
  [
    'a proxy command of the inventory',
    {
      'p.yml': remote('command: id'),
      'hosts.yml': AWAY.replace('192.0.2.1', '192.0.2.1, ansible_ssh_proxy_command: touch HOME/written'),
    },
  ],
  [
    'a proxy command of the play',
    {
      'p.yml': remote('command: id').replace(
        'tasks',
        'vars: { ansible_ssh_proxy_command: touch HOME/written }\n  tasks',
      ),
      'hosts.yml': AWAY,
    },
  ],
];

test.each(CODE)('no code of this machine is run from elsewhere: %s', (_, files) => {
  const { home, project, run } = elsewhere(files);
  const inventory = 'hosts.yml' in files ? ['-i', join(project, 'hosts.yml')] : [];
  const refused = run(['play', join(project, 'p.yml'), ...inventory, '--allow-controller', '/', '-T', '1']);
  expect(refused.status, refused.output).not.toBe(0);
  expect(refused.output).toMatch(/would run code on this machine/);
  expect(refused.output).toContain('--trust');
  expect(existsSync(join(home, 'written'))).toBe(false);
  expect(existsSync(join(project, 'mine'))).toBe(false);
});

test('what can be known is refused before anything is connected to, and by lint', () => {
  const { project, run } = elsewhere({ 'p.yml': remote('{ command: id, delegate_to: localhost }'), 'hosts.yml': AWAY });
  for (const command of ['lint', 'plan', 'play']) {
    const refused = run([command, join(project, 'p.yml'), '-i', join(project, 'hosts.yml')]);
    expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('p.yml:3:7') });
    expect(refused.output).not.toContain('192.0.2.1');
  }
});

const CODE_HERE = here('command: touch HOME/written');

test.each<[string, (place: Elsewhere) => Ended]>([
  ['--trust is given', ({ project, run }) => run(['play', join(project, 'p.yml'), '--trust'])],
  [
    'RUNBOOK_TRUST names its folder',
    ({ project, run }) => run(['play', join(project, 'p.yml')], { env: { RUNBOOK_TRUST: `/nowhere:${project}` } }),
  ],
  ['the operator is in its folder', ({ project, run }) => run(['play', 'p.yml'], { from: project })],
  [
    'the operator is above its folder',
    ({ project, run }) => run(['play', 'project/p.yml'], { from: dirname(project) }),
  ],
])('it does whatever the operator may do where %s', (_, play) => {
  const place = elsewhere({ 'p.yml': CODE_HERE });
  const played = play(place);
  expect(played.status, played.output).toBe(0);
  expect(existsSync(join(place.home, 'written'))).toBe(true);
});

test('where this machine is the only one, it does what the operator may do', () => {
  const { home, project, run } = elsewhere({ 'p.yml': CODE_HERE });
  const inventory = join(home, 'here.yml');
  writeFileSync(inventory, 'here:\n  hosts:\n    near: { ansible_connection: local }\n');
  for (const more of [
    ['-i', 'localhost,'],
    ['-i', inventory],
  ]) {
    const played = run(['play', join(project, 'p.yml'), ...more]);
    expect(played.status, played.output).toBe(0);
  }
  expect(existsSync(join(home, 'written'))).toBe(true);
  expect(run(['play', join(project, 'p.yml'), '-i', 'localhost,', '--no-trust']).status).not.toBe(0);
});

test.each<[string, (place: Elsewhere) => Ended, RegExp]>([
  [
    '--no-trust is given',
    ({ project, run }) => run(['play', 'p.yml', '--no-trust'], { from: project }),
    /--no-trust was given/,
  ],
  [
    'it is a repository of its own below',
    ({ project, run }) => {
      mkdirSync(join(project, '.git'));
      writeFileSync(join(project, '../own.yml'), AWAY);
      return run(['play', 'project/p.yml', '-i', 'own.yml'], { from: dirname(project) });
    },
    /part of the project/,
  ],
  [
    'everybody may write to it',
    ({ project, run }) => {
      chmodSync(project, 0o777);
      return run(['play', 'p.yml'], { from: project });
    },
    /everybody may write/,
  ],
])('it stays from elsewhere where %s', (_, play, why) => {
  const place = elsewhere({ 'p.yml': CODE_HERE });
  expect(play(place)).toMatchObject({ status: 1, output: expect.stringMatching(why) });
  expect(existsSync(join(place.home, 'written'))).toBe(false);
});

test('in its own project a playbook from elsewhere reads and writes', () => {
  const { project, run } = elsewhere({
    'playbooks/p.yml': `- hosts: localhost
  vars: { d: "{{dirname playbook_dir}}/made" }
  vars_files: [../more.yml]
  tasks:
    - file: { path: "{{d}}", state: directory }
    - copy: { src: a.txt, dest: "{{d}}/" }
    - template: { src: t.hbs, dest: "{{d}}/t" }
    - slurp: { src: "{{d}}/t" }
    - key_pair: { path: "{{d}}/pki", name: k }
    - include_tasks: ../tasks.yml
`,
    'more.yml': 'word: hello\n',
    'tasks.yml': '- debug: { msg: "{{word}}" }\n',
    'playbooks/files/a.txt': 'a',
    'playbooks/templates/t.hbs': '{{word}}',
  });
  const played = run(['play', join(project, 'playbooks/p.yml')]);
  expect(played.status, played.output).toBe(0);
  expect(readFileSync(join(project, 'made/t'), 'utf8')).toBe('hello');
});

test.each([
  ['copy: { content: x, dest: "{{playbook_dir}}/.git/hooks/post-commit" }', 'write'],
  ['copy: { content: x, dest: "{{playbook_dir}}/.git/config" }', 'write'],
  ['copy: { content: x, dest: "{{playbook_dir}}/.GIT/config" }', 'write'],
  ['copy: { src: "{{playbook_dir}}/.git/config", dest: "{{playbook_dir}}/mine", remote_src: true }', 'read'],
  ['lineinfile: { path: "{{playbook_dir}}/link/config", line: x }', 'write'],
  ['file: { path: "{{playbook_dir}}/new", src: .git, state: link }', 'read'],
  ['move: { src: "{{playbook_dir}}/new", dest: "{{playbook_dir}}/below/.git" }', 'write'],
  ['slurp: { src: "{{playbook_dir}}/.git/config" }', 'read'],
  ['template: { src: "{{playbook_dir}}/.git/config", dest: "{{playbook_dir}}/mine" }', 'read'],
  ['copy: { content: x, dest: "{{playbook_dir}}/.hg/hgrc" }', 'write'],
])("version control of the project is the operator's: %s", (task, kind) => {
  const { project, run } = elsewhere({ 'p.yml': here(task), '.git/config': 'SECRET-OF-THE-OPERATOR\n' });
  symlinkSync(join(project, '.git'), join(project, 'link'));
  const playbook = join(project, 'p.yml');
  const refused = run(['play', playbook, '-v', '--allow-controller', project]);
  expect(refused.status, refused.output).not.toBe(0);
  expect(refused.output).toMatch(/belongs to the version control of the project/);
  expect(refused.output).toContain(`may not ${kind} it`);
  expect(refused.output).not.toContain('SECRET-OF-THE-OPERATOR');
  expect(readFileSync(join(project, '.git/config'), 'utf8')).toBe('SECRET-OF-THE-OPERATOR\n');
  const [, path = ''] = /--allow-controller (\S+)\. /.exec(refused.output) ?? [];
  expect(run(['play', playbook, '--allow-controller', path]).output).not.toContain('belongs to the version control');
});

describe('a playbook that lies in the home itself', () => {
  const files = {
    'p.yml': here('slurp: { src: "{{playbook_dir}}/.ssh/id_ed25519" }'),
    'w.yml': here('copy: { content: x, dest: "{{playbook_dir}}/.bashrc" }'),
    'r.yml': '- hosts: localhost\n  roles: [r]\n  tasks:\n    - slurp: { src: "{{playbook_dir}}/r.yml" }\n',
    'roles/r/tasks/main.yml': '- debug: { msg: of the role }\n',
    '.ssh/id_ed25519': 'SECRET-OF-THE-OPERATOR\n',
    'own.yml': AWAY,
    'work/own.yml': AWAY,
  };

  test.each(['p.yml', 'w.yml'])('has no other file of the home, wherever the operator is: %s', (name) => {
    const { home, project, run } = elsewhere(files);
    const env = { HOME: project };
    for (const from of [home, join(project, 'work')]) {
      const refused = run(['play', join(project, name), '-v', '-i', 'own.yml'], { from, env });
      expect(refused.status, refused.output).not.toBe(0);
      expect(refused.output).toContain(`does not belong to ${project}/${name}`);
      expect(refused.output).toContain(`RUNBOOK_TRUST=${project}/${name}`);
    }
    expect(existsSync(join(project, '.bashrc'))).toBe(false);
    for (const trust of [{ RUNBOOK_TRUST: join(project, name) }, { RUNBOOK_TRUST: '/nowhere' }]) {
      const played = run(['play', join(project, name), '-i', 'own.yml'], { env: { ...env, ...trust } });
      expect(played.status === 0, played.output).toBe(trust.RUNBOOK_TRUST !== '/nowhere');
    }
    const there = run(['play', name, '-i', 'own.yml'], { from: project, env });
    expect(there.status, there.output).toBe(0);
  });

  test('has its roles, and itself', () => {
    const { project, run } = elsewhere(files);
    const played = run(['play', join(project, 'r.yml')], { env: { HOME: project } });
    expect(played.status, played.output).toBe(0);
    expect(played.output).toContain('of the role');
  });
});

test('an earlier task cannot put a link into the way of a later one', () => {
  const { home, project, run } = elsewhere({
    'p.yml': `- hosts: localhost
  tasks:
    - copy: { src: "{{playbook_dir}}/links/", dest: "{{playbook_dir}}/new", remote_src: true }
    - copy: { content: x, dest: "{{playbook_dir}}/new/l/written" }
`,
  });
  mkdirSync(join(project, 'links'));
  symlinkSync(home, join(project, 'links/l'));
  expect(run(['play', join(project, 'p.yml')]).status).not.toBe(0);
  expect(existsSync(join(home, 'written'))).toBe(false);
});

describe('an inventory from elsewhere', () => {
  const own = (home: string, text: string): string => {
    writeFileSync(join(home, 'p.yml'), text);
    return 'p.yml';
  };
  const script = "#!/bin/sh\ntouch HOME/written\necho '{}'\n";

  test.each([
    ['inventory', '--list'],
    ['ping', 'all'],
    ['play', 'p.yml'],
    ['lint', 'p.yml'],
    ['exec', 'all', '-a', 'id'],
    ['vars', 'far'],
  ])('is not run as a program by %s', (...command) => {
    const { home, project, run } = elsewhere({ 'script.sh': script });
    chmodSync(join(project, 'script.sh'), 0o755);
    own(home, '- hosts: all\n  tasks:\n    - ping:\n');
    const refused = run([...command, '-i', join(project, 'script.sh')]);
    expect(refused.status).not.toBe(0);
    expect(refused.output).toContain('would run code on this machine');
    expect(existsSync(join(home, 'written'))).toBe(false);
    run([...command, '-i', join(project, 'script.sh'), '--trust']);
    expect(existsSync(join(home, 'written'))).toBe(true);
  });

  test('does not make a playbook of the operator run on this machine', () => {
    const { home, project, run } = elsewhere({
      'hosts.yml': AWAY.replace('ansible_host: 192.0.2.1', 'ansible_connection: local'),
    });
    own(home, `- hosts: away\n  tasks:\n    - command: touch ${home}/written\n`);
    expect(run(['play', 'p.yml', '-i', join(project, 'hosts.yml')]).output).toContain('would run code on this machine');
    expect(existsSync(join(home, 'written'))).toBe(false);
  });

  test.each([
    ['known_hosts.new', false],
    ['other', true],
  ])('may have keys of hosts in the file %s outside of the project; refused: %j', (name, isRefused) => {
    const { home, project, run } = elsewhere({
      'hosts.yml': `away:\n  hosts:\n    far: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_known_hosts_file: HOME/${name} }\n`,
    });
    const pinged = run(['ping', 'far', '-i', join(project, 'hosts.yml')]);
    expect(pinged.output.includes(`${home}/${name} lies outside of the project`), pinged.output).toBe(isRefused);
  });

  test('does not have variables read from elsewhere', () => {
    const { home, project, run } = elsewhere({ 'hosts.yml': AWAY });
    mkdirSync(join(project, 'group_vars'));
    symlinkSync(join(home, 'secret.yml'), join(project, 'group_vars/away.yml'));
    const refused = run(['vars', 'far', '-i', join(project, 'hosts.yml')]);
    expect(refused.output).toContain('lies outside of the project');
    expect(refused.output).not.toContain('SECRET-OF-THE-OPERATOR');
  });

  test('leaves a playbook of the operator all that it needs on the hosts', () => {
    const { home, project, run } = elsewhere({ 'hosts.yml': AWAY });
    own(home, '- hosts: away\n  tasks:\n    - copy: { src: secret, dest: /root/x }\n    - debug: { msg: x }\n');
    expect(run(['lint', 'p.yml', '-i', join(project, 'hosts.yml')])).toMatchObject({ status: 0 });
  });
});
