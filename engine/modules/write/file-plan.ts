import type { Request, Seen } from '../../resources/base/resource.ts';
import { file } from '../../resources/file.ts';
import { type FileDetail, MAX_CONTENT_BYTES, MAX_EDITED_BYTES } from '../../resources/file/file-detail.ts';
import {
  type FileState,
  type RegularFile,
  describeType,
  parentOf,
  UNKNOWN_ATTRIBUTES,
} from '../../resources/file/file-state.ts';
import { type ValueMap, Unknown } from '../../values/base/value.ts';
import type { Apply, Context, Difference, Impossible, Observed, Outcome } from '../base/module.ts';
import {
  type WantedAttributes,
  attributeDifferences,
  attributeResult,
  attributesBehind,
  changedAttributes,
  isModeOpen,
  newAttributes,
} from '../path/file-attributes.ts';
import { missingAccount, noDirectoryAbove, notPermitted, notWritable } from '../path/file-needs.ts';
import { setAttributes } from '../path/set-attributes.ts';
import { type UsableWay, OWN_WAY, wayTo } from '../path/way-to-path.ts';
import { directoryMade, inside, newDirectoryField } from './directory-of-file.ts';
import {
  type Content,
  type KnownContent,
  contentSize,
  isSecretContent,
  shownContent,
  shownFile,
} from './file-content.ts';
import { type FilePlace, placeFor } from './file-place.ts';
import type { FileToWrite } from './file-to-write.ts';
import { backupName, writeFile } from './write-file.ts';

/** The wanted state of a file. */
export interface WantedFile {
  readonly path: string;
  readonly content: Content;
  readonly attributes: WantedAttributes;
  /** True if a link at the path stays and its target is written. */
  readonly follow: boolean;
  /** False: an existing file stays, whatever its content is. */
  readonly force: boolean;
  readonly backup: boolean;
  readonly validate: string | undefined;
  /** True if `fileNeeds` are observed, too. */
  readonly hasNeeds?: true;
  /**
   * Attributes of the directories above the file. If they are given, missing directories are made, and `aboveNeeds` are
   * observed, too.
   */
  readonly makesDirectory?: WantedAttributes | undefined;
  /** True if an existing file that cannot be replaced is overwritten. */
  readonly unsafe?: boolean | undefined;
  /** True if other users who can change the way to the file are trusted. If false, `wayNeeds` are observed, too. */
  readonly unsafePath: boolean;
  /** The digest of the existing file from which the content was made. */
  readonly madeOf?: string | undefined;
  /** The result for `register` besides the attributes of the file. */
  readonly result: ValueMap;
}

/** Returns the request for a file with this wanted content. */
export function fileRequest(path: string, content: Content): Request<FileDetail, FileState> {
  if (content.kind === 'unknown') return file(path, 'digest');
  return contentSize(content) > MAX_CONTENT_BYTES ? file(path, 'digest') : file(path, 'content', [content.sha256]);
}

/** Returns the difference between a file and its wanted state. */
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
  const lacksDirectory = found.type === 'absent' && !found.parent && wanted.makesDirectory !== undefined;
  const obstacle = lacksDirectory ? noDirectoryAbove(request.id, seen, context) : undefined;
  if (obstacle !== undefined) return obstacle;
  const place = placeFor(request, { follow: wanted.follow, makesDirectory: lacksDirectory }, seen, context.user);
  if (place.kind === 'impossible') return place;
  const before = place.state.type === 'file' ? place.state : undefined;
  const writing = { wanted, request, place, makes: lacksDirectory ? parentOf(request.id) : undefined };
  const observed = { seen, context };
  return (
    (before === undefined ? undefined : withoutChange(writing, before, observed)) ??
    planChange(writing, before, observed)
  );
}

/** A file, and the place where it is written. */
interface Writing {
  readonly wanted: WantedFile;
  readonly request: Request<FileDetail, FileState>;
  readonly place: FilePlace;
  /** The directory that is made for the file, if it is missing. */
  readonly makes: string | undefined;
}

/** Returns the outcome for an existing file that stays as it is, or may stay; undefined if it changes. */
function withoutChange(
  { wanted, request, place }: Writing,
  before: RegularFile,
  observed: Observed,
): Outcome | undefined {
  const { seen, context } = observed;
  const { content } = wanted;
  const { path } = place;
  if (!wanted.force) return { kind: 'in_sync', result: resultOf(wanted, path, before) };
  const cannotKnow = (because: string): Outcome => {
    const after = { ...fileAfter(wanted, before, context), size: undefined, sha256: undefined, content: undefined };
    const planned = resultOf(wanted, path, after);
    return { kind: 'cannot_know', because, predictions: [place.predicted(after)], planned };
  };
  if (content.kind === 'unknown' && !content.value.fresh) return cannotKnow(content.value.because);
  if (before.sha256 === undefined) return cannotKnow(`an earlier change of ${path}`);
  if (content.kind === 'unknown' || before.sha256 !== content.sha256) return undefined;
  if (isModeOpen(wanted.attributes, before) || seen.certainty(request) === 'after_change')
    return cannotKnow(`an earlier change of ${path}`);
  if (attributeDifferences(path, wanted.attributes, before, 'file').length > 0) return undefined;
  return { kind: 'in_sync', result: resultOf(wanted, path, before) };
}

function planChange(writing: Writing, before: RegularFile | undefined, observed: Observed): Outcome {
  const { wanted, request, place, makes } = writing;
  const { seen, context } = observed;
  const { path } = place;
  const isRewritten = wanted.content.kind === 'unknown' || before?.sha256 !== wanted.content.sha256;
  const way = wanted.unsafePath ? OWN_WAY : wayTo(request, wanted.follow, seen, context);
  const refusal = refused(writing, { before, isRewritten }, observed);
  if (refusal !== undefined && seen.certainty(request) === 'certain') return refusal;
  if (way.kind === 'impossible') return way;
  const after = fileAfter(wanted, before, context);
  const backup = wanted.backup && isRewritten && before !== undefined ? backupName(path, context.now) : undefined;
  const isReproducible = wanted.force && place.state.type === 'absent';
  return {
    kind: 'change',
    differences: differencesOf(writing, before, isRewritten),
    certainty: seen.certainty(request),
    predictions: [
      ...(makes === undefined ? [] : [directoryMade(makes, wanted.makesDirectory ?? {}, context)]),
      place.predicted(after),
    ],
    touches: 'predicted',
    apply() {
      if (!isRewritten && before !== undefined) return attributesOnly(path, wanted.attributes, before, way);
      const written = writeContent(wanted, { path, before, backup, way, isReproducible }, context);
      return makes === undefined || way.kind !== 'own' ? written : inside(makes, wanted.makesDirectory ?? {}, written);
    },
    planned: { ...resultOf(wanted, path, after), ...(backup === undefined ? {} : { backup_file: backup }) },
    settled: (now) => resultOf(wanted, path, { ...after, ...attributesBehind(now.of(request)) }),
  };
}

function differencesOf(
  { wanted, place: { path, state }, makes }: Writing,
  before: RegularFile | undefined,
  isRewritten: boolean,
): readonly Difference[] {
  const { content } = wanted;
  const isSecret = isSecretContent(content);
  const replaced: readonly Difference[] =
    state.type === 'link'
      ? [
          {
            kind: 'field',
            of: path,
            field: 'type',
            before: describeType({ ...state, ...UNKNOWN_ATTRIBUTES }),
            after: 'a file',
          },
        ]
      : [];
  const rewritten: readonly Difference[] = isRewritten
    ? [
        {
          kind: 'text',
          path,
          before: before === undefined ? undefined : shownFile(before, isSecret),
          after: shownContent(content),
        },
      ]
    : [];
  return [
    ...(makes === undefined ? [] : [newDirectoryField(makes)]),
    ...replaced,
    ...rewritten,
    ...(before === undefined ? newFields(wanted, path) : attributeDifferences(path, wanted.attributes, before, 'file')),
  ];
}

/** Returns why the user may not make the change; undefined if it is permitted. */
function refused(
  { wanted: { attributes, hasNeeds, follow }, request, place: { path } }: Writing,
  { before, isRewritten }: { readonly before: RegularFile | undefined; readonly isRewritten: boolean },
  { seen, context }: Observed,
): Impossible | undefined {
  if (hasNeeds !== true) return undefined;
  const isFollowed = follow && seen.of(request).type === 'link';
  const hasNewMode = before !== undefined && changedAttributes(attributes, before, 'file').mode !== before.mode;
  const change = { before, isRewritten: isRewritten && before !== undefined, hasNewMode, asked: request.id };
  return (
    missingAccount(attributes, seen) ??
    (isRewritten && !isFollowed ? notWritable(path, seen, context) : undefined) ??
    notPermitted(path, attributes, change, { seen, context })
  );
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

/** Returns the differences of a new file: only for attributes that the task gives. */
function newFields(wanted: WantedFile, path: string): readonly Difference[] {
  return attributeDifferences(path, wanted.attributes, UNKNOWN_ATTRIBUTES, 'file').map((one) =>
    one.kind === 'field' ? { ...one, before: null } : one,
  );
}

function writeContent(
  { content, attributes, validate, unsafe, madeOf, makesDirectory: above }: WantedFile,
  file: Pick<FileToWrite, 'path' | 'before' | 'backup' | 'isReproducible' | 'way'>,
  context: Context,
): Apply {
  if (content.kind === 'unknown') throw new Error('content that is not known cannot be written');
  return writeFile({ ...file, content: sourceOf(content), attributes, validate, unsafe, madeOf, above }, context);
}

function sourceOf(content: KnownContent): FileToWrite['content'] {
  switch (content.kind) {
    case 'text':
      return content.bytes;
    case 'file':
      return content.bytes ?? content.source;
    case 'part':
      return content.send();
    case 'host':
      return { copyOf: content.path, sha256: content.sha256, way: content.way };
  }
}

function attributesOnly(path: string, attributes: WantedAttributes, before: RegularFile, way: UsableWay): Apply {
  const script = setAttributes({ way, path, wanted: attributes, there: before });
  return way.kind === 'own' ? { script, brief: true } : { script };
}

/** Returns whether everybody may read the file, and the task gives no mode. */
function isOpenToAll({ attributes }: WantedFile, { mode }: RegularFile): boolean {
  return attributes.mode === undefined && mode !== undefined && (mode & 0o004) !== 0;
}

function resultOf(wanted: WantedFile, path: string, state: RegularFile): ValueMap {
  const isSecret = isSecretContent(wanted.content);
  return {
    dest: path,
    state: 'file',
    ...attributeResult(state),
    size: state.size ?? new Unknown(`the size of ${path} is known after the change`),
    // A short secret could be guessed from its digest.
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
