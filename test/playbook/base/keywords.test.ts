import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problems } from '../../../engine/errors/problem.ts';
import * as tables from '../../../engine/playbook/base/keywords.ts';
import type { Play, Step } from '../../../engine/playbook/base/play.ts';
import { load } from '../written.ts';

/**
 * Each keyword at each place either has an effect there or is refused with a remedy. A keyword that is added to a table
 * is tried here automatically, and needs a value below.
 */
const VALUES: Readonly<Record<string, unknown>> = {
  always: [{ debug: null }],
  any_errors_fatal: true,
  args: { chdir: '/' },
  async: 7,
  become: true,
  become_method: 'sudo',
  become_user: 'u',
  block: [{ debug: null }],
  changed_when: false,
  check_mode: true,
  connection: 'local',
  delay: 2,
  delegate_facts: true,
  delegate_to: 'localhost',
  diff: false,
  environment: { A: 'b' },
  failed_when: false,
  gather_facts: false,
  handlers: [{ name: 'H', debug: null }],
  hosts: 'others',
  ignore_errors: true,
  ignore_unreachable: true,
  import_playbook: 'other.yml',
  index_var: 'at',
  label: 'l',
  listen: 'other',
  loop: [1],
  loop_control: { index_var: 'at' },
  loop_var: 'one',
  max_fail_percentage: 10,
  module_defaults: { debug: { msg: 'm' }, command: { chdir: '/x' } },
  name: 'x',
  no_log: true,
  notify: 'H',
  one_by_one: true,
  order: 'sorted',
  pause: 1,
  poll: 3,
  post_tasks: [{ debug: null }],
  pre_tasks: [{ debug: null }],
  register: 'r',
  remote_user: 'u',
  rescue: [{ debug: null }],
  retries: 2,
  role: 'other',
  roles: ['r'],
  run_once: true,
  serial: 1,
  per_slice: ['serial'],
  strategy: 'free',
  tags: 't',
  tasks: [{ command: 'other' }],
  throttle: 1,
  timeout: 5,
  until: 'true',
  vars: { v: 1 },
  vars_files: ['v.yml'],
  vars_prompt: [{ name: 'v' }],
  when: 'x',
  with_cartesian: [[1], [2]],
  with_dict: { a: 1 },
  with_file: ['a'],
  with_fileglob: ['*.a'],
  with_first_found: ['a'],
  with_flattened: [1],
  with_indexed_items: [1],
  with_items: [1],
  with_list: [1],
  with_nested: [[1], [2]],
  with_sequence: 'count=2',
  with_subelements: [[], 'a'],
  with_together: [[1], [2]],
};

/** Keywords that have no meaning without another keyword. */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  delay: { retries: 3 },
  loop_control: { loop: [1] },
};

/** Keywords of plays, roles, blocks and tasks in Ansible's documentation that none of the tables here has. */
const ANSIBLE =
  'become_exe become_flags collections debugger fact_path force_handlers gather_subset gather_timeout port with_filetree extended extended_allitems break_when'.split(
    ' ',
  );

/** Keywords that are accepted, as in Ansible, and have no effect; docs/language.md says so. */
const WITHOUT_EFFECT: readonly string[] = [
  // Facts come with the connection.
  'play gather_facts',
  // Names that no output shows.
  'import_tasks name',
  'import_role name',
  'import_playbook name',
  'meta name',
  // A task is waited for.
  'task poll',
  'handler poll',
];

interface Level {
  readonly takes: ReadonlySet<string>;
  /** The playbook with the keyword at this place. */
  readonly playbook: (keyword: Readonly<Record<string, unknown>>) => unknown;
  /** Other keys at this place that are not keywords: keys of the example, and parameters of the role. */
  readonly passes?: ReadonlySet<string>;
}

const H = { name: 'H', debug: null };
const withTask = (task: unknown): unknown => [{ hosts: 'all', tasks: [task], handlers: [H] }];

const LEVELS: Readonly<Record<string, Level>> = {
  play: {
    takes: tables.PLAY_KEYWORDS,
    playbook: (keyword) => [{ hosts: 'all', tasks: [{ debug: null }], ...keyword }],
  },
  block: { takes: tables.BLOCK_KEYWORDS, playbook: (keyword) => withTask({ block: [{ command: 'x' }], ...keyword }) },
  task: { takes: tables.TASK_KEYWORDS, playbook: (keyword) => withTask({ command: 'x', ...keyword }) },
  handler: {
    takes: tables.TASK_KEYWORDS.union(new Set(['listen'])),
    playbook: (keyword) => [{ hosts: 'all', handlers: [H, { name: 'own', command: 'x', ...keyword }] }],
  },
  import_tasks: {
    takes: tables.IMPORT_KEYWORDS,
    playbook: (keyword) => withTask({ import_tasks: 't.yml', ...keyword }),
  },
  import_role: {
    takes: tables.IMPORT_KEYWORDS,
    playbook: (keyword) => withTask({ import_role: { name: 'r' }, ...keyword }),
  },
  include_tasks: {
    takes: tables.INCLUDE_KEYWORDS,
    playbook: (keyword) => withTask({ include_tasks: 't.yml', ...keyword }),
  },
  include_role: {
    takes: tables.INCLUDE_KEYWORDS,
    playbook: (keyword) => withTask({ include_role: { name: 'r' }, ...keyword }),
  },
  apply: {
    takes: tables.APPLY_KEYWORDS,
    playbook: (keyword) => withTask({ include_tasks: { file: 't.yml', apply: keyword } }),
  },
  role: {
    takes: tables.ROLE_KEYWORDS,
    playbook: (keyword) => [{ hosts: 'all', roles: [{ role: 'r', ...keyword }], handlers: [H] }],
    passes: new Set([
      'name',
      'role',
      ...ANSIBLE.filter((word) => !tables.NO_ROLE_PARAMETERS.has(word)),
      'import_playbook',
      ...tables.LOOP_CONTROL_KEYWORDS,
      'listen',
    ]),
  },
  meta: { takes: tables.META_KEYWORDS, playbook: (keyword) => withTask({ meta: 'end_host', ...keyword }) },
  loop_control: {
    takes: tables.LOOP_CONTROL_KEYWORDS,
    playbook: (keyword) => withTask({ command: 'x', loop: [1, 2], loop_control: keyword }),
  },
  import_playbook: {
    takes: tables.IMPORT_PLAYBOOK_KEYWORDS,
    playbook: (keyword) => [{ import_playbook: 'first.yml', ...keyword }],
  },
};

const NO_KEYWORDS: ReadonlySet<ReadonlySet<string>> = new Set([tables.MAGIC_VARIABLES, tables.STRUCTURAL_ACTIONS]);
const ALL = [
  ...new Set([
    ...Object.values(tables).flatMap((table) =>
      table instanceof Set && !NO_KEYWORDS.has(table) ? [...table].map(String) : [],
    ),
    ...ANSIBLE,
    'listen',
  ]),
].toSorted();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywords-'));
  for (const role of ['r', 'other']) mkdirSync(join(folder, `roles/${role}/tasks`), { recursive: true });
  const play = JSON.stringify([{ hosts: 'all', tasks: [{ command: 'x' }] }]);
  const files = {
    't.yml': '- command: x',
    'roles/r/tasks/main.yml': '- command: x',
    'v.yml': 'v: 1',
    'first.yml': play,
    'other.yml': play.replace('x', 'y'),
  };
  for (const [name, text] of Object.entries({ ...files, 'roles/other/tasks/main.yml': '- command: other' }))
    writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const PLACES: ReadonlySet<string> = new Set([
  'place',
  'modulePlace',
  'keyPlace',
  'hostsPlace',
  'serialPlace',
  'id',
  'searchPath',
  'path',
]);

/** Returns the text of what the runner reads. */
function asText(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (PLACES.has(key)) return undefined;
    if (part instanceof Set) return [...part];
    return part instanceof Map ? [...part] : part;
  });
}

async function stepText(step: Step): Promise<string> {
  if (step.kind !== 'include') return asText(step);
  const { when, tags, loop, runOnce, target } = step;
  const { steps } = await step.open(target.kind === 'tasks' ? 't.yml' : 'r', []);
  return asText({
    when,
    tags,
    loop,
    runOnce,
    name: step.name,
    vars: step.layers.map((layer) => [...layer.variables.keys()]),
    steps,
  });
}

async function playText(play: Play): Promise<string> {
  const sections = await Promise.all(
    play.sections.map(async ({ steps }) => (await Promise.all(steps.map(stepText))).join('\n')),
  );
  return `${sections.join('\n')}\n${asText({ ...play, sections: play.sections.map((section) => section.name) })}`;
}

type Verdict = 'effective' | 'without effect' | 'refused' | 'refused without a remedy';

async function verdictOf({ playbook }: Level, keyword: string): Promise<Verdict> {
  const value = VALUES[keyword] ?? 'x';
  const companions = COMPANIONS[keyword] ?? {};
  try {
    const [plain, said] = await Promise.all(
      [companions, { ...companions, [keyword]: value }].map((keywords) => textOf(playbook(keywords))),
    );
    return plain === said ? 'without effect' : 'effective';
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.every(({ remedy }) => remedy !== undefined && remedy !== '')
      ? 'refused'
      : 'refused without a remedy';
  }
}

let count = 0;

async function textOf(playbook: unknown): Promise<string> {
  const name = `site-${(count += 1)}.yml`;
  writeFileSync(join(folder, name), JSON.stringify(playbook));
  const { plays } = await load(folder, name);
  return (await Promise.all(plays.map(playText))).join('\n').replaceAll(name, 'site.yml');
}

describe.each(Object.entries(LEVELS))('%s', (level, of) => {
  test('each keyword makes a difference, or is refused with the way out', async () => {
    const verdicts: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const keyword of ALL) {
      if (of.passes?.has(keyword) === true) continue;
      const takes = of.takes.has(keyword) && !REFUSED_BY_VALUE.has(`${level} ${keyword}`);
      wanted[keyword] = WITHOUT_EFFECT.includes(`${level} ${keyword}`)
        ? 'without effect'
        : takes
          ? 'effective'
          : 'refused';
      verdicts[keyword] = await verdictOf(of, keyword);
    }
    expect(verdicts).toEqual(wanted);
  });
});

/** Keywords that are known only for the message that says what to do instead. */
const REFUSED_BY_VALUE: ReadonlySet<string> = new Set([
  // local, for hosts other than localhost.
  'play connection',
  ...[...tables.REFUSED_IN_PLAYS].map((keyword) => `play ${keyword}`),
  ...Object.keys(LEVELS).flatMap((level) =>
    level === 'play' ? [] : [...tables.REFUSED_IN_STEPS].map((keyword) => `${level} ${keyword}`),
  ),
]);

test('each keyword has a value to be tried with', () => {
  const own = ALL.filter((keyword) => !ANSIBLE.includes(keyword) && !tables.NO_ROLE_PARAMETERS.has(keyword));
  expect(own.filter((keyword) => !Object.hasOwn(VALUES, keyword))).toEqual([]);
});
