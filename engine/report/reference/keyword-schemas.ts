import { META_ACTIONS } from '../../playbook/base/keywords.ts';
import { OF_ALL_HOSTS } from '../../playbook/base/per-slice.ts';
import { ANSIBLE_LOOPS } from '../../values/habits/ansible-loops.ts';

/**
 * A part of a JSON Schema. Alternatives of different types are one schema with a list of types, not `anyOf`: an editor
 * then names the wrong key, and not the types that the whole value could have.
 */
export type Schema = { readonly [key: string]: unknown };

export const TEMPLATE: Schema = { type: 'string', pattern: '\\{\\{' };
/** Any value. Editors complete the colon after a key only if its value has a type. */
export const ANY: Schema = { type: ['string', 'number', 'boolean', 'array', 'object', 'null'] };
const TEXT: Schema = { type: 'string' };
const BOOLEAN: Schema = { anyOf: [{ type: 'boolean' }, TEMPLATE] };
const NUMBER: Schema = { anyOf: [{ type: 'number', minimum: 0 }, TEMPLATE] };
const MAP: Schema = { type: 'object' };
const LIST_OF_TEXTS: Schema = { type: ['string', 'array'], items: TEXT };
const TEXTS: Schema = onOneLine(LIST_OF_TEXTS);
/** An expression, true or false; or a list of them that must all be true. */
const EXPRESSION: Schema = { type: ['string', 'boolean'] };
const CONDITIONS: Schema = onOneLine({ type: ['string', 'boolean', 'array'], items: EXPRESSION });
const TASKS: Schema = { type: ['array', 'null'], items: { $ref: '#/definitions/task' } };
const ENVIRONMENT: Schema = { ...TEMPLATE, type: ['object', 'string'] };
const BATCH: Schema = { type: ['number', 'string'] };

interface Keyword {
  readonly description: string;
  readonly schema: Schema;
}

/** The schema of every keyword of plays, blocks, tasks, imports, includes and uses of roles, for editors. */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  name: {
    description: 'The name in outputs. The name of a task may contain templates.',
    schema: { type: 'string', minLength: 1 },
  },
  hosts: {
    description: 'A pattern of hosts and groups, or a list of patterns: web:&eu, !web-1, web[0:2].',
    schema: TEXTS,
  },
  serial: {
    description: 'Batches of hosts: a number, a percentage, or a list of both; the last one repeats.',
    schema: onOneLine({ type: ['number', 'string', 'array'], items: BATCH }),
  },
  per_slice: {
    description: 'With --slice: keywords and variables that each slice may apply to its own hosts alone.',
    schema: onOneLine({ type: ['string', 'array'], items: { enum: [...OF_ALL_HOSTS] } }),
  },
  strategy: {
    description:
      'linear (the default): all hosts finish a task before any changes something for the next one. free: no host waits for another.',
    schema: { enum: ['linear', 'free'] },
  },
  one_by_one: {
    description: 'Whether each change is a separate round trip. If false, quiet changes are sent to a host together.',
    schema: BOOLEAN,
  },
  order: {
    description: 'The order in which the hosts of the play are taken.',
    schema: { enum: ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'] },
  },
  max_fail_percentage: {
    description: 'The play stops for all hosts once more than this percentage of a batch has failed.',
    schema: NUMBER,
  },
  any_errors_fatal: { description: 'Whether the failure of one host stops the play for all hosts.', schema: BOOLEAN },
  gather_facts: {
    description: 'Accepted from Ansible; facts come with the connection and cost nothing.',
    schema: BOOLEAN,
  },
  vars: { description: 'Variables, by name.', schema: { type: ['object', 'null'] } },
  vars_files: {
    description:
      'Files of variables, relative to the playbook. A list within the list stands for the first file of it that exists.',
    schema: { type: ['string', 'array'], items: LIST_OF_TEXTS },
  },
  vars_prompt: {
    description: 'Variables whose values a person types on the terminal, unless -e sets them.',
    schema: {
      type: ['array', 'null'],
      items: {
        type: 'object',
        ...needs('name'),
        additionalProperties: false,
        properties: {
          name: { description: 'The name of the variable.', type: 'string' },
          prompt: { description: 'The question.', type: 'string' },
          default: { description: 'The value for an empty answer, or without a terminal.', ...ANY },
          private: {
            description: 'Whether the typed text is hidden (true), and the value is a secret.',
            type: 'boolean',
          },
          confirm: { description: 'Whether the question is asked twice.', type: 'boolean' },
          unsafe: { description: 'Accepted from Ansible; an answer is never a template.', type: 'boolean' },
        },
      },
    },
  },
  roles: {
    description: 'Roles that run before the tasks. Keys of a role that are not keywords are its parameters.',
    schema: { type: ['array', 'null'], items: { $ref: '#/definitions/role' } },
  },
  role: { description: 'The name of the role, or a path to it.', schema: TEXT },
  pre_tasks: { description: 'Tasks that run before the roles; handlers run after them.', schema: TASKS },
  tasks: { description: 'Tasks that run after the roles.', schema: TASKS },
  post_tasks: { description: 'Tasks that run at the end; handlers run after them.', schema: TASKS },
  handlers: {
    description: 'Tasks that run once, at the end of a section, if a task that has changed something notifies them.',
    schema: TASKS,
  },
  tags: {
    description: 'Names for --tags and --skip-tags. The tags always and never have a special meaning.',
    schema: onOneLine({ ...LIST_OF_TEXTS, type: ['string', 'array', 'null'] }),
  },
  when: {
    description: 'An expression (CEL), or a list of expressions that must all be true. Otherwise the task is skipped.',
    schema: CONDITIONS,
  },
  become: { description: 'Whether to act as another user, root by default.', schema: BOOLEAN },
  become_user: { description: 'The user to act as.', schema: TEXT },
  become_method: { description: 'How to become that user.', schema: { enum: ['sudo', 'su', 'doas'] } },
  remote_user: { description: 'The user to log in as, if the inventory has no ansible_user.', schema: TEXT },
  environment: {
    description: 'Environment variables for every program that a task starts on the host.',
    schema: onOneLine({ ...ENVIRONMENT, type: ['object', 'array', 'string'], items: ENVIRONMENT }),
  },
  no_log: {
    description: 'Whether all outputs hide the arguments, the differences and the result of the task.',
    schema: BOOLEAN,
  },
  diff: {
    description: 'false: outputs show the size and the digest of a text that a task changes, not its lines.',
    schema: BOOLEAN,
  },
  timeout: { description: 'Seconds that the change may take.', schema: NUMBER },
  check_mode: {
    description:
      'true: the task changes nothing, and its result says whether it would. false: a command with changed_when: false runs in a plan too.',
    schema: BOOLEAN,
  },
  async: { description: 'Seconds that the task may take: the same as timeout.', schema: NUMBER },
  poll: { description: 'Seconds, more than 0. It has no effect.', schema: NUMBER },
  delegate_facts: {
    description: 'Whether variables that the task sets go to the host of delegate_to.',
    schema: BOOLEAN,
  },
  ignore_errors: { description: 'Whether the host goes on if the task fails.', schema: BOOLEAN },
  connection: {
    description: 'local: the same as delegate_to: localhost.',
    schema: { enum: ['local', 'ssh', 'smart'] },
  },
  delegate_to: {
    description: 'Another host of the inventory that runs the task, with the variables of this one.',
    schema: TEXT,
  },
  run_once: { description: 'Whether one host of the batch runs the task for all hosts of the batch.', schema: BOOLEAN },
  notify: {
    description: 'Handlers to run if the task has changed something: their names, or what they listen to.',
    schema: TEXTS,
  },
  listen: { description: 'Other names by which tasks can notify this handler.', schema: TEXTS },
  throttle: { description: 'The number of hosts that run the task at the same time; 0: no limit.', schema: NUMBER },
  args: { description: 'Further arguments of the module.', schema: MAP },
  register: {
    description: 'The variable that gets the result.',
    schema: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      patternErrorMessage: 'The name of a variable has letters, digits and _, and no digit first.',
    },
  },
  loop: {
    description: 'A list, or a template or an expression whose value is a list. The task runs once for each item.',
    schema: { type: ['array', 'string'] },
  },
  loop_control: {
    description: 'Settings of the loop.',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        loop_var: { description: 'The variable that has the item, in place of item.', type: 'string' },
        index_var: { description: 'The variable that counts the items from 0.', type: 'string' },
        label: { description: 'The text that outputs show for an item, usually with a template.', ...ANY },
        pause: { description: 'Seconds between two items.', type: 'number', minimum: 0 },
      },
    },
  },
  until: { description: 'Expressions. The task is tried again until all of them are true.', schema: CONDITIONS },
  retries: { description: 'The number of further attempts (default with until: 3).', schema: NUMBER },
  delay: { description: 'Seconds between two attempts (default: 5).', schema: NUMBER },
  changed_when: {
    description: 'Expressions that must all be true, otherwise a change is not reported as a change.',
    schema: CONDITIONS,
  },
  failed_when: { description: 'Expressions that say whether the task has failed.', schema: CONDITIONS },
  block: { description: 'Tasks that belong together. The keywords of the block apply to all of them.', schema: TASKS },
  rescue: { description: 'Tasks that run if a task of the block fails.', schema: TASKS },
  always: {
    description: 'Tasks that always run after block and rescue, whether a task has failed or not.',
    schema: TASKS,
  },
  import_tasks: { description: 'Adds the tasks of a file when the playbook is read.', schema: fileCall({}) },
  include_tasks: {
    description: 'Adds the tasks of a file when a host reaches this task. The name of the file may be a template.',
    schema: fileCall(applied()),
  },
  import_role: { description: 'Adds the tasks of a role when the playbook is read.', schema: roleCall({}) },
  include_role: {
    description: 'Adds the tasks of a role when a host reaches this task. The name of the role may be a template.',
    schema: roleCall(applied()),
  },
  import_playbook: { description: 'Adds the plays of another playbook.', schema: TEXT },
  meta: {
    description:
      'flush_handlers: run notified handlers now. end_host, end_play: end the host or the play here, without an error. noop: do nothing.',
    schema: { enum: META_ACTIONS },
  },
  check: { description: 'A command that exits with 0 if nothing needs doing.', schema: TEXT },
  apply: { description: 'A command that runs if check does not exit with 0.', schema: TEXT },
  module_defaults: {
    description: 'Default arguments for modules, by the name of the module. An argument of a task takes precedence.',
    schema: MAP,
  },
  // Editors accept older loops, and do not offer them.
  ...Object.fromEntries(
    [...ANSIBLE_LOOPS].map(([name, instead]) => [
      name,
      { description: instead, schema: { ...ANY, doNotSuggest: true } },
    ]),
  ),
};

/** Marks a value of several forms so that an editor continues on the same line: usually it is a text. */
export function onOneLine(schema: Schema): Schema {
  return { anyOf: [schema] };
}

/** Requires one of the keys. With `required` in the map itself, an editor would offer each of them twice. */
export function needs(...keys: readonly string[]): Schema {
  return { anyOf: keys.map((key) => ({ required: [key] })) };
}

function applied(): Schema {
  return { apply: { description: 'Keywords for the tasks that are added.', $ref: '#/definitions/applied' } };
}

function fileCall(more: Schema): Schema {
  const file = { description: 'The file, relative to this one.', type: 'string' };
  return onOneLine({
    type: ['string', 'object'],
    ...needs('file'),
    additionalProperties: false,
    properties: { file, ...more },
  });
}

function roleCall(more: Schema): Schema {
  const part = (of: string): Schema => ({
    description: `The file in ${of} of the role, in place of main.`,
    type: 'string',
  });
  return {
    type: 'object',
    ...needs('name'),
    additionalProperties: false,
    properties: {
      name: { description: 'The name of the role, or a path to it.', type: 'string' },
      tasks_from: part('tasks'),
      handlers_from: part('handlers'),
      defaults_from: part('defaults'),
      vars_from: part('variables'),
      ...more,
    },
  };
}

/** Returns the properties of a map with these keywords. Throws if a keyword has no description. */
export function keywordProperties(names: ReadonlySet<string>): Schema {
  return Object.fromEntries(
    [...names].map((name) => {
      const keyword = KEYWORDS[name];
      if (keyword === undefined) throw new Error(`the keyword ${name} is not described`);
      return [name, { description: keyword.description, ...keyword.schema }];
    }),
  );
}
