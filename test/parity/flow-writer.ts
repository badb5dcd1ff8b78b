import type { Json, JsonMap } from './case.ts';
import type { Chance } from './chance.ts';
import { either } from './spelled.ts';

const CONDITIONS: readonly [Json, ...Json[]] = [
  'inventory_hostname == "h1"',
  'inventory_hostname != "h2"',
  'n == 2',
  ['n > 1', 'inventory_hostname != "h3"'],
  either('n == 1 or n == 3', 'n == 1 || n == 3'),
  false,
  true,
];

const KINDS: readonly [Leaf, ...Leaf[]] = [
  'word',
  'word',
  'change',
  'change',
  'fail',
  'register',
  'fact',
  'loop',
  'until',
  'meta',
  'once',
  'delegate',
];
type Leaf =
  | 'word'
  | 'change'
  | 'fail'
  | 'register'
  | 'fact'
  | 'loop'
  | 'until'
  | 'meta'
  | 'once'
  | 'delegate'
  | 'block'
  | 'include'
  | 'role';

/** A task that changes something. In Ansible it runs no program, because that would take half a second. */
const CHANGE: JsonMap = { $ansible: { debug: { msg: '' }, changed_when: true }, $runbook: { command: 'true' } };

/** Writes tasks, each with a unique name, and the files that they include. */
export class FlowWriter {
  readonly files: Record<string, Json> = {};
  readonly #chance: Chance;
  readonly #handlers: string[] = [];
  #count = 0;
  #wantsHandlers = false;
  /** The number of blocks with a `rescue` or an `always` around the current position. */
  #sheltered = 0;
  #fatal = false;
  #counted = false;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#handlers = ['first', 'second', 'third'];
  }

  /**
   * Sets the kind of play. If its failures are fatal, it gets no `rescue`; if its failures are counted, it gets no
   * `always`. A block with a `rescue` or an `always` gets no step with `run_once`. In these cases the tools differ on
   * purpose (differences.yml).
   */
  play({ isFatal, isCounted }: { readonly isFatal: boolean; readonly isCounted: boolean }): void {
    this.#fatal = isFatal;
    this.#counted = isCounted;
  }

  tasks(count: number, depth: number): Json[] {
    return Array.from({ length: count }, () => this.#task(depth)).flat();
  }

  /** Returns the handlers. Each may notify a later one. Must be called after all tasks of the play were written. */
  handlers(): Json[] {
    if (!this.#wantsHandlers) return [];
    return this.#handlers.map((name) => ({
      name,
      ...this.#chance.one<JsonMap>([
        { debug: { msg: `${name} on {{inventory_hostname}}` } },
        { '+': CHANGE },
        { '+': CHANGE },
        { '+': CHANGE, ...this.#behind(name) },
      ]),
      ...(this.#chance.of(0.2) ? { listen: 'all of them' } : {}),
      ...(this.#chance.of(0.15) ? { when: this.#chance.one(CONDITIONS) } : {}),
    }));
  }

  roles(): Json[] {
    const names = ['base', 'left', 'right'];
    for (const [index, name] of names.entries()) {
      this.files[`roles/${name}/tasks/main.yml`] = this.tasks(this.#chance.number(1, 2), 0).concat([
        { name: `${name} ${this.#next()}`, debug: { msg: `${name} {{level}} {{p}}` } },
      ]);
      this.files[`roles/${name}/defaults/main.yml`] = { level: `default of ${name}`, p: 'none' };
      if (this.#chance.of(0.3)) this.files[`roles/${name}/vars/main.yml`] = { level: `vars of ${name}` };
      if (index > 0 && this.#chance.of(0.6))
        this.files[`roles/${name}/meta/main.yml`] = {
          dependencies: this.#chance.one<Json>([['base'], [{ role: 'base', vars: { p: name } }]]),
        };
    }
    return this.#chance.some(names, 0.7).map((name) =>
      this.#chance.one<Json>([
        name,
        // Another role depends on it. Tags do not make a use of it different: a difference on purpose.
        name === 'base' ? name : { role: name, tags: ['one'] },
        { role: name, when: this.#chance.one(CONDITIONS) },
        { role: name, vars: { p: 'given' } },
      ]),
    );
  }

  #next(): string {
    this.#count += 1;
    return `t${this.#count}`;
  }

  #behind(name: string): JsonMap {
    const [first, ...others] = this.#handlers.slice(this.#handlers.indexOf(name) + 1);
    return first === undefined ? {} : { notify: this.#chance.one([first, ...others]) };
  }

  #task(depth: number): JsonMap[] {
    const kind: Leaf = this.#chance.one<Leaf>(depth > 0 ? [...KINDS, 'block', 'block', 'include', 'role'] : KINDS);
    switch (kind) {
      case 'word':
        return [
          this.#common({ debug: { msg: this.#chance.one(['{{inventory_hostname}}', 'x {{n}}', 'w'] as const) } }),
        ];
      case 'change':
        return [this.#common({ '+': CHANGE, ...this.#notify() })];
      case 'fail':
        return [this.#common(this.#failure())];
      case 'register':
        return this.#registered();
      case 'fact':
        return this.#fact();
      case 'loop':
        return this.#loop();
      case 'until':
        return this.#until();
      case 'meta':
        return this.#meta();
      case 'once':
        return this.#once();
      case 'delegate':
        return this.#delegated();
      case 'block':
        return [this.#block(depth)];
      case 'include':
        return [this.#include(depth)];
      case 'role':
        return [this.#role()];
    }
  }

  #fact(): JsonMap[] {
    const once = this.#chance.of(0.3) ? { run_once: true } : {};
    return [
      { name: this.#next(), set_fact: { f: this.#chance.one(['v{{n}}', '{{n}}'] as const) }, ...once },
      { name: this.#next(), debug: { msg: '{{f}}' } },
    ];
  }

  #loop(): JsonMap[] {
    return [
      this.#common({
        '+': CHANGE,
        loop: this.#chance.one<Json>([['a', 'b'], [1, 2], []]),
        ...this.#notify(),
        ...(this.#chance.of(0.2) ? { when: 'item != "a"' } : {}),
      }),
    ];
  }

  #until(): JsonMap[] {
    return [
      {
        name: this.#next(),
        '+': CHANGE,
        register: 'u',
        until: this.#chance.one<Json>(['n < 3', 'n == 9']),
        retries: 2,
        delay: 0,
        ignore_errors: this.#chance.of(0.6),
      },
      { name: this.#next(), debug: { msg: 'attempts {{u.attempts}}' } },
    ];
  }

  #meta(): JsonMap[] {
    return [
      {
        meta: this.#chance.one<Json>([
          'flush_handlers',
          'flush_handlers',
          'noop',
          // Within a rescue, it leaves a failure that counts: a difference on purpose.
          this.#sheltered > 0 ? 'noop' : 'end_play',
          'end_host',
        ]),
        ...(this.#chance.of(0.6) ? { when: this.#chance.one(CONDITIONS) } : {}),
      },
    ];
  }

  #once(): JsonMap[] {
    return [
      { name: this.#next(), debug: { msg: '{{inventory_hostname}}' }, run_once: true, register: 'o' },
      { name: this.#next(), debug: { msg: '{{o.msg}}' } },
    ];
  }

  #delegated(): JsonMap[] {
    return [
      {
        name: this.#next(),
        debug: { msg: '{{inventory_hostname}}' },
        delegate_to: this.#chance.one(['h1', 'h4', 'localhost'] as const),
        register: 'd',
      },
      { name: this.#next(), debug: { msg: '{{d.msg}}' } },
    ];
  }

  #registered(): JsonMap[] {
    const failing = this.#chance.of(0.4);
    return [
      {
        name: this.#next(),
        ...(failing ? { fail: { msg: 'no' } } : { '+': CHANGE }),
        register: 'r',
        ignore_errors: true,
        ...this.#notify(),
        ...(this.#chance.of(0.3) ? { when: this.#chance.one(CONDITIONS) } : {}),
        ...(!failing && this.#chance.of(0.2) ? { changed_when: false } : {}),
      },
      // In Ansible, a skipped result has no `failed`.
      { name: this.#next(), debug: { msg: [either('{{r is failed}}', '{{r.failed}}'), '{{r.changed}}'] } },
      { name: this.#next(), debug: { msg: 'was changed' }, when: 'r.changed' },
    ];
  }

  #failure(): JsonMap {
    return this.#chance.one<JsonMap>([
      { fail: { msg: 'no {{n}}' }, when: this.#chance.one(CONDITIONS) },
      { fail: { msg: 'no' }, when: this.#chance.one(CONDITIONS), ignore_errors: this.#chance.of(0.5) },
      { debug: { msg: 'c' }, failed_when: 'n == 2' },
      { fail: { msg: 'no' }, ignore_errors: true, ...this.#notify() },
      { assert: { that: ['n < 3'] } },
      { debug: { msg: '{{nowhere}}' }, when: 'n == 2' },
    ]);
  }

  #notify(): JsonMap {
    if (!this.#chance.of(0.4)) return {};
    this.#wantsHandlers = true;
    return { notify: this.#chance.one<Json>(['first', 'second', 'third', ['third', 'first']]) };
  }

  #common(task: JsonMap): JsonMap {
    const more: Record<string, Json> = {};
    if (task['when'] === undefined && this.#chance.of(0.25)) more['when'] = this.#chance.one(CONDITIONS);
    if (this.#chance.of(0.2))
      more['tags'] = this.#chance.one<Json>([
        ['one'],
        ['two'],
        ['one', 'two'],
        ['always'],
        ['never'],
        ['never', 'one'],
      ]);
    if (this.#sheltered === 0 && this.#chance.of(0.08)) more['run_once'] = true;
    if (this.#sheltered === 0 && this.#chance.of(0.05)) more['any_errors_fatal'] = true;
    return { name: this.#next(), ...task, ...more };
  }

  #block(depth: number): JsonMap {
    const rescued = !this.#fatal && this.#chance.of(0.5);
    const always = this.#chance.of(0.4) && !this.#counted;
    const sheltering = rescued || always ? 1 : 0;
    this.#sheltered += sheltering;
    const block: Record<string, Json> = { name: this.#next(), block: this.tasks(this.#chance.number(1, 3), depth - 1) };
    if (rescued) block['rescue'] = this.tasks(this.#chance.number(1, 2), depth - 1);
    this.#sheltered -= sheltering;
    // If failures are fatal, Ansible leaves out blocks and files in it: a difference on purpose.
    if (always) block['always'] = this.tasks(this.#chance.number(1, 2), this.#fatal ? 0 : depth - 1);
    if (this.#chance.of(0.3)) block['when'] = this.#chance.one(CONDITIONS);
    if (this.#chance.of(0.2)) block['tags'] = ['one'];
    if (this.#chance.of(0.1)) block['ignore_errors'] = true;
    // After a failure with run_once, all hosts run the `rescue` here: a difference on purpose.
    if (sheltering === 0 && this.#sheltered === 0 && this.#chance.of(0.1)) block['run_once'] = true;
    return block;
  }

  #include(depth: number): JsonMap {
    const name = `tasks-${this.#next()}.yml`;
    const task: Record<string, Json> = { name: this.#next() };
    const isDynamic = this.#chance.of(0.5);
    const isOnce = isDynamic && this.#sheltered === 0 && this.#chance.of(0.15);
    this.files[name] = isOnce ? this.#sureTasks() : this.tasks(this.#chance.number(1, 2), depth - 1);
    if (isDynamic) {
      task['include_tasks'] = name;
      if (this.#chance.of(0.25)) task['loop'] = ['a', 'b'];
      if (isOnce) task['run_once'] = true;
      if (this.#chance.of(0.2)) task['include_tasks'] = { file: name, apply: { tags: ['one'] } };
    } else task['import_tasks'] = name;
    if (this.#chance.of(0.3)) task['when'] = this.#chance.one(CONDITIONS);
    if (this.#chance.of(0.3)) task['tags'] = ['one'];
    if (this.#chance.of(0.2)) task['vars'] = { x: 5 };
    return task;
  }

  /** A failure in an include with run_once also ends the other hosts: a difference on purpose. */
  #sureTasks(): JsonMap[] {
    return [
      this.#common({ '+': CHANGE, ...this.#notify() }),
      this.#common({ debug: { msg: '{{inventory_hostname}}' } }),
    ];
  }

  #role(): JsonMap {
    const name = `role-${this.#next()}`;
    const change = this.#chance.of(0.4) ? [this.#ownHandler(name)] : [];
    this.files[`roles/${name}/tasks/main.yml`] = [
      ...this.tasks(1, 0),
      ...change,
      { name: this.#next(), debug: { msg: '{{p}}' } },
    ];
    this.files[`roles/${name}/defaults/main.yml`] = { p: 'default' };
    if (this.#chance.of(0.4)) this.files[`roles/${name}/meta/main.yml`] = { dependencies: [this.#ground()] };
    const task: Record<string, Json> = {
      name: this.#next(),
      [this.#chance.one(['include_role', 'import_role'] as const)]: { name },
    };
    if (this.#chance.of(0.4)) task['vars'] = { p: 'given' };
    if (this.#chance.of(0.3)) task['when'] = this.#chance.one(CONDITIONS);
    return task;
  }

  /** Gives a role a handler. Returns a task of the role that notifies it. */
  #ownHandler(role: string): JsonMap {
    const handler = `handler of ${role}`;
    this.files[`roles/${role}/handlers/main.yml`] = [
      { name: handler, debug: { msg: `${handler} on {{inventory_hostname}}` } },
    ];
    return { name: this.#next(), '+': CHANGE, notify: this.#chance.one([handler, `${role} : ${handler}`] as const) };
  }

  /** A role that others depend on. */
  #ground(): string {
    this.files['roles/ground/tasks/main.yml'] = [
      { name: 'ground', debug: { msg: 'ground on {{inventory_hostname}}' } },
    ];
    return 'ground';
  }
}
