/** What a host is called: stands in the place of these words wherever only they tell two hosts apart. */
export const OWN_MARKS = { name: '⟨host⟩', short: '⟨short name⟩', address: '⟨address⟩' } as const;

export type OwnMark = keyof typeof OWN_MARKS;

/** The marks that a text has in it. */
export function marksIn(text: string): readonly OwnMark[] {
  return MARKS.filter((mark) => text.includes(OWN_MARKS[mark]));
}

const MARKS = ['name', 'short', 'address'] as const;
const MEANINGS: Readonly<Record<OwnMark, string>> = {
  name: 'the name',
  short: 'the first label of the name',
  address: 'the address',
};

/** Tells what the marks stand for; empty where there are none. */
export function legendOf(marks: ReadonlySet<OwnMark>): readonly string[] {
  return MARKS.filter((mark) => marks.has(mark)).map((mark) => `${OWN_MARKS[mark]} is ${MEANINGS[mark]} of each host.`);
}

/** Gives a text with the marks. */
export type Marking = (text: string) => string;

/**
 * Puts a mark in the place of a host's own name, of its first label, and of its address, so that what differs by
 * nothing else is the same text. `addresses`: of hosts that are reached by another word than their name.
 */
export class OwnNames {
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Marking>();

  constructor(addresses: ReadonlyMap<string, string> = new Map()) {
    this.#addresses = addresses;
  }

  /** For the texts of a host. */
  marking(host: string): Marking {
    let marking = this.#known.get(host);
    if (marking === undefined) this.#known.set(host, (marking = this.#marking(host)));
    return marking;
  }

  #marking(host: string): Marking {
    const [short = ''] = host.split('.');
    const words: readonly (readonly [string, string])[] = [
      [host, OWN_MARKS.name],
      [this.#addresses.get(host) ?? '', OWN_MARKS.address],
      [short === host || /^\d+$/.test(short) ? '' : short, OWN_MARKS.short],
    ];
    const patterns = words
      .filter(([word], index) => word !== '' && words.findIndex(([other]) => other === word) === index)
      .map(([word, mark]) => [wordPattern(word), mark] as const);
    return (text) => patterns.reduce((before, [pattern, mark]) => before.replace(pattern, mark), text);
  }
}

/** The word by itself: `web-1` is no part of `web-10`, nor `web` of `web-2`, nor 10.0.0.1 of 10.0.0.11. */
function wordPattern(word: string): RegExp {
  const letters = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<!\\w)${letters}(?!\\w|[.-]\\d)`, 'g');
}
