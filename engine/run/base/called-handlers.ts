import { hears } from '../../playbook/base/handler-names.ts';
import type { Handler } from '../../playbook/base/play.ts';

/** A call for the handlers that listen to a name, by a task, a handler or an earlier run. */
export interface Call {
  readonly name: string;
  /** The handlers that led to this call. A handler is not called again by a call that it led to. */
  readonly by: ReadonlySet<string>;
  /** The handlers that have run for this call. */
  readonly ran: Set<string>;
  /** False in a plan that cannot know whether the task will change anything. */
  certain: boolean;
  /** True for a call of an earlier run, until this play reaches a task that may make the same call. */
  unreached: boolean;
  /**
   * The user whose list has this call from an earlier run, if this is a single user and not root. Only a task of this
   * user may confirm the call.
   */
  only: string | undefined;
  /** The number of the failure (of the calling task or of a handler) after which this play does not answer the call. */
  failed: number | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The handlers that are called for on one host in one play and have not run yet. */
export class CalledHandlers {
  #calls: readonly Call[] = [];
  #cause = NOBODY;
  #failures = 0;

  /** Each name that is called for, once. */
  get names(): readonly string[] {
    return [...new Set(this.#calls.filter((call) => !isHearsay(call)).map((call) => call.name))];
  }

  has(name: string): boolean {
    return this.#calls.some((call) => call.name === name);
  }

  /** Adds calls for these names. Returns the calls that are new. */
  call(names: readonly string[], how: 'certain' | 'doubtful'): readonly Call[] {
    const made: Call[] = [];
    for (const name of names) {
      const known = this.#calls.find((call) => call.name === name && !isHearsay(call) && isAsWide(call, this.#cause));
      if (known !== undefined) known.certain ||= how === 'certain';
      else
        made.push({
          name,
          by: this.#cause,
          ran: new Set(),
          certain: how === 'certain',
          unreached: false,
          only: undefined,
          failed: undefined,
        });
    }
    this.#calls = [...this.#calls, ...made];
    return made;
  }

  /** Adds a call that an earlier run left. `only`: the user in whose list it is, if that is not root. */
  callAgain(name: string, only: string | undefined): void {
    const call = this.#calls.find((one) => one.name === name);
    if (call === undefined)
      this.#calls = [
        ...this.#calls,
        { name, by: NOBODY, ran: new Set(), certain: true, unreached: true, only, failed: undefined },
      ];
    else if (only === undefined) call.only = undefined;
  }

  /** True while a call of an earlier run waits for a task that may make the same call. */
  get hasUnreached(): boolean {
    return this.#calls.some((call) => call.unreached);
  }

  /** Confirms earlier calls: the play has reached a task of this user that may call for these names. */
  reach(names: readonly string[], user: string | undefined): void {
    for (const call of this.#calls)
      if (names.includes(call.name) && (call.only === undefined || call.only === user)) call.unreached = false;
  }

  /** Returns the calls that a handler must run for now. */
  due(handler: Handler, which: 'reached' | 'all'): readonly Call[] {
    return this.#calls.filter(
      (call) =>
        call.failed === undefined && (which === 'all' ? !isHearsay(call) : !call.unreached) && isFor(call, handler),
    );
  }

  /**
   * Runs a handler for these calls. Calls that are made meanwhile follow from it. If it fails, its calls are not
   * answered in this play.
   */
  async answer(handler: Handler, due: readonly Call[], work: () => Promise<void>): Promise<void> {
    this.#cause = new Set([handler.name, ...due.flatMap((call) => [...call.by])]);
    try {
      await work();
    } catch (error) {
      this.fail(due);
      throw error;
    } finally {
      this.#cause = NOBODY;
    }
    for (const call of due) call.ran.add(handler.name);
  }

  /** Ends the calls for which all handlers have run. Returns the names that nobody calls for any more. */
  pay(handlers: readonly Handler[]): readonly string[] {
    return this.withdraw(this.#calls.filter((call) => !handlers.some((handler) => isFor(call, handler))));
  }

  /** Ends these calls. Returns the names that nobody calls for any more. */
  withdraw(calls: readonly Call[]): readonly string[] {
    this.#calls = this.#calls.filter((call) => !calls.includes(call));
    return [...new Set(calls.map((call) => call.name))].filter((name) => !this.has(name));
  }

  /**
   * Marks calls as failed, because the calling task or the handler failed: they stay owed, and are not answered in this
   * play.
   */
  fail(calls: readonly Call[]): void {
    this.#failures += 1;
    for (const call of calls) call.failed ??= this.#failures;
  }

  /** Number of failures so far. A block passes it to `rescue` later. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Removes the failures after `since`, because a rescue has handled them. Returns the names that nobody calls for any
   * more.
   */
  rescue(since: number): readonly string[] {
    return this.withdraw(this.#calls.filter((call) => (call.failed ?? 0) > since));
  }
}

/**
 * Returns whether the call is known only from the list of owed handlers of one user who is not root, and this play has
 * not yet reached a task of this user that may make the same call. Such a user could put any handler in the list, so the
 * call is not yet trusted.
 */
function isHearsay(call: Call): boolean {
  return call.unreached && call.only !== undefined;
}

function isFor(call: Call, handler: Handler): boolean {
  if (call.by.has(handler.name) || call.ran.has(handler.name)) return false;
  return hears(handler, call.name);
}

/** Returns whether the call reaches every handler that a call with this cause would reach. */
function isAsWide(call: Call, cause: ReadonlySet<string>): boolean {
  return call.failed === undefined && call.ran.size === 0 && [...call.by].every((name) => cause.has(name));
}
