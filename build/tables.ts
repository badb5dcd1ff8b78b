import { type Flag, SSH_FLAGS } from '../engine/connection/ssh-config/ssh-arguments.ts';
import { modules } from '../engine/modules/base/catalogue.ts';
import { ALL_CONNECTION_VARIABLES } from '../engine/run/base/connection-variables.ts';
import { celFunctions } from '../engine/values/cel/cel-environment.ts';
import { ANSIBLE_DIFFERENCES } from '../engine/values/habits/ansible-differences.ts';
import { OTHER_NAMES } from '../engine/values/habits/other-names.ts';
import { helpers } from '../engine/values/helpers/helper-table.ts';

/** The heads of the tables that `npm run docs` makes, by page. A head names its table: it stands once on the page. */
const LANGUAGE: readonly (readonly [head: string, rows: () => readonly string[]])[] = [
  ['| helper | gives | example |', helperRows],
  ['| function | gives | example |', functionRows],
  ['| Ansible | where | here |', differenceRows],
  ['| Ansible | here |', otherNameRows],
  ['| variable | | |', connectionRows],
  ['| option | |', sshOptionRows],
];

/** Returns docs/language.md with the tables of the engine in it; the rest of the page is written by hand. */
export function languagePage(page: string): string {
  return LANGUAGE.reduce((text, [head, rows]) => withRows(text, head, rows()), page);
}

/** Returns docs/modules.md with the table of the modules in it; the rest of the page is written by hand. */
export async function modulesPage(page: string): Promise<string> {
  return withRows(page, '| module | what it does |', await moduleRows());
}

/** Replaces the rows of the table with this head. Throws if the page does not have the table exactly once. */
function withRows(page: string, head: string, rows: readonly string[]): string {
  const lines = page.split('\n');
  const at = lines.indexOf(head);
  if (at < 0 || lines.lastIndexOf(head) !== at) throw new Error(`not one table with the head ${head}`);
  const end = lines.findIndex((line, index) => index > at && !line.startsWith('|'));
  return [...lines.slice(0, at + 2), ...rows, ...lines.slice(end)].join('\n');
}

function helperRows(): readonly string[] {
  return helpers
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, summary, example: [template, result] }) =>
      row(code(name), summary, `${code(template)} → ${code(JSON.stringify(result))}`),
    );
}

function functionRows(): readonly string[] {
  return celFunctions.map(({ signature, summary, example: [expression, result] }) =>
    row(code(signature), summary, `${code(expression)} → ${code(JSON.stringify(result))}`),
  );
}

function differenceRows(): readonly string[] {
  return ANSIBLE_DIFFERENCES.map(({ name, where, instead }) => row(code(name), where, instead));
}

/** Returns the names of Ansible that have another name here. */
function otherNameRows(): readonly string[] {
  return OTHER_NAMES.map(({ name, here, presets }) => {
    const preset = Object.entries(presets ?? {}).map(([argument, value]) => ` with \`${argument}: ${value}\``);
    return row(code(name), `${code(here)}${preset.join('')}`);
  });
}

/** Returns the variables that set how a host is reached. */
function connectionRows(): readonly string[] {
  return ALL_CONNECTION_VARIABLES.map(({ names, use, says }) => row(names.map(code).join(', '), use, says));
}

/** Returns the options of ssh that are allowed in arguments. */
function sshOptionRows(): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [letter, flag] of Object.entries(SSH_FLAGS)) {
    const means = meaningOf(flag);
    groups.set(means, [...(groups.get(means) ?? []), code(`-${letter}`)]);
  }
  return [...groups].map(([means, options]) => row(options.join(', '), means));
}

function meaningOf(flag: Flag): string {
  switch (flag.kind) {
    case 'setting':
      return 'kept: any option of ssh_config(5)';
    case 'settings':
      return `read as ${flag
        .of('…')
        .map((setting) => code(setting))
        .join(', ')}`;
    case 'config':
      return 'kept: the file is read in place of `~/.ssh/config` and `/etc/ssh/ssh_config`';
    case 'idle':
      return `without effect: ${flag.why}`;
    case 'refused':
      return `refused: ${flag.why}`;
  }
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The rows of the table in docs/modules.md. */
async function moduleRows(): Promise<readonly string[]> {
  const all = await Promise.all(modules.names().map((name) => modules.module(name)));
  return all
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, summary }) => row(code(name), summary));
}
