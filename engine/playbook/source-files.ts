import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Problem } from '../errors/problem.ts';
import type { Place } from '../errors/problem.ts';
import type { MapNode, Node } from '../values/node.ts';
import { oneDocument } from '../values/one-document.ts';
import { textIn } from '../values/text-file.ts';
import type { YamlOptions } from '../values/yaml.ts';
import { readYaml } from '../values/yaml.ts';
import { nodeKind } from './fields.ts';
import type { ProblemCollector } from './problem-collector.ts';

export interface SourceOptions extends YamlOptions {
  /** Opens a file that is encrypted as a whole, with its text as it is. Text that is not encrypted comes back as it went in. */
  readonly decryptFile?: ((text: string, file: string) => Promise<string>) | undefined;
}

/** The YAML files of one playbook, each read once. Paths are shown relative to the working folder where that is shorter. */
export class SourceFiles {
  readonly #options: SourceOptions;
  readonly #documents = new Map<string, Node[]>();

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** The one document of a file; undefined for a file that is empty or cannot be read (a Problem then). */
  async read(path: string, problems: ProblemCollector, asked: Place | undefined): Promise<Node | undefined> {
    const nodes = await this.#load(path, problems, asked);
    return nodes === undefined ? undefined : problems.attempt(() => oneDocument(nodes));
  }

  /** The entries of a file that is a list; none for an empty file. */
  async readList(path: string, problems: ProblemCollector, what: string, asked: Place | undefined): Promise<readonly Node[]> {
    const node = await this.read(path, problems, asked);
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
    const node = await this.read(path, problems, asked);
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return undefined;
    if (node.kind === 'map') return node;
    return problems.add({ code: 'wrong-type', what: `The file must hold a map, and this is ${nodeKind(node)}`, place: node.place });
  }

  async #load(path: string, problems: ProblemCollector, asked: Place | undefined): Promise<Node[] | undefined> {
    const known = this.#documents.get(path);
    if (known !== undefined) return known;
    const text = await this.#text(path, problems, asked);
    const nodes = text === undefined ? undefined : problems.attempt(() => readYaml(text, displayPath(path), this.#options));
    if (nodes !== undefined) this.#documents.set(path, nodes);
    return nodes;
  }

  async #text(path: string, problems: ProblemCollector, asked: Place | undefined): Promise<string | undefined> {
    try {
      const text = textIn(readFileSync(path), displayPath(path));
      return this.#options.decryptFile === undefined ? text : await this.#options.decryptFile(text, displayPath(path));
    } catch (error) {
      if (error instanceof Problem) return problems.take(error);
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        const remedy =
          asked === undefined ? `Correct the path. It was looked for in ${process.cwd()}.` : 'Put the file there, or correct its name.';
        return problems.add({ code: 'file-not-found', what: `There is no file ${displayPath(path)}`, place: asked, remedy });
      }
      if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
        const remedy = 'Name the file in it.';
        return problems.add({ code: 'file-is-folder', what: `${path} is a folder, not a file`, place: asked, remedy });
      }
      return problems.add({
        code: 'file-unreadable',
        what: `${displayPath(path)} cannot be read`,
        place: asked,
        why: error instanceof Error ? error.message : String(error),
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
