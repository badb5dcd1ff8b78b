import { createContext, Script } from 'node:vm';

/** Total time for the regular expressions of one task, template or pattern. Milliseconds. */
const LIMIT_MS = 2_000;
/** This number of steps takes no measurable time. */
const FEW_STEPS = 1_000_000;
/** A file up to this number of characters has few lines: they are matched without a limit, if each match is cheap. */
const SHORT_FILE = 100_000;

/** A regular expression needed more time or memory than allowed. */
export class EndlessMatch extends Error {
  readonly expression: string;
  readonly why: string;
  readonly remedy =
    'Write what repeats so that it can match in one way only: [^"]* in place of .*, a+ in place of (a+)+.';

  constructor(expression: string, cause: unknown) {
    super(`the regular expression ${shortened(expression)} takes too long`, { cause });
    this.expression = expression;
    this.why =
      cause instanceof RangeError
        ? 'There are more ways to match this text than it can keep in memory.'
        : `It was ended after ${LIMIT_MS / 1000} s: what it repeats can match this text in very many ways.`;
  }
}

function shortened(expression: string): string {
  return expression.length > 80 ? `${expression.slice(0, 80)}…` : expression;
}

/** A regular expression with an estimate of its cost. */
export interface Costly {
  /** The expression as it was written, for messages. */
  readonly text: string;
  /** Exponent of the cost: at most the length of the text to this power; Infinity if unknown. */
  readonly power: number;
}

/**
 * Ends a match that takes too long, by the `timeout` of node:vm. It starts a thread, which costs a fifth of a
 * millisecond, so short matches run without it.
 */
class Watch {
  readonly #context = createContext(Object.create(null));
  readonly #script = new Script('work()');
  #isOn = false;
  #text = '';

  run<Result>(work: () => Result): Result {
    if (this.#isOn) return work();
    this.#isOn = true;
    this.#context['work'] = work;
    try {
      return this.#script.runInContext(this.#context, { timeout: LIMIT_MS }) as Result;
    } catch (error) {
      throw isEndless(error) ? new EndlessMatch(this.#text, error) : error;
    } finally {
      this.#isOn = false;
      this.#context['work'] = undefined;
    }
  }

  match<Result>({ text, power }: Costly, length: number, work: () => Result): Result {
    this.#text = text;
    return length ** power <= FEW_STEPS ? work() : this.run(work);
  }
}

function isEndless(error: unknown): boolean {
  // The error comes from another context, so `instanceof` does not work.
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || error instanceof RangeError;
}

const watch = new Watch();

/** Runs `work`, which only matches the expression against a text of `length` characters. Throws EndlessMatch. */
export function match<Result>(expression: Costly, length: number, work: () => Result): Result {
  return watch.match(expression, length, work);
}

/**
 * Runs `work`, which calls `match` for the lines of a text of `length` characters in total; all calls share the time of
 * one. `work` must be pure: it may be stopped at any point, and its `finally` blocks do not run then. Throws
 * EndlessMatch.
 */
export function matchLines<Result>(expressions: readonly Costly[], length: number, work: () => Result): Result {
  return length <= SHORT_FILE && expressions.every(({ power }) => power <= 2) ? work() : watch.run(work);
}

/** The translations of `^`, `$` and `\b` of Python, after each set has been replaced by one character. */
const ASSERTIONS =
  /\(\?:\(\?<=a\)\(\?!a\)\|\(\?<!a\)\(\?=a\)\)|\(\?:\(\?<=a\)\(\?=a\)\|\(\?<!a\)\(\?!a\)\)|\(\?=a\?\(\?!a\)\)|\(\?<?!a\)/g;

/**
 * Returns the exponent for a JavaScript expression. It counts repetitions of single characters; for repeated groups,
 * alternatives and references it returns Infinity.
 */
export function powerOf(source: string): number {
  const plain = source
    .replaceAll(/\\(?:[uxpP]\{[\w=]*\}|[^])|\[(?:\\[^]|[^\]\\])*\]/g, (part) => (/^\\[1-9k]/.test(part) ? '|' : 'a'))
    .replaceAll(ASSERTIONS, '')
    .replaceAll('(?:a)', 'a');
  if (/\||\(\?<?[=!]|\)[*+?{]/.test(plain)) return Infinity;
  return 1 + (plain.replaceAll(/\(\?(?:[a-z-]*:|<[^>=!]*>)/g, '(').match(/[*+?{]/g)?.length ?? 0);
}
