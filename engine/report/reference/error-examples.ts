/** A playbook or tasks that cause an error, and the same without the mistake. */
export interface ErrorExample {
  readonly bad: string;
  readonly good: string;
}

/** The most frequent errors, by their codes. A test plays each of the examples. */
export const ERROR_EXAMPLES: ReadonlyMap<string, ErrorExample> = new Map([
  [
    'unquoted-mode',
    {
      bad: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: 0644 }',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'unquoted-template',
    {
      bad: '- name: Page\n  debug:\n    msg: {{greeting}}',
      good: '- name: Page\n  debug:\n    msg: "{{greeting}}"',
    },
  ],
  [
    'unknown-module',
    {
      bad: '- name: Page\n  coppy: { content: hello, dest: /srv/index.html, mode: "0644" }',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'unknown-argument',
    {
      bad: '- name: Page\n  copy: { contents: hello, dest: /srv/index.html, mode: "0644" }',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'unknown-keyword',
    {
      bad: '- name: Page\n  debug: { msg: hello }\n  whenn: greeted',
      good: '- name: Page\n  debug: { msg: hello }\n  when: greeted',
    },
  ],
  [
    'unknown-handler',
    {
      bad: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }\n  notify: Reload nginx',
      good: '- name: Page\n  copy: { content: hello, dest: /srv/index.html, mode: "0644" }',
    },
  ],
  [
    'expression-syntax',
    {
      bad: '- name: Page\n  debug: { msg: hello }\n  when: a == 1 and b == 2',
      good: '- name: Page\n  debug: { msg: hello }\n  when: a == 1 && b == 2',
    },
  ],
  [
    'template-syntax',
    {
      bad: '- name: Page\n  debug: { msg: "{{#if a}}hello" }',
      good: '- name: Page\n  debug: { msg: "{{#if a}}hello{{/if}}" }',
    },
  ],
  [
    'unknown-helper',
    {
      bad: '- name: Page\n  debug: { msg: "{{upperr a}}" }',
      good: '- name: Page\n  debug: { msg: "{{upper a}}" }',
    },
  ],
  [
    'jinja-statement',
    {
      bad: '- name: Page\n  debug: { msg: "{% if a %}hello{% endif %}" }',
      good: '- name: Page\n  debug: { msg: "{{#if a}}hello{{/if}}" }',
    },
  ],
  [
    'duplicate-key',
    {
      bad: '- name: Page\n  debug: { msg: hello }\n  when: a\n  when: b',
      good: '- name: Page\n  debug: { msg: hello }\n  when: [a, b]',
    },
  ],
  [
    'two-modules',
    {
      bad: '- name: Page\n  debug: { msg: hello }\n  fail: { msg: no }',
      good: '- name: Page\n  debug: { msg: hello }\n\n- name: End\n  fail: { msg: no }',
    },
  ],
  [
    'no-module',
    {
      bad: '- name: Page\n  when: a',
      good: '- name: Page\n  debug: { msg: hello }\n  when: a',
    },
  ],
  [
    'check-and-apply',
    {
      bad: '- name: Swap off\n  apply: swapoff -a',
      good: "- name: Swap off\n  check: '! swapon --noheadings --show | grep -q .'\n  apply: swapoff -a",
    },
  ],
  [
    'unknown-role',
    {
      bad: '- name: Web\n  hosts: web\n  roles: [nowhere]',
      good: '- name: Web\n  hosts: web\n  tasks: []',
    },
  ],
  [
    'play-without-hosts',
    {
      bad: '- name: Web\n  gather_facts: false\n  tasks: []',
      good: '- name: Web\n  hosts: web\n  tasks: []',
    },
  ],
  [
    'variable-name',
    {
      bad: '- name: Page\n  vars: { my-name: a }\n  debug: { msg: hello }',
      good: '- name: Page\n  vars: { my_name: a }\n  debug: { msg: hello }',
    },
  ],
  [
    'loop-control-alone',
    {
      bad: '- name: Page\n  debug: { msg: hello }\n  loop_control: { label: a }',
      good: '- name: Page\n  debug: { msg: hello }\n  loop: [1, 2]\n  loop_control: { label: a }',
    },
  ],
  [
    'delay-without-retries',
    {
      bad: '- name: Answer\n  query: "true"\n  delay: 3',
      good: '- name: Answer\n  query: "true"\n  retries: 5\n  delay: 3',
    },
  ],
  [
    'empty-block',
    {
      bad: '- name: Both\n  block: []',
      good: '- name: Both\n  block:\n    - name: Page\n      debug: { msg: hello }',
    },
  ],
]);
