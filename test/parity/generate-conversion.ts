import type { Json } from './case.ts';
import type { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { jinjaCondition, jinjaTemplate, jinjaText, jinjaVariables } from './jinja-writer.ts';

/**
 * Tasks as they are written for Ansible. ansible-core plays them as they are, and runbook plays what the converter makes
 * of them.
 */
export function conversionCase(chance: Chance): Draft {
  const vars = jinjaVariables(chance);
  const files: Record<string, Json> = {};
  const tasks = Array.from({ length: chance.number(2, 5) }, (_, index) => {
    const { task, file } = chance.one(TASKS)(chance, index);
    if (file !== undefined) files[typeof file === 'string' ? `templates/t${index}.j2` : `vars/v${index}.yml`] = file;
    return task;
  }).flat();
  return {
    files,
    tasks: tasks.map((task) => ({ ...task, vars: { ...vars, ...(task['vars'] as object | undefined) } })),
  };
}

interface Written {
  readonly task: readonly Readonly<Record<string, Json>>[];
  readonly file?: Json;
}

type Writer = (chance: Chance, index: number) => Written;

const TASKS: readonly [Writer, ...Writer[]] = [
  template,
  template,
  template,
  content,
  content,
  condition,
  condition,
  pairs,
  loop,
  loop,
  registered,
  fact,
  loaded,
  onController,
];

function template(chance: Chance, index: number): Written {
  const task = {
    template: { src: `t${index}.j2`, dest: `@W@/t${index}`, mode: '0644' },
    ...(chance.of(0.3) ? { when: jinjaCondition(chance) } : {}),
  };
  return { task: [task], file: jinjaTemplate(chance) };
}

function content(chance: Chance, index: number): Written {
  return {
    task: [{ copy: { content: `v={{ ${jinjaText(chance)} }}\n`, dest: `@W@/c${index}`, mode: '0600', force: true } }],
  };
}

function condition(chance: Chance): Written {
  const when = chance.of(0.7) ? jinjaCondition(chance, 2) : [jinjaCondition(chance), jinjaCondition(chance)];
  return { task: [{ 'ansible.builtin.debug': { msg: 'x' }, when }] };
}

function pairs(chance: Chance, index: number): Written {
  const path = `@W@/p${index}`;
  return {
    task: [
      chance.one<Readonly<Record<string, Json>>>([
        { file: `path=${path} state=directory mode=0755` },
        { file: `dest=${path} state=touch mode=0640` },
        { copy: `content={{ t }} dest=${path} mode=0644` },
        { lineinfile: `dest=${path} line="{{ t }} = {{ n }}" create=yes mode=0644` },
        { command: `touch ${path} creates=${path}` },
        { shell: `echo {{ t | quote }} > ${path} creates=${path}` },
        { action: `file path=${path} state=touch mode=0600` },
        { local_action: `file path=${path} state=directory mode=0700` },
        { stat: `path=@W@`, register: 'st' },
      ]),
    ],
  };
}

function loop(chance: Chance, index: number): Written {
  const dest = `@W@/l${index}-{{ `;
  const made = (item: string): Json => ({
    path: `${dest}${item} }}`,
    state: chance.one(['touch', 'directory'] as const),
    mode: '0750',
  });
  return {
    task: [
      chance.one<Readonly<Record<string, Json>>>([
        { file: made('item'), with_items: '{{ ns }}' },
        { file: made('item'), with_items: ['a', '{{ t }}'] },
        { file: made('item'), with_items: [['a', 'b'], 'c'] },
        { file: made('item'), with_items: ['{{ xs }}', '{{ ns }}'] },
        { file: made('item.key'), with_dict: '{{ m }}' },
        { file: made('item.key'), with_dict: { a: 1, b: 2 } },
        { file: made('item.0 ~ item.1'), with_nested: ['{{ ns }}', ['x', 'y']] },
        { file: made('item'), with_sequence: 'start=1 end=3' },
        { file: made('item'), with_sequence: 'count=2 format=n%02d' },
        { file: made('item.name'), loop: '{{ ms }}', when: 'item.on' },
        { file: made('item.name'), loop: "{{ ms | selectattr('on') | list }}" },
        { file: made('x.key'), loop: '{{ m | dict2items }}', loop_control: { loop_var: 'x', label: '{{ x.key }}' } },
        { file: made('item'), loop: '{{ range(1, 3) | list }}' },
      ]),
    ],
  };
}

function registered(chance: Chance): Written {
  const text = chance.one(['one', 'two words', ''] as const);
  return {
    task: [
      {
        command: `printf %s '${text}'`,
        register: 'r',
        changed_when: chance.one(['false', "'one' in r.stdout", 'r.rc != 0'] as const),
      },
      {
        debug: { msg: 'seen' },
        when: chance.one([
          'not r.stdout',
          'r.stdout | length > 0',
          'r is changed',
          'r is succeeded',
          'r.rc == 0 and not r.failed',
          "'two' in r.stdout",
          'r.stdout_lines | length == 1',
          "r.stdout.split(' ') | length == 2",
        ] as const),
      },
    ],
  };
}

function fact(chance: Chance, index: number): Written {
  const [value, shown] = chance.one<readonly [string, string]>([
    ['{{ xs + ["z"] }}', '| length'],
    ['{{ n + 1 }}', '+ 1'],
    ['{{ m | combine({"z": 1}) }}', '| length'],
    ['{{ flag }}', '| ternary("yes", "no")'],
    ['{{ s | upper }}', '| default("")'],
  ]);
  return {
    task: [
      { set_fact: { [`f${index}`]: value } },
      { debug: { msg: `got {{ f${index} ${shown} }}` }, when: `f${index} is defined` },
    ],
  };
}

/** Variables of a file, which may be put below a name. */
function loaded(chance: Chance, index: number): Written {
  const name = `g${index}`;
  const file = { [`${name}a`]: chance.number(0, 3), [`${name}b`]: '{{ t | upper }}' };
  const isNamed = chance.of(0.3);
  const include = isNamed
    ? { file: `vars/v${index}.yml`, name }
    : chance.one([`vars/v${index}.yml`, `file=vars/v${index}.yml`] as const);
  const at = isNamed ? `${name}.${name}` : name;
  return {
    file,
    task: [{ include_vars: include }, { debug: { msg: `{{ ${at}a }} {{ ${at}b }}` }, when: `${at}a >= 0` }],
  };
}

function onController(_chance: Chance, index: number): Written {
  return { task: [{ copy: { content: 'x\n', dest: `@W@/o${index}`, mode: '0600' }, connection: 'local' }] };
}
