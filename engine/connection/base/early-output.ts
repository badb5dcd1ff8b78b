import type { Readable } from 'node:stream';
import { onAbort } from './on-abort.ts';
import type { TargetProcess } from './transport.ts';

/** Maximal time to start a session. Slow login scripts, or a sudo that asks a directory service, need less. */
export const START_LIMIT_MS = 30_000;

/** Output of a process before it is a session: banners, errors, questions of sudo. */
export class EarlyOutput {
  readonly #streams: readonly Readable[];
  readonly #ended: Promise<unknown>;
  readonly #listen: (data: Buffer) => void;
  readonly #signal: AbortSignal | undefined;
  #text = '';
  #from = 0;
  #heard: () => void = () => {};

  constructor(process: TargetProcess, signal?: AbortSignal) {
    this.#signal = signal;
    this.#streams = [process.stdout, process.stderr];
    this.#ended = process.ended;
    this.#listen = (data) => {
      if (this.#text.length < 16_384) this.#text += data.toString();
      this.#heard();
    };
    for (const stream of this.#streams) stream.on('data', this.#listen);
  }

  /**
   * Resolves to the word that appears first in the output after the end of the last match; to `stopped` or `silent` if
   * none does.
   */
  next(words: readonly string[]): Promise<string> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done('silent'), START_LIMIT_MS);
      const forget = onAbort(this.#signal, () => done('stopped'));
      const done = (answer: string): void => {
        clearTimeout(timer);
        forget();
        this.#heard = () => {};
        resolve(answer);
      };
      this.#heard = () => {
        for (const word of words) {
          const at = this.#text.indexOf(word, this.#from);
          if (at === -1) continue;
          this.#from = at + word.length;
          return done(word);
        }
      };
      void this.#ended.then(() => done('ended'));
      this.#heard();
    });
  }

  said(): string {
    return this.#text.trim().split('\n').slice(-8).join('\n').slice(-1000);
  }

  stop(): void {
    for (const stream of this.#streams) stream.off('data', this.#listen);
  }
}
