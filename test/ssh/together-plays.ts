import { seededRandom } from '../seeded-random.ts';

/** A playbook of a seed: many quiet tasks on few paths, and some of all that ends a script of several changes. */
export interface TogetherPlay {
  readonly tasks: readonly object[];
  readonly handlers: readonly object[];
}

const NAMES = ['one.conf', 'two.conf', 'sub/three.conf', 'sub/deep/four.conf', 'it\'s "odd" $(x).conf'] as const;
const FOLDERS = ['sub', 'sub/deep', 'other', 'other/a b'] as const;
const HANDLERS = ['restart alpha', 'restart beta'] as const;

/** Returns the same play for the same seed. Paths are below the variable `root`. */
export function togetherPlay(seed: number, count = 24): TogetherPlay {
  const random = seededRandom(seed);
  const tasks = Array.from({ length: count }, (_, number) => taskOf(random, number));
  const handlers = HANDLERS.map((name) => ({
    name,
    shell: `echo ${name} >>"$HOME/handled"; cat {{root}}/*.conf 2>/dev/null | wc -l`,
  }));
  const first = [
    { name: 'root', file: { path: '{{root}}', state: 'directory', mode: '0755' } },
    { name: 'said', set_fact: { said: 'nothing' } },
    {
      name: 'folders',
      file: { path: '{{root}}/{{item}}', state: 'directory', mode: '0755' },
      loop: random() < 0.7 ? ['sub', 'sub/deep'] : ['sub'],
    },
    ...[0, 1, 2, 3, 4].map((index) => ({ name: 'result', debug: { msg: 'first' }, register: `result_${index}` })),
  ];
  return { tasks: [...first, ...tasks], handlers };
}

type Random = () => number;

function one<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('no items');
  return item;
}

function taskOf(random: Random, number: number): object {
  const name = `task ${number}`;
  const keywords = {
    ...(random() < 0.3 ? { notify: one(random, HANDLERS) } : {}),
    ...(random() < 0.2 ? { register: `result_${number % 5}` } : {}),
    ...(random() < 0.7 ? { ignore_errors: true } : {}),
    ...(random() < 0.1
      ? {
          when: one(random, [
            'version == 1',
            'version == 2',
            'defined(result_1.dest)',
            'result_2.changed',
            'said == "1 2"',
          ]),
        }
      : {}),
    ...(random() < 0.05 ? { no_log: true } : {}),
    ...(random() < 0.03 ? { changed_when: false } : {}),
  };
  if (random() < 0.05)
    return {
      name,
      block: [module(random, number), module(random, number)].map((task, index) => ({
        name: `${name} ${index}`,
        ...task,
      })),
      rescue: [{ name: `${name} rescued`, debug: { msg: 'rescued' } }],
    };
  if (random() < 0.08)
    return {
      name,
      block: [module(random, number), module(random, number)].map((task, index) => ({
        name: `${name} ${index}`,
        ...task,
      })),
    };
  if (random() < 0.03) return { name, meta: 'flush_handlers' };
  return { ...keywords, name, ...module(random, number) };
}

function path(random: Random): string {
  return `{{root}}/${one(random, NAMES)}`;
}

function module(random: Random, number: number): object {
  const mode = random() < 0.6 ? { mode: one(random, ['0644', '0640', '0600', '0664', '0755']) } : {};
  const line = `key_${Math.floor(random() * 4)} = ${Math.floor(random() * 3)} it's {{version}}`;
  return one(random, MODULES)({ random, number, mode, line });
}

interface Given {
  readonly random: Random;
  readonly number: number;
  readonly mode: object;
  readonly line: string;
}

type Make = (given: Given) => object;

const plain: Make = ({ number, mode }) => {
  return { copy: { dest: `{{root}}/plain-${number % 7}.conf`, content: `number ${number} {{version}}\n`, ...mode } };
};
const copied: Make = ({ random, number, mode }) => {
  return { copy: { dest: path(random), content: `number ${number} version {{version}}\n`, ...mode } };
};
const folder: Make = ({ random }) => {
  const mode = random() < 0.7 ? { mode: one(random, ['0755', '0750', '0775', '01777']) } : {};
  return { file: { path: `{{root}}/${one(random, FOLDERS)}`, state: 'directory', ...mode } };
};
const lined: Make = ({ random, line, mode }) => {
  return { lineinfile: { path: path(random), line, create: random() < 0.8, ...mode } };
};

const COMMON = [plain, plain, plain, plain, copied, copied, copied, folder, folder, folder, lined, lined];

/** The modules of the tasks; several times those that are common. */
const MODULES: readonly Make[] = [
  ...COMMON,
  ({ random, line }) => ({ lineinfile: { path: path(random), regexp: '^key_1', line, create: true } }),
  ({ random, line, mode }) => ({ blockinfile: { path: path(random), block: line, create: true, ...mode } }),
  ({ random, mode }) => ({ template: { src: 'together.hbs', dest: path(random), ...mode } }),
  ({ random, number }) => ({
    file: { path: `{{root}}/link-${number % 3}`, src: path(random), state: 'link', force: random() < 0.5 },
  }),
  ({ random }) => ({ file: { path: path(random), mode: one(random, ['0600', '0644', '0640']) } }),
  ({ random }) => ({ file: { path: path(random), state: 'absent' } }),
  ({ mode }) => ({
    copy: { dest: '{{root}}/{{item}}.conf', content: '{{item}} {{version}}\n', ...mode },
    loop: ['x', 'y', 'z'],
  }),
  ({ random, number, mode }) => ({
    ini_file: { path: path(random), section: 'main', option: `o${number % 2}`, value: '{{version}}', ...mode },
  }),
  ({ number }) => ({ set_fact: { said: `${number} {{version}}` } }),
  () => ({ debug: { msg: 'version {{version}} {{said}}' }, when: 'size(said) > 1' }),
  () => ({ shell: 'cat {{root}}/*.conf 2>/dev/null | wc -l' }),
  () => ({ copy: { dest: '{{ro}}/x', content: 'x', mode: '0644' }, ignore_errors: true }),
  ({ random }) => ({ copy: { dest: path(random), content: '{{json result_1.changed}}' }, ignore_errors: true }),
];
