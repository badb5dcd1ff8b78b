import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { type FileDetail, MAX_CONTENT_BYTES, MAX_EDITED_BYTES } from '../../resources/file/file-detail.ts';
import {
  type AbsentFile,
  type FileState,
  type RegularFile,
  describeType,
  parentOf,
} from '../../resources/file/file-state.ts';
import { type ValueMap, Unknown } from '../../values/base/value.ts';
import { formatMode } from '../base/file-mode.ts';
import type { Apply, Change, Context, Difference, Impossible, Outcome } from '../base/module.ts';
import {
  type WantedAttributes,
  attributeCommands,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  changedAttributes,
  isModeOpen,
  newAttributes,
  newDirectory,
} from '../path/file-attributes.ts';
import { cannotLook, missingAccount, noDirectoryAbove, notPermitted, notWritable } from '../path/file-needs.ts';
import { setAttributes } from '../path/set-attributes.ts';
import { type UsableWay, OWN_WAY, wayTo } from '../path/way-to-path.ts';
import { type Content, type KnownContent, contentSize, shownContent, shownFile } from './file-content.ts';
import type { FileToWrite } from './file-to-write.ts';
import { backupName, writeFile } from './write-file.ts';

/** A file as a task wants it to be. */
export interface WantedFile {
  readonly path: string;
  readonly content: Content;
  readonly attributes: WantedAttributes;
  /** Whether a link at the path is kept, and the file that it leads to is written. */
  readonly follow: boolean;
  /** False: a file that is there stays as it is, whatever it holds. */
  readonly force: boolean;
  readonly backup: boolean;
  readonly validate: string | undefined;
  /** `fileNeeds` was asked for as well. */
  readonly hasNeeds?: true;
  /**
   * Where the directory is not there that it goes into: it is made, and those above it, with these. `aboveNeeds` were
   * asked for as well.
   */
  readonly makesDirectory?: WantedAttributes | undefined;
  /** Whether the file that is there is overwritten where it cannot be replaced. */
  readonly unsafe?: boolean | undefined;
  /** Whether whoever has a hand in the way to it is trusted. Else `wayNeeds` were asked for as well. */
  readonly unsafePath: boolean;
  /** The digest that the file has of which the content was made. */
  readonly madeOf?: string | undefined;
  /** What `register` gets besides the file's attributes. */
  readonly result: ValueMap;
}

/** What has to be seen of the file that shall hold this content. */
export function fileRequest(path: string, content: Content): Request<FileDetail, FileState> {
  if (content.kind === 'unknown') return file(path, 'digest');
  return contentSize(content) > MAX_CONTENT_BYTES ? file(path, 'digest') : file(path, 'content', [content.sha256]);
}

/** What stands where a file is to be written, behind any link that is to be followed. */
export type Place =
  | {
      readonly kind: 'place';
      readonly path: string;
      readonly state: RegularFile | AbsentFile | ReplacedLink;
      predicted(state: RegularFile): Prediction;
    }
  | Impossible;

interface ReplacedLink {
  readonly type: 'link';
  readonly target: string;
}

/** Where a file at `request` would be written, or why none can be. */
export function placeFor(
  request: Request<FileDetail, FileState>,
  follow: boolean,
  seen: Seen,
  user: string,
  makesDirectory = false,
): Place {
  const state = seen.of(request);
  const path = request.id;
  if (state.type === 'link') {
    if (!follow) return { kind: 'place', path, state, predicted: (after) => predict(request, after) };
    const end = state.to;
    if (end?.path === undefined) {
      return {
        kind: 'impossible',
        what: `${path} is a link to ${state.target}, which leads nowhere`,
        remedy: 'Remove the link, or make the directory that it leads to.',
      };
    }
    const there = end.path;
    return standing(there, end.state, seen.certainty(request), user, (after) =>
      predict(request, { ...state, isKept: true, to: { path: there, state: after } }),
    );
  }
  if (state.type === 'absent' && makesDirectory)
    return { kind: 'place', path, state, predicted: (after) => predict(request, after) };
  return standing(path, state, seen.certainty(request), user, (after) => predict(request, after));
}

function standing(
  path: string,
  state: FileState,
  certainty: 'certain' | 'after_change',
  user: string,
  predicted: (state: RegularFile) => Prediction,
): Place {
  switch (state.type) {
    case 'file':
      if (state.unreadable === true) return cannotLook(path, user);
      return { kind: 'place', path, state, predicted };
    case 'absent':
      if (!state.parent && certainty === 'certain') return noDirectory(path);
      return { kind: 'place', path, state, predicted };
    case 'hidden':
      return cannotLook(path, user);
    case 'directory':
    case 'other':
    case 'link':
      return { kind: 'impossible', what: `${path} is ${describeType(state)}, not a file` };
  }
}

export function noDirectory(path: string): Impossible {
  return {
    kind: 'impossible',
    what: `the directory ${parentOf(path)} does not exist`,
    why: `${path} would be in it.`,
    remedy: `Make it first: file: { path: ${parentOf(path)}, state: directory }`,
  };
}

/** The difference between a file and what is wanted of it. */
export function planFile(
  wanted: WantedFile,
  request: Request<FileDetail, FileState>,
  seen: Seen,
  context: Context,
): Outcome {
  const found = seen.of(request);
  if (found.type === 'link' && !wanted.force && !wanted.follow)
    return {
      kind: 'in_sync',
      result: { dest: request.id, state: 'link', ...attributeResult(found), ...wanted.result },
    };
  const makes =
    found.type === 'absent' && !found.parent && wanted.makesDirectory !== undefined ? parentOf(request.id) : undefined;
  const inTheWay = makes === undefined ? undefined : noDirectoryAbove(request.id, seen, context);
  if (inTheWay !== undefined) return inTheWay;
  const place = placeFor(request, wanted.follow, seen, context.user, makes !== undefined);
  if (place.kind === 'impossible') return place;
  const { state, path } = place;
  const before = state.type === 'file' ? state : undefined;
  if (before !== undefined && !wanted.force) return { kind: 'in_sync', result: resultOf(wanted, path, before) };
  const { content } = wanted;
  if (before !== undefined && content.kind === 'unknown' && !content.value.fresh) {
    return cannotKnow(wanted, place, content.value.because, before, context);
  }
  if (before !== undefined && before.sha256 === undefined)
    return cannotKnow(wanted, place, `an earlier change of ${path}`, before, context);
  const isChanged = content.kind === 'unknown' || before?.sha256 !== content.sha256;
  const attributes = before === undefined ? [] : attributeDifferences(path, wanted.attributes, before, 'file');
  const isOpen =
    before !== undefined && (isModeOpen(wanted.attributes, before) || seen.certainty(request) === 'after_change');
  if (!isChanged && isOpen) return cannotKnow(wanted, place, `an earlier change of ${path}`, before, context);
  if (!isChanged && attributes.length === 0)
    return { kind: 'in_sync', result: resultOf(wanted, path, before ?? fileAfter(wanted, undefined, context)) };
  const way = wanted.unsafePath ? OWN_WAY : wayTo(request, wanted.follow, seen, context);
  const refusal = refused(
    wanted,
    path,
    { before, isRewritten: isChanged, isFollowed: found.type === 'link' && wanted.follow, asked: request.id },
    seen,
    context,
  );
  if (refusal !== undefined && seen.certainty(request) === 'certain') return refusal;
  if (way.kind === 'impossible') return way;
  const after = fileAfter(wanted, before, context);
  const isSecret = content.kind === 'text' && content.isSecret;
  const differences: Difference[] = [];
  if (state.type === 'link')
    differences.push({
      kind: 'field',
      of: path,
      field: 'type',
      before: describeType({ ...state, ...NO_ATTRIBUTES }),
      after: 'a file',
    });
  if (isChanged) {
    differences.push({
      kind: 'text',
      path,
      before: before === undefined ? undefined : shownFile(before, isSecret),
      after: shownContent(content),
    });
  }
  const backup = wanted.backup && isChanged && before !== undefined ? backupName(path, context.now) : undefined;
  const change: Change = {
    kind: 'change',
    differences: [
      ...(makes === undefined ? [] : [newDirectoryField(makes)]),
      ...differences,
      ...(before === undefined ? newFields(wanted, path) : attributes),
    ],
    certainty: seen.certainty(request),
    predictions: [...(makes === undefined ? [] : [directoryMade(makes, wanted, context)]), place.predicted(after)],
    touches: 'predicted',
    apply: () =>
      isChanged || before === undefined
        ? inside(
            way.kind === 'own' ? makes : undefined,
            wanted,
            written(
              wanted,
              known(content),
              { path, before, backup, way, isReproducible: wanted.force && state.type === 'absent' },
              context,
            ),
          )
        : attributesOnly(path, wanted.attributes, before, way),
    planned: { ...resultOf(wanted, path, after), ...(backup === undefined ? {} : { backup_file: backup }) },
    settled: (now) => resultOf(wanted, path, { ...after, ...attributesBehind(now.of(request)) }),
  };
  return change;
}

function refused(
  { attributes, hasNeeds }: WantedFile,
  path: string,
  change: {
    readonly before: RegularFile | undefined;
    readonly isRewritten: boolean;
    readonly isFollowed: boolean;
    readonly asked: string;
  },
  seen: Seen,
  context: Context,
): Impossible | undefined {
  if (hasNeeds !== true) return undefined;
  const { before, isRewritten, isFollowed, asked } = change;
  const hasNewMode = before !== undefined && changedAttributes(attributes, before, 'file').mode !== before.mode;
  const permitted = { before, isRewritten: isRewritten && before !== undefined, hasNewMode, asked };
  return (
    missingAccount(attributes, seen) ??
    (isRewritten && !isFollowed ? notWritable(path, seen, context) : undefined) ??
    notPermitted(path, attributes, permitted, seen, context)
  );
}

const NO_ATTRIBUTES = { mode: undefined, uid: undefined, gid: undefined, owner: undefined, group: undefined };

function cannotKnow(
  wanted: WantedFile,
  place: Place & { kind: 'place' },
  because: string,
  before: RegularFile,
  context: Context,
): Outcome {
  const after = { ...fileAfter(wanted, before, context), size: undefined, sha256: undefined, content: undefined };
  return {
    kind: 'cannot_know',
    because,
    predictions: [place.predicted(after)],
    planned: resultOf(wanted, place.path, after),
  };
}

function fileAfter(wanted: WantedFile, before: RegularFile | undefined, context: Context): RegularFile {
  const attributes =
    before === undefined
      ? newAttributes(wanted.attributes, context.user)
      : changedAttributes(wanted.attributes, before, 'file');
  const { content } = wanted;
  const isPlain = before === undefined || before.isPlain === true;
  if (content.kind === 'unknown')
    return { type: 'file', ...attributes, isPlain, size: undefined, sha256: undefined, content: undefined };
  const bytes = content.bytes !== undefined && content.bytes.length <= MAX_EDITED_BYTES ? content.bytes : undefined;
  return { type: 'file', ...attributes, isPlain, size: contentSize(content), sha256: content.sha256, content: bytes };
}

/** Of a new file only what was asked for is worth a line. */
function newFields(wanted: WantedFile, path: string): readonly Difference[] {
  return attributeDifferences(path, wanted.attributes, NO_ATTRIBUTES, 'file').map((one) =>
    one.kind === 'field' ? { ...one, before: null } : one,
  );
}

function known(content: Content): KnownContent {
  if (content.kind === 'unknown') throw new Error('content that is not known cannot be written');
  return content;
}

function written(
  wanted: WantedFile,
  content: KnownContent,
  file: Pick<FileToWrite, 'path' | 'before' | 'backup' | 'isReproducible' | 'way'>,
  context: Context,
): Apply {
  const { attributes, validate, unsafe, madeOf, makesDirectory: above } = wanted;
  return writeFile({ ...file, content: sourceOf(content), attributes, validate, unsafe, madeOf, above }, context);
}

function sourceOf(content: KnownContent): FileToWrite['content'] {
  switch (content.kind) {
    case 'text':
      return content.bytes;
    case 'file':
      return content.bytes ?? content.source;
    case 'host':
      return { copyOf: content.path, sha256: content.sha256, way: content.way };
  }
}

function newDirectoryField(path: string): Difference {
  return { kind: 'field', of: path, field: 'state', before: 'absent', after: 'a directory' };
}

function directoryMade(path: string, { makesDirectory }: WantedFile, context: Context): Prediction {
  return predict(file(path), { ...newDirectory(makesDirectory ?? {}, undefined, context.user), modeIsExpected: true });
}

/** The script behind one that makes the directory, with those above it, and gives each of them its owner. */
function inside(directory: string | undefined, { makesDirectory = {} }: WantedFile, apply: Apply): Apply {
  if (directory === undefined) return apply;
  const { mode } = newDirectory({ mode: makesDirectory.mode }, undefined, '');
  const mask = makesDirectory.mode === undefined || mode === undefined ? '' : `umask ${formatMode(0o777 & ~mode)}; `;
  const make = `(${mask}mkdir -p -- ${quote(directory)}) || exit 1\n`;
  const { owner, group } = makesDirectory;
  const [own] = attributeCommands('"$made"', { owner, group }, undefined, 'directory');
  if (own === undefined) return { ...apply, script: `${make}${apply.script}` };
  const find = `made=${quote(directory)} top=$made; while above=\${top%/*}; [ -n "$above" ] && ! [ -d "$above" ]; do top=$above; done\n`;
  const give = `while ${own} || exit 1; [ "$made" != "$top" ]; do made=\${made%/*}; done\n`;
  return { ...apply, script: `${find}${make}${give}${apply.script}` };
}

function attributesOnly(path: string, attributes: WantedAttributes, before: RegularFile, way: UsableWay): Apply {
  const script = setAttributes(way, path, attributes, before);
  return way.kind === 'own' ? { script, brief: true } : { script };
}

/** A file has this mode by nobody's decision. */
function isOpenToAll({ attributes }: WantedFile, { mode }: RegularFile): boolean {
  return attributes.mode === undefined && mode !== undefined && (mode & 0o004) !== 0;
}

function resultOf(wanted: WantedFile, path: string, state: RegularFile): ValueMap {
  const isSecret = wanted.content.kind === 'text' && wanted.content.isSecret;
  return {
    dest: path,
    state: 'file',
    ...attributeResult(state),
    size: state.size ?? new Unknown(`the size of ${path} is known after the change`),
    // The digest of a short secret could be guessed from.
    ...(isSecret ? {} : { checksum: state.sha256 ?? new Unknown(`the content of ${path} is known after the change`) }),
    ...(isSecret && isOpenToAll(wanted, state)
      ? {
          warnings: [
            `${path} holds a secret and every user of the host may read it: give it a mode, such as mode: "0600"`,
          ],
        }
      : {}),
    ...wanted.result,
  };
}
