import type { TaskIdentity } from './events.ts';

/** A task, include or handler that is about to run. The operator decides whether it does. */
export interface StepQuestion {
  readonly task: TaskIdentity;
  /** The hosts of the batch that still take part. */
  readonly hosts: readonly string[];
}

/** `continue`: yes, and no more questions. */
export type StepAnswer = 'yes' | 'no' | 'continue';

/** Asks the operator. After `signal` is aborted, the answer is ignored. */
export type AskStep = (question: StepQuestion, signal: AbortSignal) => Promise<StepAnswer>;

/** Asks the operator under `--step`: one question at a time, and one for all hosts of a batch. */
export class Stepping {
  readonly #ask: AskStep;
  readonly #signal: AbortSignal;
  readonly #answers = new WeakMap<object, Map<string, Promise<boolean>>>();
  #last: Promise<unknown> = Promise.resolve();
  #goesOn = false;

  constructor(ask: AskStep, signal: AbortSignal) {
    this.#ask = ask;
    this.#signal = signal;
  }

  /** Resolves to true if the operator wants the step with this key in the batch. */
  wants(batch: object, key: string, question: StepQuestion): Promise<boolean> {
    const answers = this.#answers.get(batch) ?? new Map<string, Promise<boolean>>();
    this.#answers.set(batch, answers);
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = this.#last.then(() => this.#decide(question));
      this.#last = answer;
      answers.set(key, answer);
    }
    return answer;
  }

  async #decide(question: StepQuestion): Promise<boolean> {
    if (this.#goesOn || this.#signal.aborted) return true;
    const answer = await this.#ask(question, this.#signal);
    this.#goesOn = answer === 'continue';
    return answer !== 'no';
  }
}
