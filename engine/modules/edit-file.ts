import { file } from '../resources/file.ts';
import type { FileDetail } from '../resources/file-detail.ts';
import type { FileState } from '../resources/file-state.ts';
import type { Request, Seen } from '../resources/resource.ts';
import { Secret } from '../values/secret.ts';
import { Unknown } from '../values/value.ts';
import { boolean, path, plainText } from './arguments.ts';
import type { WantedAttributes } from './file-attributes.ts';
import { attributeArguments } from './file-attributes.ts';
import { textContent } from './file-content.ts';
import { placeFor, planFile } from './file-plan.ts';
import type { Context, Outcome } from './module.ts';

/** The arguments that the modules which edit text files share. */
export const editArguments = {
  path: path().describe('The file on the host. A link is followed.'),
  ...attributeArguments,
  create: boolean().default(false).describe('Whether the file is made where there is none.'),
  backup: boolean().default(false).describe('Whether the file that is replaced is kept beside it, with the time in its name.'),
  validate: plainText().optional().describe('A command that checks the new file before it takes its place; %s stands for the file.'),
};

export interface EditArguments extends WantedAttributes {
  readonly path: string;
  readonly create: boolean;
  readonly backup: boolean;
  readonly validate?: string | undefined;
}

export function editRequest(args: EditArguments): Request<FileDetail, FileState> {
  return file(args.path, 'content');
}

/**
 * A text file after an edit. `edit` gets the text, or undefined where there is no file; it gives the new one, or undefined where there
 * is nothing to do without a file. `inserted` is what the edit puts in: where it is secret, the whole file counts as secret.
 */
export function planEdit(
  args: EditArguments,
  inserted: string | Secret | Unknown,
  edit: (text: string | undefined) => string | undefined,
  seen: Seen,
  context: Context,
): Outcome {
  const request = editRequest(args);
  const place = placeFor(request, true, seen, context.user);
  const isAbsent = place.kind === 'impossible' ? seen.of(request).type === 'absent' : place.state.type === 'absent';
  // Nothing to be taken out of a file that is not there, even where its directory is not.
  if (isAbsent && !(inserted instanceof Unknown) && edit(undefined) === undefined)
    return { kind: 'in_sync', result: { path: args.path, msg: 'the file does not exist' } };
  if (place.kind === 'impossible') return place;
  const { state } = place;
  if (isAbsent && !args.create) {
    if (seen.certainty(request) === 'after_change')
      return { kind: 'cannot_know', because: `an earlier change that may bring ${args.path}` };
    return { kind: 'impossible', what: `${args.path} does not exist`, remedy: 'Set create: true, or make it first by copy or template.' };
  }
  const before = state.type === 'file' ? textOf(state.content) : '';
  if (state.type === 'file' && before === undefined) {
    if (state.size === undefined) return { kind: 'cannot_know', because: `what an earlier change writes into ${args.path}` };
    return {
      kind: 'impossible',
      what: `${args.path} is no text that can be edited`,
      why: `It has ${state.size} bytes. Up to 1 MiB of UTF-8 text can be.`,
    };
  }
  const content =
    inserted instanceof Unknown
      ? ({ kind: 'unknown', value: inserted } as const)
      : textContent(edited(inserted, edit(state.type === 'file' ? before : undefined) ?? before ?? ''));
  return planFile(
    {
      path: args.path,
      content,
      attributes: args,
      follow: true,
      force: true,
      backup: args.backup,
      validate: args.validate,
      result: { path: args.path },
    },
    request,
    seen,
    context,
  );
}

function edited(inserted: string | Secret, text: string): string | Secret {
  return inserted instanceof Secret ? Secret.around(text) : text;
}

/** Undefined where the bytes are not UTF-8: written back they would be others. */
function textOf(content: Buffer | undefined): string | undefined {
  if (content === undefined) return undefined;
  const text = content.toString('utf8');
  return Buffer.from(text, 'utf8').equals(content) ? text : undefined;
}

/** A file's lines, each with its own line end. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function withoutLineEnd(line: string): string {
  return line.replace(/\r?\n$/, '');
}

/** The last line gets the line end that it lacks, so that something can follow it. */
export function endLastLine(lines: string[]): void {
  const last = lines.at(-1);
  if (last !== undefined && !last.endsWith('\n')) lines[lines.length - 1] = `${last}\n`;
}
