import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { givesDefaultAcl } from '../default-acl.ts';

/**
 * Whole plays with three hosts that are all this machine, each with a folder of its own. They show the meaning of the
 * language when it runs.
 */
const RUNBOOK = join(import.meta.dirname, '../../bin/runbook.js');

interface Told {
  readonly type: string;
  readonly host?: string;
  readonly play?: string;
  readonly hosts?: readonly string[];
  readonly task?: { readonly name: string; readonly handler: boolean };
  readonly item?: string;
  readonly outcome?: { readonly kind: string; readonly ignored?: boolean };
  readonly recap?: readonly {
    readonly host: string;
    readonly failed: number;
    readonly rescued: number;
    readonly changed: number;
  }[];
  readonly stopped?: string;
  readonly milliseconds?: number;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'playing-'));
  return () => rmSync(folder, { recursive: true });
});

async function play(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ status: number; events: readonly Told[]; stderr: string }> {
  const hosts = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, { ansible_connection: 'local', mine: join(folder, name) }]),
  );
  const all = { 'hosts.yml': JSON.stringify({ web: { hosts } }), ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return new Promise((resolve) => {
    const argv = [RUNBOOK, 'play', 'site.yml', '-i', 'hosts.yml', '--output', 'json', ...args];
    execFile(process.execPath, argv, { cwd: folder }, (error, stdout, stderr) => {
      const events = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Told => JSON.parse(line));
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, events, stderr });
    });
  });
}

/** Returns `host task outcome` of every finished task, in order. */
function story(events: readonly Told[], kinds: readonly string[] = ['ok', 'changed', 'failed']): readonly string[] {
  return events
    .filter((event) => event.type === 'task_finished' && kinds.includes(event.outcome?.kind ?? ''))
    .map((event) => `${event.host ?? ''} ${event.task?.name ?? ''} ${event.outcome?.kind ?? ''}`);
}

const MARK = (name: string): string => `{ name: ${name}, shell: "echo ${name} >> {{mine}}" }`;

test('a new file has its mode, whatever the default ACL of its directory', async ({ skip }) => {
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  skip(!givesDefaultAcl(shared), 'directories take no ACL here');
  const site = `- hosts: web\n  tasks:\n    - { name: write, copy: { content: "x", dest: "${shared}/{{inventory_hostname}}", mode: "0640" } }\n`;
  const { events, stderr } = await play({ 'site.yml': site });
  expect(stderr).toBe('');
  expect(story(events).toSorted()).toEqual(['a write changed', 'b write changed', 'c write changed']);
  for (const name of ['a', 'b', 'c']) expect((statSync(join(shared, name)).mode & 0o777).toString(8)).toBe('640');
});

describe('order', () => {
  test('no host changes anything for a task before every host is through with the one ahead', async () => {
    const { events } = await play({
      'site.yml': `- hosts: web\n  tasks:\n    - ${MARK('one')}\n    - ${MARK('two')}\n`,
    });
    expect(story(events).map((line) => line.split(' ')[1])).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
  });

  test('serial takes the hosts in batches', async () => {
    const { events } = await play({
      'site.yml': `- hosts: web\n  serial: [1, 2]\n  tasks:\n    - ${MARK('one')}\n    - ${MARK('two')}\n`,
    });
    expect(events.filter((event) => event.type === 'play_started').map((event) => event.hosts)).toEqual([
      ['a'],
      ['b', 'c'],
    ]);
    expect(story(events).slice(0, 2)).toEqual(['a one changed', 'a two changed']);
  });

  test('a throttled block runs whole on one host before it begins on the next', async () => {
    const site = `- hosts: web\n  tasks:\n    - throttle: 1\n      block:\n        - ${MARK('one')}\n        - ${MARK('two')}\n`;
    const { events } = await play({ 'site.yml': site });
    const hosts = story(events).map((line) => line.split(' ')[0]);
    expect(hosts.filter((host, index) => host !== hosts[index - 1])).toHaveLength(3);
  });

  test('a throttled loop goes through all its items on one host before it begins on the next', async () => {
    const loop = `{ name: many, throttle: 1, loop: [1, 2, 3], shell: 'echo {{item}} >>{{mine}}' }`;
    const { events } = await play({ 'site.yml': `- hosts: web\n  tasks:\n    - ${loop}\n` });
    const hosts = story(events).map((line) => line.split(' ')[0]);
    expect(hosts).toHaveLength(9);
    expect(hosts.filter((host, index) => host !== hosts[index - 1])).toHaveLength(3);
  });

  test('run_once is done by the first host, and the others know what it registered', async () => {
    const site = `- hosts: web
  tasks:
    - { name: once, run_once: true, command: echo hello, register: said }
    - { name: all, copy: { content: "{{said.stdout}} {{inventory_hostname}}", dest: "{{mine}}" } }
`;
    const { events } = await play({ 'site.yml': site });
    expect(story(events)[0]).toBe('a once changed');
    expect(story(events).filter((line) => line.includes('once'))).toHaveLength(1);
    expect(readFileSync(join(folder, 'c'), 'utf8')).toBe('hello c');
  });

  test('what another host registered is there', async () => {
    const site = `- hosts: web
  tasks:
    - { name: mine, command: "echo {{inventory_hostname}}", register: said }
    - { name: all, copy: { content: "{{#each play_hosts}}{{lookup (lookup (lookup @root.hostvars this) \\"said\\") \\"stdout\\"}}{{/each}}", dest: "{{mine}}" } }
`;
    const asked = site.replace(
      /"\{\{#each.*\{\{\/each\}\}"/,
      `'{{expr "play_hosts.map(h, hostvars[h].said.stdout).join()"}}'`,
    );
    const { status, stderr } = await play({ 'site.yml': asked });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('abc');
  });
});

describe('results', () => {
  test('what was made has in its result what only the host could tell', async () => {
    const site = `- hosts: a
  tasks:
    - { name: make, file: { path: "{{mine}}.d", state: directory }, register: made }
    - { name: bring, copy: { content: x, dest: "{{mine}}.f" }, register: brought }
    - { name: tell, copy: { content: "{{made.uid}} {{made.gid}} {{brought.uid}} {{brought.group}}", dest: "{{mine}}" } }
`;
    const { status, stderr } = await play({ 'site.yml': site });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toMatch(/^[0-9]+ [0-9]+ [0-9]+ \w+$/);
  });
});

describe('failures', () => {
  test('a failed host stops, the others go on, exit status 2', async () => {
    const site = `- hosts: web\n  tasks:\n    - { name: one, command: "test {{inventory_hostname}} != b" }\n    - ${MARK('two')}\n`;
    const { events, status } = await play({ 'site.yml': site });
    expect(story(events)).toContain('b one failed');
    expect(
      story(events)
        .filter((line) => line.includes('two'))
        .toSorted(),
    ).toEqual(['a two changed', 'c two changed']);
    expect(status).toBe(2);
  });
});

describe('failures that are fatal', () => {
  test('any_errors_fatal stops the others too', async () => {
    const site = `- hosts: web\n  any_errors_fatal: true\n  tasks:\n    - { name: one, command: "test {{inventory_hostname}} != b" }\n    - ${MARK('two')}\n`;
    const { events, status } = await play({ 'site.yml': site });
    expect(story(events).filter((line) => line.includes('two'))).toEqual([]);
    expect(status).toBe(2);
  });

  const STOPPERS = ['any_errors_fatal: true', 'max_fail_percentage: 10'];
  const ways = STOPPERS.flatMap((keyword) =>
    ['debug: { msg: m }', 'command: "true"'].map((module) => ({ keyword, module })),
  );
  test.each(ways.flatMap((way) => ['a', 'b'].map((slow) => ({ ...way, slow }))))(
    'with $keyword both hosts do the task at which one fails, and none the next one ($module; $slow is slower)',
    async ({ keyword, module, slow }) => {
      const steps = [
        `{ query: sleep 1, when: 'inventory_hostname == "${slow}"' }`,
        `{ name: one, ${module}, failed_when: 'inventory_hostname == "b"' }`,
        '{ name: two, debug: { msg: m } }',
      ];
      const { events, status } = await play({
        'site.yml': `- hosts: [a, b]\n  ${keyword}\n  tasks:\n${steps.map((step) => `    - ${step}\n`).join('')}`,
      });
      const done = story(events).filter((line) => /^\w (?:one|two) /.test(line));
      expect(done.toSorted()).toEqual([
        expect.stringMatching(/^a one (?:ok|changed)$/),
        expect.stringMatching(/^b one failed/),
      ]);
      expect(status).toBe(2);
    },
  );

  test('nobody begins behind a block or a task whose failure is fatal before all are past it', async () => {
    const fatal =
      '{ name: one, debug: { msg: m }, failed_when: \'inventory_hostname == "b"\', any_errors_fatal: true }';
    const slow = '{ query: sleep 1, when: \'inventory_hostname == "b"\' }';
    const block = `{ any_errors_fatal: true, block: [{ name: one, debug: { msg: m }, failed_when: 'inventory_hostname == "b"' }] }`;
    for (const step of [fatal, block]) {
      const { events } = await play({
        'site.yml': `- hosts: [a, b]\n  tasks:\n    - ${slow}\n    - ${step}\n    - { name: two, debug: { msg: m } }\n`,
      });
      expect(story(events).filter((line) => line.includes('two'))).toEqual([]);
    }
  });
});

describe('failures of the step in which all hosts are', () => {
  test.each([
    ['that a rescue catches stops nobody', 'rescue', 0, ['after', 'after', 'then']],
    ['stops the play once what must always follow is done', 'always', 2, ['then']],
  ])('a fatal failure %s', async (_what, part, ended, done) => {
    const site = `- hosts: [b, c]
  tasks:
    - any_errors_fatal: true
      throttle: 1
      block:
        - block: [{ name: first one fails, shell: "! mkdir ${folder}/somebody" }]
          ${part}: [${MARK('then')}]
        - ${MARK('after')}
`;
    const { events, status } = await play({ 'site.yml': site });
    const marks = story(events).flatMap((line) => /^[bc] (after|then) changed$/.exec(line)?.[1] ?? []);
    expect(marks.toSorted()).toEqual(done);
    expect(status).toBe(ended);
  });

  const OF_A = 'inventory_hostname == "a" ? r.json.nowhere : ';
  test.each([
    ['an include whose file is not there', '- include_tasks: "{{r.json.file}}"', /There is no file a.yml/],
    ['the condition of an include', `- { include_tasks: b.yml, when: '${OF_A} true' }`, /no key .+nowhere/],
    ['the condition of meta', `- { meta: noop, when: '${OF_A} true' }`, /no key .+nowhere/],
    ['a loop', `- { name: looping, debug: , loop: '${OF_A} [1]' }`, /no key .+nowhere/],
    [
      'a throttle',
      `- { block: [{ debug: }], throttle: "{{expr '${OF_A.replaceAll('"', '\\"')} 1'}}" }`,
      /no key .+nowhere/,
    ],
    [
      'an include that never ends',
      `- { include_tasks: self.yml, when: 'inventory_hostname == "a"' }`,
      /more than 100 deep/,
    ],
  ])("what goes wrong on one host at %s is that host's failure, told with its reason", async (_what, step, why) => {
    const ask = `{ query: 'echo "{\\"file\\":\\"{{inventory_hostname}}.yml\\"}"', register: r }`;
    const { events, status } = await play({
      'site.yml': `- hosts: [a, b]\n  tasks:\n    - ${ask}\n    ${step}\n    - ${MARK('after')}\n`,
      'b.yml': '- debug:\n',
      'self.yml': '- { include_tasks: self.yml, loop: [1, 2] }\n',
    });
    expect(JSON.stringify(events.find((event) => event.outcome?.kind === 'failed'))).toMatch(why);
    expect(story(events)).toContain('b after changed');
    expect(story(events)).not.toContain('a after changed');
    expect(events.at(-1)?.recap).toMatchObject([
      { host: 'a', failed: 1 },
      { host: 'b', failed: 0 },
    ]);
    expect(status).toBe(2);
  });

  test('max_fail_percentage ends the roll after the batch', async () => {
    const site = `- hosts: web\n  serial: 1\n  max_fail_percentage: 0\n  tasks:\n    - { name: one, command: "test {{inventory_hostname}} != a" }\n`;
    const { events } = await play({ 'site.yml': site });
    expect(story(events)).toEqual(['a one failed']);
  });
});

describe('rescue and always', () => {
  test('rescue catches, always runs, and the host has not failed', async () => {
    const site = `- hosts: a
  tasks:
    - block:
        - { name: breaks, command: "false" }
        - ${MARK('never')}
      rescue:
        - ${MARK('rescued')}
      always:
        - ${MARK('always')}
    - ${MARK('after')}
`;
    const { events, status } = await play({ 'site.yml': site });
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('rescued\nalways\nafter\n');
    expect(events.at(-1)?.recap?.[0]).toMatchObject({ failed: 0, rescued: 1 });
    expect(status).toBe(0);
  });

  test.each([
    ['ignore_errors', `{ name: one, command: "false", ignore_errors: true }`, 'failed'],
    ['failed_when', `{ name: one, command: "false", failed_when: false }`, 'changed'],
    [
      'failed_when on success',
      `{ name: one, command: echo bad, failed_when: 'result.stdout == "bad"', ignore_errors: true }`,
      'failed',
    ],
    ['changed_when', `{ name: one, command: "true", changed_when: false }`, 'ok'],
  ])('%s decides', async (_, task, outcome) => {
    const { events, status } = await play({
      'site.yml': `- hosts: a\n  tasks:\n    - ${task}\n    - ${MARK('after')}\n`,
    });
    expect(outcome.split(' ')).toContain(story(events)[0]?.split(' ')[2]);
    expect(story(events)).toContain('a after changed');
    expect(status).toBe(0);
  });
});

const HANDLERS = `  handlers:\n    - ${MARK('told')}\n    - { name: other, listen: news, shell: "echo other >> {{mine}}" }\n`;

describe('handlers', () => {
  test('run once, in the order in which they are written, only where something changed', async () => {
    const site = `- hosts: web
  tasks:
    - { name: one, copy: { content: x, dest: "{{mine}}.1" }, notify: [news, told], when: 'inventory_hostname != "c"' }
    - { name: two, copy: { content: x, dest: "{{mine}}.2" }, notify: told, when: 'inventory_hostname != "c"' }
${HANDLERS}`;
    const first = await play({ 'site.yml': site });
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('told\nother\n');
    expect(story(first.events).filter((line) => line.startsWith('c '))).toEqual([]);
    const second = await play({ 'site.yml': site });
    expect(second.events.filter((event) => event.task?.handler === true)).toEqual([]);
  });

  test('are owed when the host fails before they ran, and the next run pays', async () => {
    const site = (breaks: string): string => `- hosts: a
  become: false
  tasks:
    - { name: one, copy: { content: x, dest: "{{mine}}.1" }, notify: told }
    - { name: breaks, command: "${breaks}" }
${HANDLERS}`;
    const home = { HOME: folder };
    process.env = { ...process.env, ...home };
    const first = await play({ 'site.yml': site('false') });
    expect(first.status).toBe(2);
    // As root, the handler is owed on the machine itself, together with handlers of other runs.
    const told = expect.objectContaining({ handler: 'told', playbook: 'site.yml' });
    expect(first.events.at(-1)?.recap?.[0]).toMatchObject({ owed: expect.arrayContaining([told]) });
    const second = await play({ 'site.yml': site('true') });
    expect(second.events.some((event) => event.type === 'handler_owed')).toBe(true);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('told\n');
    const third = await play({ 'site.yml': site('true') });
    expect(third.events.some((event) => event.type === 'handler_owed')).toBe(false);
  });
});

describe('handlers of an earlier run, and flushes', () => {
  test('of an earlier run wait for a task that notifies them: what they restart may be half made before', async () => {
    // As root, the handler is owed on the machine itself, where other tests may run it.
    const told = `told-${basename(folder)}`;
    const site = (breaks: string, flushed: string): string => `- hosts: a
  become: false
  tasks:
    - ${MARK('first')}
    - { meta: flush_handlers }
    - ${MARK('early')}
    - { name: one, copy: { content: x, dest: "{{mine}}.1" }, notify: ${flushed} }
    - { name: breaks, command: "${breaks}" }
    - { meta: flush_handlers }
    - ${MARK('late')}
  handlers:
    - { name: ${told}, shell: "echo told >> {{mine}}" }
    - { name: other, command: "true" }
`;
    const marks = async (breaks: string, notified: string): Promise<string> => {
      rmSync(join(folder, 'a'), { force: true });
      await play({ 'site.yml': site(breaks, notified) });
      return readFileSync(join(folder, 'a'), 'utf8');
    };
    expect(await marks('false', told)).toBe('first\nearly\n');
    expect(await marks('true', told)).toBe('first\nearly\ntold\nlate\n');
    rmSync(join(folder, 'a.1'));
    expect(await marks('false', told)).toBe('first\nearly\n');
    // No task of the play notifies it any more, so it runs at the end.
    expect(await marks('true', 'other')).toBe('first\nearly\nlate\ntold\n');
  });

  test('run at flush_handlers', async () => {
    const site = `- hosts: a\n  tasks:\n    - { name: one, copy: { content: x, dest: "{{mine}}.1" }, notify: told }\n    - meta: flush_handlers\n    - ${MARK('after')}\n${HANDLERS}`;
    await play({ 'site.yml': site });
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('told\nafter\n');
  });
});

describe('loops, includes, waiting', () => {
  test('a loop registers each result, and the item is known in conditions', async () => {
    const site = `- hosts: a
  tasks:
    - { name: each, command: "echo {{item}}", loop: [1, 2, 3], when: item != 2, register: said }
    - { name: sum, copy: { content: '{{expr "said.results.filter(r, has(r.stdout)).map(r, r.stdout).join()"}}', dest: "{{mine}}" } }
`;
    const { stderr } = await play({ 'site.yml': site });
    expect(stderr).toBe('');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('13');
  });

  test('include_tasks runs once an item with its variables', async () => {
    const { stderr } = await play({
      'site.yml': `- hosts: a\n  tasks:\n    - { include_tasks: "{{item}}.yml", loop: [one, two], vars: { greeting: hello } }\n`,
      'one.yml': `- { shell: "echo {{greeting}} {{item}} >> {{mine}}" }\n`,
      'two.yml': `- { shell: "echo {{item}} {{greeting}} >> {{mine}}" }\n`,
    });
    expect(stderr).toBe('');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('hello one\ntwo hello\n');
  });

  test('until asks again until it is so', async () => {
    const site = `- hosts: a\n  tasks:\n    - { name: tries, shell: "echo x >> {{mine}}; wc -l < {{mine}}", register: n, until: 'n.stdout.trim() == "3"', retries: 5, delay: 0 }\n`;
    const { status } = await play({ 'site.yml': site });
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('x\nx\nx\n');
  });

  test('tags choose; always and never keep their meaning', async () => {
    const site = `- hosts: a
  tasks:
    - { name: one, shell: "echo one >> {{mine}}", tags: [x] }
    - { name: two, shell: "echo two >> {{mine}}", tags: [y] }
    - { name: always, shell: "echo always >> {{mine}}", tags: [always] }
    - { name: never, shell: "echo never >> {{mine}}", tags: [never, z] }
`;
    await play({ 'site.yml': site }, '--tags', 'x');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one\nalways\n');
    await play({ 'site.yml': site }, '--skip-tags', 'x');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one\nalways\ntwo\nalways\n');
    await play({ 'site.yml': site }, '--tags', 'z');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one\nalways\ntwo\nalways\nalways\nnever\n');
  });
});

describe('hosts that a play groups', () => {
  test('group_by makes groups for the plays that follow', async () => {
    const site = `- hosts: web
  tasks: [{ group_by: { key: "{{#if (eq inventory_hostname 'b')}}chosen{{else}}other{{/if}}" } }]
- hosts: chosen
  tasks: [{ name: in, command: echo, when: '"chosen" in group_names && groups.chosen == ["b"]' }]
- hosts: nobody
  tasks: [${MARK('none')}]
`;
    const { status, events, stderr } = await play({ 'site.yml': site });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(story(events, ['changed'])).toEqual(['b in changed']);
    expect(events.filter((event) => event.type === 'play_started').map((event) => event.hosts)).toEqual([
      ['a', 'b', 'c'],
      ['b'],
      [],
    ]);
  });

  // After group_by, the hosts of plays are known only in the run, and so are the items.
  test('a play that groups its hosts may delegate a task to the items of a loop', async () => {
    const site = `- hosts: web
  tasks:
    - { group_by: late }
    - { name: each, command: echo, delegate_to: "{{item}}", loop: 'groups.web.filter(h, h in play_hosts)' }
`;
    const { status, events, stderr } = await play({ 'site.yml': site }, '--limit', 'a');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(story(events, ['changed'])).toEqual(['a each changed']);
  });
});

describe('the rest of the run', () => {
  test('end_play ends the play for the batches to come, and the next play begins', async () => {
    const site = `- hosts: web\n  serial: 1\n  tasks:\n    - ${MARK('one')}\n    - meta: end_play\n- hosts: web\n  tasks: [${MARK('two')}]\n`;
    const { status, events } = await play({ 'site.yml': site });
    expect(status).toBe(0);
    expect(story(events).toSorted()).toEqual(['a one changed', 'a two changed', 'b two changed', 'c two changed']);
  });

  test('all items that failed are rescued together, and are no failures at the end', async () => {
    const site = `- hosts: a
  tasks:
    - block: [{ name: bad, command: "false", loop: [1, 2] }]
      rescue: [{ name: mend, command: "true" }]
`;
    const { status, events } = await play({ 'site.yml': site });
    expect(status).toBe(0);
    expect(events.at(-1)?.recap?.[0]).toMatchObject({ failed: 0, rescued: 1 });
  });

  test('a play that has only a template for hosts is called by what it comes to', async () => {
    const { events } = await play(
      { 'site.yml': `- hosts: "{{where}}"\n  tasks: [${MARK('one')}]\n` },
      '-e',
      'where=a,b',
    );
    expect(events.find((event) => event.type === 'play_started')?.play).toBe('a,b');
  });

  test.each([
    ['ignore_unreachable: true', /host that cannot be reached/],
    ['tasks: [{ command: "true", remote_user: you }]', /Write it at the play/],
    ['tasks: [{ add_host: { name: x, int: 1 } }]', /none of the names that runbook itself sets/],
    ['tasks: [{ script: folder }]', /"folder" is a folder/],
    ['tasks: [{ copy: { content: "{{n}}", dest: /tmp/x }, vars: { n: 1.5 } }]', /{{string NAME}}/],
  ])('%s is refused before the run, with what to do', async (line, says) => {
    const { status, stderr, events } = await play({ 'site.yml': `- hosts: a\n  ${line}\n`, 'files/folder/one': '' });
    expect({ status, events }).toEqual({ status: 1, events: [] });
    expect(stderr).toMatch(says);
  });
});

describe('files of the controller', () => {
  test('what an earlier task has written is what a later one brings, also where it is newly made', async () => {
    const { events, stderr } = await play({
      'old.txt': 'old\n',
      'part.hbs': 'old part\n',
      'whole.hbs': 'whole with {{> part}}',
      'site.yml': `- hosts: a
  tasks:
    - { name: over, copy: { dest: "{{playbook_dir}}/old.txt", content: "new\\n" } }
    - { name: part, copy: { dest: "{{playbook_dir}}/part.hbs", content: "new part\\n" } }
    - { name: made, shell: "echo made > {{playbook_dir}}/made.txt" }
- hosts: b
  tasks:
    - { name: bring old, copy: { src: old.txt, dest: "{{mine}}.old" } }
    - { name: bring made, copy: { src: made.txt, dest: "{{mine}}.made" } }
    - { name: bring whole, template: { src: whole.hbs, dest: "{{mine}}.whole" } }
`,
    });
    expect(stderr).toBe('');
    expect(story(events)).toHaveLength(6);
    const brought = (name: string): string => readFileSync(join(folder, `b.${name}`), 'utf8');
    expect([brought('old'), brought('made'), brought('whole')]).toEqual(['new\n', 'made\n', 'whole with new part\n']);
  });

  test('a file that nothing makes is missed before anything is done', async () => {
    const { status, events, stderr } = await play({
      'site.yml': `- hosts: b
  tasks:
    - { name: look, stat: { path: /etc } }
    - { name: bring, copy: { src: nowhere.txt, dest: "{{mine}}" } }
    - { name: make, shell: "true" }
`,
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('there is no file "nowhere.txt" on the controller');
    expect(story(events)).toEqual([]);
  });
});

describe('what other hosts set', () => {
  test('a fact that another host sets later is not there yet', async () => {
    const { events, stderr } = await play({
      'site.yml': `- hosts: web
  serial: 1
  tasks:
    - name: before
      set_fact: { before: '{{expr "groups.web.filter(h, default(hostvars[h].joined, false)).join(\\",\\")"}}' }
    - { name: joined, set_fact: { joined: true } }
    - { name: told, shell: "echo before={{before}} >> {{mine}}" }
`,
    });
    expect(stderr).toBe('');
    expect(story(events, ['failed'])).toEqual([]);
    expect(['a', 'b', 'c'].map((host) => readFileSync(join(folder, host), 'utf8'))).toEqual([
      'before=\n',
      'before=a\n',
      'before=a,b\n',
    ]);
  });
});

describe('the time of a task', () => {
  const SLEEP = '{ name: sleep, command: sleep 0.5 }';
  const runs: readonly (readonly [what: string, tasks: string, args: readonly string[]])[] = [
    ['that waits for its turn', `[${SLEEP}]`, ['-f', '1']],
    ['that is throttled', '[{ name: sleep, command: sleep 0.5, throttle: 1 }]', []],
    [
      'that waits for a host',
      `[{ name: first, command: sleep 1, when: inventory_hostname == "a" }, ${SLEEP}]`,
      ['-f', '1'],
    ],
    [
      'that looks and waits for a host',
      '[{ name: first, command: sleep 1, when: inventory_hostname == "a" }, { name: look, query: sleep 0.2 }]',
      ['-f', '1'],
    ],
  ];
  test.each(runs)('%s is the time that it was at work', async (_, tasks, args) => {
    const { events } = await play({ 'site.yml': `[{ hosts: web, tasks: ${tasks} }]` }, ...args);
    const sum = events
      .filter(({ type }) => type === 'task_finished')
      .reduce((all, { milliseconds = 0 }) => all + milliseconds, 0);
    // The hosts run one after the other.
    expect(sum).toBeLessThan(events.find(({ type }) => type === 'run_finished')?.milliseconds ?? 0);
    expect(sum).toBeGreaterThan(0);
  });
});
