import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Place } from '../../errors/problem.ts';
import { MOST_SEALED, readAtOnce } from '../../files/read-file.ts';
import { type ArchiveContent, readArchive } from '../../modules/archive-content/archive-read.ts';
import { BrokenArchive } from '../../modules/archive-content/archive-tar.ts';
import type {
  IncludedVariables,
  LocalFile,
  LocalFolder,
  LocalTarget,
  WantedVariables,
} from '../../modules/base/module.ts';
import type { Prediction } from '../../resources/base/resource.ts';
import type { MapEntry } from '../../values/base/node.ts';
import { Secret } from '../../values/base/secret.ts';
import { type Scope, Unknown } from '../../values/base/value.ts';
import type { ControllerAccess } from '../../values/controller-access.ts';
import { statusOf } from '../../values/look-at-once.ts';
import { type FileTemplate, parseTemplateFile } from '../../values/template/template.ts';
import { templateTextIn } from '../../values/yaml/text-file.ts';
import { isSealed, isSealedFile } from '../../vault/base/sealed-form.ts';
import type { ChangeCount } from '../base/change-count.ts';
import { HostStops } from '../base/signals.ts';
import { readFolderAt } from './controller-folder.ts';
import {
  MissingFile,
  refuseFolder,
  ToCome,
  encryptedPartial,
  folderAtDest,
  unreadable,
} from './controller-problems.ts';
import { type DigestCache, identityNow, identityOf } from './digest-cache.ts';
import { digestOf, digestOfText } from './file-digests.ts';
import { piecesOf } from './file-pieces.ts';
import { type VariableReader, includeVariables, possibleNames } from './included-variables.ts';
import { type Searched, besidePlaybook, candidates, hostIn, withoutSlash } from './search-path.ts';
import { upwards } from './upward-paths.ts';
import { readOrTell, variableEntries, variablesIn } from './variable-files.ts';
import type { ControllerFilesParts, SealedFiles, WatchedController } from './watched-controller.ts';

/**
 * Maximal size, in bytes, of files that are read once, and synchronously: waiting for another thread takes longer.
 * Larger files are not kept in memory, so they are read for each host, and only their digests are kept between runs:
 * for small files, reading costs less than relying on time stamps.
 */
const SMALL = 1024 * 1024;

/** The result of reading a path, with the identity of each file that was read; undefined: no file. */
interface Read<What> {
  readonly what: Promise<What | undefined>;
  readonly from: Map<string, string | undefined>;
  /** Number of ended changes of the run when it was last compared with the files. */
  changesDone: number;
}

/**
 * Reads the files and templates that tasks name, each once per run, and again if a change of the run may have written
 * it.
 */
export class ControllerFiles {
  readonly #digests: DigestCache;
  readonly #files = new Map<string, Read<LocalFile>>();
  readonly #templates = new Map<string, Read<ReadTemplate>>();
  readonly #variables = new Map<string, Read<readonly MapEntry[]>>();
  readonly #archives = new WeakMap<LocalFile, Promise<ArchiveContent>>();
  readonly #used = new Map<string, string>();
  readonly #changes: ChangeCount;
  readonly #access: ControllerAccess;
  readonly #told: (path: string, sha256: string) => void;
  readonly #vault: SealedFiles | undefined;
  readonly #interrupt: AbortSignal | undefined;
  readonly #toCome = new Set<string>();
  #anythingMayCome = false;

  constructor({ digests, changes, access, told = () => {}, vault, interrupt }: ControllerFilesParts) {
    this.#vault = vault;
    this.#interrupt = interrupt;
    this.#digests = digests;
    this.#changes = changes;
    this.#access = access;
    this.#told = told;
  }

  /** Records a planned change on the controller: the files that it writes cannot be read yet. */
  expect(predictions: readonly Prediction[], touches: 'predicted' | 'everything'): void {
    for (const { request } of predictions) {
      if (request.kind.name === 'file') this.#toCome.add(request.id);
      // A package or a mount may bring any file.
      if (request.kind.name === 'package' || request.kind.name === 'mount') this.#anythingMayCome = true;
    }
    this.#anythingMayCome ||= touches === 'everything';
  }

  /** Records, in a plan, files that a task brings to the controller. */
  expectFiles(paths: readonly string[]): void {
    for (const path of paths) this.#toCome.add(path);
  }

  /** Records, in a plan, a task on the controller that may write anything. */
  expectAnything(): void {
    this.#anythingMayCome = true;
  }

  /** Returns whether the file, or a folder that contains it, will be written: a link may lead to one. */
  #isToCome(path: string): boolean {
    return this.#toCome.size > 0 && upwards(path).some((one) => this.#toCome.has(one));
  }

  /** Digest of every file and template that tasks have read so far, by path. */
  get used(): ReadonlyMap<string, string> {
    return this.#used;
  }

  /** Records a file that another part read for the run. */
  note(path: string, bytes: Buffer): void {
    this.#use(path, digestOfText(bytes));
  }

  /** Throws Problem `controller-refused` if reading the file is not permitted. */
  permit(path: string, place: Place): void {
    this.#access.permit({ kind: 'read', path }, place);
  }

  /** Throws Problem `controller-refused` if reading the environment is not permitted. */
  permitEnvironment(name: string, place: Place): void {
    this.#access.permit({ kind: 'environment', name }, place);
  }

  /** Returns, in a plan, whether an earlier change may bring or change the file. */
  mayChange(path: string): boolean {
    return this.#isToCome(path) || (this.#anythingMayCome && statusOf(path) === undefined);
  }

  #use(path: string, sha256: string): void {
    if (!this.#used.has(path)) this.#told(path, sha256);
    this.#used.set(path, sha256);
  }

  /** Returns the controller for a task with this search path and these variables. */
  as(searchPath: readonly string[], scope: Scope, placeOf: (argument: string) => Place): WatchedController {
    const reads: Read<unknown>[] = [];
    return {
      isCurrent: () => reads.every((read) => this.#isCurrent(read)),
      file: (name) =>
        this.#first(
          { name, searchPath, place: placeOf('src') },
          (path) => this.#find(path, placeOf('src'), reads),
          refuseFolder,
        ),
      fileOrFolder: (name) =>
        this.#first({ name: withoutSlash(name), searchPath, place: placeOf('src') }, async (path) => {
          const file = await this.#find(path, placeOf('src'), reads);
          return file ?? (await this.#folder(path, placeOf('src'), reads));
        }),
      host: hostIn(scope),
      target: (name) => this.#target(besidePlaybook(name, searchPath), placeOf('dest'), reads),
      archive: async (file) => {
        try {
          return await this.#contentOf(file);
        } catch (error) {
          if (error instanceof BrokenArchive) throw unreadable(file, error, placeOf('src'));
          throw error;
        }
      },
      template: async (name) => {
        const tried: string[] = [];
        for (const path of candidates(name, 'templates', searchPath)) {
          tried.push(path);
          if (this.#toCome.has(normalize(path))) throw new ToCome(path);
          const read = this.#read(this.#templates, path, placeOf('src'), (_status, from) =>
            this.#openTemplate(path, from),
          );
          reads.push(read);
          const known = await read.what;
          if (known === undefined) continue;
          const value = known.template.render(scope);
          if (known.isSealed && typeof value === 'string') return Secret.around(value);
          if (typeof value === 'string' || value instanceof Secret || value instanceof Unknown) return value;
          throw new Error(`the template ${path} rendered to something that is not text`);
        }
        if (this.#anythingMayCome || tried.some((path) => this.#isToCome(path))) throw new ToCome(name);
        throw new MissingFile('template', name, tried, placeOf('src'));
      },
      variables: (wanted) => this.#variablesOf(wanted, this.#variableReader(searchPath, placeOf, reads)),
    };
  }

  #variablesOf(wanted: WantedVariables, reader: Omit<VariableReader, 'missing'>): Promise<IncludedVariables> {
    return includeVariables(wanted, {
      ...reader,
      missing: (name, tried, place) =>
        this.#anythingMayCome || tried.some((path) => this.#isToCome(path))
          ? new ToCome(name)
          : new MissingFile('file', name, tried, place),
    });
  }

  /** Returns the names of all variables that a task with this search path may include. */
  async possibleVariables(
    searchPath: readonly string[],
    placeOf: (argument: string) => Place,
  ): Promise<ReadonlySet<string>> {
    const reader = this.#variableReader(searchPath, placeOf, []);
    return await possibleNames({
      ...reader,
      read: async (path, place) => (this.#isToCome(path) ? undefined : await reader.read(path, place)),
    });
  }

  #variableReader(
    searchPath: readonly string[],
    placeOf: (argument: string) => Place,
    reads: Read<unknown>[],
  ): Omit<VariableReader, 'missing'> {
    return {
      searchPath,
      placeOf,
      read: async (path, place) => {
        if (this.#isToCome(normalize(path))) throw new ToCome(path);
        const read = this.#read(this.#variables, path, place, () => this.#openVariables(path, place));
        reads.push(read);
        return await read.what;
      },
    };
  }

  /**
   * Returns the result of `find` for the first of the searched places that has one. `refuse` may throw a Problem that
   * says why nothing in these places is right.
   */
  async #first<Found>(
    { name, searchPath, place }: Searched,
    find: (path: string) => Promise<Found | undefined>,
    refuse?: (name: string, tried: readonly string[], place: Place) => Promise<void>,
  ): Promise<Found> {
    const tried = candidates(name, 'files', searchPath);
    for (const path of tried) {
      const found = await find(path);
      if (found !== undefined) return found;
    }
    if (this.#anythingMayCome || tried.some((path) => this.#isToCome(path))) throw new ToCome(name);
    await refuse?.(name, tried, place);
    throw new MissingFile('file', name, tried, place);
  }

  /** Returns the file at a path; undefined if there is none. */
  #find(path: string, place: Place, reads: Read<unknown>[]): Promise<LocalFile | undefined> {
    if (this.#toCome.has(normalize(path))) throw new ToCome(path);
    const read = this.#read(this.#files, path, place, (status) => this.#openFile(path, status));
    reads.push(read);
    return read.what;
  }

  /** Returns the place of a file that is brought. */
  async #target(path: string, place: Place, reads: Read<unknown>[]): Promise<LocalTarget> {
    this.#access.permit({ kind: 'write', path }, place);
    if (statusOf(path)?.isDirectory() === true) throw folderAtDest(path, place);
    return { path, file: await this.#find(path, place, reads) };
  }

  /** Returns the folder at a path with everything beneath it; undefined if there is none. */
  async #folder(path: string, place: Place, reads: Read<unknown>[]): Promise<LocalFolder | undefined> {
    if (statusOf(path)?.isDirectory() !== true) return undefined;
    const from = new Map<string, string | undefined>();
    const permit = (folder: string): void => {
      this.permit(folder, place);
      from.set(folder, identityNow(folder));
    };
    if ([...this.#toCome].some((one) => one.startsWith(`${path}/`))) throw new ToCome(path);
    reads.push({ what: Promise.resolve(undefined), from, changesDone: this.#changes.done });
    return readFolderAt(path, place, permit, (one) => this.#find(one, place, reads));
  }

  #read<What>(
    known: Map<string, Read<What>>,
    path: string,
    place: Place,
    open: (status: Stats, from: Map<string, string | undefined>) => Promise<What>,
  ): Read<What> {
    const before = known.get(path);
    if (before !== undefined && this.#isCurrent(before)) return before;
    const status = statusOf(path);
    if (status !== undefined) this.permit(path, place);
    const from = new Map([[path, status === undefined ? undefined : identityOf(status)]]);
    const what = status?.isFile() === true ? open(status, from) : Promise.resolve(undefined);
    const read: Read<What> = { what, from, changesDone: this.#changes.done };
    known.set(path, read);
    return read;
  }

  /**
   * Returns whether the files are unchanged. They are checked only if a change has ended meanwhile: a run without
   * changes checks no file twice.
   */
  #isCurrent(read: Read<unknown>): boolean {
    if (this.#toCome.size > 0) for (const path of read.from.keys()) if (this.#toCome.has(path)) return false;
    const { done } = this.#changes;
    if (read.changesDone === done) return true;
    for (const [path, identity] of read.from) if (identityNow(path) !== identity) return false;
    read.changesDone = done;
    return true;
  }

  async #openFile(path: string, status: Stats): Promise<LocalFile> {
    const content = status.size <= SMALL ? readAtOnce(path) : undefined;
    const sha256 =
      content === undefined
        ? await this.#digests.of(path, status, (large) => digestOf(large, this.#interrupt))
        : digestOfText(content);
    this.#use(path, sha256);
    let clear: Promise<Buffer | undefined> | undefined;
    return {
      kind: 'file',
      path,
      size: content?.length ?? status.size,
      sha256,
      mode: status.mode & 0o7777,
      isUnchanged: async () => {
        const now = await stat(path).catch(() => undefined);
        return now !== undefined && identityOf(now) === identityOf(status);
      },
      bytes: () => Promise.resolve(content ?? readAtOnce(path, MOST_SEALED)),
      // Each host needs the clear text, so it is kept.
      clear: () => (clear ??= this.#clearOf(path, content)),
      open: () => piecesOf(path),
    };
  }

  /**
   * The content of an encrypted file is secret, as a whole and by its lines. `content` is undefined if the file is large
   * and not read yet.
   */
  async #clearOf(path: string, content: Buffer | undefined): Promise<Buffer | undefined> {
    if (this.#vault === undefined) return undefined;
    if (content === undefined ? !(await isSealedFile(path)) : !isSealed(content)) return undefined;
    const clear = (await this.#vault.unseal(content ?? readAtOnce(path, MOST_SEALED), path))?.bytes;
    if (clear !== undefined && isUtf8(clear)) Secret.of(clear.toString('utf8'));
    return clear;
  }

  async #openVariables(path: string, place: Place): Promise<readonly MapEntry[]> {
    const bytes = readOrTell(path, place);
    this.note(path, bytes);
    return variableEntries(await variablesIn(bytes, path, this.#vault));
  }

  /** Reads the partial of `{{> name}}`: NAME.hbs or NAME beside the template. */
  #partial(
    folder: string,
    name: string,
    place: Place,
    from: Map<string, string | undefined>,
  ): { readonly text: string; readonly file: string } | undefined {
    for (const file of [join(folder, `${name}.hbs`), join(folder, name)]) {
      from.set(file, identityNow(file));
      if (statusOf(file)?.isFile() !== true) continue;
      this.permit(file, place);
      const bytes = readAtOnce(file);
      if (isSealed(bytes)) throw encryptedPartial(file);
      const text = templateTextIn(bytes, file);
      this.#use(file, digestOfText(text));
      return { text, file };
    }
    return undefined;
  }

  /** Reads the content of an archive once, for all hosts. */
  #contentOf(file: LocalFile): Promise<ArchiveContent> {
    let content = this.#archives.get(file);
    if (content === undefined) {
      content = readArchive(file.path, this.#interrupt).catch((error: unknown) => {
        throw this.#interrupt?.aborted === true ? new HostStops('interrupted') : error;
      });
      this.#archives.set(file, content);
    }
    return content;
  }

  async #openTemplate(path: string, from: Map<string, string | undefined>): Promise<ReadTemplate> {
    const place = { file: path, line: 1, column: 1 };
    const bytes = readAtOnce(path);
    const clear = await this.#clearOf(path, bytes);
    const text = templateTextIn(clear ?? bytes, path);
    this.#use(path, digestOfText(clear === undefined ? text : bytes));
    return {
      template: parseTemplateFile(text, path, (name) => this.#partial(dirname(path), name, place, from)),
      isSealed: clear !== undefined,
    };
  }
}

/** The result of an encrypted template is a secret. */
interface ReadTemplate {
  readonly template: FileTemplate;
  readonly isSealed: boolean;
}
