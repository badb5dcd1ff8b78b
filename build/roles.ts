import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { wrapped } from './wrap.ts';

const ROLES = join(import.meta.dirname, '../roles');
/** Longer defaults are not shown; the file has them, with comments. */
const MOST_CHARACTERS = 60;

const metaSchema = z.object({
  arguments: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        required: z.boolean().default(false),
        choices: z.array(z.unknown()).optional(),
        description: z.string(),
      }),
    )
    .default({}),
});

/** A role that comes with the program, and the variables that its users set. */
export interface Role {
  readonly name: string;
  /** The first paragraph of its README. */
  readonly summary: string;
  readonly variables: readonly RoleVariable[];
}

export interface RoleVariable {
  readonly name: string;
  readonly type: string;
  /** In YAML; undefined if the inventory must set it. */
  readonly defaultValue: string | undefined;
  readonly description: string;
}

/**
 * Returns all roles, by name.
 * @throws Error if a role has no README, or a variable has no description.
 */
export function roles(): readonly Role[] {
  return readdirSync(ROLES)
    .toSorted()
    .map((name) => {
      const read = (path: string): string => readFileSync(join(ROLES, name, path), 'utf8');
      const meta = metaSchema.parse(parse(read('meta/main.yml')));
      const defaults = existsSync(join(ROLES, name, 'defaults/main.yml'))
        ? z.record(z.string(), z.unknown()).parse(parse(read('defaults/main.yml')) ?? {})
        : {};
      const variables = Object.entries(meta.arguments).map(
        ([variable, { type, required, choices, description }]): RoleVariable => ({
          name: variable,
          type: choices === undefined ? type : choices.join(', '),
          defaultValue: required ? undefined : shown(defaults[variable]),
          description,
        }),
      );
      return { name, summary: summaryOf(read('README.md')), variables };
    });
}

function summaryOf(readme: string): string {
  const [, ...lines] = readme.split('\n');
  const text = lines.filter((line) => line !== '');
  return text
    .slice(
      0,
      Math.max(
        1,
        text.findIndex((line) => line.startsWith('- ')),
      ),
    )
    .join(' ');
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? '' : text;
}

/** Returns docs/roles.md. */
export function rolesPage(all: readonly Role[]): string {
  return wrapped(`# The roles

These roles build and maintain a Kubernetes control plane. [control-plane.md](control-plane.md) explains what they make
together, and [operations.md](operations.md) which playbook does which task. Each table has the variables that you may set
in the inventory. A variable in **bold** must be set: \`inventory/group_vars/all.yml\` does so. If the column "default" is
empty, \`roles/NAME/defaults/main.yml\` has a long default, or none is needed.

This page is made from the roles by \`npm run docs\`. A role of your own: [language.md](language.md#roles).

${all.map(section).join('\n')}`);
}

function section({ name, summary, variables }: Role): string {
  const rows = variables.map(
    (one) =>
      `| ${[one.defaultValue === undefined ? `**\`${one.name}\`**` : `\`${one.name}\``, one.type, code(one.defaultValue ?? ''), one.description].map(cell).join(' | ')} |`,
  );
  const head = [`## ${name}`, '', `${summary} More: [README](../roles/${name}/README.md).`, ''];
  return [...head, '| variable | type or choices | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}
