import { commandsOf, shellTokens, simpleCommands } from '../base/command-line.ts';
import type { Rule } from '../base/rule.ts';
import type { TaskSource } from '../base/site.ts';
import { keyEdit } from '../base/text-edits.ts';

/** Words that a shell itself executes. */
const BUILTINS: ReadonlySet<string> = new Set(
  [
    '. : [ alias bg cd command eval exec exit export fg getopts hash jobs read readonly return set shift',
    'source times trap type ulimit umask unalias unset wait if for while until case function time declare',
    'local pushd popd shopt let history builtin enable printf echo test true false kill pwd',
  ].flatMap((line) => line.split(' ')),
);

/** Lines that a shell and `command` read in the same way. */
const PLAIN_LINE = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*(?: [A-Za-z0-9_./:@%+,=-]+)*$/;

export const shellWithoutNeed: Rule = {
  name: 'shell-without-need',
  level: 'advice',
  summary: 'shell for a plain command',
  why: 'A shell interprets $, * and quotes, also in values that templates put into its text. command passes every word unchanged.',
  remedy: 'Write command: in place of shell:.',
  bad: `- name: Database initialized
  shell: { cmd: /usr/local/bin/app init-db, creates: /var/lib/app/db }`,
  good: `- name: Database initialized
  command: { cmd: /usr/local/bin/app init-db, creates: /var/lib/app/db }`,
  *check({ tasks }) {
    for (const task of tasks) {
      const [command] = task.module === 'shell' ? commandsOf(task) : [];
      if (command === undefined || task.arguments.has('executable') || !PLAIN_LINE.test(command.text)) continue;
      const first = command.text.split(' ')[0] ?? '';
      if (BUILTINS.has(first) || first.includes('=')) continue;
      yield {
        place: task.action.keyPlace,
        what: 'The command needs no shell',
        edits: keyEdit(task.file, task.action.keyPlace, 'shell', 'command'),
      };
    }
  },
};

/** Programs that end early on purpose, or whose failure is an answer. */
const LOOKS: ReadonlySet<string> = new Set([
  'echo',
  'printf',
  'cat',
  'yes',
  'true',
  'grep',
  'head',
  'ls',
  'ps',
  'date',
]);

export const pipeWithoutPipefail: Rule = {
  name: 'pipe-without-pipefail',
  level: 'warning',
  summary: 'A pipe whose first command can fail unnoticed',
  why: `The status of a pipe is that of its last command. mysqldump db | gzip > db.gz succeeds without a database, and leaves
an empty file behind.`,
  remedy: 'Write set -o pipefail at the beginning, with executable: /bin/bash.',
  bad: `- name: Database saved
  shell: { cmd: mysqldump shop | gzip > /backup/shop.gz, creates: /backup/shop.gz }`,
  good: `- name: Database saved
  shell:
    cmd: |
      set -o pipefail
      mysqldump shop | gzip > /backup/shop.gz
    executable: /bin/bash
    creates: /backup/shop.gz`,
  *check({ tasks }) {
    for (const task of tasks) {
      const [command] = task.module === 'shell' ? commandsOf(task) : [];
      if (command === undefined || /pipefail/.test(command.text) || isFailureMeant(task)) continue;
      const commands = simpleCommands(command.text);
      const piped = commands.find(
        ({ words }, index) =>
          commands[index + 1]?.before === '|' && !LOOKS.has((words[0]?.text ?? '').replace(/^.*\//, '')),
      );
      const ignored = commands.at(-1);
      if (piped === undefined || (ignored?.before === '||' && ['true', ':'].includes(ignored.words[0]?.text ?? '')))
        continue;
      yield { place: command.node.place, what: `If ${piped.words[0]?.text} fails, the task succeeds nevertheless` };
    }
  },
};

function isFailureMeant(task: TaskSource): boolean {
  return task.entry('failed_when') !== undefined || task.entry('ignore_errors') !== undefined;
}

export const downloadIntoShell: Rule = {
  name: 'download-into-shell',
  level: 'error',
  summary: 'A script from the network that runs unchecked: curl … | sh',
  why: `Whoever controls the address, or the network path to it, can run anything on the host. If the download breaks off, the first half of the script still runs.`,
  remedy: 'Fetch it by get_url with checksum:, and run the file by command with creates:.',
  bad: `- name: Tool installed
  shell: { cmd: "curl -fsSL https://get.example.com | sh", creates: /usr/bin/tool }`,
  good: `- name: Installer
  get_url:
    url: https://get.example.com/install.sh
    dest: /usr/local/sbin/install-tool
    mode: "0700"
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

- name: Tool installed
  command: { cmd: /usr/local/sbin/install-tool, creates: /usr/bin/tool }`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, node } of commandsOf(task)) {
        const commands = simpleCommands(text).map(({ before, words }) => ({
          before,
          program: (words.find((word) => word.text !== 'sudo')?.text ?? '').replace(/^.*\//, ''),
        }));
        const isFetched = commands.some(
          ({ program }, index) =>
            /^(?:curl|wget)$/.test(program) &&
            commands[index + 1]?.before === '|' &&
            /^(?:ba|da|z|k)?sh$|^(?:python3?|perl|ruby)$/.test(commands[index + 1]?.program ?? ''),
        );
        if (isFetched) yield { place: node.place, what: 'The downloaded script runs without a check of its content' };
      }
  },
};

export const shellOfOtherKind: Rule = {
  name: 'bash-in-sh',
  level: 'warning',
  summary: 'A script for bash that /bin/sh runs',
  why: '/bin/sh is dash on Debian and ash on Alpine: they lack [[, arrays, <(…) and {a,b}, and they fail or do something else.',
  remedy: 'Write executable: /bin/bash, or use only what every sh understands.',
  bad: `- name: Old logs packed
  shell: { cmd: "[[ -e /var/log/app.log ]] && gzip /var/log/app.log", creates: /var/log/app.log.gz }`,
  good: `- name: Old logs packed
  shell: { cmd: "[ -e /var/log/app.log ] && gzip /var/log/app.log", creates: /var/log/app.log.gz }`,
  *check({ tasks }) {
    for (const task of tasks) {
      if (task.arguments.has('executable')) continue;
      for (const { text, node, kind } of commandsOf(task)) {
        if (kind === 'command') continue;
        const found = bashWord(text);
        if (found !== undefined)
          yield { place: node.place, what: `${found} is a word of bash, and /bin/sh runs the text` };
      }
    }
  },
};

function bashWord(text: string): string | undefined {
  if (/\bbash\s+-c\b/.test(text)) return undefined;
  const commands = simpleCommands(text);
  const word = commands.find(({ words }) => ['[[', 'source', 'shopt', 'declare'].includes(words[0]?.text ?? ''));
  if (word !== undefined) return word.words[0]?.text;
  const tokens = shellTokens(text);
  const isSubstitution = tokens.some(
    ({ text: one }, index) =>
      (one === '<' || one === '>') && tokens[index + 1]?.text === '(' && text.includes(`${one}(`),
  );
  return isSubstitution ? '<(…)' : undefined;
}
