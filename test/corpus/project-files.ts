import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { FileKind } from './figures.ts';

/** A file of a project that a playbook may use. */
export interface ProjectFile {
  /** The absolute path. */
  readonly path: string;
  /** The path below the project. */
  readonly shown: string;
  /** `list`: a YAML file in a folder of playbooks; its content decides the kind. */
  readonly kind: FileKind | 'list';
  readonly role: string | undefined;
}

/** Folders that no play uses: tests of roles, documentation, settings of a forge. */
const LEFT_OUT: ReadonlySet<string> = new Set(['tests', 'test', 'molecule', 'docs', 'doc', 'node_modules', '.git']);
/** Folders whose YAML files set variables. */
const VARIABLES: ReadonlySet<string> = new Set(['defaults', 'vars', 'group_vars', 'host_vars']);
/** Folders of roles whose YAML files are copied to hosts, or describe the role. */
const NOT_PLAYED: ReadonlySet<string> = new Set(['files', 'templates', 'meta', 'library', 'schemas', 'changelogs']);

/** Finds the playbooks, tasks, variables and templates of a project. Links are not followed. */
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

/** Folders of a project or collection whose programs are its modules. */
const OF_MODULES =
  /(?:^|\/)(?:library|plugins\/modules|plugins\/action|action_plugins)\/(?:.*\/)?([a-z]\w*)\.(?:py|ps1|sh)$/;

/** Returns the names of the modules that the project itself has. */
export function ownModules(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => OF_MODULES.exec(path.split(sep).join('/'))?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(names)].sort();
}

function kindOf(parts: readonly string[]): ProjectFile['kind'] | undefined {
  const name = parts.at(-1) ?? '';
  const folders = parts.slice(0, -1);
  if (/\.(?:j2|hbs)$/.test(name)) return 'template';
  // group_vars/all has no extension.
  if (!name.includes('.') && folders.some((folder) => folder === 'group_vars' || folder === 'host_vars'))
    return 'variables';
  // A list of roles to be fetched is no list of tasks.
  if (!/\.ya?ml$/.test(name) || name.startsWith('.') || name.startsWith('requirements.')) return undefined;
  const last = folders.findLast(
    (folder) => folder === 'tasks' || folder === 'handlers' || VARIABLES.has(folder) || NOT_PLAYED.has(folder),
  );
  if (last === undefined) return 'list';
  if (last === 'tasks' || last === 'handlers') return last;
  return VARIABLES.has(last) ? 'variables' : undefined;
}

/** Returns the folder above tasks, handlers, defaults and the like. For the folder of the project, the role is ".". */
function roleOf(shown: string): string | undefined {
  const match = /^(.*?)(?:^|\/)(?:tasks|handlers|defaults|vars|templates)\//.exec(dirname(shown) + '/');
  if (match === null) return undefined;
  const [, folder = ''] = match;
  return folder === '' ? '.' : folder;
}
