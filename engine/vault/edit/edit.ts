import { constants } from 'node:fs';
import { access, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../../errors/problem.ts';
import { type FoundFile, findFile, replaceFile, writeNewFile } from '../../files/replace-file.ts';
import { makeClearFolder, removeClearFolder } from './clear-folder.ts';
import { type SignalGuard, guardSignals, runEditor } from './editor.ts';

export interface EditRequest {
  readonly file: FoundFile;
  /** The decrypted content of the file. */
  readonly clear: Buffer;
  /** Encrypts the new content. Throws Problem. */
  readonly seal: (clear: Buffer) => Promise<Uint8Array>;
  /** Holds `VISUAL`, `EDITOR` and `XDG_RUNTIME_DIR`. */
  readonly environment: NodeJS.ProcessEnv;
}

export type EditEnd =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'written'; readonly notes: readonly string[] }
  /** `signal`: the signal that ended the edit, if any. */
  | { readonly kind: 'failed'; readonly problem: Problem; readonly signal: NodeJS.Signals | undefined };

/**
 * Opens an editor (`$VISUAL`, `$EDITOR`, else vi) on the clear text of an encrypted file, then encrypts the result.
 * What the user saved is always kept: in the file, or encrypted beside it or in a temporary folder. The clear text is
 * removed, unless the edit cannot be saved encrypted: then it stays in a folder that only the user can enter. The problem
 * names the place. Throws Problem before the editor starts if the file cannot be encrypted or written later.
 */
export async function editSealed(request: EditRequest): Promise<EditEnd> {
  const { file, clear, seal } = request;
  await seal(clear);
  await mayBeWritten(file);
  const guard = guardSignals();
  let folder: string | undefined;
  try {
    folder = await makeClearFolder(request.environment);
    const end = await editIn(folder, request, guard);
    if (end.kind !== 'failed' || !end.keepsFolder) await removeClearFolder(folder);
    return end;
  } catch (error) {
    if (folder !== undefined) await removeClearFolder(folder);
    throw error;
  } finally {
    guard.stop();
  }
}

async function mayBeWritten({ name, path, status }: FoundFile): Promise<void> {
  const refuse = (why: string): never => {
    throw new Problem({
      code: 'file-not-written',
      what: `${name} could not be written after an edit`,
      why,
      remedy: 'Run this as the owner of the file.',
    });
  };
  await access(dirname(path), constants.W_OK).catch((error: Error) => refuse(error.message));
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && user !== status.uid) refuse('The file belongs to another user.');
}

type Ended =
  | Exclude<EditEnd, { kind: 'failed' }>
  | (Extract<EditEnd, { kind: 'failed' }> & { readonly keepsFolder: boolean });

async function editIn(folder: string, request: EditRequest, guard: SignalGuard): Promise<Ended> {
  const { file, clear, environment } = request;
  const path = join(folder, basename(file.name));
  await writeFile(path, clear, { mode: 0o600, flag: 'wx' });
  const editor = nonEmpty(environment['VISUAL']) ?? nonEmpty(environment['EDITOR']) ?? 'vi';
  const end = guard.told() === undefined ? await runEditor(editor, path, guard) : ({ kind: 'done' } as const);
  const edited = await readFile(path).catch(() => undefined);
  const signal = end.kind === 'told' ? end.signal : guard.told();
  const fail = (problem: Problem): Promise<Ended> => failed(problem, { edited, request, folder, signal });
  if (signal !== undefined)
    return fail(new Problem({ code: 'interrupted', what: `the edit of ${file.name} was ended by ${signal}` }));
  if (end.kind === 'failed') {
    const remedy = end.isMissing ? 'Set VISUAL or EDITOR to an editor that is installed.' : undefined;
    return fail(new Problem({ code: 'editor', what: `the editor "${editor}" failed`, why: end.why, remedy }));
  }
  if (edited === undefined)
    return fail(
      new Problem({ code: 'editor', what: `the editor "${editor}" has removed the file that it should edit` }),
    );
  if (edited.equals(clear)) return { kind: 'unchanged' };
  try {
    const notes = await write(edited, request);
    return { kind: 'written', notes };
  } catch (error) {
    return fail(
      error instanceof Problem
        ? error
        : new Problem({ code: 'file-not-written', what: `${file.name} cannot be written`, why: String(error) }),
    );
  }
}

async function write(edited: Buffer, { file, seal }: EditRequest): Promise<readonly string[]> {
  const sealed = await seal(edited);
  const now = await findFile(file.name);
  if (now.path !== file.path || !now.bytes.equals(file.bytes))
    throw new Problem({ code: 'file-changed', what: `${file.name} was changed by somebody else while it was edited` });
  return replaceFile(now, sealed);
}

/** The state in which an edit failed. */
interface FailedEdit {
  /** Undefined if the editor removed the file. */
  readonly edited: Buffer | undefined;
  readonly request: EditRequest;
  /** The folder of the decrypted file. */
  readonly folder: string;
  readonly signal: NodeJS.Signals | undefined;
}

/** Keeps the edit, and returns the problem with the place of the edit added. */
async function failed(problem: Problem, { edited, request, folder, signal }: FailedEdit): Promise<Ended> {
  const told = (says: string, remedy: string | undefined): Problem =>
    new Problem({
      code: problem.code,
      what: problem.what,
      place: problem.place,
      why: [problem.why, says].filter((part) => part !== undefined).join(' '),
      remedy,
    });
  const { file, clear } = request;
  if (edited === undefined || edited.equals(clear))
    return { kind: 'failed', problem: told('Nothing was changed.', problem.remedy), signal, keepsFolder: false };
  const kept = await keep(edited, request);
  const [says, remedy] =
    kept === undefined
      ? [
          `The edited text is kept, not encrypted, in ${folder}, which only you can enter.`,
          `Encrypt it, then remove the folder: rm -r ${folder}`,
        ]
      : [
          `The edit is kept, encrypted, in ${kept}.`,
          `Look at it with \`runbook vault view ${kept}\`; to take it, mv ${kept} ${file.path}`,
        ];
  return { kind: 'failed', problem: told(says, remedy), signal, keepsFolder: kept === undefined };
}

/** Saves the edit encrypted and returns its path, or undefined if that fails. */
async function keep(edited: Buffer, { file, seal }: EditRequest): Promise<string | undefined> {
  const sealed = await seal(edited).catch(() => undefined);
  if (sealed === undefined) return undefined;
  try {
    return await writeNewFile(`${file.path}.edited`, sealed);
  } catch {
    return await mkdtemp(join(tmpdir(), 'runbook-edited-'))
      .then((elsewhere) => writeNewFile(join(elsewhere, basename(file.path)), sealed))
      .catch(() => undefined);
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
