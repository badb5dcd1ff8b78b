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
  /** What the playbook may read of this machine. Left out: all that the user may. */
  readonly access?: ControllerAccess | undefined;
  /** Opens what is encrypted; without it, nothing may be. */
  readonly vault?: Pick<Vault, 'documents' | 'variables'> | undefined;
}

/** What a file of a playbook holds. */
export type SourceKind = 'plays' | 'tasks' | 'handlers' | 'meta' | 'variables';

/** A file that was read for a playbook, whether or not anything in it was wrong. */
export interface ReadSource {
  /** Absolute. */
  readonly path: string;
  readonly kind: SourceKind;
  readonly nodes: readonly Node[];
}

/**
 * The YAML files of one playbook, each read once. Paths are shown relative to the working folder where that is shorter.
 */
export class SourceFiles {
  readonly #options: SourceOptions;
  readonly #documents = new Map<string, readonly Node[]>();
  readonly #variables = new Map<string, Node>();
  readonly #kinds = new Map<string, SourceKind>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** All that were read so far. */
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

  /** The entries of a file that is a list; none for an empty file. */
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

  /** The map that a file holds; undefined for an empty file. */
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

  /** The one document of a file of variables; undefined for a file that is empty or cannot be read (a Problem then). */
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

  /** What `read` makes of the bytes of a file; undefined where that is not to be had, which is told. */
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

/** A path as it is shown in messages. */
export function displayPath(path: string): string {
  const absolute = resolve(path);
  const fromHere = relative(process.cwd(), absolute);
  return fromHere !== '' && fromHere.length < absolute.length ? fromHere : absolute;
}
