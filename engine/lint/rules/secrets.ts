import { commandsOf, simpleCommands } from '../base/command-line.ts';
import type { Rule } from '../base/rule.ts';
import { scalarsIn } from '../base/scalars.ts';
import { type OtherFile, type TaskSource, type VariableSource, isValue, textOf } from '../base/site.ts';

/** The last word of a name decides: db_password is a secret; password_file and token_path are not. */
const SECRET_NAME =
  /(?:^|_)(?:password|passwd|passphrase|pass|secret|token|api_?key|access_?key|secret_?key|private_?key|encryption_?key)$/i;
/** Arguments of modules that are always secret. */
const SECRET_ARGUMENTS: ReadonlySet<string> = new Set(['url_password', 'password']);
/** Values that are not secrets: a path, an address, a crypt hash, a locked account, a word for "none". */
const NO_SECRET = /^(?:\/|~\/|https?:|\$[0-9a-z]+\$|[!*]+$|\*+$|none$|null$|false$|true$|omit$|<.*>$)/i;

export const secretInClear: Rule = {
  name: 'secret-in-clear',
  level: 'warning',
  summary: 'A variable or argument such as *password or *token whose value is not encrypted',
  why: `Whoever can read the repository, or its history, has the password. Values that are not encrypted are not masked either: plans, diffs and logs show them.`,
  remedy: 'Encrypt the value or its file: `runbook vault encrypt`.',
  bad: `- name: Shop
  hosts: web
  vars:
    shop_db_password: correct-horse
  tasks:
    - name: Settings
      template: { src: shop.ini.hbs, dest: /etc/shop.ini, mode: "0600" }`,
  good: `- name: Shop
  hosts: web
  vars:
    shop_db_password_file: /etc/shop/password
  tasks:
    - name: Settings
      template: { src: shop.ini.hbs, dest: /etc/shop.ini, mode: "0600" }`,
  *check({ variables, tasks }) {
    for (const { name, literal, place } of variables)
      if (SECRET_NAME.test(name) && isSecretValue(literal))
        yield { place, what: `The value of ${name} is not encrypted` };
    for (const variable of variables) yield* membersInClear(variable);
    for (const task of tasks)
      for (const [name, { value }] of task.arguments)
        if (SECRET_ARGUMENTS.has(name) && isSecretValue(textOf(value)) && textOf(value)?.includes('{{') === false)
          yield { place: value.place, what: `${name} is not encrypted` };
  },
};

function isSecretValue(literal: string | undefined): boolean {
  return literal !== undefined && literal.trim() !== '' && !NO_SECRET.test(literal.trim());
}

/** Finds secrets within a value: `users: [{name: …, password: …}]`. */
function* membersInClear({
  node,
}: VariableSource): Iterable<ReturnType<Rule['check']> extends Iterable<infer T> ? T : never> {
  if (node === undefined || node.kind === 'scalar') return;
  for (const { scalar, key } of scalarsIn(node)) {
    const { value } = scalar;
    const isClear = typeof value === 'string' && !value.includes('{{') && scalar.isHidden !== true;
    if (key !== undefined && SECRET_NAME.test(key) && isClear && isSecretValue(value))
      yield { place: scalar.place, what: `The value of ${key} is not encrypted` };
  }
}

export const privateKeyInClear: Rule = {
  name: 'private-key-in-clear',
  level: 'error',
  summary: 'A private key in a file that is not encrypted',
  why: 'Whoever can read the repository, or its history, has the key. Removing the file is not enough: the key must be replaced.',
  remedy: 'Make a new key, and encrypt it: `runbook vault encrypt`.',
  bad: `- name: Web
  hosts: web
  vars:
    web_tls: |
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIE9uZS1leGFtcGxlLWtleS1vZi1ub3RoaW5n
      -----END PRIVATE KEY-----
  tasks:
    - name: Key
      copy: { content: "{{web_tls}}", dest: /etc/web.key, mode: "0600" }`,
  good: `- name: Web
  hosts: web
  tasks:
    - name: Key
      copy: { src: web.key.age, dest: /etc/web.key, mode: "0600" }`,
  *check({ files, variables }) {
    for (const file of files)
      for (const node of file.nodes)
        for (const { scalar } of scalarsIn(node))
          if (scalar.isHidden !== true && isPrivateKey(scalar.value))
            yield { place: scalar.place, what: 'This private key is not encrypted' };
    for (const { where, literal, place } of variables)
      if (where === 'inventory' && isPrivateKey(literal)) yield { place, what: 'This private key is not encrypted' };
  },
};

function isPrivateKey(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|^AGE-SECRET-KEY-1/m.test(value) &&
    !/\{\{/.test(value)
  );
}

const SECRET_OPTION = /^--?(?:[a-z0-9]+-)*(?:password|passwd|passphrase|token|secret|api-?key)(?<value>=.*)?$/i;

/** The token of a new cluster of etcd is not a secret: it only distinguishes clusters. */
const NO_SECRET_OPTION = /^--initial-cluster-token/;

export const secretOnCommandLine: Rule = {
  name: 'secret-on-command-line',
  level: 'warning',
  summary: 'A password or token among the arguments of a command',
  why: 'Every user of the host sees the arguments of all running commands (ps), and audit logs keep them.',
  remedy: 'Pass it through stdin: or environment:, or in a file that only the user of the command may read.',
  bad: `- name: Account of the shop
  command: { cmd: "shopctl add admin --password={{shop_password}}", creates: /var/lib/shop/admin }`,
  good: `- name: Account of the shop
  command: { cmd: shopctl add admin --password-stdin, stdin: "{{shop_password}}", creates: /var/lib/shop/admin }`,
  *check({ tasks }) {
    for (const task of tasks)
      for (const { text, node } of commandsOf(task)) {
        const words = simpleCommands(text).flatMap((command) => command.words);
        const found = words.find(({ text: word }, index) => {
          const match = SECRET_OPTION.exec(word);
          if (match === null || NO_SECRET_OPTION.test(word)) return false;
          const value = match.groups?.['value']?.slice(1) ?? words[index + 1]?.text;
          return value !== undefined && value !== '' && !/^(?:-|\$|<|\/|@|env:|file:|stdin$)/.test(value);
        });
        if (found !== undefined)
          yield {
            place: node.place,
            what: `All users of the host can see the value of ${found.text.replace(/=.*$/s, '')}`,
          };
      }
  },
};

/** The arguments of modules that write files, whose text gets into the file. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['copy', 'content'],
  ['template', 'src'],
  ['lineinfile', 'line'],
  ['blockinfile', 'block'],
]);
const EDITS: ReadonlySet<string> = new Set(['lineinfile', 'blockinfile']);

export const readableSecret: Rule = {
  name: 'readable-secret',
  level: 'warning',
  summary: 'A password or token in a file that every user of the host may read',
  why: 'Without a mode a new file is 0644 on most hosts: any account can read the secret, also that of a compromised web server.',
  remedy: 'Write mode: "0600", or "0640" with the group of the service.',
  bad: `- name: Password of the shop
  copy: { content: "password={{shop_db_password}}", dest: /etc/shop/db.ini }`,
  good: `- name: Password of the shop
  copy: { content: "password={{shop_db_password}}", dest: /etc/shop/db.ini, mode: "0600" }`,
  *check({ tasks, variables, others }) {
    const encrypted = new Set(variables.flatMap(({ name, node }) => (hasHidden(node) ? [name] : [])));
    for (const task of tasks) {
      const dest = task.arguments.get('dest') ?? task.arguments.get('path');
      const secret = secretOf(writtenText(task, others), encrypted);
      const what = secret === undefined ? undefined : readableBy(task);
      if (dest !== undefined && secret !== undefined && what !== undefined)
        yield { place: dest.value.place, what: `The file gets ${secret} and ${what}` };
    }
  },
};

function hasHidden(node: VariableSource['node']): boolean {
  if (node === undefined) return false;
  return node.kind === 'scalar' ? node.isHidden === true : [...scalarsIn(node)].some(({ scalar }) => scalar.isHidden);
}

/** Returns the text that the task puts into a file; undefined if it puts none, or a text that is not known. */
function writtenText(task: TaskSource, others: readonly OtherFile[]): string | undefined {
  const text = textOf(task.arguments.get(TEXTS.get(task.module) ?? '')?.value);
  if (task.module !== 'template' || text === undefined) return text;
  return others.find(({ shown }) => `/${shown}`.endsWith(`/${text}`))?.text;
}

/** Returns the name of a secret that a template prints. A digest of a secret is not a secret. */
function secretOf(text: string | undefined, encrypted: ReadonlySet<string>): string | undefined {
  for (const [, inner = ''] of text?.matchAll(/\{\{\{?([^{}]*)\}\}/g) ?? []) {
    if (/^\s*[#/!]|\b(?:hash|password_hash|length|defined)\b/.test(inner)) continue;
    for (const [name] of inner.replaceAll(/"[^"]*"|'[^']*'/g, '').matchAll(/[A-Za-z_]\w*(?:\.\w+)*/g)) {
      const parts = name.split('.');
      if (encrypted.has(parts[0] ?? '') || SECRET_NAME.test(parts.at(-1) ?? '')) return name;
    }
  }
  return undefined;
}

/**
 * Returns why every user may read the file that the task writes; undefined if only some users may, or if this is
 * unknown.
 */
function readableBy({ module, arguments: given }: TaskSource): string | undefined {
  const mode = given.get('mode')?.value;
  if (mode !== undefined) {
    const text = textOf(mode);
    return text !== undefined && /^0?[0-7]{2}[4-7]$/.test(text)
      ? `the mode ${text}, with which every user of the host may read it`
      : undefined;
  }
  const mayBeNew = !EDITS.has(module) || isValue(given.get('create')?.value, true);
  return mayBeNew ? 'no mode, so that every user of the host may read a new one' : undefined;
}
