import type { Handler } from '../../playbook/base/play.ts';

/** That a task, a handler or an earlier run has called for the handlers that hear a name. */
export interface Call {
  readonly name: string;
  /** The handlers that this comes of: what a handler sets off does not call for that handler again. */
  readonly by: ReadonlySet<string>;
  /** The handlers that have run for it. */
  readonly ran: Set<string>;
  /** False in a plan that cannot tell whether the task will change anything. */
  certain: boolean;
  /** Of an earlier run, where this play has not come by a task yet that may call for it. */
  unreached: boolean;
  /**
   * The one user in whose list of an earlier run it stands, where that is not root: it takes a task of that user to
   * call for it.
   */
  only: string | undefined;
  /** Which failure keeps it from being answered in this play: of the task that called, or of a handler. */
  failed: number | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The handlers that are called for on one host in one play, and have not run yet. */
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

  /** Returns the calls that are new. */
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

  /** What an earlier run left. `only`: the user who says so, where that is not root. */
  callAgain(name: string, only: string | undefined): void {
    const call = this.#calls.find((one) => one.name === name);
    if (call === undefined)
      this.#calls = [
        ...this.#calls,
        { name, by: NOBODY, ran: new Set(), certain: true, unreached: true, only, failed: undefined },
      ];
    else if (only === undefined) call.only = undefined;
  }

  /** True while an earlier run's call waits for a task that may call for the same. */
  get hasUnreached(): boolean {
    return this.#calls.some((call) => call.unreached);
  }

  /** The play has come by a task of this user that may call for these. */
  reach(names: readonly string[], user: string | undefined): void {
    for (const call of this.#calls)
      if (names.includes(call.name) && (call.only === undefined || call.only === user)) call.unreached = false;
  }

  /** The calls that a handler is to run for now. */
  due(handler: Handler, which: 'reached' | 'all'): readonly Call[] {
    return this.#calls.filter(
      (call) =>
        call.failed === undefined && (which === 'all' ? !isHearsay(call) : !call.unreached) && isFor(call, handler),
    );
  }

  /**
   * Runs a handler for these calls; what it calls for meanwhile comes of it. Where it fails, they are not answered in
   * this play.
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

  /**
   * Ends the calls that none of the handlers has still to run for. Returns the names that nobody calls for any more.
   */
  pay(handlers: readonly Handler[]): readonly string[] {
    return this.withdraw(this.#calls.filter((call) => !handlers.some((handler) => isFor(call, handler))));
  }

  /** Returns the names that nobody calls for any more. */
  withdraw(calls: readonly Call[]): readonly string[] {
    this.#calls = this.#calls.filter((call) => !calls.includes(call));
    return [...new Set(calls.map((call) => call.name))].filter((name) => !this.has(name));
  }

  /** What called for them has failed, or they have: they are owed, and do not run in this play. */
  fail(calls: readonly Call[]): void {
    this.#failures += 1;
    for (const call of calls) call.failed ??= this.#failures;
  }

  /** To be given to `rescue` by a block that begins here. */
  get failures(): number {
    return this.#failures;
  }

  /** A rescue has taken the place of what failed since then. Returns the names that nobody calls for any more. */
  rescue(since: number): readonly string[] {
    return this.withdraw(this.#calls.filter((call) => (call.failed ?? 0) > since));
  }
}

/** Nobody but a user who is not root says that it is owed, who could name any handler. */
function isHearsay(call: Call): boolean {
  return call.unreached && call.only !== undefined;
}

function isFor(call: Call, handler: Handler): boolean {
  if (call.by.has(handler.name) || call.ran.has(handler.name)) return false;
  return handler.name === call.name || handler.listen.includes(call.name);
}

/** Whether it reaches every handler that a call of this cause would. */
function isAsWide(call: Call, cause: ReadonlySet<string>): boolean {
  return call.failed === undefined && call.ran.size === 0 && [...call.by].every((name) => cause.has(name));
}
