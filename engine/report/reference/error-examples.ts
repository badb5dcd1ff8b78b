/** The reason why an error exists, with a playbook or tasks that cause it, and the same without the mistake. */
export interface ErrorExample {
  readonly why: string;
  readonly bad: string;
  readonly good: string;
}

/** The most frequent errors, by their codes. A test plays each of the examples. */
export const ERROR_EXAMPLES: ReadonlyMap<string, ErrorExample> = new Map([
  [
    'unquoted-mode',
    {
      why: 'YAML reads 0644 without quotes as the decimal number 644, and the file would get another mode.',
      bad: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: 0644 }',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'unquoted-template',
    {
      why: 'YAML takes braces without quotes for a map.',
      bad: '- name: Page\n  debug:\n    msg: {{greeting}}',
      good: '- name: Page\n  debug:\n    msg: "{{greeting}}"',
    },
  ],
  [
    'unknown-module',
    {
      why: 'A task names one module beside its keywords. `runbook docs` lists all of them.',
      bad: '- name: Page\n  coppy: { content: hello, dest: /srv/index.html, mode: "0644" }',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'unknown-argument',
    {
      why: 'An argument that a module does not know would have no effect. `runbook docs MODULE` lists its arguments.',
      bad: '- name: Page\n  copy: { contents: hello, dest: /srv/index.html, mode: "0644" }',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'unknown-keyword',
    {
      why: 'A keyword that is not known would have no effect: a condition or a handler would be left out without a word.',
      bad: '- name: Page\n  debug: { msg: hello }\n  whenn: greeted',
      good: '- name: Page\n  debug: { msg: hello }\n  when: greeted',
    },
  ],
  [
    'unknown-handler',
    {
      why: 'notify calls a handler by its name or by a word of its listen. Upper and lower case differ.',
      bad: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }\n  notify: Reload nginx',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'expression-syntax',
    {
      why: 'Conditions are CEL: &&, || and !, double or single quotes, no braces around them.',
      bad: '- name: Page\n  debug: { msg: hello }\n  when: a == 1 and b == 2',
      good: '- name: Page\n  debug: { msg: hello }\n  when: a == 1 && b == 2',
    },
  ],
  [
    'template-syntax',
    {
      why: 'Templates are Handlebars: each {{#if}}, {{#each}} and {{#unless}} is closed by its {{/…}}.',
      bad: '- name: Page\n  debug: { msg: "{{#if a}}hello" }',
      good: '- name: Page\n  debug: { msg: "{{#if a}}hello{{/if}}" }',
    },
  ],
  [
    'unknown-helper',
    {
      why: 'The first word of {{word other}} is a helper. `runbook docs --helpers` lists them.',
      bad: '- name: Page\n  debug: { msg: "{{upperr a}}" }',
      good: '- name: Page\n  debug: { msg: "{{upper a}}" }',
    },
  ],
  [
    'jinja-statement',
    {
      why: 'Templates are Handlebars. A statement of Jinja would be written onto the host as it stands.',
      bad: '- name: Page\n  debug: { msg: "{% if a %}hello{% endif %}" }',
      good: '- name: Page\n  debug: { msg: "{{#if a}}hello{{/if}}" }',
    },
  ],
  [
    'duplicate-key',
    {
      why: 'Of two values under one key, one would be lost without a word.',
      bad: '- name: Page\n  debug: { msg: hello }\n  when: a\n  when: b',
      good: '- name: Page\n  debug: { msg: hello }\n  when: [a, b]',
    },
  ],
  [
    'two-modules',
    {
      why: 'A task does one thing, so that it has one name, one result and one line in the plan.',
      bad: '- name: Page\n  debug: { msg: hello }\n  fail: { msg: no }',
      good: '- name: Page\n  debug: { msg: hello }\n\n- name: End\n  fail: { msg: no }',
    },
  ],
  [
    'no-module',
    {
      why: 'A task without a module does nothing.',
      bad: '- name: Page\n  when: a',
      good: '- name: Page\n  debug: { msg: hello }\n  when: a',
    },
  ],
  [
    'check-and-apply',
    {
      why: 'check says whether a change is needed, and apply makes it. One without the other cannot be planned.',
      bad: '- name: Swap off\n  apply: swapoff -a',
      good: "- name: Swap off\n  check: '! swapon --noheadings --show | grep -q .'\n  apply: swapoff -a",
    },
  ],
  [
    'unknown-role',
    {
      why: 'A role is a folder below roles/, beside the playbook or one level above it.',
      bad: '- name: Web\n  hosts: web\n  roles: [nowhere]',
      good: '- name: Web\n  hosts: web\n  tasks: []',
    },
  ],
  [
    'play-without-hosts',
    {
      why: 'A playbook is a list of plays, and each says on which hosts it runs. A file of tasks alone is no playbook.',
      bad: '- name: Web\n  gather_facts: false\n  tasks: []',
      good: '- name: Web\n  hosts: web\n  tasks: []',
    },
  ],
  [
    'variable-name',
    {
      why: 'Names of variables stand in expressions: letters, digits and underscores, and no word of the language.',
      bad: '- name: Page\n  vars: { my-name: a }\n  debug: { msg: hello }',
      good: '- name: Page\n  vars: { my_name: a }\n  debug: { msg: hello }',
    },
  ],
  [
    'loop-control-alone',
    {
      why: 'loop_control says how a loop goes, and there is none.',
      bad: '- name: Page\n  debug: { msg: hello }\n  loop_control: { label: a }',
      good: '- name: Page\n  debug: { msg: hello }\n  loop: [1, 2]\n  loop_control: { label: a }',
    },
  ],
  [
    'delay-without-retries',
    {
      why: 'delay is the time between tries, and nothing says to try again.',
      bad: '- name: Answer\n  query: "true"\n  delay: 3',
      good: '- name: Answer\n  query: "true"\n  retries: 5\n  delay: 3',
    },
  ],
  [
    'empty-block',
    {
      why: 'A block without tasks does nothing. Often the tasks are not indented below it.',
      bad: '- name: Both\n  block: []',
      good: '- name: Both\n  block:\n    - name: Page\n      debug: { msg: hello }',
    },
  ],
]);
