import type { Frame } from './frame.ts';
import type { ScriptLimits, Shell } from './shell.ts';

/** Time that the end of a session waits for a shell that is still being opened. Milliseconds. */
const OPENING_GRACE_MS = 2_000;

/**
 * Runs the scripts of one user on one host, one after the other, in one shell. The shell is opened when it is first
 * needed.
 */
export class Session {
  readonly #open: () => Promise<Shell>;
  #shell: Promise<Shell> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<Shell>) {
    this.#open = open;
  }

  /** Like `Shell.exchange`, after all earlier frames have been answered. */
  exchange<Part extends string, Result>(
    frame: Frame<Part, Result>,
    limits: { readonly [Each in Part]: ScriptLimits },
  ): Promise<Result> {
    return this.use((shell) => shell.exchange(frame, limits));
  }

  /** Resolves when all earlier work is done and a shell is open. */
  ready(): Promise<void> {
    return this.use(async () => {});
  }

  /** Runs `work` after all earlier work, with a usable shell: a new one if the last one had to be ended. */
  use<T>(work: (shell: Shell) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => work(await this.#usable()));
    // The result of the script is not kept in memory.
    this.#last = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  async #usable(): Promise<Shell> {
    const shell = await this.#shell?.catch(() => undefined);
    if (shell?.usable === true) return shell;
    this.#shell = this.#open();
    return this.#shell;
  }

  /** Resolves when all work that was requested so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /**
   * Ends the shell and its scripts immediately. Resolves when the host confirms it, or after some seconds. A shell that
   * is still being opened ends with the connection.
   */
  async end(): Promise<void> {
    const patience = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => patience.resolve(undefined), OPENING_GRACE_MS);
    const shell = await Promise.race([this.#shell?.catch(() => undefined), patience.promise]);
    clearTimeout(timer);
    await shell?.end();
  }
}
