import type { Request } from '../../resources/base/resource.ts';
import { wholeFile } from '../../resources/file.ts';
import { type FileDetail, MAX_EDITED_BYTES } from '../../resources/file/file-detail.ts';
import type { FileState, RegularFile } from '../../resources/file/file-state.ts';
import { Secret } from '../../values/base/secret.ts';
import { Unknown } from '../../values/base/value.ts';
import { EndlessMatch, matchLines } from '../../values/language/match-limit.ts';
import { boolean, path } from '../base/arguments.ts';
import type { CannotKnow, Context, Impossible, Observed, Outcome } from '../base/module.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import { aboveNeeds, fileNeeds } from '../path/file-needs.ts';
import { type Content, bytesContent } from '../write/file-content.ts';
import { placeFor } from '../write/file-place.ts';
import { type WantedFile, planFile } from '../write/file-plan.ts';
import { bytesOf, textOf } from '../write/file-text.ts';
import { writeArguments } from '../write/file-write-arguments.ts';
import { Pattern } from './regular-expression.ts';

/** The arguments that all modules for editing text files share. */
export const editArguments = {
  path: path().describe('The file on the host. A link is followed.'),
  ...writeArguments,
  create: boolean().default(false).describe('Whether a missing file is made, with its directory.'),
};

/** Other names of `path` in the modules of Ansible that edit files. */
export const pathAliases = { dest: 'path', destfile: 'path', name: 'path' } as const;

export interface EditArguments extends WantedAttributes {
  readonly path: string;
  /** Undefined if the module never makes a file. */
  readonly create: boolean | undefined;
  readonly backup: boolean;
  readonly validate?: string | undefined;
  readonly unsafe_writes: boolean;
  readonly unsafe_path: boolean;
}

/**
 * Returns the requests for the edited file, its owner and the way to it. With `create`, also for the directories above
 * it.
 */
export function editRequests(args: EditArguments, context: Context): readonly Request[] {
  return [
    editRequest(args),
    ...fileNeeds([args.path], args, context),
    ...(args.create === true ? aboveNeeds(args.path) : []),
  ];
}

function editRequest(args: EditArguments): Request<FileDetail, FileState> {
  return wholeFile(args.path);
}

/**
 * Plans an edit of a text file. `edit` gets the text, or undefined if there is no file; it returns the new text, or
 * undefined if there is no file and nothing to do. `inserted` is the text that the edit adds: if it is secret, the
 * whole file counts as secret.
 */
export function planEdit(
  args: EditArguments,
  inserted: string | Secret | Unknown,
  edit: Edit,
  { seen, context }: Observed,
): Outcome {
  const request = editRequest(args);
  const place = placeFor(request, { follow: true, makesDirectory: args.create === true }, seen, context.user);
  const isAbsent = (place.kind === 'impossible' ? seen.of(request) : place.state).type === 'absent';
  // Nothing can be removed from a missing file, even if its directory is missing, too.
  const isDone = isAbsent && !(inserted instanceof Unknown) && edit(undefined) === undefined;
  if (isDone || (isAbsent && args.create !== true && place.kind === 'place'))
    return withoutFile(args, isDone, seen.certainty(request));
  if (place.kind === 'impossible') return place;
  const there = place.state.type === 'file' ? place.state : undefined;
  const content =
    there !== undefined && there.content === undefined
      ? notBrought(args.path, there.size, seen.certainty(request))
      : contentAfter(args, inserted, edit, there);
  if (content.kind === 'impossible' || content.kind === 'cannot_know') return content;
  return planFile(wantedFile(args, content, there), request, seen, context);
}

/**
 * Gets the text of the file, or undefined without a file; returns the new text, or undefined if there is nothing to do.
 */
type Edit = (before: string | undefined) => string | Impossible | undefined;

/** Returns the outcome for a missing file that is not made. `isDone`: there is nothing to do without the file. */
function withoutFile({ path, create }: EditArguments, isDone: boolean, certainty: 'certain' | 'after_change'): Outcome {
  if (certainty === 'after_change') return { kind: 'cannot_know', because: `an earlier change that may bring ${path}` };
  if (isDone) return { kind: 'in_sync', result: { path, msg: 'the file does not exist' } };
  return {
    kind: 'impossible',
    what: `${path} does not exist`,
    remedy:
      create === undefined
        ? 'Make it first by copy or template, or correct path.'
        : 'Set create: true, or make it first by copy or template.',
  };
}

function contentAfter(
  args: EditArguments,
  inserted: string | Secret | Unknown,
  edit: Edit,
  there: RegularFile | undefined,
): Content | Impossible {
  if (inserted instanceof Unknown) return { kind: 'unknown', value: inserted };
  const before = there?.content === undefined ? undefined : textOf(there.content);
  const after = edited(args, edit, before) ?? before ?? '';
  return typeof after === 'object' ? after : bytesContent(bytesOf(after), inserted instanceof Secret);
}

function wantedFile(args: EditArguments, content: Content, there: RegularFile | undefined): WantedFile {
  return {
    path: args.path,
    content,
    attributes: args,
    follow: true,
    force: true,
    backup: args.backup,
    validate: args.validate,
    unsafe: args.unsafe_writes,
    unsafePath: args.unsafe_path,
    madeOf: there?.sha256,
    hasNeeds: true,
    makesDirectory: args.create === true ? {} : undefined,
    result: { path: args.path },
  };
}

function edited(args: EditArguments, edit: Edit, before: string | undefined): string | Impossible | undefined {
  const expressions = Object.values(args).filter((value) => value instanceof Pattern);
  if (expressions.length === 0) return edit(before);
  try {
    return matchLines(expressions, before?.length ?? 0, () => edit(before));
  } catch (error) {
    if (!(error instanceof EndlessMatch)) throw error;
    return { kind: 'impossible', what: `${args.path}: ${error.message}`, why: error.why, remedy: error.remedy };
  }
}

/**
 * Returns the outcome for a file whose content was not read: it is too large, or an earlier change writes it. `size` is
 * in bytes.
 */
export function notBrought(
  path: string,
  size: number | undefined,
  certainty: 'certain' | 'after_change',
): CannotKnow | Impossible {
  if (certainty === 'after_change' || size === undefined)
    return { kind: 'cannot_know', because: `what an earlier change writes into ${path}` };
  return {
    kind: 'impossible',
    what: `${path} is too large to be edited`,
    why: `It has ${size} bytes; up to ${MAX_EDITED_BYTES / 1024 / 1024} MiB can be.`,
    remedy: 'Edit it by shell, with sed for example.',
  };
}
