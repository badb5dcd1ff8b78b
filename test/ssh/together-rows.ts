/** Tasks between two and two quiet ones, and how often the host is asked for all of them. */
export interface TogetherRow {
  readonly name: string;
  readonly tasks: readonly object[];
  /** Without the first look. A change alone leaves the sync of its file to the end of the play. */
  readonly roundTrips: number;
  readonly play?: object;
  readonly args?: readonly string[];
}

/** Returns a quiet task that changes something. */
export function quiet(name: string, more: object = {}): object {
  return { name, copy: { dest: `{{root}}/${name}`, content: `${name}\n`, mode: '0644' }, ...more };
}

const COMMAND = { name: 'command', command: 'true' };
const ITEMS = {
  name: 'loop',
  copy: { dest: '{{root}}/{{item}}', content: '{{item}}', mode: '0644' },
  loop: ['x', 'y'],
};

/** Where a script of several changes ends. */
export const ROWS: readonly TogetherRow[] = [
  { name: 'nothing between', tasks: [], roundTrips: 1 },
  { name: 'one more', tasks: [quiet('more')], roundTrips: 1 },
  { name: 'a loop', tasks: [ITEMS], roundTrips: 1 },
  { name: 'a pause in a loop', tasks: [{ ...ITEMS, loop_control: { pause: 0.001 } }], roundTrips: 4 },
  { name: 'a folder and a file in it', tasks: [folder('0755'), quiet('f/file')], roundTrips: 1 },
  {
    name: 'a folder in which others may write, and a file in it',
    tasks: [folder('0777'), quiet('f/file')],
    roundTrips: 3,
  },
  { name: 'a link, and a file behind it', tasks: [link('{{root}}'), quiet('l/file')], roundTrips: 3 },
  { name: 'two lines of one file', tasks: [line('x = 1'), line('y = 2')], roundTrips: 1 },
  {
    name: 'a file, and then its mode',
    tasks: [quiet('m'), { name: 'mode', file: { path: '{{root}}/m', mode: '0600' } }],
    roundTrips: 3,
  },
  { name: 'a task in sync', tasks: [{ name: 'root', file: { path: '{{root}}', state: 'directory' } }], roundTrips: 1 },
  { name: 'a task that is skipped', tasks: [quiet('no', { when: 'false' })], roundTrips: 1 },
  { name: 'a command that is skipped', tasks: [{ ...COMMAND, when: 'false' }], roundTrips: 2 },
  { name: 'a command', tasks: [COMMAND], roundTrips: 4 },
  { name: 'a message', tasks: [{ name: 'debug', debug: { msg: 'said' } }], roundTrips: 1 },
  { name: 'a fact that the next task does not use', tasks: [{ name: 'fact', set_fact: { x: 1 } }], roundTrips: 1 },
  {
    name: 'a fact that the next task uses',
    tasks: [{ name: 'fact', set_fact: { x: 1 } }, quiet('fact', { when: 'x == 1' })],
    roundTrips: 2,
  },
  {
    name: 'a result that the next task uses',
    tasks: [quiet('r', { register: 'r' }), quiet('s', { when: 'r.changed' })],
    roundTrips: 2,
  },
  { name: 'an assertion that holds', tasks: [{ name: 'assert', assert: { that: ['1 == 1'] } }], roundTrips: 1 },
  { name: 'changed_when', tasks: [quiet('c', { changed_when: true })], roundTrips: 3 },
  { name: 'failed_when', tasks: [quiet('c', { failed_when: false })], roundTrips: 3 },
  { name: 'until', tasks: [quiet('c', { until: 'result.changed' })], roundTrips: 3 },
  { name: 'a time limit', tasks: [quiet('c', { timeout: 60 })], roundTrips: 3 },
  { name: 'run_once', tasks: [quiet('c', { run_once: true })], roundTrips: 3 },
  { name: 'throttle', tasks: [quiet('c', { throttle: 1 })], roundTrips: 3 },
  { name: 'any_errors_fatal of a task', tasks: [quiet('c', { any_errors_fatal: true })], roundTrips: 3 },
  { name: 'delegate_to', tasks: [quiet('c', { delegate_to: 'b' })], roundTrips: 2 },
  { name: 'variables of other hosts', tasks: [quiet('c', { when: 'hostvars.b.root != ""' })], roundTrips: 3 },
  { name: 'other hosts in a template', tasks: [written('{{hostvars.b.root}}')], roundTrips: 3 },
  { name: 'an environment variable of the controller', tasks: [written('{{get_env "HOME"}}')], roundTrips: 2 },
  { name: 'validate', tasks: [written('x', { validate: 'test -s %s' })], roundTrips: 3 },
  { name: 'an environment of the task', tasks: [quiet('c', { environment: { A: 'b' } })], roundTrips: 1 },
  { name: 'a handler that is notified', tasks: [quiet('c', { notify: 'handler' })], roundTrips: 3 },
  {
    name: 'handlers that run now',
    tasks: [quiet('c', { notify: 'handler' }), { meta: 'flush_handlers' }],
    roundTrips: 4,
  },
  { name: 'a block', tasks: [{ block: [quiet('c'), quiet('d')] }], roundTrips: 1 },
  { name: 'a block with rescue', tasks: [{ block: [quiet('c'), quiet('d')], rescue: [quiet('e')] }], roundTrips: 3 },
  { name: 'a block with always', tasks: [{ block: [quiet('c'), quiet('d')], always: [quiet('e')] }], roundTrips: 4 },
  { name: 'a throttled block', tasks: [{ block: [quiet('c'), quiet('d')], throttle: 1 }], roundTrips: 4 },
  { name: 'an include', tasks: [{ include_tasks: 'included.yml' }], roundTrips: 4 },
  {
    name: 'a task with another tag',
    tasks: [{ ...COMMAND, tags: ['other'] }],
    roundTrips: 1,
    args: ['--skip-tags', 'other'],
  },
  { name: 'a failure before the host is asked', tasks: [fails('{{root}}/no/where')], roundTrips: 2 },
  { name: 'a failure on the host', tasks: [fails('{{ro}}/x')], roundTrips: 2 },
  { name: 'one_by_one', tasks: [], roundTrips: 5, play: { one_by_one: true } },
  { name: 'any_errors_fatal', tasks: [], roundTrips: 5, play: { any_errors_fatal: true } },
  { name: 'max_fail_percentage', tasks: [], roundTrips: 5, play: { max_fail_percentage: 50 } },
  { name: 'strategy: free', tasks: [], roundTrips: 1, play: { strategy: 'free' } },
  { name: 'serial', tasks: [], roundTrips: 1, play: { serial: 1 } },
  { name: 'the controller among the hosts', tasks: [], roundTrips: 5, play: { hosts: 'a, here' } },
];

function folder(mode: string): object {
  return { name: 'folder', file: { path: '{{root}}/f', state: 'directory', mode } };
}

function link(to: string): object {
  return { name: 'link', file: { path: '{{root}}/l', src: to, state: 'link' } };
}

function line(text: string): object {
  return { name: text, lineinfile: { path: '{{root}}/lines', line: text, create: true, mode: '0644' } };
}

function written(content: string, more: object = {}): object {
  return { name: 'written', copy: { dest: '{{root}}/written', content, mode: '0644', ...more } };
}

/** `{{ro}}` is on a file system that is read-only. */
function fails(dest: string): object {
  return { name: 'fails', copy: { dest, content: 'x', mode: '0644' }, ignore_errors: true };
}
