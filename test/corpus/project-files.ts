import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { FileKind } from './figures.ts';

/** A file of a project that a playbook may use. */
export interface ProjectFile {
  /** Absolute. */
  readonly path: string;
  /** Below the project. */
  readonly shown: string;
  /** `list`: a YAML file at a place where playbooks are kept; its content decides. */
  readonly kind: FileKind | 'list';
  readonly role: string | undefined;
}

/** Folders of what is not played: tests of roles, pages, what belongs to a host of repositories. */
const LEFT_OUT: ReadonlySet<string> = new Set(['tests', 'test', 'molecule', 'docs', 'doc', 'node_modules', '.git']);
/** Folders whose YAML files set variables. */
const VARIABLES: ReadonlySet<string> = new Set(['defaults', 'vars', 'group_vars', 'host_vars']);
/** Folders of roles whose YAML files are brought to hosts, or are about the role. */
const NOT_PLAYED: ReadonlySet<string> = new Set(['files', 'templates', 'meta', 'library', 'schemas', 'changelogs']);

/** The playbooks, tasks, variables and templates of a project. Links are not followed. */
export function projectFiles(folder: string): readonly ProjectFile[] {
  const found: ProjectFile[] = [];
  const walk = (directory: string): void => {
    for (const name of readdirSync(directory).sort()) {
      const path = join(directory, name);
      const status = lstatSync(path);
      if (status.isDirectory()) {
        if (!LEFT_OUT.has(name) && !name.startsWith('.')) walk(path);
      } else if (status.isFile()) {
        const kind = kindOf(relative(folder, path).split(sep));
        if (kind !== undefined)
          found.push({ path, shown: relative(folder, path), kind, role: roleOf(relative(folder, path)) });
      }
    }
  };
  walk(folder);
  return found;
}

function kindOf(parts: readonly string[]): ProjectFile['kind'] | undefined {
  const name = parts.at(-1) ?? '';
  const folders = parts.slice(0, -1);
  if (/\.(?:j2|hbs)$/.test(name)) return 'template';
  // group_vars/all has no ending.
  if (!name.includes('.') && folders.some((folder) => folder === 'group_vars' || folder === 'host_vars'))
    return 'variables';
  if (!/\.ya?ml$/.test(name) || name.startsWith('.')) return undefined;
  const last = folders.findLast(
    (folder) => folder === 'tasks' || folder === 'handlers' || VARIABLES.has(folder) || NOT_PLAYED.has(folder),
  );
  if (last === undefined) return 'list';
  if (last === 'tasks' || last === 'handlers') return last;
  return VARIABLES.has(last) ? 'variables' : undefined;
}

/** The folder above tasks, handlers, defaults and the like; that of the project is the role ".". */
function roleOf(shown: string): string | undefined {
  const match = /^(.*?)(?:^|\/)(?:tasks|handlers|defaults|vars|templates)\//.exec(dirname(shown) + '/');
  if (match === null) return undefined;
  const [, folder = ''] = match;
  return folder === '' ? '.' : folder;
}
