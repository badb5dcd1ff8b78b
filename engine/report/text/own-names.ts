/** Marks that replace a host's own name, short name and address, if texts of two hosts differ only in them. */
const OWN_MARKS = { name: '⟨host⟩', short: '⟨short name⟩', address: '⟨address⟩' } as const;

export type OwnMark = keyof typeof OWN_MARKS;

/** Returns the marks in a text. */
export function marksIn(text: string): readonly OwnMark[] {
  return MARKS.filter((mark) => text.includes(OWN_MARKS[mark]));
}

const MARKS = ['name', 'short', 'address'] as const;
const MEANINGS: Readonly<Record<OwnMark, string>> = {
  name: 'the name',
  short: 'the first label of the name',
  address: 'the address',
};

/** Explains the marks; empty if there are none. */
export function legendOf(marks: ReadonlySet<OwnMark>): readonly string[] {
  return MARKS.filter((mark) => marks.has(mark)).map((mark) => `${OWN_MARKS[mark]} is ${MEANINGS[mark]} of each host.`);
}

/** Replaces names in a text by marks. */
export type Marking = (text: string) => string;

/**
 * Replaces a host's own name, its first label and its address by marks, so that texts that differ only in them become
 * equal. `addresses`: those that differ from the names of their hosts.
 */
export class OwnNames {
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Marking>();

  constructor(addresses: ReadonlyMap<string, string> = new Map()) {
    this.#addresses = addresses;
  }

  /** Returns the function for the texts of a host. */
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

/** Matches the word alone: `web-1` is not part of `web-10`, `web` not of `web-2`, 10.0.0.1 not of 10.0.0.11. */
function wordPattern(word: string): RegExp {
  const letters = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<!\\w)${letters}(?!\\w|[.-]\\d)`, 'g');
}
