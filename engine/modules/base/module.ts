import type { z } from 'zod';
import type { Completed } from '../../connection/connection.ts';
import type { Facts } from '../../connection/shell/facts.ts';
import type { UploadRoom, UploadSource } from '../../connection/shell/upload.ts';
import type { Place } from '../../errors/problem.ts';
import type { Prediction, Request, Seen } from '../../resources/base/resource.ts';
import type { Secret } from '../../values/base/secret.ts';
import type { Unknown, Value, ValueMap } from '../../values/base/value.ts';
import type { ForeignArgument } from '../../values/habits/foreign-argument.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ArchiveContent } from '../archive-content/archive-read.ts';

/**
 * A task module: what it takes, what it must see, and how what it sees differs from what is wanted.
 * One file a module under engine/modules/, named as the module, `export const module = defineModule({...})`.
 */
export interface Module<Arguments, Loaded = undefined> {
  readonly name: string;
  /** One sentence in the imperative, for `runbook docs`. */
  readonly summary: string;
  /**
   * A strict zod object. Fields that may be unknown in a plan or secret use `text()` of arguments.ts. Every field has
   * `.describe()`.
   */
  readonly arguments: z.ZodType<Arguments>;
  /** The argument that `module: some text` fills. */
  readonly freeForm?: string;
  /** Other names of arguments in Ansible, each with its name here. */
  readonly aliases?: Readonly<Record<string, string>>;
  /**
   * Arguments of Ansible's module that this one does without, each with what to do instead: a sentence that works when
   * it is followed. With values that have no effect here they are taken.
   */
  readonly foreign?: Readonly<Record<string, ForeignArgument>>;
  readonly examples: readonly string[];
  /** Reads what the controller has: files and templates of the role. Rendered with the task's variables. */
  load?(args: Arguments, controller: Controller): Promise<Loaded>;
  /** What it must see. Pure. */
  observes(args: Arguments, loaded: Loaded, context: Context): readonly Request[];
  /** The difference. Pure and synchronous. */
  plan(args: Arguments, loaded: Loaded, seen: Seen, context: Context): Outcome;
}

/** The same module with its types hidden: the runner only passes through what `parse` and `load` gave. */
export type AnyModule = Module<unknown, unknown>;

export function defineModule<Arguments, Loaded = undefined>(
  module: Module<Arguments, Loaded>,
): Module<Arguments, Loaded> {
  return module;
}

export interface Context {
  readonly host: string;
  readonly facts: Facts;
  /** When the run began. The only clock a plan may read. */
  readonly now: Date;
  /** The user that changes are made as: `root` under become. */
  readonly user: string;
  /** Unguessable and the same for the whole run: for names of temporary files. */
  readonly runId: string;
  /**
   * Shell text that sets the task's environment. Empty, or it ends in a newline. The runner puts it around every
   * change; a look that starts programs of the operator's choice or goes over the network puts it in front
   * (`ownScript`), and so does whatever must have the very PATH.
   */
  readonly preamble: string;
  /** Decrypts values of the controller. */
  readonly vault: Pick<Vault, 'opened' | 'openAhead'>;
  /** The place of an argument, named by its path (`['src']`); the place of the task for an unknown path. */
  placeOf(path: readonly (string | number)[]): Place;
}

/** What a plan is computed from, beside the arguments of the task. */
export interface Observed {
  readonly seen: Seen;
  readonly context: Context;
}

/** What a module may read on the controller. Names are looked up in the role's folder, then beside the playbook. */
export interface Controller {
  /** A file of `files/` (or an absolute path). Throws Problem with the places it looked in. */
  file(name: string): Promise<LocalFile>;
  /** The members of this tar or zip archive. Throws Problem if the archive cannot be read, or is not safe to unpack. */
  archive(file: LocalFile): Promise<ArchiveContent>;
  /** A template of `templates/`, rendered with the task's variables. */
  template(name: string): Promise<string | Secret | Unknown>;
}

export interface LocalFile extends UploadSource {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** Its permission bits. */
  readonly mode: number;
  /** The whole content. Only for files below 1 MiB. */
  bytes(): Promise<Buffer>;
  /**
   * The decrypted content of a file that is encrypted as a whole, by age or ansible-vault; undefined for another file.
   * Throws Problem.
   */
  clear(): Promise<Buffer | undefined>;
}

export type Outcome = InSync | Change | Await | CannotKnow | Impossible;

/** Nothing to do. */
export interface InSync {
  readonly kind: 'in_sync';
  /** What `register` gets, beside changed and failed. */
  readonly result?: ValueMap;
  /** Set where the task looked and found a failure (a query's exit status): `failed_when` may overrule it. */
  readonly failure?: string;
  readonly effects?: readonly Effect[];
}

export interface Change {
  readonly kind: 'change';
  /** For the diff. Never empty. */
  readonly differences: readonly Difference[];
  /** `opaque`: a command that cannot be asked whether it is needed. */
  readonly certainty: 'certain' | 'opaque' | 'after_change';
  /**
   * What decides whether it is needed, where `after_change` is not for an earlier change: `fresh package lists decide`.
   */
  readonly doubt?: string | undefined;
  /** The states that its resources will have. They are compared with the states that are seen after apply; in a plan they are laid over the states that were seen. */
  readonly predictions: readonly Prediction[];
  /** What to say where the host is not as predicted afterwards, if there is more to say than that. */
  readonly unsettled?: { readonly what: string; readonly remedy: string };
  /** `everything`: a command, which may touch anything. */
  readonly touches: 'predicted' | 'everything';
  /** What to run on the host. Called in a play only. May be slow (make a key). */
  apply(): Apply | Promise<Apply>;
  /** The result for `register` in a plan; Unknown for values that only the apply brings. */
  readonly planned?: ValueMap;
  /**
   * The result for `register` after the change, from the look after it: numbers and attributes that only the host could
   * choose. Pure.
   */
  settled?(seen: Seen): ValueMap;
}

/** Waits until something is so; changes nothing. A plan does not wait. */
export interface Await {
  readonly kind: 'await';
  readonly what: string;
  /** Looks only; loops by itself until it is so (exit 0) or its own deadline is over (exit not 0). */
  readonly script: string;
  readonly timeoutMs: number;
  /** A host that went away meanwhile is connected to anew. */
  readonly reconnects?: true;
}

/** What it must see or write is unknown until an earlier change is made. */
export interface CannotKnow {
  readonly kind: 'cannot_know';
  readonly because: string;
  /** Predictions for the parts that are known. */
  readonly predictions?: readonly Prediction[];
  readonly planned?: ValueMap;
}

/** The wanted state cannot be reached from the state that was seen. */
export interface Impossible {
  readonly kind: 'impossible';
  readonly what: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly result?: ValueMap;
}

/** What an engine-side module asks the runner to do. */
export type Effect =
  | { readonly kind: 'message'; readonly text: Value }
  | { readonly kind: 'set_fact'; readonly facts: ValueMap }
  | { readonly kind: 'group_by'; readonly group: string; readonly parents: readonly string[] }
  | { readonly kind: 'pause'; readonly milliseconds: number; readonly prompt: string | undefined };

/** One line, or one diff, of what changes. Secrets in it are masked by whoever shows it. */
export type Difference =
  /** Content of a text file; undefined: absent before, or gone after. */
  | {
      readonly kind: 'text';
      readonly path: string;
      readonly before: Shown | undefined;
      readonly after: Shown | undefined;
    }
  /** One attribute: mode 0644 → 0600. */
  | {
      readonly kind: 'field';
      readonly of: string;
      readonly field: string;
      readonly before: Value;
      readonly after: Value;
    }
  /** A command line that will run. */
  | { readonly kind: 'command'; readonly text: string | Secret };

/** `size` and `sha256` take the place of content that is too large, or is not text. */
export type Shown = string | Secret | Unknown | { readonly size: number; readonly sha256: string };

/** A file that is uploaded to a path. */
export interface Arrival {
  readonly source: UploadSource;
  readonly path: string;
  readonly mode: string;
  readonly room?: UploadRoom | undefined;
}

export interface Apply {
  /**
   * Shell text, run in a subshell under the task's privilege. Secrets in it reach the host over the session only. Exits
   * 0 if all went well.
   */
  readonly script: string;
  /** Uploaded before the script runs, each to a path that the script then renames or removes. */
  readonly uploads?: readonly Arrival[];
  readonly timeoutMs?: number;
  /**
   * A short script that runs once, after `script`, if the host is not as predicted: a repair that few hosts need and
   * that costs a process.
   */
  readonly repair?: string;
  /**
   * The script runs only the shell itself and tools that make, move or mark one small file, link or directory, so that
   * it is over before anybody could end it. Such a script sets no trap for EXIT, does not `exec`, and leaves no option
   * of the shell set but -e and -C.
   */
  readonly brief?: true;
  /**
   * A new file that the script has not synced, because the next run could write it again: after a loss of power it may
   * be empty. It is synced together with others before the next change that is not brief, and at the end of the play.
   */
  readonly unsynced?: string;
  /**
   * What the script prints is the output of a command that the playbook names: its last line may be shown while the
   * script runs.
   */
  readonly talks?: true;
  /** Of a script that draws how far it has come on stderr. */
  readonly meter?: Meter;
  /** An account that must have no processes: the engine's own shells of that user are ended first. */
  readonly endsShellsOf?: string;
  /** After this apply the connection is expected to go away and come back (reboot). */
  readonly reconnect?: { readonly timeoutMs: number };
  /**
   * What `register` gets. Where absent: rc, stdout, stderr are not kept, and an exit status other than 0 is a failure.
   */
  finish?(completed: Completed): Finished;
}

/** What a program draws about its progress. */
export interface Meter {
  /** How far it has come, by a piece of its stderr. */
  read(piece: string): Download | undefined;
  /** Its stderr, or lines that hold it, without the drawing. */
  without(text: string): string;
}

/** How much of a download is there, in the units of the program. `of`: of how much, where that is known. */
export interface Download {
  readonly received: string;
  readonly of: { readonly percent: number; readonly size: string } | undefined;
}

export type Finished =
  | { readonly kind: 'done'; readonly result: ValueMap }
  | { readonly kind: 'failed'; readonly what: string; readonly result: ValueMap }
  /** What it needs to begin at all was not there, so nothing was changed. */
  | { readonly kind: 'not_begun'; readonly what: string; readonly remedy: string; readonly result: ValueMap };
