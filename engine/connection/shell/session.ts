import type { Frame } from './frame.ts';
import type { ScriptLimits, Shell } from './shell.ts';

/** How long the end of a session waits for a shell that is still being opened. */
const OPENING_GRACE_MS = 2_000;

/** The scripts of one user on one host, one after the other, in one shell that is opened when first needed. */
export class Session {
  readonly #open: () => Promise<Shell>;
  #shell: Promise<Shell> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<Shell>) {
    this.#open = open;
  }

  /** As `Shell.exchange`, when all earlier frames are answered. */
  exchange<Part extends string, Result>(
    frame: Frame<Part, Result>,
    limits: { readonly [Each in Part]: ScriptLimits },
  ): Promise<Result> {
    return this.use((shell) => shell.exchange(frame, limits));
  }

  /** Resolves when it is this one's turn and a shell is there. */
  ready(): Promise<void> {
    return this.use(async () => {});
  }

  /**
   * Runs `work` when all earlier work is done, with a shell that takes scripts: a new one where the last one had to be
   * ended.
   */
  use<T>(work: (shell: Shell) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => work(await this.#usable()));
    // Nor does it keep what the script answered.
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

  /** Resolves when all that was asked so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /**
   * Ends the shell at once, with what it runs. Resolves when the host confirms, or after some seconds. One that is
   * still being opened is left to the end of the way to the host.
   */
  async end(): Promise<void> {
    const patience = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => patience.resolve(undefined), OPENING_GRACE_MS);
    const shell = await Promise.race([this.#shell?.catch(() => undefined), patience.promise]);
    clearTimeout(timer);
    await shell?.end();
  }
}
