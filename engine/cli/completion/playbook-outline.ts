import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readAtOnce } from '../../files/read-file.ts';
import type { MapNode, Node } from '../../values/base/node.ts';
import { Secret } from '../../values/base/secret.ts';
import { readYaml } from '../../values/yaml/yaml.ts';

/** The parts of a playbook that completion needs, read without the checks of the engine. */
export interface PlaybookOutline {
  readonly tags: ReadonlySet<string>;
  /** Names of tasks, as they are written; in a role: `ROLE : NAME`. */
  readonly tasks: ReadonlySet<string>;
}

/** Maximal size of a playbook that is read, in bytes. People do not write longer files. */
const MOST_BYTES = 1024 * 1024;
const IMPORTED_FILE = ['import_tasks', 'include_tasks'];
const IMPORTED_ROLE = ['import_role', 'include_role'];

/**
 * Returns the tags and task names of a playbook and of all files and roles that it names without a template. Leaves out
 * files with mistakes.
 */
export function outlineOf(playbook: string): PlaybookOutline {
  const outline = new Outline();
  outline.playbook(resolve(playbook));
  return outline;
}

const UNOPENED = Secret.around('');

class Outline implements PlaybookOutline {
  readonly tags = new Set<string>();
  readonly tasks = new Set<string>();
  readonly #seen = new Set<string>();
  #folder = '.';

  playbook(file: string): void {
    this.#folder = dirname(file);
    for (const play of this.#items(file)) {
      if (play.kind !== 'map') continue;
      this.#tagsOf(play);
      const imported = textOf(valueOf(play, 'import_playbook'));
      if (imported !== undefined) this.playbook(resolve(dirname(file), imported));
      for (const name of ['pre_tasks', 'roles', 'tasks', 'post_tasks']) {
        const items = itemsOf(valueOf(play, name));
        if (name === 'roles') for (const item of items) this.#role(item);
        else this.#steps(items, [dirname(file)], undefined);
      }
    }
  }

  #steps(items: readonly Node[], folders: readonly string[], role: string | undefined): void {
    for (const step of items) {
      if (step.kind !== 'map') continue;
      this.#tagsOf(step);
      const name = textOf(valueOf(step, 'name'));
      if (name !== undefined) this.tasks.add(role === undefined ? name : `${role} : ${name}`);
      for (const part of ['block', 'rescue', 'always']) this.#steps(itemsOf(valueOf(step, part)), folders, role);
      for (const key of withPrefix(IMPORTED_FILE)) this.#file(valueOf(step, key), folders, role);
      for (const key of withPrefix(IMPORTED_ROLE)) {
        const given = valueOf(step, key);
        if (given !== undefined) this.#role(given);
      }
    }
  }

  #file(given: Node | undefined, folders: readonly string[], role: string | undefined): void {
    const name = textOf(given) ?? (given?.kind === 'map' ? textOf(valueOf(given, 'file')) : undefined);
    if (name === undefined) return;
    const file = folders.map((folder) => resolve(folder, name)).find(isFile);
    if (file !== undefined) this.#steps(this.#items(file), [dirname(file), ...folders], role);
  }

  #role(given: Node): void {
    const name =
      textOf(given) ?? (given.kind === 'map' ? textOf(valueOf(given, 'role') ?? valueOf(given, 'name')) : undefined);
    if (given.kind === 'map') this.#tagsOf(given);
    if (name === undefined) return;
    const candidates = [
      join(this.#folder, 'roles', name),
      join(this.#folder, '..', 'roles', name),
      resolve(this.#folder, name),
    ];
    const from = given.kind === 'map' ? (textOf(valueOf(given, 'tasks_from')) ?? 'main') : 'main';
    for (const folder of candidates) {
      const file = partOf(folder, 'tasks', from);
      if (file === undefined) continue;
      const [meta] = this.#documents(partOf(folder, 'meta', 'main'));
      if (meta?.kind === 'map') for (const one of itemsOf(valueOf(meta, 'dependencies'))) this.#role(one);
      this.#steps(this.#items(file), [join(folder, 'tasks')], name.slice(name.lastIndexOf('/') + 1));
      return;
    }
  }

  #tagsOf(map: MapNode): void {
    const given = valueOf(map, 'tags');
    for (const node of given?.kind === 'list' ? given.items : given === undefined ? [] : [given])
      for (const tag of (textOf(node) ?? '').split(',')) if (tag.trim() !== '') this.tags.add(tag.trim());
  }

  #items(file: string): readonly Node[] {
    return itemsOf(this.#documents(file)[0]);
  }

  #documents(file: string | undefined): readonly Node[] {
    if (file === undefined || this.#seen.has(file) || !isFile(file)) return [];
    this.#seen.add(file);
    try {
      return readYaml(readAtOnce(file, MOST_BYTES).toString(), file, { decrypt: () => UNOPENED });
    } catch {
      return [];
    }
  }
}

function withPrefix(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [name, `ansible.builtin.${name}`]);
}

function partOf(role: string, part: string, from: string): string | undefined {
  return ['', '.yml', '.yaml'].map((ending) => join(role, part, `${from}${ending}`)).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function valueOf(map: MapNode, key: string): Node | undefined {
  return map.entries.find((entry) => entry.key === key)?.value;
}

function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : [];
}

function textOf(node: Node | undefined): string | undefined {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  return node.value;
}
