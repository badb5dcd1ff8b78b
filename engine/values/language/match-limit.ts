import { createContext, Script } from 'node:vm';

/** How long the expressions of one task, template or pattern may look through a text. Milliseconds. */
const LIMIT_MS = 2_000;
/** So many steps take no time that counts. */
const FEW_STEPS = 1_000_000;
/** Lines of a file of so many characters are few. */
const SHORT_FILE = 100_000;

/** A regular expression took longer than it may, or more memory than there is for it. */
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

/** An expression with what is known of its cost. */
export interface Costly {
  /** As it was written, for messages. */
  readonly text: string;
  /** It takes the length of the text to this power at most; Infinity where nothing is known. */
  readonly power: number;
}

/**
 * While V8 matches, it looks whether it is to be ended, and a `timeout` of node:vm tells it. The thread that watches
 * costs a fifth of a millisecond, so what cannot take long does without.
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
  // It comes from another context, whose errors are others.
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || error instanceof RangeError;
}

const watch = new Watch();

/**
 * Runs `work`, which matches the expression with a text of so many characters and does nothing else. Throws
 * EndlessMatch.
 */
export function match<Result>(expression: Costly, length: number, work: () => Result): Result {
  return watch.match(expression, length, work);
}

/**
 * Runs `work`, which matches these expressions with the lines of a text of so many characters, by `match`: all of it
 * has the time of one. It must be pure, as it may end anywhere, and no `finally` of it runs then. Throws EndlessMatch.
 */
export function matchLines<Result>(expressions: readonly Costly[], length: number, work: () => Result): Result {
  return length <= SHORT_FILE && expressions.every(({ power }) => power <= 2) ? work() : watch.run(work);
}

/** What the translation of Python's ^, $ and \b comes to, when each set has become one character. */
const ASSERTIONS =
  /\(\?:\(\?<=a\)\(\?!a\)\|\(\?<!a\)\(\?=a\)\)|\(\?:\(\?<=a\)\(\?=a\)\|\(\?<!a\)\(\?!a\)\)|\(\?=a\?\(\?!a\)\)|\(\?<?!a\)/g;

/**
 * The power for an expression of JavaScript. It counts repetitions of single characters; those of groups, alternatives
 * and references are not known.
 */
export function powerOf(source: string): number {
  const plain = source
    .replaceAll(/\\(?:[uxpP]\{[^}]*\}|[^])|\[(?:\\[^]|[^\]\\])*\]/g, (part) => (/^\\[1-9k]/.test(part) ? '|' : 'a'))
    .replaceAll(ASSERTIONS, '')
    .replaceAll('(?:a)', 'a');
  if (/\||\(\?<?[=!]|\)[*+?{]/.test(plain)) return Infinity;
  return 1 + (plain.replaceAll(/\(\?(?:[a-z-]*:|<[^>]*>)/g, '(').match(/[*+?{]/g)?.length ?? 0);
}
