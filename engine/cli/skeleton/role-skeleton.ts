import { Problem } from '../../errors/problem.ts';

/** Files of a skeleton: path below the folder that they are written to → text. */
export type Skeleton = ReadonlyMap<string, string>;

/**
 * A role with one file, its template and a handler, as an example to replace. `name` is a letter, then letters, digits,
 * `_` or `-`. Throws Problem for any other name, because a role's name starts the names of its variables.
 */
export function roleSkeleton(name: string): Skeleton {
  if (!/^[a-z][a-z0-9_-]*$/.test(name))
    throw new Problem({
      code: 'role-name',
      what: `"${name}" cannot be the name of a role`,
      why: 'The names of its variables begin with the name of the role.',
      remedy: 'Begin with a small letter, then write small letters, digits, _ or -, such as web_server.',
    });
  const prefix = name.replaceAll('-', '_');
  return new Map([
    ['README.md', readme(name, prefix)],
    [
      'defaults/main.yml',
      `# Every variable of the role, with a value that suits most hosts.\n${prefix}_file: /etc/${name}.conf\n${prefix}_names: [ada, grace]\n`,
    ],
    ['meta/main.yml', meta(prefix)],
    ['tasks/main.yml', tasks(name, prefix)],
    ['handlers/main.yml', handlers(prefix)],
    [
      `templates/${name}.conf.hbs`,
      `# Written by runbook.\n{{#each ${prefix}_names as |name|}}\nname = {{name}}\n{{/each}}\n`,
    ],
  ]);
}

function readme(name: string, prefix: string): string {
  return `# ${name}

Writes \`${prefix}_file\`.

| variable | meaning |
| --- | --- |
| \`${prefix}_file\` | the file |
| \`${prefix}_names\` | the names in it |
`;
}

function meta(prefix: string): string {
  return `# Types of the role's variables. They are checked before the first connection.
dependencies: []
arguments:
  ${prefix}_file: { type: string, description: The file. }
  ${prefix}_names: { type: list, description: The names in it. }
`;
}

function tasks(name: string, prefix: string): string {
  return `- name: Configuration is there
  template: { src: ${name}.conf.hbs, dest: "{{${prefix}_file}}", mode: "0644" }
  notify: Tell that the configuration is new
`;
}

function handlers(prefix: string): string {
  return `# Runs once at the end, if a task that notifies it has changed something. Restart a service here.
- name: Tell that the configuration is new
  debug: { msg: "{{${prefix}_file}} is new" }
`;
}
