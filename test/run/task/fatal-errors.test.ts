import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';

/** The steps of each host if a failure on b is fatal for a, b and c: three hosts that are all this machine. */
const RUNBOOK = join(import.meta.dirname, '../../../bin/runbook.js');

const HOSTS = JSON.stringify({
  web: { hosts: Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { ansible_connection: 'local' }])) },
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fatal-'));
  return () => rmSync(folder, { recursive: true });
});

interface Told {
  readonly type: string;
  readonly host?: string;
  readonly task?: { readonly name: string };
  readonly outcome?: { readonly kind: string };
}

/** Returns the hosts that ran each task, by its name, and the exit status. */
async function whoDid(
  site: string,
): Promise<{ readonly status: number; readonly did: Readonly<Record<string, string>> }> {
  writeFileSync(join(folder, 'hosts.yml'), HOSTS);
  writeFileSync(join(folder, 'site.yml'), site);
  writeFileSync(join(folder, 'in.yml'), `${FAILS}- { name: inner, debug: { msg: m } }\n`);
  for (const name of ['a', 'c'])
    writeFileSync(
      join(folder, `of-${name}.yml`),
      `- ${say(`of ${name}`)}
`,
    );
  return await new Promise((resolve) => {
    const argv = [RUNBOOK, 'play', 'site.yml', '-i', 'hosts.yml', '--output', 'json'];
    execFile(process.execPath, argv, { cwd: folder }, (error, stdout) => {
      const did: Record<string, string> = {};
      for (const line of stdout.split('\n').filter((one) => one !== '')) {
        const told: Told = JSON.parse(line);
        if (told.type !== 'task_finished' || !['ok', 'changed', 'failed'].includes(told.outcome?.kind ?? '')) continue;
        const name = told.task?.name ?? '';
        did[name] = [...(did[name]?.split('') ?? []), told.host ?? ''].toSorted().join('');
      }
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, did });
    });
  });
}

const WHEN_B = `'inventory_hostname == "b"'`;
const FAILS = `- { name: fails, command: "true", failed_when: ${WHEN_B} }\n`;
const fails = FAILS.slice(2).trimEnd();
const say = (name: string): string => `{ name: ${name}, debug: { msg: m } }`;

test.each([
  {
    what: 'a block with an always: nobody goes on in it, all do the always',
    steps: `- { any_errors_fatal: true, block: [${fails}, ${say('two')}], always: [${say('always')}, ${say('last')}] }\n- ${say('after')}`,
    did: { fails: 'abc', always: 'abc', last: 'abc' },
  },
  {
    what: 'a play with such a block',
    play: 'any_errors_fatal: true',
    steps: `- { block: [${fails}, ${say('two')}], always: [${say('always')}] }\n- ${say('after')}`,
    did: { fails: 'abc', always: 'abc' },
  },
  {
    what: 'blocks in blocks: each always is done, the inner one first',
    steps: `- any_errors_fatal: true
  block:
    - { block: [${fails}, ${say('two')}], always: [${say('inner')}] }
    - ${say('between')}
  always: [${say('outer')}]`,
    did: { fails: 'abc', inner: 'abc', outer: 'abc' },
  },
  {
    what: 'a task: the always around it is done',
    steps: `- { block: [{ name: fails, command: "true", failed_when: ${WHEN_B}, any_errors_fatal: true }, ${say('two')}], always: [${say('always')}] }`,
    did: { fails: 'abc', always: 'abc' },
  },
  {
    what: 'an always itself: nobody does more of it',
    steps: `- { any_errors_fatal: true, block: [${say('one')}], always: [${fails}, ${say('more')}] }`,
    did: { one: 'abc', fails: 'abc' },
  },
  {
    what: 'an always in an always: the outer one ends, the inner one is done',
    steps: `- any_errors_fatal: true
  block: [${say('one')}]
  always:
    - { block: [${fails}], always: [${say('inner')}] }
    - ${say('more')}`,
    did: { one: 'abc', fails: 'abc', inner: 'abc' },
  },
  {
    what: 'a rescue that fails: the always around it is done',
    steps: `- { any_errors_fatal: true, block: [${fails}], rescue: [{ name: again, fail: { msg: no } }], always: [${say('always')}] }\n- ${say('after')}`,
    did: { fails: 'abc', again: 'b', always: 'abc' },
  },
  {
    what: 'run_once: all take it as theirs, and do the always',
    steps: `- { block: [{ name: fails, fail: { msg: no }, run_once: true }, ${say('two')}], always: [${say('always')}] }\n- ${say('after')}`,
    did: { fails: 'a', always: 'abc' },
  },
  {
    what: 'an include: what its file still has is not done, the always is',
    steps: `- { any_errors_fatal: true, block: [{ include_tasks: in.yml }], always: [${say('always')}] }`,
    did: { fails: 'abc', always: 'abc' },
  },
  {
    what: 'a step that is no task',
    steps: `- { any_errors_fatal: true, block: [{ command: "echo {{inventory_hostname}}", register: r, changed_when: false }, { include_tasks: "of-{{r.stdout}}.yml" }, ${say('two')}], always: [${say('always')}] }`,
    did: { always: 'abc' },
    lacks: ['two', 'of a', 'of c'],
  },
  {
    what: 'a throttled block',
    steps: `- { any_errors_fatal: true, throttle: 1, block: [{ name: fails, fail: { msg: no } }, ${say('two')}], always: [${say('always')}] }`,
    did: { fails: expect.stringMatching(/^.$/), always: expect.stringMatching(/^.$/) },
  },
  {
    what: 'strategy free',
    play: 'strategy: free',
    steps: `- { any_errors_fatal: true, block: [{ name: fails, fail: { msg: no } }, ${say('two')}], always: [${say('always')}] }\n- ${say('after')}`,
    lacks: ['two', 'after'],
  },
])('$what', async ({ play, steps, did, lacks }) => {
  const indented = steps.replaceAll(/^/gm, '    ');
  const seen = await whoDid(
    `- hosts: web\n  gather_facts: false\n${play === undefined ? '' : `  ${play}\n`}  tasks:\n${indented}\n`,
  );
  expect(seen.status).toBe(2);
  if (lacks === undefined) expect(seen.did).toEqual(did);
  else {
    expect(seen.did).toMatchObject(did ?? {});
    expect(Object.keys(seen.did).filter((name) => lacks.includes(name))).toEqual([]);
  }
});

test.each([
  ['a task', `- { name: fails, command: "true", failed_when: ${WHEN_B}, any_errors_fatal: false }`],
  ['a block', `- { any_errors_fatal: false, block: [${fails}] }`],
])('%s that says any_errors_fatal: false stops nobody in a play that says true', async (_what, step) => {
  const site = `- hosts: web\n  any_errors_fatal: true\n  tasks:\n    ${step}\n    - ${say('after')}\n`;
  expect(await whoDid(site)).toEqual({ status: 2, did: { fails: 'abc', after: 'ac' } });
});

test('an always may end the play itself', async () => {
  const steps = `- { any_errors_fatal: true, block: [${fails}], always: [{ meta: end_play }, ${say('always')}] }`;
  const { did } = await whoDid(`- hosts: web\n  tasks:\n    ${steps}\n`);
  expect(did).toEqual({ fails: 'abc' });
});
