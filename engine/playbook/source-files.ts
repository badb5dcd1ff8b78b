import { relative, resolve } from 'node:path';
import { Problem, Problems, type Place } from '../errors/problem.ts';
import { readWhole } from '../files/read-file.ts';
import { systemReason } from '../files/system-reason.ts';
import type { MapNode, Node } from '../values/base/node.ts';
import type { ControllerAccess } from '../values/controller-access.ts';
import { similarFile } from '../values/similar-file.ts';
import { oneDocument } from '../values/yaml/one-document.ts';
import { textIn } from '../values/yaml/text-file.ts';
import { readYaml } from '../values/yaml/yaml.ts';
import type { Vault } from '../vault/vault.ts';
import { nodeKind } from './base/fields.ts';
import type { ProblemCollector } from './base/problem-collector.ts';

export interface SourceOptions {
  /** Permissions of the playbook to read files of the controller. Default: all files that the user may read. */
  readonly access?: ControllerAccess | undefined;
  /** Decrypts files. Without it, encrypted files are mistakes. */
  readonly vault?: Pick<Vault, 'documents' | 'variables'> | undefined;
}

/** The content of a file of a playbook. */
export type SourceKind = 'plays' | 'tasks' | 'handlers' | 'meta' | 'variables';

/** A file that was read for a playbook, with or without mistakes. */
export interface ReadSource {
  /** Absolute path. */
  readonly path: string;
  readonly kind: SourceKind;
  readonly nodes: readonly Node[];
}

/**
 * Reads the YAML files of one playbook, each once. Messages show paths relative to the working folder if that is
 * shorter.
 */
export class SourceFiles {
  readonly #options: SourceOptions;
  readonly #documents = new Map<string, readonly Node[]>();
  readonly #variables = new Map<string, Node>();
  readonly #kinds = new Map<string, SourceKind>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Returns all files that were read so far. */
  all(): readonly ReadSource[] {
    return [...this.#kinds].map(([path, kind]) => {
      const document = this.#variables.get(path);
      return { path, kind, nodes: document === undefined ? (this.#documents.get(path) ?? []) : [document] };
    });
  }

  async #read(path: string, problems: ProblemCollector, asked: Place | undefined): Promise<Node | undefined> {
    const nodes = await this.#load(path, problems, asked);
    return nodes === undefined ? undefined : problems.attempt(() => oneDocument(nodes));
  }

  /** Reads a file that is a list; returns no entries for an empty file. */
  async readList(
    path: string,
    problems: ProblemCollector,
    what: 'plays' | 'tasks' | 'handlers',
    asked: Place | undefined,
  ): Promise<readonly Node[]> {
    this.#kinds.set(path, what);
    const node = await this.#read(path, problems, asked);
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return [];
    if (node.kind === 'list') return node.items;
    problems.add({
      code: 'wrong-type',
      what: `The file must hold a list of ${what}, and this is ${nodeKind(node)}`,
      place: node.place,
      remedy: 'Begin each entry with "- ".',
    });
    return [];
  }

  /** Reads a file that is a map; undefined for an empty file. */
  async readMap(path: string, problems: ProblemCollector, asked: Place | undefined): Promise<MapNode | undefined> {
    this.#kinds.set(path, 'meta');
    const node = await this.#read(path, problems, asked);
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return undefined;
    if (node.kind === 'map') return node;
    return problems.add({
      code: 'wrong-type',
      what: `The file must hold a map, and this is ${nodeKind(node)}`,
      place: node.place,
    });
  }

  /**
   * Reads the only document of a variable file; undefined if the file is empty, or if it cannot be read, which is
   * reported.
   */
  async readVariables(path: string, problems: ProblemCollector, asked: Place | undefined): Promise<Node | undefined> {
    this.#kinds.set(path, 'variables');
    const known = this.#variables.get(path);
    if (known !== undefined) return known;
    const { vault } = this.#options;
    const node = await this.#open(path, problems, asked, async (bytes, file) =>
      vault === undefined ? oneDocument(readYaml(textIn(bytes, file), file)) : await vault.variables(bytes, file),
    );
    if (node !== undefined) this.#variables.set(path, node);
    return node;
  }

  async #load(
    path: string,
    problems: ProblemCollector,
    asked: Place | undefined,
  ): Promise<readonly Node[] | undefined> {
    const known = this.#documents.get(path);
    if (known !== undefined) return known;
    const { vault } = this.#options;
    const nodes = await this.#open(path, problems, asked, async (bytes, file) =>
      vault === undefined ? readYaml(textIn(bytes, file), file) : await vault.documents(bytes, file),
    );
    if (nodes !== undefined) this.#documents.set(path, nodes);
    return nodes;
  }

  /** Returns what `read` makes of the bytes of a file; undefined if the file cannot be read, which is reported. */
  async #open<Result>(
    path: string,
    problems: ProblemCollector,
    asked: Place | undefined,
    read: (bytes: Buffer, file: string) => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      this.#options.access?.permit({ kind: 'read', path }, asked);
      return await read(await readWhole(path), displayPath(path));
    } catch (error) {
      if (error instanceof Problem) return problems.take(error);
      if (error instanceof Problems) {
        for (const problem of error.problems) problems.take(problem);
        return undefined;
      }
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      if ('code' in error && error.code === 'ENOENT') {
        const remedy =
          similarFile(displayPath(path), [path]) ??
          (asked === undefined
            ? `Correct the path. It was looked for in ${process.cwd()}.`
            : 'Put the file there, or correct its name.');
        return problems.add({
          code: 'file-not-found',
          what: `There is no file ${displayPath(path)}`,
          place: asked,
          remedy,
        });
      }
      if ('code' in error && error.code === 'EISDIR') {
        const remedy = 'Name the file in it.';
        return problems.add({ code: 'file-is-folder', what: `${path} is a folder, not a file`, place: asked, remedy });
      }
      return problems.add({
        code: 'file-unreadable',
        what: `${displayPath(path)} cannot be read`,
        place: asked,
        why: systemReason(error),
        remedy: 'Allow the user who runs this to read it.',
      });
    }
  }
}

/** Returns a path as messages show it. */
export function displayPath(path: string): string {
  const absolute = resolve(path);
  const fromHere = relative(process.cwd(), absolute);
  return fromHere !== '' && fromHere.length < absolute.length ? fromHere : absolute;
}
