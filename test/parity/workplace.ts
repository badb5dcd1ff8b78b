import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Case, Json, Tool } from './case.ts';
import { asYaml, marked, spelled } from './spelled.ts';

/** The folders of one tool for one case. Their names have the same length for both tools. */
export interface Workplace {
  readonly host: string;
  readonly controller: string;
  readonly marks: ReadonlyMap<string, string>;
}

export interface Setting {
  readonly root: string;
  readonly tool: Tool;
  readonly port: number;
}

export function workplace({ root, tool, port }: Setting, id: string): Workplace {
  const folder = join(root, tool, id);
  const host = join(folder, 'w');
  const controller = join(folder, 'c');
  return {
    host,
    controller,
    marks: new Map([
      ['@W@', host],
      ['@C@', controller],
      ['@P@', String(port)],
    ]),
  };
}

/** Makes the folders of cases and fills them: the prepared host, and the files of the controller. */
export function prepare(setting: Setting, cases: readonly Case[]): void {
  const lines: string[] = ['umask 022'];
  for (const { id, given, files } of cases) {
    const { host, controller, marks } = workplace(setting, id);
    mkdirSync(host, { recursive: true });
    mkdirSync(controller, { recursive: true });
    writeFiles(controller, files, { tool: setting.tool, marks });
    const commands = given.map((line) => marked(line, marks));
    lines.push(`( cd '${host}' && set -e\n${commands.join('\n')}\n) || echo 'cannot be set up: ${id}' >&2`);
  }
  execFileSync('sh', ['-s'], { input: lines.join('\n'), stdio: ['pipe', 'ignore', 'inherit'] });
}

/** Files of a case, beside its playbook. */
export function writeFiles(
  folder: string,
  files: Case['files'],
  { tool, marks }: { readonly tool: Tool; readonly marks: ReadonlyMap<string, string> },
): void {
  for (const [name, value] of Object.entries(files)) writeText(join(folder, name), text(spelled(value, tool, marks)));
}

export function writeText(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: content.startsWith('#!') ? 0o755 : 0o644 });
}

function text(value: Json): string {
  return typeof value === 'string' ? value : asYaml(value);
}
