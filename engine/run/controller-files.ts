import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Place } from '../errors/problem.ts';
import { Problem } from '../errors/problem.ts';
import type { Controller, LocalFile } from '../modules/module.ts';
import { Secret } from '../values/secret.ts';
import type { FileTemplate } from '../values/template.ts';
import { parseTemplateFile } from '../values/template.ts';
import type { Scope } from '../values/value.ts';
import { Unknown } from '../values/value.ts';
import type { DigestCache } from './digest-cache.ts';
import { identityOf } from './digest-cache.ts';

/** Bytes. Larger files are read for each host: they are not kept in memory. */
const WORTH_READING_AGAIN = 1024 * 1024;

/** The files and templates that tasks name, each read once a run. */
export class ControllerFiles {
  readonly #digests: DigestCache;
  readonly #files = new Map<string, Promise<LocalFile | undefined>>();
  readonly #templates = new Map<string, Promise<FileTemplate | undefined>>();
  readonly #used = new Map<string, string>();
  readonly #told: (path: string, sha256: string) => void;

  /** `told` hears of each file when it is read first. */
  constructor(digests: DigestCache, told: (path: string, sha256: string) => void = () => {}) {
    this.#digests = digests;
    this.#told = told;
  }

  /** Digest of every file and template that a task has read so far, by path. */
  get used(): ReadonlyMap<string, string> {
    return this.#used;
  }

  /** A file that was read elsewhere for the run. */
  note(path: string, text: string): void {
    this.#use(path, createHash('sha256').update(text).digest('hex'));
  }

  #use(path: string, sha256: string): void {
    if (!this.#used.has(path)) this.#told(path, sha256);
    this.#used.set(path, sha256);
  }

  /** As a task with this search path and these variables sees the controller. */
  as(searchPath: readonly string[], scope: Scope, placeOf: (argument: string) => Place): Controller {
    return {
      file: async (name) => {
        const tried: string[] = [];
        for (const path of candidates(name, 'files', searchPath)) {
          tried.push(path);
          const file = await this.#file(path);
          if (file !== undefined) return file;
        }
        await refuseFolder(name, tried, placeOf('src'));
        throw notFound('file', name, tried, placeOf('src'));
      },
      template: async (name) => {
        const tried: string[] = [];
        for (const path of candidates(name, 'templates', searchPath)) {
          tried.push(path);
          const template = await this.#template(path);
          if (template === undefined) continue;
          const value = template.render(scope);
          if (typeof value === 'string' || value instanceof Secret || value instanceof Unknown) return value;
          throw new Error(`the template ${path} rendered to something that is not text`);
        }
        throw notFound('template', name, tried, placeOf('src'));
      },
    };
  }

  #file(path: string): Promise<LocalFile | undefined> {
    let file = this.#files.get(path);
    if (file === undefined) this.#files.set(path, (file = this.#openFile(path)));
    return file;
  }

  async #openFile(path: string): Promise<LocalFile | undefined> {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined || !status.isFile()) return undefined;
    const sha256 = await this.#digests.of(path, status, digestOf);
    this.#use(path, sha256);
    let kept: Promise<Buffer> | undefined;
    const bytes = (): Promise<Buffer> => {
      if (status.size > WORTH_READING_AGAIN) return readFile(path);
      return (kept ??= readFile(path));
    };
    return {
      path,
      size: status.size,
      sha256,
      isUnchanged: async () => {
        const now = await stat(path).catch(() => undefined);
        return now !== undefined && identityOf(now) === identityOf(status);
      },
      bytes,
      open: () => createReadStream(path, { highWaterMark: 1024 * 1024 }),
    };
  }

  #template(path: string): Promise<FileTemplate | undefined> {
    let template = this.#templates.get(path);
    if (template === undefined) this.#templates.set(path, (template = this.#openTemplate(path)));
    return template;
  }

  /** `{{> name}}` is NAME.hbs or NAME beside the template. */
  #partial(folder: string, name: string): { readonly text: string; readonly file: string } | undefined {
    for (const file of [join(folder, `${name}.hbs`), join(folder, name)]) {
      if (!existsSync(file)) continue;
      const text = readFileSync(file, 'utf8');
      this.#use(file, createHash('sha256').update(text).digest('hex'));
      return { text, file };
    }
    return undefined;
  }

  async #openTemplate(path: string): Promise<FileTemplate | undefined> {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined || !status.isFile()) return undefined;
    const text = await readFile(path, 'utf8');
    this.#use(path, createHash('sha256').update(text).digest('hex'));
    return parseTemplateFile(text, path, (name) => this.#partial(dirname(path), name));
  }
}

function candidates(name: string, folder: 'files' | 'templates', searchPath: readonly string[]): readonly string[] {
  if (isAbsolute(name)) return [name];
  if (name.startsWith('~/')) return [join(homedir(), name.slice(2))];
  return searchPath.flatMap((directory) => [join(directory, folder, name), join(directory, name)]);
}

async function refuseFolder(name: string, tried: readonly string[], place: Place): Promise<void> {
  for (const path of tried) {
    const status = await stat(path).catch(() => undefined);
    if (status?.isDirectory() !== true) continue;
    throw new Problem({
      code: 'file-is-folder',
      what: `"${name}" is a folder, not a file`,
      place,
      why: `It is ${path}`,
      remedy: 'Bring its files by a loop, or an archive of it by unarchive.',
    });
  }
}

function notFound(kind: string, name: string, tried: readonly string[], place: Place): Problem {
  return new Problem({
    code: 'file-not-found',
    what: `there is no ${kind} "${name}" on the controller`,
    place,
    why: `Looked for ${tried.join(', ')}`,
    remedy: `Put the ${kind} there, or give its absolute path.`,
  });
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
