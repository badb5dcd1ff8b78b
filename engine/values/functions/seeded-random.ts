import { createHash } from 'node:crypto';

/** Number of words of the state, and the distance at which they are mixed. */
const WORDS = 624;
const DISTANCE = 397;

/**
 * Random numbers from a seed. It is the Mersenne Twister with the seeding of Python's `random.Random(seed)`, so that a
 * playbook from Ansible keeps its minutes of cron.
 */
export class SeededRandom {
  readonly #state = new Uint32Array(WORDS);
  #next = WORDS;

  constructor(seed: string | number) {
    this.#seedBy(wordsOf(typeof seed === 'string' ? numberOfText(seed) : BigInt(Math.abs(seed))));
  }

  /** Returns a whole number from 0 to before `limit`. `limit` must be a safe integer and at least 1. */
  below(limit: number): number {
    const bits = limit.toString(2).length;
    let number = this.#bits(bits);
    while (number >= limit) number = this.#bits(bits);
    return number;
  }

  #bits(count: number): number {
    const low = this.#word() >>> Math.max(0, 32 - count);
    return count <= 32 ? low : low + (this.#word() >>> (64 - count)) * 2 ** 32;
  }

  #seedBy(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19_650_218;
    for (let at = 1; at < WORDS; at += 1) state[at] = Math.imul(1_812_433_253, this.#mixed(at - 1)) + at;
    let at = 1;
    const step = (factor: number, added: number) => {
      state[at] = (this.#at(at) ^ Math.imul(this.#mixed(at - 1), factor)) + added;
      at += 1;
      if (at < WORDS) return;
      state[0] = this.#at(WORDS - 1);
      at = 1;
    };
    for (let turn = 0; turn < Math.max(WORDS, key.length); turn += 1) {
      const index = turn % key.length;
      step(1_664_525, (key[index] ?? 0) + index);
    }
    for (let turn = 1; turn < WORDS; turn += 1) step(1_566_083_941, -at);
    state[0] = 0x80_00_00_00;
  }

  #at(index: number): number {
    return this.#state[index] ?? 0;
  }

  #mixed(index: number): number {
    return this.#at(index) ^ (this.#at(index) >>> 30);
  }

  #word(): number {
    if (this.#next === WORDS) this.#renew();
    let word = this.#at(this.#next);
    this.#next += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d_2c_56_80;
    word ^= (word << 15) & 0xef_c6_00_00;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #renew(): void {
    for (let at = 0; at < WORDS; at += 1) {
      const both = (this.#at(at) & 0x80_00_00_00) | (this.#at((at + 1) % WORDS) & 0x7f_ff_ff_ff);
      const twist = (both & 1) === 0 ? 0 : 0x99_08_b0_df;
      this.#state[at] = this.#at((at + DISTANCE) % WORDS) ^ (both >>> 1) ^ twist;
    }
    this.#next = 0;
  }
}

/** Returns the bytes of the text and of its digest as one number. */
function numberOfText(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8');
  return BigInt(`0x${bytes.toString('hex')}${createHash('sha512').update(bytes).digest('hex')}`);
}

/** Splits a number into words of 32 bits, the lowest first. */
function wordsOf(number: bigint): readonly number[] {
  const digits = number.toString(16);
  const words: number[] = [];
  for (let end = digits.length; end > 0; end -= 8)
    words.push(Number.parseInt(digits.slice(Math.max(0, end - 8), end), 16));
  return words;
}
