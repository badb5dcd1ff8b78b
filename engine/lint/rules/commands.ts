import type { Node } from '../../values/base/node.ts';
import { argvOf, commandsOf, runsCommand, shellTokens, simpleCommands } from '../base/command-line.ts';
import type { Finding, Rule } from '../base/rule.ts';
import { type TaskSource, isValue } from '../base/site.ts';
import { moduleFor } from './module-for-command.ts';

export const commandWithoutCondition: Rule = {
  name: 'command-without-condition',
  level: 'warning',
  summary: 'A command that runs every time, so that no plan can tell whether it is needed',
  why: `A plan shows such a command as a change on every host, every time. Every run repeats it: a second run never reports that there is nothing to do, and a command that must not run twice does damage. A condition about the result of another task, such as
\`when: "!looked.stat.exists"\`, also tells a plan whether the command is needed.`,
  remedy:
    'Add creates: or removes: with a path that shows that the work is done, or write check: and apply: in its place.',
  bad: `- name: Database initialized
  command: /usr/local/bin/app init-db`,
  good: `- name: Database initialized
  command: { cmd: /usr/local/bin/app init-db, creates: /var/lib/app/db }

- name: Schema up to date
  check: /usr/local/bin/app schema --check
  apply: /usr/local/bin/app schema --migrate`,
  *check(site) {
    const results = resultsOf(site.tasks);
    for (const task of site.tasks)
      if (
        runsCommand(task) &&
        !task.arguments.has('creates') &&
        !task.arguments.has('removes') &&
        task.entry('changed_when') === undefined &&
        !dependsOn(task, results) &&
        !site.isHandler(task)
      )
        yield {
          place: task.action.keyPlace,
          what: `The ${task.module} runs every time: nothing says when its work is done`,
        };
  },
};

function resultsOf(tasks: readonly TaskSource[]): ReadonlySet<string> {
  return new Set(
    tasks.flatMap((task) => {
      const name = task.entry('register')?.value;
      return name?.kind === 'scalar' && typeof name.value === 'string' ? [name.value] : [];
    }),
  );
}

/** Returns whether the task, or a block around it, has a condition about the result of another task. */
function dependsOn(task: TaskSource, results: ReadonlySet<string>): boolean {
  return [task, ...task.blocks].some((one) =>
    textsOf(one.entry('when')?.value).some((condition) =>
      (condition.match(/(?<![\w.])[A-Za-z_]\w*/g) ?? []).some((name) => results.has(name)),
    ),
  );
}

function textsOf(node: Node | undefined): readonly string[] {
  if (node?.kind === 'list') return node.items.flatMap((item) => textsOf(item));
  return node?.kind === 'scalar' && typeof node.value === 'string' ? [node.value] : [];
}

export const commandThatOnlyLooks: Rule = {
  name: 'command-that-only-looks',
  level: 'warning',
  summary: 'A command with changed_when: false, which a plan does not run',
  why: `changed_when: false says that the command changes nothing. A plan cannot rely on that and does not run it, so everything that uses its result is unknown in the plan. A query runs in plans too.`,
  remedy: 'Write query: in its place, without changed_when.',
  bad: `- name: Members
  command: etcdctl member list
  changed_when: false
  register: members

- name: Members shown
  debug: { msg: "{{members.stdout}}" }`,
  good: `- name: Members
  query: etcdctl member list
  register: members

- name: Members shown
  debug: { msg: "{{members.stdout}}" }`,
  *check({ tasks }) {
    for (const task of tasks)
      if ((task.module === 'command' || task.module === 'shell') && isValue(task.entry('changed_when')?.value, false))
        yield {
          place: task.action.keyPlace,
          what: `A plan leaves out this ${task.module}, though it changes nothing`,
        };
  },
};

export const moduleInsteadOfCommand: Rule = {
  name: 'module-instead-of-command',
  level: 'warning',
  summary: 'A command, such as systemctl, mkdir or apt-get, for which a module exists',
  why: `A module looks first, changes only what differs, shows the difference in a plan and verifies the change. A command
does none of that.`,
  remedy: 'Use the module.',
  bad: `- name: nginx started
  command: systemctl start nginx
  changed_when: true`,
  good: `- name: nginx started
  systemd: { name: nginx, state: started }`,
  *check({ tasks }) {
    for (const task of tasks) {
      if (task.module !== 'command' && task.module !== 'shell') continue;
      const words = oneCommand(task);
      const found = words === undefined ? undefined : moduleFor(words);
      if (found !== undefined)
        yield {
          place: task.action.keyPlace,
          what: `${found.command} does what the module ${found.module} does`,
          remedy: `Write ${found.example}. See \`runbook docs ${found.module}\`.`,
        };
    }
  },
};

/**
 * Returns the words of a task that runs one simple command; undefined if the command has pipes or branches, or
 * writes files.
 */
function oneCommand(task: TaskSource): readonly string[] | undefined {
  const words = argvOf(task);
  const [command] = commandsOf(task);
  if (task.module === 'command' || command === undefined) return words;
  return shellTokens(command.text.trim()).every(({ kind, source }) => kind === 'word' && !/[$`]/.test(source))
    ? words
    : undefined;
}

export const commandWithShellSyntax: Rule = {
  name: 'command-with-shell-syntax',
  level: 'error',
  summary: 'A command with |, && or >, which mean nothing without a shell',
  why: `command runs a program without a shell. The program gets |, && and > as plain arguments: what follows them does not run, and no file is written.`,
  remedy: 'Write shell: in place of command:, or leave it out.',
  bad: `- name: Users counted
  command: cat /etc/passwd | wc -l
  changed_when: true`,
  good: `- name: Users counted
  shell: wc -l < /etc/passwd
  changed_when: true`,
  *check({ tasks }) {
    for (const task of tasks) {
      if (task.module !== 'command') continue;
      const [command] = commandsOf(task);
      if (command === undefined || task.arguments.has('argv')) continue;
      const parts = command.text.split(/\s+/);
      const operator = shellTokens(command.text).find(
        ({ kind, text }) =>
          kind === 'operator' && !['\n', '(', ')', '&', '>&', '<&'].includes(text) && parts.includes(text),
      );
      if (operator !== undefined)
        yield { place: command.node.place, what: `${operator.text} is a plain argument here: command has no shell` };
    }
  },
};

export const assignmentBeforeCommand: Rule = {
  name: 'assignment-before-command',
  level: 'error',
  summary: 'A command that begins with NAME=value, which is taken for the name of the program',
  why: 'command runs a program without a shell, and no program is called NAME=value: the task fails.',
  remedy: 'Write environment: {NAME: value} at the task.',
  bad: `- name: Release built
  command: { cmd: LANG=C make release, creates: /opt/release }`,
  good: `- name: Release built
  command: { cmd: make release, creates: /opt/release }
  environment: { LANG: C }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const [first] = task.module === 'command' ? (argvOf(task) ?? []) : [];
      const name = /^(?<name>[A-Za-z_]\w*)=/.exec(first ?? '')?.groups?.['name'];
      const [command] = commandsOf(task);
      if (name !== undefined)
        yield {
          place: command?.node.place ?? task.action.keyPlace,
          what: `${name}=… is taken for the program: command has no shell`,
          remedy: `Write environment: {${name}: …} at the task.`,
        };
    }
  },
};

export const privilegeInCommand: Rule = {
  name: 'privilege-in-command',
  level: 'warning',
  summary: 'A command that begins with sudo, su or doas',
  why: `become passes the password without showing it in the process list, and lets a plan look at the host as the same user. sudo in a command waits for a password that nobody enters.`,
  remedy: 'Remove it and write become: true, with become_user: if the user is not root.',
  bad: `- name: Cache removed
  command: { cmd: sudo app clear-cache, removes: /var/cache/app }`,
  good: `- name: Cache removed
  command: { cmd: app clear-cache, removes: /var/cache/app }
  become: true`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, node } of commandsOf(task)) {
        const found = simpleCommands(text).find(({ words }) =>
          ['sudo', 'su', 'doas'].includes(words[0]?.text.replace(/^.*\//, '') ?? ''),
        );
        if (found !== undefined)
          yield { place: node.place, what: `The command becomes another user by ${found.words[0]?.text}` };
      }
  },
};

export const changeOfFolderInCommand: Rule = {
  name: 'folder-in-command',
  level: 'advice',
  summary: 'A command that begins with cd',
  why: 'With chdir:, the error names a folder that does not exist, and relative paths of creates: and removes: start there.',
  remedy: 'Write chdir: with the folder, and remove cd from the command.',
  bad: `- name: Application built
  shell: { cmd: cd /opt/app && make, creates: /opt/app/bin }`,
  good: `- name: Application built
  command: { cmd: make, chdir: /opt/app, creates: bin }`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, node } of task.module === 'shell' || task.module === 'command' ? commandsOf(task) : []) {
        const [first, second] = simpleCommands(text);
        if (first?.words[0]?.text !== 'cd' || first.words.length !== 2) continue;
        if (task.module === 'command' || (second !== undefined && ['&&', ';', '\n'].includes(second.before)))
          yield { place: node.place, what: 'The command changes its folder by cd' };
      }
  },
};

export const removalOfTemplate: Rule = {
  name: 'removal-of-template',
  level: 'warning',
  summary: 'rm -r of a path that begins with a variable: an empty variable removes everything below /',
  why: `With rm -rf {{dir}}/tmp and an empty dir the command is rm -rf /tmp; with {{dir}}/* it is rm -rf /*. No plan
shows what a command removes. A plan shows each path that file: {state: absent} removes.`,
  remedy: 'Write file: {path: …, state: absent}.',
  bad: `- name: Old releases absent
  shell: { cmd: "rm -rf {{app_dir}}/releases", removes: "{{app_dir}}/releases" }`,
  good: `- name: Old releases absent
  file: { path: "{{app_dir}}/releases", state: absent }`,
  *check({ tasks }): Iterable<Finding> {
    for (const task of tasks)
      for (const { text, node } of commandsOf(task)) {
        const path = simpleCommands(text)
          .filter(({ words }) => words.some((word) => /^(?:.*\/)?rm$/.test(word.text)))
          .filter(({ words }) => words.some((word) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(word.text)))
          .flatMap(({ words }) => words)
          .find((word) => beginsWithVariable(word.text, text));
        if (path !== undefined)
          yield {
            place: node.place,
            what: `Where ${path.text.replace(/\/[^]*$/, '')} is empty, ${path.text} is removed below /`,
          };
      }
  },
};

/** Returns whether a path begins with a template, or with a variable of the shell that the text itself does not set. */
function beginsWithVariable(path: string, text: string): boolean {
  if (/^\/?\{\{[\s\S]*?\}\}\//.test(path)) return true;
  const name = /^\/?\$\{?(?<name>\w+)\}?\//.exec(path)?.groups?.['name'];
  return name !== undefined && !new RegExp(`(?:^|\\s)(?:for )?${name}(?:=| in )`).test(text);
}
