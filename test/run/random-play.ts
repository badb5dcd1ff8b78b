import { seededRandom } from '../seeded-random.ts';

/** A play for some hosts, whose tasks wait for one another in many ways. */
export interface RandomPlay {
  readonly play: Readonly<Record<string, unknown>>;
  /** A host that cannot be reached. */
  readonly unreachable: string | undefined;
  /** False: which tasks a host runs may depend on which host is first at a task. */
  readonly isDetermined: boolean;
}

type Task = Readonly<Record<string, unknown>>;

/** Makes a play from a seed. Hosts write into the folder `mine`, and include the file `more`. `handler`: a name. */
export function randomPlay(seed: number, names: readonly string[], handler: string): RandomPlay {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('there is nothing to choose from');
    return item;
  };
  const chance = (share: number): boolean => random() < share;
  const some = (): readonly string[] => names.filter(() => chance(0.2));
  const isFree = chance(0.25);
  // All hosts are one machine with one list of owed handlers, so no host may leave any there.
  const isCalm = chance(0.4);
  const called = isCalm ? { notify: handler } : {};
  const isFatal = !isFree && chance(0.3);
  const named = (index: number, task: Task): Task => ({ name: `task ${index}`, ...task });
  const kinds: readonly ((index: number) => Task)[] = [
    (index) => ({ copy: { content: 'x', dest: `{{mine}}/${index}` }, ...called }),
    () => ({ command: 'true', ...called }),
    () => ({ query: { cmd: 'ls {{mine}}' } }),
    () => ({ debug: { msg: `{{hostvars.${pick(names)}.mine}}` } }),
    () => ({ command: 'true', delegate_to: pick(names), ignore_errors: true }),
    (index) => ({
      copy: { content: 'x', dest: `{{mine}}/${index}-{{item}}` },
      loop: [1, 2],
      throttle: pick([1, 2]),
      register: 'made',
    }),
    (index) => ({ block: [named(index + 100, { command: 'true' })], throttle: pick([1, 3]) }),
    () => ({ command: 'false', ignore_errors: true, register: 'no', until: 'no.rc == 0', retries: 1, delay: 0.01 }),
    (index) => ({
      block: [named(index + 100, { command: 'false', when: `inventory_hostname in ${JSON.stringify(some())}` })],
      rescue: [named(index + 200, { command: 'true' })],
      always: [named(index + 300, { command: 'true' })],
    }),
    () => ({ include_tasks: '{{more}}' }),
    () => ({ command: 'true', loop: [1, 2], loop_control: { pause: 0.01 } }),
    () => ({ wait_for: { path: '{{mine}}', timeout: 60 } }),
    () => ({ meta: 'flush_handlers' }),
    ...(isFree ? [] : [(): Task => ({ command: 'true', run_once: true, register: 'once' })]),
  ];
  const ending: typeof kinds = [
    () => ({ command: 'false', when: `inventory_hostname in ${JSON.stringify(some())}` }),
    () => ({ meta: 'end_host', when: `inventory_hostname in ${JSON.stringify(some())}` }),
  ];
  const all = isCalm ? kinds : [...kinds, ...ending];
  const tasks = Array.from({ length: 7 }, (_, index) => named(index, pick(all)(index)));
  return {
    play: {
      name: `random ${seed}`,
      hosts: 'web',
      strategy: isFree ? 'free' : 'linear',
      ...(chance(0.3) ? { serial: pick([1, 4, '50%']) } : {}),
      ...(isFatal ? pick([{ any_errors_fatal: true }, { max_fail_percentage: 30 }]) : {}),
      tasks: [...tasks, named(99, { copy: { content: 'x', dest: '{{mine}}/last' } })],
      handlers: [{ name: handler, command: 'true' }],
    },
    unreachable: !isCalm && chance(0.5) ? pick(names) : undefined,
    // Where an error is fatal, a throttled step does not begin after it on the hosts that wait for their turn.
    isDetermined: !isFatal || !JSON.stringify(tasks).includes('throttle'),
  };
}
