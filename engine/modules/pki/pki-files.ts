import { posix } from 'node:path';
import { z } from 'zod';
import { quote } from '../../connection/base/quote.ts';
import { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
import { file, type FileDetail } from '../../resources/file.ts';
import { type FileState, describeType } from '../../resources/file/file-state.ts';
import { revealed } from '../../values/base/revealed.ts';
import type { Secret } from '../../values/base/secret.ts';
import { Unknown } from '../../values/base/value.ts';
import { alsoDigits, path } from '../base/arguments.ts';
import { formatMode } from '../base/file-mode.ts';
import type { Apply, Change, Context, Difference, Finished, Impossible, InSync, Module } from '../base/module.ts';
import type { WantedAttributes } from '../path/file-attributes.ts';
import { inForeignHands, OWN_WAY, wayNeeds } from '../path/way-to-path.ts';
import { asSubscript, writeFile } from '../write/write-file.ts';

// The files of a public key infrastructure are few and small, in folders that only their owner can read.

const FILE_MODE = 0o600;
/**
 * The mode of a new file. Only the user can read a private key; everybody can read a certificate or a public key, if
 * the folder permits it.
 */
const MODES = { own: FILE_MODE, public: 0o644 } as const;
type Audience = keyof typeof MODES;

function attributesFor(audience: Audience): WantedAttributes {
  return { mode: { kind: 'octal', bits: MODES[audience] }, owner: undefined, group: undefined };
}

/** An argument with a folder. `..` in it is resolved, because such folders are often relative to the inventory. */
export function folder(): z.ZodType<string> {
  return z.preprocess(
    (value) => (typeof value === 'string' && value.startsWith('/') ? posix.normalize(value) : value),
    path(),
  );
}

/** An argument with the first part of a file name; an extension is added to it. */
export function baseName(): z.ZodType<string> {
  return alsoDigits(
    z
      .string()
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/,
        'must be the name of a file without its ending: letters, digits, dots, dashes, underscores',
      ),
  );
}

/** Requests a file with its content. */
export function wholeFile(path: string): Request<FileDetail, FileState> {
  return file(path, 'content');
}

/** The content of such a file. `to_come`: an earlier change of the same plan will write it. */
export type FileContents =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string; readonly mode: number }
  | { readonly kind: 'to_come' }
  | { readonly kind: 'blocked'; readonly impossible: Impossible };

/**
 * Returns the state of a file of keys or certificates: its text, its absence, or the reason why the task is impossible.
 */
export function readContents(path: string, seen: Seen): FileContents {
  const state = seen.of(wholeFile(path));
  const followed = state.type === 'link' && state.to !== undefined ? state.to.state : state;
  switch (followed.type) {
    case 'absent':
      // The new file would replace a link without a target, which no task has requested.
      return state.type === 'link'
        ? blocked(`${path} is a link that leads nowhere`, 'Remove the link, or bring back what it leads to.')
        : { kind: 'absent' };
    case 'file':
      if (followed.content !== undefined)
        return { kind: 'text', text: followed.content.toString('utf8'), mode: followed.mode ?? FILE_MODE };
      if (followed.unreadable === true) return blocked(`${path} cannot be read`, 'Run as the user who owns it.');
      if (followed.size === undefined) return { kind: 'to_come' };
      return blocked(`${path} is too large to be a key or a certificate`, 'Look at it, and move it away.');
    case 'hidden':
      return blocked(`${path} cannot be looked at`, 'Run as the user who owns the folder.');
    case 'directory':
    case 'other':
    case 'link':
      return blocked(`${path} is ${describeType(followed)}, should be a file`, 'Look at it, and move it away.');
  }
}

/** Returns contents that make the task impossible. */
export function blocked(what: string, remedy: string, why?: string): FileContents {
  return { kind: 'blocked', impossible: { kind: 'impossible', what, remedy, ...(why === undefined ? {} : { why }) } };
}

/**
 * Joins the text of an authority or key with the texts of the same name in other folders, each once. During a
 * replacement the next or previous one is in another folder, and all of them must be trusted.
 */
export function withSiblings(own: string | Unknown, beside: readonly Beside[]): string | Unknown {
  const texts: string[] = [];
  for (const text of [own, ...beside]) {
    if (text instanceof Unknown) return text;
    if (!texts.includes(text)) texts.push(text);
  }
  return texts.join('');
}

type Beside = string | Unknown;

/** Reads the files of the same name in other folders. A file may be missing. */
export function readSiblings(paths: readonly string[], seen: Seen): readonly Beside[] | Impossible {
  const found: Beside[] = [];
  for (const path of paths) {
    const held = readContents(path, seen);
    if (held.kind === 'blocked') return held.impossible;
    if (held.kind === 'to_come') found.push(toBeMade(`${path} still to be made`));
    if (held.kind === 'text') found.push(held.text);
  }
  return found;
}

/** Predicts the state of such a file after it was written. Its content is not known before. */
export function written(path: string, audience: Audience = 'own'): Prediction {
  const attributes = { mode: MODES[audience], uid: undefined, gid: undefined, owner: undefined, group: undefined };
  return predict(wholeFile(path), {
    type: 'file',
    ...attributes,
    size: undefined,
    sha256: undefined,
    content: undefined,
  });
}

/**
 * Returns the module, limited to folders in which only root and the user of the task can change names. Keys are never
 * kept in other folders.
 */
export function inOwnFolders<Arguments>(
  module: Module<Arguments>,
  pathsOf: (args: Arguments) => readonly string[],
): Module<Arguments> {
  const files = (args: Arguments): readonly Request<FileDetail, FileState>[] => pathsOf(args).map(wholeFile);
  return {
    ...module,
    observes: (args, loaded, context) => [
      ...module.observes(args, loaded, context),
      ...pathsOf(args).flatMap(wayNeeds),
    ],
    plan(args, loaded, seen, context) {
      const outcome = module.plan(args, loaded, seen, context);
      if (outcome.kind !== 'change') return outcome;
      const foreign = inForeignHands(files(args), seen, context);
      return foreign === undefined
        ? outcome
        : {
            ...foreign,
            remedy: 'Keep it in a folder that belongs to root or to the user of the task, like all folders above it.',
          };
    },
  };
}

export interface NewFile {
  readonly path: string;
  readonly content: string | Secret;
  /** Default: only the user can read it. */
  readonly audience?: Audience;
  /** False: the file must not exist yet. If it exists, another task has made it meanwhile. */
  readonly replaces: boolean;
}

const MEANWHILE = 97;

/** Writes the files one after another, each completely or not at all. Their folders are made for the user only. */
function writeFiles(newFiles: readonly NewFile[], context: Context): string {
  const guards = newFiles
    .filter(({ replaces }) => !replaces)
    .map(
      (one) =>
        `if [ -e ${quote(one.path)} ]; then echo ${quote(`${one.path} exists by now`)} >&2; exit ${MEANWHILE}; fi`,
    );
  const folders = [...new Set(newFiles.map((one) => posix.dirname(one.path)))];
  const writes = newFiles.map(({ path, content, audience = 'own' }) => {
    const bytes = Buffer.from(revealed(content), 'utf8');
    const file = {
      path,
      content: bytes,
      attributes: attributesFor(audience),
      before: undefined,
      isReproducible: false,
      backup: undefined,
      validate: undefined,
      way: OWN_WAY,
    };
    return asSubscript(writeFile(file, context)).script;
  });
  return ['set -e', 'umask 077', ...guards, `mkdir -p -- ${folders.map(quote).join(' ')}`, ...writes].join('\n');
}

/** Returns the change that writes the files. `result` is registered if it succeeds. */
export function applyFiles(
  newFiles: readonly NewFile[],
  context: Context,
  result: Extract<Finished, { kind: 'done' }>['result'],
): Apply {
  return {
    script: writeFiles(newFiles, context),
    finish: ({ status, stderr }) => {
      if (status === 0) return { kind: 'done', result };
      if (status === MEANWHILE) {
        return {
          kind: 'failed',
          what: `${stderr.toString('utf8').trim()}: another task made it at the same time. Give the task run_once: true if it makes what all hosts share.`,
          result: {},
        };
      }
      return { kind: 'failed', what: `the files could not be written (exit status ${status})`, result: {} };
    },
  };
}

/** Returns `inSync`, or a change that sets the mode 0600 if others can access one of these files. */
export function closed(inSync: InSync, paths: readonly string[], seen: Seen): InSync | Change {
  const open = paths.flatMap((path) => {
    const held = readContents(path, seen);
    return held.kind === 'text' && (held.mode & 0o077) !== 0 ? [{ path, mode: held.mode }] : [];
  });
  if (open.length === 0) return inSync;
  const differences = open.map(({ path, mode }): Difference => ({
    kind: 'field',
    of: path,
    field: 'mode',
    before: formatMode(mode),
    after: formatMode(FILE_MODE),
  }));
  const result = inSync.result ?? {};
  return {
    kind: 'change',
    differences,
    certainty: 'certain',
    predictions: open.map(({ path }) => closedState(path, seen)),
    touches: 'predicted',
    apply: () => ({ script: `chmod ${formatMode(FILE_MODE)} -- ${open.map(({ path }) => quote(path)).join(' ')}` }),
    planned: result,
  };
}

function closedState(path: string, seen: Seen): Prediction {
  const asked = wholeFile(path);
  const state = seen.of(asked);
  if (state.type === 'file') return predict(asked, { ...state, mode: FILE_MODE });
  if (state.type === 'link' && state.to?.state.type === 'file')
    return predict(asked, { ...state, to: { ...state.to, state: { ...state.to.state, mode: FILE_MODE } } });
  return predict(asked, state);
}

/** Returns the value of a thing that the task is still to make. */
export function toBeMade(what: string): Unknown {
  return new Unknown(what, true);
}
