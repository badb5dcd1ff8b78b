import { quote } from '../../connection/base/quote.ts';
import { type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { MAX_CONTENT_BYTES } from '../../resources/file/file-detail.ts';
import { type FileState, endOf, UNKNOWN_ATTRIBUTES } from '../../resources/file/file-state.ts';
import { probe, type ProbeDetail, type ProbeState } from '../../resources/probe.ts';
import type { ValueMap } from '../../values/base/value.ts';
import type { Mode } from '../base/file-mode.ts';
import type { Context, LocalFolder, Outcome } from '../base/module.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import { fileNeeds } from '../path/file-needs.ts';
import { bytesContent, type KnownContent } from '../write/file-content.ts';
import { fileRequest, planFile } from '../write/file-plan.ts';
import { sourceOf } from '../write/file-to-write.ts';
import { planAbsent } from './file-absent.ts';
import { planDirectory } from './file-directory.ts';
import { allOf, SeenAhead } from './many-changes.ts';
import { type Item, Parcel } from './parcel.ts';

/** A folder of the controller, with the contents that the hosts get. */
export interface SentFolder {
  readonly folders: readonly string[];
  readonly files: readonly SentFile[];
}

interface SentFile extends Item {
  readonly name: string;
  /** Permission bits of the file on the controller. */
  readonly mode: number;
  readonly isSecret: boolean;
}

/** The options for copying a folder. */
export interface FolderCopy {
  /** The directory of the host that gets the content of the folder. */
  readonly dest: string;
  readonly owner: WantedAttributes['owner'];
  readonly group: WantedAttributes['group'];
  /** The mode of files. `preserve`: each has that of its source. */
  readonly mode: Mode | 'preserve' | undefined;
  /** The mode of new directories. */
  readonly directoryMode: Mode | undefined;
  readonly force: boolean;
  readonly follow: boolean;
  readonly backup: boolean;
  readonly validate: string | undefined;
  readonly unsafe: boolean;
  readonly unsafePath: boolean;
  /** True if everything is removed from `dest` that the folder does not have. */
  readonly deletes: boolean;
  readonly result: ValueMap;
}

/** Reads the files of a folder. `decrypt`: true if files that are encrypted as a whole are decrypted. */
export async function readFolder({ folders, files }: LocalFolder, decrypt: boolean): Promise<SentFolder> {
  const read = files.map(async ({ name, file: source }): Promise<SentFile> => {
    const { mode } = source;
    const clear = decrypt ? await source.clear() : undefined;
    if (clear !== undefined) {
      const { bytes, sha256 } = bytesContent(clear, true);
      return { name, mode, source: sourceOf(bytes), sha256, bytes, isSecret: true };
    }
    const bytes = source.size <= MAX_CONTENT_BYTES ? await source.bytes() : undefined;
    return { name, mode, source, sha256: source.sha256, bytes, isSecret: false };
  });
  return { folders, files: await Promise.all(read) };
}

/** Returns the requests for everything that the copy writes. If it deletes, also for all other names in `dest`. */
export function folderRequests(folder: SentFolder, copy: FolderCopy, context: Context): readonly Request[] {
  const { dest, owner, group } = copy;
  const directories = [dest, ...folder.folders.map((name) => inside(dest, name))];
  const paths = folder.files.map(({ name }) => inside(dest, name));
  return [
    ...directories.map((path) => file(path, 'target')),
    ...folder.files.map((one) =>
      fileRequest(
        inside(dest, one.name),
        contentOf(one, () => undefined),
      ),
    ),
    ...fileNeeds([...directories, ...paths], { owner, group }, context),
    ...(copy.deletes ? [listing(dest)] : []),
  ];
}

/** The number of changes of one task that a plan shows. */
const MOST_TOLD = 200;

/** Plans all directories from the top, then all files, then the removals. */
export function planFolder(folder: SentFolder, copy: FolderCopy, seen: Seen, context: Context): Outcome {
  const { dest } = copy;
  const ahead = new SeenAhead(seen);
  let parcel: Parcel | undefined;
  const directories = ['', ...folder.folders].map((name) => {
    const outcome = planDirectory(directoryOf(name, copy, ahead), ahead, context);
    if (outcome.kind === 'change') ahead.expect(outcome.predictions);
    return outcome;
  });
  const files = folder.files.map((one) => {
    const path = inside(dest, one.name);
    const content = contentOf(one, () => parcel);
    const { force, follow, backup, validate, unsafe, unsafePath } = copy;
    const attributes = attributesOf(copy, one.mode);
    return planFile(
      { path, content, attributes, force, follow, backup, validate, unsafe, unsafePath, hasNeeds: true, result: {} },
      fileRequest(path, content),
      ahead,
      context,
    );
  });
  const removals = copy.deletes ? planRemovals(folder, copy, seen, context) : [];
  const outcome = allOf({
    outcomes: [...directories, ...files, ...removals],
    parcel: () => new Parcel(),
    begin: (sent) => (parcel = sent),
    told: { most: MOST_TOLD, of: dest },
  });
  const result = { dest, ...copy.result };
  if (outcome === undefined) return { kind: 'in_sync', result };
  return outcome.kind === 'impossible' ? outcome : { ...outcome, planned: result };
}

/**
 * Returns the arguments for one directory. By the documentation of Ansible, `directory_mode` applies only to new
 * directories. An existing `dest` also keeps its owner, because the task only owns the files that it copies into it.
 */
function directoryOf(
  name: string,
  { dest, owner, group, directoryMode, unsafePath }: FolderCopy,
  seen: Seen,
): Parameters<typeof planDirectory>[0] {
  const path = inside(dest, name);
  const isNew = seen.of(file(path, 'target')).type === 'absent';
  return {
    path,
    state: 'directory',
    owner: isNew || name !== '' ? owner : undefined,
    group: isNew || name !== '' ? group : undefined,
    mode: isNew ? directoryMode : undefined,
    recurse: false,
    follow: true,
    force: false,
    modification_time: 'preserve',
    unsafe_path: unsafePath,
  };
}

function attributesOf({ owner, group, mode }: FolderCopy, bits: number): WantedAttributes {
  return { owner, group, mode: mode === 'preserve' ? { kind: 'octal', bits } : mode };
}

function contentOf(one: SentFile, parcel: () => Parcel | undefined): KnownContent {
  return {
    kind: 'part',
    size: one.source.size,
    sha256: one.sha256,
    bytes: one.bytes,
    isSecret: one.isSecret,
    send() {
      const sent = parcel();
      if (sent === undefined) throw new Error('a content is sent with the change that needs it');
      return sent.add(one);
    },
  };
}

/**
 * Asks for all names in a directory. The answer lists the directories first, then an empty name, then all other names.
 */
function listing(dest: string): Request<ProbeDetail, ProbeState> {
  return probe(`cd -P -- ${quote(dest)} 2>/dev/null || exit 0
find . ! -path . -type d -print0 && printf '\\0' && find . ! -type d -print0`);
}

/** Plans the removal of every name that the folder does not have. A directory is removed as a whole. */
function planRemovals(folder: SentFolder, copy: FolderCopy, seen: Seen, context: Context): readonly Outcome[] {
  const { dest, unsafePath } = copy;
  const { stdout, status } = seen.of(listing(dest));
  if (stdout === undefined || seen.certainty(listing(dest)) === 'after_change')
    return [{ kind: 'cannot_know', because: `an earlier change of the content of ${dest}` }];
  if (status !== 0)
    return [{ kind: 'impossible', what: `${dest} cannot be listed`, remedy: 'Set become: true on the task.' }];
  const wanted = new Set([...folder.folders, ...folder.files.map(({ name }) => name)]);
  const unreadable = namesIn(stdout).find(({ name }) => name.includes('\uFFFD'));
  if (unreadable !== undefined)
    return [
      {
        kind: 'impossible',
        what: `${dest} has a name that is not UTF-8: ${unreadable.name}`,
        remedy: 'Rename or remove it on the host, or leave delete out.',
      },
    ];
  const superfluous = topmost(namesIn(stdout).filter(({ name }) => !wanted.has(name)));
  return superfluous.map(({ name, isDirectory }) => {
    const path = inside(dest, name);
    const above = endOf(seen.of(file(path.slice(0, path.lastIndexOf('/')), 'target')));
    if (above?.type === 'directory' && ((above.mode ?? 0) & 0o1000) !== 0)
      return {
        kind: 'impossible',
        what: `${path} is in a directory in which every user may make files, and delete would remove theirs`,
        remedy: 'Leave delete out, and remove files by name: file: { path: …, state: absent }.',
      };
    const state: FileState = isDirectory
      ? { type: 'directory', ...UNKNOWN_ATTRIBUTES }
      : { type: 'file', ...UNKNOWN_ATTRIBUTES, size: undefined, sha256: undefined, content: undefined };
    const listed = new SeenAhead(withState(path, state, seen));
    return planAbsent({ path, unsafe_path: unsafePath }, listed, context);
  });
}

interface Listed {
  readonly name: string;
  readonly isDirectory: boolean;
}

function namesIn(output: Buffer): readonly Listed[] {
  const names = output.toString('utf8').split('\0');
  const border = names.indexOf('');
  return names.flatMap((name, index) => (name === '' ? [] : [{ name: name.slice(2), isDirectory: index < border }]));
}

/** Leaves out every path beneath a directory of the list. */
function topmost(listed: readonly Listed[]): readonly Listed[] {
  const directories = new Set(listed.flatMap(({ name, isDirectory }) => (isDirectory ? [name] : [])));
  const isBeneath = (name: string): boolean => {
    const slash = name.lastIndexOf('/');
    if (slash === -1) return false;
    const above = name.slice(0, slash);
    return directories.has(above) || isBeneath(above);
  };
  return listed.filter(({ name }) => !isBeneath(name)).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Adds the state of a path that only the list has shown. */
function withState(path: string, state: FileState, seen: Seen): Seen {
  const { key } = predict(file(path), state).request;
  return {
    of: <Detail, State>(request: Request<Detail, State>): State =>
      request.key === key ? (state as State) : seen.of(request),
    certainty: (request) => (request.key === key ? 'certain' : seen.certainty(request)),
  };
}

function inside(dest: string, name: string): string {
  if (name === '') return dest;
  return dest === '/' ? `/${name}` : `${dest}/${name}`;
}
