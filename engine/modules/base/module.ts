import type { z } from 'zod';
import type { Completed } from '../../connection/connection.ts';
import type { Facts } from '../../connection/shell/facts.ts';
import type { UploadRoom, UploadSource } from '../../connection/shell/upload.ts';
import type { Place } from '../../errors/problem.ts';
import type { Prediction, Request, Seen } from '../../resources/base/resource.ts';
import type { Compiled } from '../../values/base/compiled-value.ts';
import type { Secret } from '../../values/base/secret.ts';
import type { Unknown, Value, ValueMap } from '../../values/base/value.ts';
import type { ForeignArgument } from '../../values/habits/foreign-argument.ts';
import type { Vault } from '../../vault/vault.ts';
import type { ArchiveContent } from '../archive-content/archive-read.ts';

/**
 * A task module: its arguments, the states that it requests, and the difference between the seen and the wanted state.
 * Each module is one file in engine/modules/ with the name of the module, and exports `module = defineModule({...})`.
 */
export interface Module<Arguments, Loaded = undefined> {
  readonly name: string;
  /** One sentence in the imperative, for `runbook docs`. */
  readonly summary: string;
  /**
   * A strict zod object. Fields that may be secret, or unknown in a plan, use `text()` of arguments.ts. Every field has
   * `.describe()`.
   */
  readonly arguments: z.ZodType<Arguments>;
  /** The argument that receives the text of `module: some text`. */
  readonly freeForm?: string;
  /** Other names of arguments in Ansible, each with its name here. */
  readonly aliases?: Readonly<Record<string, string>>;
  /**
   * Arguments of the module of Ansible that this module does not have, each with a remedy: a sentence that works when
   * it is followed. They are accepted with values that have no effect here.
   */
  readonly foreign?: Readonly<Record<string, ForeignArgument>>;
  readonly examples: readonly string[];
  /**
   * True if neither its looks nor its changes start a program of the operator, and if all that it does on the host is in
   * its predictions. Then its changes may be made some tasks earlier, together with others.
   */
  readonly isQuiet?: true;
  /** Reads files and templates of the role on the controller. Templates are rendered with the variables of the task. */
  load?(args: Arguments, controller: Controller): Promise<Loaded>;
  /** Returns the absolute paths of the files that the task may bring to the controller, for any host. */
  brings?(loaded: Loaded): readonly string[];
  /** Returns the requests for the states that the plan needs. Pure. */
  observes(args: Arguments, loaded: Loaded, context: Context): readonly Request[];
  /**
   * Returns the absolute paths and the words that the command of the task names. A plan is not sure of these resources
   * after the task. Pure.
   */
  names?(args: Arguments): readonly string[];
  /** Returns the difference between the seen and the wanted state. Pure and synchronous. */
  plan(args: Arguments, loaded: Loaded, seen: Seen, context: Context): Outcome;
}

/** A module with its types hidden: the runner only passes on the results of `parse` and `load`. */
export type AnyModule = Module<unknown, unknown>;

/**
 * Returns the module unchanged. It only gives TypeScript the types of `arguments` and `load`, so that a module need not
 * write them again.
 */
export function defineModule<Arguments, Loaded = undefined>(
  module: Module<Arguments, Loaded>,
): Module<Arguments, Loaded> {
  return module;
}

export interface Context {
  readonly host: string;
  readonly facts: Facts;
  /** The time when the run began: the only clock that a plan may read. */
  readonly now: Date;
  /** The user that makes the changes: `root` under become. */
  readonly user: string;
  /** The same unpredictable text during the whole run, for names of temporary files. */
  readonly runId: string;
  /**
   * Shell text that sets the environment of the task: empty, or with a newline at its end. The runner adds it to every
   * change. A look must add it (`ownScript`) if it starts programs that the operator chooses, uses the network, or
   * needs the same PATH.
   */
  readonly preamble: string;
  /** Decrypts values of the controller. */
  readonly vault: Pick<Vault, 'opened' | 'openAhead'>;
  /** Returns the place of the argument at this path (`['src']`); the place of the task if the path is unknown. */
  placeOf(path: readonly (string | number)[]): Place;
}

/** The input of a plan besides the arguments of the task. */
export interface Observed {
  readonly seen: Seen;
  readonly context: Context;
}

/**
 * Reads files of the controller for a module. A name is looked up in the folder of the role, then beside the playbook.
 */
export interface Controller {
  /** Returns a file of `files/`, or at an absolute path. Throws Problem with the searched places. */
  file(name: string): Promise<LocalFile>;
  /**
   * Returns a file like `file`, or a folder with everything beneath it. The first of the searched places that has one of
   * them counts. Throws Problem with the searched places, and for a folder that cannot be read as a whole.
   */
  fileOrFolder(name: string): Promise<LocalFile | LocalFolder>;
  /** The name of the host of the task in the inventory. */
  readonly host: string;
  /**
   * Returns the place for a file that the task brings to the controller. `name`: absolute, or below the folder of the
   * playbook. Throws Problem `controller-refused` if the task may not write there, and for a folder at the path.
   */
  target(name: string): Promise<LocalTarget>;
  /**
   * Returns the members of a tar or zip archive. Throws Problem if the archive cannot be read, or is not safe to
   * unpack.
   */
  archive(file: LocalFile): Promise<ArchiveContent>;
  /** Returns a template of `templates/`, rendered with the variables of the task. */
  template(name: string): Promise<string | Secret | Unknown>;
  /** Returns the variables of files of `vars/`, or at absolute paths. Throws Problem with the searched places. */
  variables(wanted: WantedVariables): Promise<IncludedVariables>;
}

/** The files of variables that a task names. */
export interface WantedVariables {
  readonly from:
    /** The first of these files that exists. */
    | { readonly kind: 'file'; readonly names: readonly string[] }
    | ({ readonly kind: 'folder'; readonly name: string } & FolderRules);
  /** The variable that gets all of them as a map; undefined if each becomes a variable of its own. */
  readonly name: string | undefined;
}

/** The files of a folder that are read, by the rules of Ansible. */
export interface FolderRules {
  /** Number of levels of folders; 0: all. */
  readonly depth: number;
  readonly matching: string | undefined;
  /** Patterns for the ends of names. */
  readonly ignored: readonly string[];
  readonly extensions: readonly string[];
  /** True if files with other extensions are ignored; otherwise they are mistakes. */
  readonly passesOthers: boolean;
}

/** Variables of files of the controller. Their templates are rendered where the variables are used. */
export class IncludedVariables {
  /** The absolute paths of the files that were read, in their order. */
  readonly files: readonly string[];
  readonly variables: ReadonlyMap<string, Compiled>;

  constructor(files: readonly string[], variables: ReadonlyMap<string, Compiled>) {
    this.files = files;
    this.variables = variables;
  }
}

/** The place of a file on the controller. */
export interface LocalTarget {
  /** Absolute. */
  readonly path: string;
  /** The existing file; undefined if there is none. */
  readonly file: LocalFile | undefined;
}

/** A folder of the controller. Links in it are followed. Names are relative to it. */
export interface LocalFolder {
  readonly kind: 'folder';
  readonly path: string;
  /** Each folder comes after the folder that contains it. */
  readonly folders: readonly string[];
  readonly files: readonly { readonly name: string; readonly file: LocalFile }[];
}

export interface LocalFile extends UploadSource {
  readonly kind: 'file';
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** Permission bits of the file. */
  readonly mode: number;
  /** Returns the whole content. Only for files below 1 MiB. */
  bytes(): Promise<Buffer>;
  /**
   * Returns the decrypted content of a file that is encrypted as a whole, by age or ansible-vault; undefined for
   * another file. Throws Problem if it cannot be decrypted.
   */
  clear(): Promise<Buffer | undefined>;
}

export type Outcome = InSync | Change | Await | CannotKnow | Impossible;

/** There is nothing to do. */
export interface InSync {
  readonly kind: 'in_sync';
  /** The result for `register`, without changed and failed. */
  readonly result?: ValueMap;
  /** The failure that the task has found (the exit status of a query). `failed_when` may overrule it. */
  readonly failure?: string;
  readonly effects?: readonly Effect[];
}

export interface Change {
  readonly kind: 'change';
  /** The lines for the diff. Never empty. */
  readonly differences: readonly Difference[];
  /**
   * `opaque`: a command for which the module cannot know whether it is needed. `after_change`: an earlier change, or
   * `doubt`, decides.
   */
  readonly certainty: 'certain' | 'opaque' | 'after_change';
  /** The reason for `after_change` if it is not an earlier change, such as `fresh package lists decide`. */
  readonly doubt?: string | undefined;
  /**
   * The predicted states. After the apply they are compared with the real states; in a plan they replace the seen
   * states.
   */
  readonly predictions: readonly Prediction[];
  /** A better message for the case that the host is not as predicted after the change. */
  readonly unsettled?: { readonly what: string; readonly remedy: string };
  /** `everything`: a command, which may change anything. */
  readonly touches: 'predicted' | 'everything';
  /** Absolute paths of files on the controller that the change writes. */
  readonly brings?: readonly string[];
  /** Returns the script for the host. Called only in a play. May be slow (make a key). */
  apply(): Apply | Promise<Apply>;
  /** The result for `register` in a plan; Unknown for values that only the apply brings. */
  readonly planned?: ValueMap;
  /**
   * Returns the result for `register` after the change, from the states that are seen then: numbers and attributes that
   * only the host could choose. Pure.
   */
  settled?(seen: Seen): ValueMap;
}

/** Waits for a condition and changes nothing. A plan does not wait. */
export interface Await {
  readonly kind: 'await';
  readonly what: string;
  /** A loop that only looks. It exits with 0 if the condition holds, and with another status after its own deadline. */
  readonly script: string;
  readonly timeoutMs: number;
  /** If the connection is lost during the wait, runbook connects again. */
  readonly reconnects?: true;
}

/** A needed state or value is unknown before an earlier change is made. */
export interface CannotKnow {
  readonly kind: 'cannot_know';
  readonly because: string;
  /** Absolute paths of files on the controller that the task may write. */
  readonly brings?: readonly string[];
  /** Predictions for the known parts. */
  readonly predictions?: readonly Prediction[];
  readonly planned?: ValueMap;
}

/** The wanted state cannot be reached from the seen state. */
export interface Impossible {
  readonly kind: 'impossible';
  readonly what: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly result?: ValueMap;
}

/** A request of a module of the engine to the runner. */
export type Effect =
  | { readonly kind: 'message'; readonly text: Value }
  | { readonly kind: 'set_fact'; readonly facts: ValueMap }
  /** The facts of the host as they are now. They replace those that came with the connection. */
  | { readonly kind: 'facts'; readonly facts: Facts }
  | { readonly kind: 'include_vars'; readonly variables: IncludedVariables['variables'] }
  | { readonly kind: 'group_by'; readonly group: string; readonly parents: readonly string[] }
  | {
      readonly kind: 'add_host';
      readonly name: string;
      readonly groups: readonly string[];
      readonly variables: ValueMap;
    }
  | { readonly kind: 'pause'; readonly milliseconds: number; readonly prompt: string | undefined };

/** One line, or one diff, of a change. The renderer masks its secrets. */
export type Difference =
  /** The content of a text file. Undefined: the file does not exist before or after the change. */
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

/** `size` and `sha256` replace content that is too large or is not text. */
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
   * Shell text that runs in a subshell with the privilege of the task, and exits with 0 if all went well. Its secrets
   * reach the host only over the session.
   */
  readonly script: string;
  /** Files that are uploaded before the script runs. The script then renames or removes each of them. */
  readonly uploads?: readonly Arrival[];
  readonly timeoutMs?: number;
  /** A file of the host that is brought to the controller after `script`. */
  readonly fetch?: Fetch;
  /**
   * A short script that runs once, after `script`, if the host is not as predicted: a repair that few hosts need and
   * that costs a process.
   */
  readonly repair?: string;
  /**
   * True for a script that ends before anybody could stop it: it runs only the shell itself and tools that make, move
   * or mark one small file, link or directory. It must not set a trap for EXIT, must not `exec`, and must leave no
   * option of the shell set except -e and -C.
   */
  readonly brief?: true;
  /**
   * A new file that the script has not synced, because the next run could write it again: after a loss of power it may
   * be empty. It is synced together with others before the next change that is not brief, and at the end of the play.
   */
  readonly unsynced?: string;
  /**
   * True if the output of the script is that of a command in the playbook: its last line may be shown while the script
   * runs.
   */
  readonly talks?: true;
  /** Reads the progress that the script draws on stderr. */
  readonly meter?: Meter;
  /** An account that must have no processes: the shells of the engine for this user are ended first. */
  readonly endsShellsOf?: string;
  /** True for a change after which the connection goes away and comes back (reboot). */
  readonly reconnect?: { readonly timeoutMs: number };
  /**
   * Returns the result for `register`. Without it rc, stdout and stderr are not kept, and an exit status other than 0
   * is a failure.
   */
  finish?(completed: Completed): Finished;
}

/** A file of the host that is brought to the controller, in pieces. */
export interface Fetch {
  /** The absolute path on the controller. */
  readonly to: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  /** Permission bits of a new file, before the umask of the controller. */
  readonly mode: number;
  /** Returns shell text that prints a part of the file. It may be run several times. */
  part(from: number, size: number): string;
}

/** Reads the progress that a program draws. */
export interface Meter {
  /** Returns the progress in a piece of stderr; undefined if it has none. */
  read(piece: string): Download | undefined;
  /** Returns stderr, or lines of it, without the progress. */
  without(text: string): string;
}

/** The progress of a download, in the units of the program. `of`: undefined if the total is not known. */
export interface Download {
  readonly received: string;
  readonly of: { readonly percent: number; readonly size: string } | undefined;
}

export type Finished =
  | { readonly kind: 'done'; readonly result: ValueMap }
  | { readonly kind: 'failed'; readonly what: string; readonly result: ValueMap }
  /** A condition for the start was missing, so nothing was changed. */
  | { readonly kind: 'not_begun'; readonly what: string; readonly remedy: string; readonly result: ValueMap };
